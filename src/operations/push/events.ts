// The tags of events that a push carries: assignments, approvals and confirmations that the Git remote lacks, each only with the
// releases that it names.
import { MvError } from "../../errors.ts";
import { type EventReading, parseEvent } from "../../model/events.ts";
import type { Project } from "../project.ts";
import { type EventTagRef, readRegistry, type StageName } from "../registry.ts";
import type { Releases } from "../releases.ts";
import { quoted } from "../targets.ts";

/** Tags of the Git remote by name. */
export type TagsThere = ReadonlyMap<string, string>;

/** A tag with an event's name, and the oids of the release tags that it names. */
interface NamedEvent extends EventTagRef {
  /** Null for another tool's, and for what cannot be read. */
  releases: readonly string[] | null;
}

/**
 * Those of the tags to push: ours, not there yet, and about releases that are there or go along. An assignment takes along what the
 * remote lacks below it in its chain, other tools' tags too, as each seals the one before; where one of these cannot go, it stays.
 * What stays is said once. Throws race where the remote has another tag of the name, or went on without it.
 */
export async function eventsToPush(
  project: Project,
  releases: Releases,
  { remote, there, going }: { remote: string; there: TagsThere; going: ReadonlySet<string> },
  isMeant: (tag: string) => boolean,
): Promise<EventTagRef[]> {
  const { tags } = readRegistry(project, releases);
  const lacked = tags.filter(({ tag, annotated, oid }) => annotated && there.get(tag) !== oid);
  const events = await namedEvents(project, lacked);
  const held = new Set([...there.values(), ...going]);
  const hasReleases = ({ releases: named }: NamedEvent): boolean => named?.every((oid) => held.has(oid)) !== false;
  const meant = events.filter(({ tag, releases: named }) => named !== null && isMeant(tag));
  const asked = withChains(events, numbersOf(meant, Math.max));
  const wanted = [...meant.filter(({ kind }) => kind !== "assign"), ...asked];
  const lowestWaiting = numbersOf(
    wanted.filter((event) => !hasReleases(event)),
    Math.min,
  );
  const isFree = (event: NamedEvent): boolean => event.number < (lowestWaiting.get(chainOf(event)) ?? Infinity);
  const able = wanted.filter((event) => hasReleases(event) && (event.kind !== "assign" || isFree(event)));
  const ours = able.filter((event) => event.releases !== null);
  const ready = [...ours.filter(({ kind }) => kind !== "assign"), ...withChains(able, numbersOf(ours, Math.max))];
  const waiting = wanted.filter((event) => event.releases !== null && !ready.includes(event));
  warnOfWaiting(
    project,
    releases,
    { remote, held },
    waiting,
    waiting.find((event) => !hasReleases(event)),
  );
  const tops = topsOf(tags, there);
  for (const event of ready) requireFree(event, remote, there, tops);
  return ready;
}

/** The assignments of each chain up to a number. */
function withChains(events: readonly NamedEvent[], tops: ReadonlyMap<string, number>): NamedEvent[] {
  return events.filter((event) => event.kind === "assign" && event.number <= (tops.get(chainOf(event)) ?? 0));
}

/** The highest or lowest number of the assignments of each chain. */
function numbersOf(events: readonly NamedEvent[], choose: (a: number, b: number) => number): Map<string, number> {
  const numbers = new Map<string, number>();
  for (const event of events.filter(({ kind }) => kind === "assign")) {
    const chain = chainOf(event);
    numbers.set(chain, choose(numbers.get(chain) ?? event.number, event.number));
  }
  return numbers;
}

function chainOf({ model, stage }: StageName): string {
  return `${model}#${stage}`;
}

function warnOfWaiting(
  project: Project,
  releases: Releases,
  { remote, held }: { remote: string; held: ReadonlySet<string> },
  waiting: readonly NamedEvent[],
  first: NamedEvent | undefined,
): void {
  if (first === undefined) return;
  const lacking = releases.all.find(({ oid }) => first.releases?.includes(oid) === true && !held.has(oid));
  const what = lacking ? `${lacking.tag} is not on ${remote}; mv push ${lacking.tag}` : `its release is not here`;
  const others = waiting.length > 1 ? `, and ${waiting.length - 1} more` : "";
  project.warn(`${first.tag} stays here${others}: ${what}`);
}

/** The stages whose assignments are among the tags. */
export function stagesAmong(events: readonly EventTagRef[]): StageName[] {
  const names = new Map<string, StageName>();
  for (const { kind, model, stage } of events) if (kind === "assign") names.set(`${model}@${stage}`, { model, stage });
  return [...names.values()];
}

async function namedEvents(project: Project, tags: readonly EventTagRef[]): Promise<NamedEvent[]> {
  const objects = await project.git.readObjects(tags.map(({ oid }) => oid));
  return tags.map((tag) => {
    const raw = objects.get(tag.oid)?.bytes;
    return { ...tag, releases: raw ? releasesOf(parseEvent(raw, tag.oid, tag.tag)) : null };
  });
}

/** The oids of the release tags that an event names; null for what is not ours or cannot be read. */
export function releasesOf(reading: EventReading): string[] | null {
  if (reading === null || reading.kind === "broken") return null;
  return reading.kind === "assign" ? reading.event.rollout.map(({ tag }) => tag) : [reading.event.release];
}

/** The highest number that the remote has of each chain, beyond what is here. */
function topsOf(tags: readonly EventTagRef[], there: TagsThere): Map<string, number> {
  const tops = new Map<string, number>();
  const known = new Set(tags.map(({ tag }) => tag));
  for (const name of there.keys()) {
    const [, chain, number] = /^(.+#[^#!]+)!?#([1-9]\d{0,8})$/.exec(name) ?? [];
    if (chain === undefined || known.has(name)) continue;
    tops.set(chain, Math.max(tops.get(chain) ?? 0, Number(number)));
  }
  return tops;
}

function requireFree(event: NamedEvent, remote: string, there: TagsThere, tops: ReadonlyMap<string, number>): void {
  const { tag, kind, stage, number } = event;
  const isTaken = there.has(tag);
  const isBehind = kind === "assign" && (tops.get(chainOf(event)) ?? 0) > number;
  if (!isTaken && !isBehind) return;
  const what = isTaken ? `${remote} has another ${tag}` : `${remote} has later assignments of ${stage} than ${tag}`;
  throw new MvError("race", `${what}: somebody was first`, {
    hint: `git -c mversion.unlock=${quoted(tag)} tag -d ${quoted(tag)} && git fetch ${remote} --tags, then repeat what it said`,
    details: { remote, tag },
  });
}
