// Whether tags can be as old as they say: a tag that names another was made after it, and after the commit that it points at.
import type { Release } from "../../model/release.ts";
import type { Project } from "../project.ts";
import type { Releases } from "../releases.ts";
import { quoted } from "../targets.ts";
import type { Events } from "./events.ts";
import type { Problem } from "./problem.ts";

/** Clocks of honest machines differ, but not by more, in seconds. */
const SKEW = 24 * 60 * 60;

interface Dated {
  what: string;
  tag: string;
  date: number;
  /** Tags that it names by their ids, and the commit it points at: it was made after each. */
  after: string[];
}

/** A problem for each tag that says it was made more than a day before something that it names. */
export async function checkDates(
  project: Project,
  releases: Releases,
  chosen: readonly Release[],
  events: Events,
): Promise<Problem[]> {
  const all = [...chosen.map(ofRelease), ...ofEvents(events)];
  const dates = new Map(releases.all.map(({ oid, tag, tagger }) => [oid, { name: tag, date: tagger.date }]));
  for (const { oid, tag, tagger } of events.assignments) dates.set(oid, { name: tag, date: tagger.date });
  const commits = [...new Set(all.flatMap(({ after }) => after))].filter((oid) => !dates.has(oid));
  for (const [oid, { type, bytes }] of await project.git.readObjects(commits)) {
    const date = type === "commit" ? /^committer .*> (\d{1,12}) /m.exec(headerOf(bytes))?.[1] : undefined;
    if (date !== undefined) dates.set(oid, { name: `commit ${oid.slice(0, 7)}`, date: Number(date) });
  }
  return all.flatMap(({ what, tag, date, after }): Problem[] => {
    const later = after.flatMap((oid) => dates.get(oid) ?? []).find((other) => date < other.date - SKEW);
    if (later === undefined) return [];
    const message = `says it is of ${day(date)}, and names ${later.name}, which is of ${day(later.date)}: its date is not true`;
    return [{ code: "seal-broken", what, tag, message, hint: `git cat-file tag ${quoted(tag)}` }];
  });
}

/**
 * Warns of releases that no other seals although one was made after them by the dates: either two people released at once, or the
 * date was made up later.
 */
export function warnOfUnsealed(project: Project, releases: Releases, models: ReadonlySet<string>): void {
  for (const model of models) {
    const all = releases.of(model);
    const sealed = new Set(all.flatMap(({ seal }) => seal?.tag ?? []));
    for (const { tag, oid, tagger } of all) {
      const next = all.find((other) => other.tagger.date > tagger.date + SKEW && other.seal && other.seal.tag !== oid);
      if (sealed.has(oid) || next === undefined) continue;
      project.warn(
        `${tag} is of ${day(tagger.date)} by its own word alone: ${next.tag} of ${day(next.tagger.date)} seals another, as if it had not been there`,
      );
    }
  }
}

function ofRelease({ model, version, tag, tagger, commit, previous, seal }: Release): Dated {
  const refs = [previous, seal].flatMap((ref) => ref?.tag ?? []);
  return { what: `${model} ${version}`, tag, date: tagger.date, after: [...refs, commit] };
}

function ofEvents({ assignments, approvals, confirmations, retractions }: Events): Dated[] {
  return [
    ...assignments.map(({ tag, tagger, seal, rollout }) => ({
      what: tag,
      tag,
      date: tagger.date,
      after: [...(seal ? [seal.tag] : []), ...rollout.map((share) => share.tag)],
    })),
    ...approvals.map(({ tag, tagger, release }) => ({ what: tag, tag, date: tagger.date, after: [release] })),
    ...confirmations.map(({ tag, tagger, release, assignment }) => ({
      what: tag,
      tag,
      date: tagger.date,
      after: [release, ...(assignment ? [assignment.tag] : [])],
    })),
    ...retractions.map(({ tag, date, release }) => ({ what: tag, tag, date, after: [release] })),
  ];
}

function headerOf(bytes: Buffer): string {
  const end = bytes.indexOf("\n\n");
  return bytes.toString("latin1", 0, end < 0 ? bytes.length : end);
}

function day(date: number): string {
  return new Date(date * 1000).toISOString().slice(0, 10);
}
