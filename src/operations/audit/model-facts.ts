// What an audit asks of a whole model: its releases and their records, its stages, and whether its tags are where they were.
import { stagesOf } from "../stage.ts";
import type { Project } from "../project.ts";
import type { Registry } from "../registry.ts";
import { readReleasedRecords } from "../released-records.ts";
import type { Releases } from "../releases.ts";
import { checkSeals } from "../verify/seals.ts";
import type { Problem } from "../verify/problem.ts";
import { checkTags } from "../verify/tags.ts";
import type { ModelFacts, StageHistory } from "./facts.ts";

export async function readModelFacts(
  project: Project,
  releases: Releases,
  registry: Registry,
  model: string,
): Promise<ModelFacts> {
  const own = releases.of(model);
  const [records, tags, seals, stages] = await Promise.all([
    readReleasedRecords(project, own),
    checkTags(project, own),
    checkSeals(project, releases, own),
    readStages(project, registry, model),
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
    problems: [...tags, ...seals, ...unreadable(releases)],
  };
}

async function readStages(project: Project, registry: Registry, model: string): Promise<StageHistory[]> {
  return Promise.all(
    stagesOf(project, registry, [model]).map(async ({ stage }) => {
      const [assignments, confirmations] = await Promise.all([
        registry.history(model, stage),
        registry.confirmations(model, stage),
      ]);
      return { stage, assignments, confirmations: confirmations.events };
    }),
  );
}

/** What claims to be a release and cannot be read belongs to nobody knows which model, so it is said of each. */
function unreadable(releases: Releases): Problem[] {
  return releases.broken.map(({ tag, oid, why }) => ({
    code: "release-differs",
    what: tag,
    tag,
    message: `claims to be a release and cannot be read: ${why}`,
    hint: `git cat-file tag ${oid}`,
  }));
}
