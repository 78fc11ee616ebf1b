// What an audit asks of a whole model: its releases and their records, its stages, and whether its tags are where they were.
import { stagesOf, stageWord } from "../stage.ts";
import type { Project } from "../project.ts";
import type { Release } from "../../model/release.ts";
import type { Registry } from "../registry.ts";
import { readReleasedRecords } from "../released-records.ts";
import type { Releases } from "../releases.ts";
import { checkChains } from "../verify/chains.ts";
import { checkDates } from "../verify/dates.ts";
import { readEvents } from "../verify/events.ts";
import { checkSeals } from "../verify/seals.ts";
import { checkTags, unreadable } from "../verify/tags.ts";
import type { ModelFacts, StageHistory } from "./facts.ts";

/** Seals and dates of all its tags are checked; records and pointers are compared for the versions under audit. */
export async function readModelFacts(
  project: Project,
  releases: Releases,
  registry: Registry,
  model: string,
  audited: readonly Release[],
): Promise<ModelFacts> {
  const own = releases.of(model);
  const events = await readEvents(project, releases, new Set([model]));
  const [records, stages, ...problems] = await Promise.all([
    readReleasedRecords(project, own),
    readStages(project, registry, model),
    checkTags(project, audited),
    checkSeals(project, releases, own, events),
    checkChains(project, releases, events),
    checkDates(project, releases, own, events),
  ]);
  const retracted = own.flatMap((release) => {
    const event = releases.isRetracted(release);
    return event ? [[release.version, event] as const] : [];
  });
  return {
    model,
    releases: own,
    retractions: new Map(retracted),
    records,
    stages,
    problems: [...problems.flat(), ...events.problems, ...unreadable(releases)],
  };
}

async function readStages(project: Project, registry: Registry, model: string): Promise<StageHistory[]> {
  return Promise.all(
    stagesOf(project, registry, [model]).map(async ({ stage }) => {
      const [assignments, confirmations] = await Promise.all([
        registry.history(model, stage),
        registry.confirmations(model, stage),
      ]);
      return { stage, word: stageWord(project, { model, stage }), assignments, confirmations: confirmations.events };
    }),
  );
}
