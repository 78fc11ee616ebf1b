// mv stages: what stands on every stage, since when and by whom; or what stood there at a time.
import { MvError } from "../errors.ts";
import { isoTime } from "../model/day.ts";
import type { Share } from "../model/events.ts";
import { readMoment } from "../model/moment.ts";
import { backdated, stateAt } from "../model/rollout.ts";
import type { Project } from "./project.ts";
import { readRegistry, type Registry, type StageName, type Standing } from "./registry.ts";
import { dated } from "./registry/dated.ts";
import { warnOfMissing } from "./registry/incomplete.ts";
import { readReleases, type Releases } from "./releases.ts";
import { stagesOf } from "./stage.ts";
import { type Confirmed, type Overdue, overdueOf, readConfirmed } from "./stages/confirmed.ts";
import { modelNames, oneModel } from "./versions.ts";

export interface StagesInput {
  model?: string | undefined;
  /** What stood there then: an ISO 8601 time, in UTC without a zone; a day alone means its end. */
  at?: string | undefined;
}

/** One version on a stage. */
export interface StagedShare extends Share {
  /** Why it was withdrawn, where it was. */
  retracted: string | null;
}

export interface StagedAssignment extends Omit<Standing, "rollout"> {
  rollout: StagedShare[];
  /** The tagger's clock, in ISO 8601 at UTC; null for a plain tag. */
  at: string | null;
}

export interface Stage {
  model: string;
  stage: string;
  /** Whether the settings have it. */
  declared: boolean;
  /** Null where nothing was ever assigned, or nothing by the time asked for. */
  assigned: StagedAssignment | null;
  /** With a time: tags that are dated before one that they follow. They count from when that one was made. */
  backdated: string[];
  /** What deploy jobs say runs there. */
  confirmed: Confirmed[];
  /** What they should have confirmed by now, by the stage's confirm_within; null where nothing is. */
  overdue: Overdue | null;
}

export interface StagesResult {
  /** The time asked for, in ISO 8601 at UTC; null for now. */
  at: string | null;
  stages: Stage[];
}

/** Lists the stages of all models, those of the settings first, each with its newest assignment, or that of a time. Fails with usage. */
export async function stages(project: Project, input: StagesInput): Promise<StagesResult> {
  const models = input.model === undefined ? modelNames(project) : [oneModel(project, input.model)];
  const moment = input.at === undefined ? null : momentOf(input.at);
  const releases = await readReleases(project);
  const registry = readRegistry(project, releases);
  await warnOfMissing(project, releases, registry);
  const names = stagesOf(project, registry, models);
  const found = moment === null ? await now(registry, names) : await then(registry, names, moment);
  const list: Stage[] = [];
  for (const [index, name] of names.entries()) {
    const { standing, backdated: disorder } = found[index] ?? { standing: null, backdated: [] };
    const { stages: settings } = project.settings;
    const rules = Object.hasOwn(settings, name.stage) ? settings[name.stage] : undefined;
    const confirmed = standing === null ? [] : await readConfirmed(registry, standing, moment);
    const time = moment ?? project.now().getTime() / 1000;
    list.push({
      ...name,
      declared: rules !== undefined,
      assigned: standing && staged(releases, standing),
      backdated: disorder,
      confirmed,
      overdue: standing && overdueOf(standing, confirmed, rules?.confirm_within ?? null, time),
    });
  }
  return { at: moment === null ? null : isoTime(moment), stages: list };
}

interface Found {
  standing: Standing | null;
  backdated: string[];
}

async function now(registry: Registry, names: readonly StageName[]): Promise<Found[]> {
  return (await registry.latestOf(names)).map((standing) => ({ standing, backdated: [] }));
}

async function then(registry: Registry, names: readonly StageName[], moment: number): Promise<Found[]> {
  const chains = await Promise.all(names.map(({ model, stage }) => registry.history(model, stage)));
  return chains.map((history) => {
    const chain = history.map(dated);
    const disorder = backdated(chain).map(({ state }) => state.tag);
    return { standing: stateAt(chain, moment)?.state ?? null, backdated: disorder };
  });
}

function momentOf(text: string): number {
  const moment = readMoment(text);
  if (moment !== null) return moment;
  throw new MvError("usage", `--at ${text}: give a time such as 2026-03-01T12:00Z, or a day`, {
    hint: "mv stages --at 2026-03-01T12:00Z",
  });
}

/** An assignment with what is known of its versions today. */
export function staged(releases: Releases, standing: Standing): StagedAssignment {
  const { tagger } = standing;
  return {
    ...standing,
    rollout: stagedShares(releases)(standing),
    at: tagger === null ? null : isoTime(tagger.date),
  };
}

/** The shares of many assignments: those that are the same are made once. */
export function stagedShares(releases: Releases): (standing: Standing) => StagedShare[] {
  const known = new Map<readonly Share[], StagedShare[]>();
  return ({ model, rollout }) => {
    const shares =
      known.get(rollout) ?? rollout.map((share) => ({ ...share, retracted: whyRetracted(releases, model, share) }));
    known.set(rollout, shares);
    return shares;
  };
}

function whyRetracted(releases: Releases, model: string, share: Share): string | null {
  const release = releases.find(model, share.version);
  return (release && releases.isRetracted(release)?.reason) ?? null;
}
