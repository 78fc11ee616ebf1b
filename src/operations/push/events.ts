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

/** An event of ours with the oids of the release tags that it names. */
interface NamedEvent extends EventTagRef {
  releases: string[];
}

/**
 * Those of the tags to push: ours, not there yet, and about releases that are there or go along. Others stay here, which is said
 * once. Throws race where the remote has another tag of the name, or went on without it.
 */
export async function eventsToPush(
  project: Project,
  releases: Releases,
  { remote, there, going }: { remote: string; there: TagsThere; going: ReadonlySet<string> },
  isMeant: (tag: string) => boolean,
): Promise<EventTagRef[]> {
  const { tags } = readRegistry(project, releases);
  const lacked = tags.filter(({ tag, annotated, oid }) => annotated && there.get(tag) !== oid && isMeant(tag));
  const events = await namedEvents(project, lacked);
  const held = new Set([...there.values(), ...going]);
  const ready = events.filter((event) => event.releases.every((oid) => held.has(oid)));
  const waiting = events.filter((event) => !ready.includes(event));
  const [first] = waiting;
  if (first) {
    const lacking = releases.all.find(({ oid }) => first.releases.includes(oid) && !held.has(oid));
    const what = lacking ? `${lacking.tag} is not on ${remote}; mv push ${lacking.tag}` : `its release is not here`;
    const others = waiting.length > 1 ? `, and ${waiting.length - 1} more` : "";
    project.warn(`${first.tag} stays here${others}: ${what}`);
  }
  const tops = topsOf(tags, there);
  for (const event of ready) requireFree(event, remote, there, tops);
  return ready;
}

/** The stages whose assignments are among the tags. */
export function stagesAmong(events: readonly EventTagRef[]): StageName[] {
  const names = new Map<string, StageName>();
  for (const { kind, model, stage } of events) if (kind === "assign") names.set(`${model}@${stage}`, { model, stage });
  return [...names.values()];
}

async function namedEvents(project: Project, tags: readonly EventTagRef[]): Promise<NamedEvent[]> {
  const objects = await project.git.readObjects(tags.map(({ oid }) => oid));
  return tags.flatMap((tag) => {
    const raw = objects.get(tag.oid)?.bytes;
    const releases = raw ? releasesOf(parseEvent(raw, tag.oid, tag.tag)) : null;
    return releases === null ? [] : [{ ...tag, releases }];
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
  const { tag, kind, model, stage, number } = event;
  const isTaken = there.has(tag);
  const isBehind = kind === "assign" && (tops.get(`${model}#${stage}`) ?? 0) > number;
  if (!isTaken && !isBehind) return;
  const what = isTaken ? `${remote} has another ${tag}` : `${remote} has later assignments of ${stage} than ${tag}`;
  throw new MvError("race", `${what}: somebody was first`, {
    hint: `git -c mversion.unlock=${quoted(tag)} tag -d ${quoted(tag)} && git fetch ${remote} --tags, then repeat what it said`,
    details: { remote, tag },
  });
}
