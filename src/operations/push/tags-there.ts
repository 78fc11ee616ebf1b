// Which of the tags to push the Git remote has, and what others would miss beside them.
import { MvError } from "../../errors.ts";
import type { Release } from "../../model/release.ts";
import type { Project } from "../project.ts";
import type { Releases } from "../releases.ts";
import type { TagsThere } from "./events.ts";

/** The Git side of a push: null where only objects are sent. */
export type GitRemote = string | null;

/** All tags of the remote; without a tag of ours there is nothing to compare, and nobody is asked. */
export async function tagsThere(project: Project, releases: Releases, remote: GitRemote): Promise<TagsThere> {
  if (remote === null || releases.all.length + releases.retractions.length === 0) return new Map();
  return new Map((await project.git.remoteTags(remote, [])).map(({ name, oid }) => [name, oid]));
}

/** Those of the tags that the Git remote does not have. Throws push-rejected where it has another tag of the name. */
export function lackedBy<T extends { tag: string; oid: string }>(
  remote: GitRemote,
  there: TagsThere,
  tags: readonly T[],
): T[] {
  for (const { tag, oid } of tags) {
    const other = there.get(tag);
    if (other === undefined || other === oid) continue;
    throw new MvError("push-rejected", `${remote} has another ${tag}: somebody released that number first`, {
      hint: `mv untag ${tag}, then git fetch ${remote} --tags, and release the next number`,
      details: { remote, tag },
    });
  }
  return tags.filter(({ tag }) => !there.has(tag));
}

/** Releases that those to push seal or follow, and that the remote neither has nor gets: to others they would be removed ones. */
export function warnOfHoles(
  project: Project,
  releases: Releases,
  { remote, there }: { remote: GitRemote; there: TagsThere },
  pushed: readonly Release[],
): void {
  const held = new Set([...there.values(), ...pushed.map(({ oid }) => oid)]);
  const named = new Set(pushed.flatMap(({ seal, previous }) => [seal, previous].flatMap((ref) => ref?.tag ?? [])));
  const missing = releases.all.filter(({ oid }) => named.has(oid) && !held.has(oid)).map(({ tag }) => tag);
  if (remote === null || missing.length === 0) return;
  project.warn(
    `${missing.join(", ")} is not on ${remote}, so mv verify misses it in other clones: mv push ${missing.join(" ")}`,
  );
}
