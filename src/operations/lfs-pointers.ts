// LFS pointers to what a Git host's LFS server holds, on a ref that is pushed: a forge deletes objects that no pointer in the
// repository names, and a stock client fetches by pointers alone.
import { createHash } from "node:crypto";
import { isMvError } from "../errors.ts";
import { askRemoteRef, commitBeside, fetchRef, moveRef } from "../git/side-branch.ts";
import { formatLfsPointer, LFS_POINTER_MAX_BYTES, parseLfsPointer } from "../model/lfs-pointer.ts";
import type { ObjectRef } from "../remotes/remote.ts";
import type { Project } from "./project.ts";

/** Holds `ab/abcdef…`, an LFS pointer per object; it only ever grows. */
export const LFS_REF = "refs/mversion/lfs";
/** Pushes that others get ahead of. */
const TRIES = 5;

/** Where the ref of a Git remote was when it was last seen. */
function seenRef(remote: string): string {
  // A name or an address: not every one may be part of a ref.
  return `refs/mversion/remotes/${createHash("sha256").update(remote).digest("hex").slice(0, 16)}/lfs`;
}

/** Where the ref has the pointer to an object. */
export function lfsPointerPath(sha256: string): string {
  return `${sha256.slice(0, 2)}/${sha256}`;
}

/** Notes pointers to objects on LFS_REF here, for the next push: nobody is asked. */
export async function noteLfsPointers(project: Project, objects: readonly ObjectRef[]): Promise<void> {
  await keep(project, null, objects);
}

/**
 * Runs a push to a Git host whose LFS server holds objects: `push` gets the refs that go along with its own, at most LFS_REF,
 * and is run again where somebody else was quicker with that one. Returns what `push` returned last; throws MvError unreachable
 * where the remote cannot be asked.
 */
export async function withLfsPointers<T>(
  project: Project,
  gitRemote: string,
  push: (refs: readonly string[]) => Promise<T>,
): Promise<T> {
  for (let tried = 1; ; tried += 1) {
    const theirs = await seeTheirs(project, gitRemote);
    const ours = await keep(project, theirs, []);
    const isAhead = ours !== null && ours !== theirs;
    try {
      const done = await push(isAhead ? [LFS_REF] : []);
      return done;
    } catch (error) {
      const isRace = isAhead && tried < TRIES && (await askRemoteRef(project.git, gitRemote, LFS_REF)) !== theirs;
      if (!isRace) throw error;
    }
  }
}

/**
 * Adds pointers to LFS_REF on top of `theirs`, what a Git remote has there: that stays a part of it, so that it can be pushed
 * without force. Returns what LFS_REF holds now.
 */
async function keep(project: Project, theirs: string | null, objects: readonly ObjectRef[]): Promise<string | null> {
  const { git } = project;
  const ours = await git.readRef(LFS_REF);
  const parents = await tipsOf(project, theirs, ours);
  const [base, ...others] = parents;
  const known = new Map(base === undefined ? [] : (await git.listFiles(base)).map(({ path, oid }) => [path, oid]));
  const files = new Map<string, Uint8Array>();
  for (const other of others) {
    // Ours was written by this machine: where the two differ, theirs is no pointer to the object of that name.
    const lacking = (await git.listFiles(other)).filter(({ path, oid }) => known.get(path) !== oid);
    const blobs = await git.readObjects(lacking.map(({ oid }) => oid));
    for (const { path, oid } of lacking) files.set(path, blobs.get(oid)?.bytes ?? Buffer.alloc(0));
  }
  for (const object of objects) {
    const bytes = Buffer.from(formatLfsPointer(object));
    const path = lfsPointerPath(object.sha256);
    if (bytes.length > 0 && known.get(path) !== blobOid(bytes, base)) files.set(path, bytes);
  }
  if (files.size > 0 || others.length > 0) {
    const message = "Keep the objects of models\n\nEach file is a Git LFS pointer to an object that mversion pushed.\n";
    const sorted = [...files].toSorted(([a], [b]) => (a < b ? -1 : 1)).map(([path, bytes]) => ({ path, bytes }));
    await commitBeside(git, { ref: LFS_REF, parents, files: sorted, message });
  } else if (base !== undefined && base !== ours) await moveRef(git, LFS_REF, base);
  return git.readRef(LFS_REF);
}

/** Size in bytes of an object by its pointer, here or on the Git remote; null where there is none or it cannot be had. */
export async function lfsPointerSize(project: Project, gitRemote: string, sha256: string): Promise<number | null> {
  const here = await sizeIn(project, LFS_REF, sha256);
  if (here !== null) return here;
  try {
    await seeTheirs(project, gitRemote);
    return await sizeIn(project, seenRef(gitRemote), sha256);
  } catch (error) {
    if (isMvError(error)) return null;
    throw error;
  }
}

async function sizeIn({ git }: Project, ref: string, sha256: string): Promise<number | null> {
  const rev = await git.readRef(ref);
  const [bytes] = rev === null ? [] : await git.readPaths([{ rev, path: lfsPointerPath(sha256) }]);
  if (!bytes || bytes.length > LFS_POINTER_MAX_BYTES) return null;
  const pointer = parseLfsPointer(bytes.toString("utf8"));
  return pointer?.sha256 === sha256 ? pointer.size : null;
}

async function seeTheirs({ git }: Project, gitRemote: string): Promise<string | null> {
  const theirs = await askRemoteRef(git, gitRemote, LFS_REF);
  const seen = seenRef(gitRemote);
  if (theirs !== null && (await git.readRef(seen)) !== theirs) await fetchRef(git, gitRemote, LFS_REF, seen);
  return theirs;
}

/** The commits that the next one has to stand on: theirs, ours, or both where neither leads to the other. */
async function tipsOf({ git }: Project, theirs: string | null, ours: string | null): Promise<string[]> {
  if (theirs === null || ours === null || theirs === ours) return [theirs ?? ours].filter((oid) => oid !== null);
  if (await git.isAncestor(ours, theirs)) return [theirs];
  return (await git.isAncestor(theirs, ours)) ? [ours] : [theirs, ours];
}

/** The oid that Git gives a blob, in the hash of the repository that `like` is from. */
function blobOid(bytes: Uint8Array, like: string | undefined): string {
  const hash = createHash(like?.length === 64 ? "sha256" : "sha1");
  return hash.update(`blob ${bytes.length}\0`).update(bytes).digest("hex");
}
