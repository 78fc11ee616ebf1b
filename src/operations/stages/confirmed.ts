// What deploy jobs said of a stage, beside what is assigned to it: which versions really run, and which are overdue.
import { isoTime } from "../../model/day.ts";
import type { Confirmation } from "../../model/events.ts";
import type { Tagger } from "../../model/tag-object.ts";
import type { Registry, Standing } from "../registry.ts";

/** The newest word of a deploy job on one version. */
export interface Confirmed {
  version: string;
  /** Whether it confirms the assignment that stands; otherwise an earlier one, which the stage may still run. */
  current: boolean;
  /** The assignment's tag. */
  assignment: string | null;
  tag: string;
  oid: string;
  source: string | null;
  /** Who says so, by whose clock. */
  tagger: Tagger;
  /** The same in ISO 8601 at UTC. */
  at: string;
}

/** Versions that were to be confirmed by then (ISO 8601 at UTC) and are not. */
export interface Overdue {
  versions: string[];
  due: string;
}

/** Of so many newest confirmations each stage is told: one that runs every minute must not make `mv stages` slow. */
const NEWEST = 100;

/**
 * For each version of the assignment its newest confirmation; where none of them has one, the stage's newest confirmation of all.
 * `moment` (seconds since 1970): as it was known then; null for now.
 */
export async function readConfirmed(
  registry: Registry,
  standing: Standing,
  moment: number | null,
): Promise<Confirmed[]> {
  const { model, stage, oid, rollout } = standing;
  const { events } = await registry.confirmations(model, stage, moment === null ? NEWEST : undefined);
  const known = events.filter(({ tagger }) => moment === null || tagger.date <= moment).toReversed();
  const current = rollout.flatMap(({ tag }) => {
    const found = known.find(({ assignment, release }) => assignment?.tag === oid && release === tag);
    return found ? [confirmedOf(found, true)] : [];
  });
  const [last] = known;
  return current.length > 0 || !last ? current : [confirmedOf(last, false)];
}

function confirmedOf({ version, assignment, tag, oid, source, tagger }: Confirmation, current: boolean): Confirmed {
  const said = { version, current, assignment: assignment?.assignment ?? null, tag, oid, source };
  return { ...said, tagger, at: isoTime(tagger.date) };
}

/** What nobody confirmed within the time (milliseconds; null: there is none), as of `now` (seconds since 1970). */
export function overdueOf(
  { tagger, rollout }: Standing,
  confirmed: readonly Confirmed[],
  within: number | null,
  now: number,
): Overdue | null {
  if (within === null || tagger === null) return null;
  const due = tagger.date + within / 1000;
  const done = new Set(confirmed.filter(({ current }) => current).map(({ version }) => version));
  const versions = rollout.map(({ version }) => version).filter((version) => !done.has(version));
  return now > due && versions.length > 0 ? { versions, due: isoTime(due) } : null;
}
