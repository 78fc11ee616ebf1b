// approve --push and confirm --push: the tag goes to the Git remote. Its number only has to be free, so where others were first
// it gets another one, and nobody has to repeat a thing.
import { isMvError, MvError } from "../../errors.ts";
import { fetchTags } from "../../git/pull.ts";
import { pushRefs } from "../../git/push.ts";
import { remoteTagsFrom } from "../../git/remotes.ts";
import type { Release } from "../../model/release.ts";
import { OBJECTS_SENT } from "../push/lfs.ts";
import type { Project } from "../project.ts";
import { requireRemote, requireTags } from "./publish.ts";

/** A tag made here, which a remote may have or not. */
export interface MadeEvent {
  tag: string;
  oid: string;
}

export interface EventChain {
  remote: string;
  /** What all tags of the kind begin with: "approved/churn/production/1.2.0/". */
  beginning: string;
  /** Names of the remote's tags, and what they hold. */
  there: ReadonlyMap<string, string>;
}

const TRIES = 5;

/** Looks at the Git remote before anything is made. Fails with usage where there is none, push-incomplete, seal-broken, unreachable. */
export async function openEventChain(project: Project, release: Release, beginning: string): Promise<EventChain> {
  const remote = await requireRemote(project, "tag");
  const there = await tagsThere(project, remote, beginning);
  await requireTags(project, remote, [release]);
  return { remote, beginning, there };
}

/** Brings the events of others that are not here yet. Fails with unreachable. */
export async function fetchEvents({ git }: Project, { remote, there }: EventChain): Promise<void> {
  const known = new Set((await git.tags()).map(({ name }) => name));
  await fetchTags(
    git,
    remote,
    [...there.keys()].filter((name) => !known.has(name)),
  );
}

/** The lowest number that neither this repository (its own next one) nor the remote has taken. */
export function freeNumber({ beginning, there }: EventChain, next: number): number {
  const numbers = [...there.keys()].map((name) => Number(name.slice(beginning.length)));
  return Math.max(next, 1 + Math.max(0, ...numbers.filter((number) => Number.isSafeInteger(number))));
}

/**
 * Sends an event, which was made now or before, under its own number or one that `make` gives it. What cannot be sent is taken
 * back where it `isNew`. Fails with race, push-rejected, unreachable.
 */
export async function shareEvent(
  project: Project,
  chain: EventChain,
  event: MadeEvent & { isNew: boolean },
  make: (number: number) => Promise<MadeEvent>,
): Promise<MadeEvent> {
  const { remote, beginning } = chain;
  let { there } = chain;
  let made: MadeEvent = event;
  for (let left = TRIES; left > 0; left -= 1) {
    const other = there.get(made.tag);
    if (other === made.oid) return made;
    if (other !== undefined) {
      await takeBack(project, made);
      made = await make(freeNumber({ remote, beginning, there }, 1));
    }
    try {
      await pushRefs(project.git, { remote, refs: [`refs/tags/${made.tag}`], env: OBJECTS_SENT });
      return made;
    } catch (error) {
      const isRejected = isMvError(error) && error.code === "push-rejected";
      // Where it cannot be asked any more, the first error is the one to tell, and nothing stays behind here.
      there = isRejected ? await tagsThere(project, remote, beginning).catch(() => new Map()) : new Map();
      if (there.has(made.tag)) continue;
      if (event.isNew) await takeBack(project, made);
      throw error;
    }
  }
  if (event.isNew) await takeBack(project, made);
  throw new MvError("race", `Others take every number on ${remote} first`, { hint: "repeat the command" });
}

async function tagsThere({ git }: Project, remote: string, beginning: string): Promise<Map<string, string>> {
  const tags = await remoteTagsFrom(git, remote, [beginning]);
  return new Map(tags.map(({ name, oid }) => [name, oid]));
}

async function takeBack(project: Project, { tag, oid }: MadeEvent): Promise<void> {
  await project.git.deleteTags([{ name: tag, oid }], { MVERSION_UNLOCK: tag });
}
