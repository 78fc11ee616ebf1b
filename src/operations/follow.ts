// Artifacts follow their pointers (rule 8): after a switch, merge or rebase the bytes come from the cache, never over bytes that
// are stored nowhere, and never over the network.
import { join } from "node:path";
import { stagedFiles } from "../git/changes.ts";
import { isMvError } from "../errors.ts";
import { artifactPath, POINTER_SUFFIX } from "../model/paths.ts";
import { parsePointer } from "../model/pointer.ts";
import { readTextFile } from "../platform/files.ts";
import { locked } from "./change.ts";
import { createNames, type Names } from "./follow/names.ts";
import { parseLimit } from "./follow/limit.ts";
import { arrange, type Arrangement, carryOut, type Wanted, wantedOf } from "./materialize.ts";
import type { Project } from "./project.ts";
import { POINTER_MAX_BYTES } from "./snapshot.ts";

/** A hook does not wait long for another command: `mv restore` can do its work later. */
const LOCK_WAIT_MS = 2000;

export interface FollowInput {
  /** The commit that was left, where it is known: pointers that it had and the index has not any more are gone. */
  from: string | null;
  /** A working tree that was not there before: what others of the repository hold says nothing of it. */
  isNewTree?: boolean;
}

export interface FollowResult {
  /** Artifacts that hold other bytes now. Versions where they are known, else short hashes; null: absent. */
  moved: { path: string; from: string | null; to: string }[];
  /** Artifacts without a pointer, whose bytes are in the cache. */
  removed: { path: string; from: string }[];
  /** Artifacts left as they are: their bytes are stored nowhere. `to` null: their pointer is gone. */
  unsaved: { path: string; to: string | null }[];
  /** Artifacts that still hold other bytes, since the cache lacks those of the pointer. */
  absent: { path: string; from: string; to: string }[];
  /** What was left to the user because it is more than mversion.followLimit. */
  postponed: { artifacts: number; bytes: number } | null;
}

/** Brings artifacts to what their pointers say, as far as the cache has the bytes and nothing is lost. */
export async function follow(project: Project, input: FollowInput): Promise<FollowResult> {
  const changed = new Set(await changedPointers(project, input.from));
  const wanted = await wantedPaths(project, changed, input.isNewTree === true);
  const nothing: FollowResult = { moved: [], removed: [], unsaved: [], absent: [], postponed: null };
  if (wanted.size === 0) return nothing;
  return locked(
    project,
    async () => {
      const arrangement = await arrange(project, wanted);
      if (arrangement.placements.length + arrangement.removals.length === 0) return nothing;
      const names = await createNames(project, input.from);
      const result = { ...nothing, ...setAside(arrangement, wanted, changed, names) };
      const bytes = arrangement.placements.reduce((sum, item) => sum + item.size, 0);
      const limit = parseLimit(await project.git.config("mversion.followLimit"));
      if (bytes > limit) return { ...result, postponed: { artifacts: arrangement.placements.length, bytes } };
      await carryOut(project, arrangement);
      for (const { key, current, sha256 } of arrangement.placements)
        result.moved.push({ path: key, ...names.between(key, current?.sha256 ?? null, sha256) });
      for (const { path, bytes: old } of arrangement.removals)
        result.removed.push({ path, from: names.before(path, old.sha256) });
      return result;
    },
    { waitMs: LOCK_WAIT_MS },
  );
}

/** Artifacts whose pointer differs between the commit that was left and the index. */
async function changedPointers(project: Project, from: string | null): Promise<string[]> {
  if (from === null) return [];
  const files = await stagedFiles(project.git, from);
  return files.filter((file) => file.path.endsWith(POINTER_SUFFIX)).map((file) => artifactPath(file.path));
}

/** What paths shall hold (null: gone). An artifact that was last seen with its pointer's bytes is not looked at again. */
async function wantedPaths(
  project: Project,
  changed: ReadonlySet<string>,
  isNewTree: boolean,
): Promise<Map<string, Wanted | null>> {
  const wanted = new Map<string, Wanted | null>();
  const files = await project.git.listFiles("", [POINTER_SUFFIX]);
  if (files.length === 0 && changed.size === 0) return wanted;
  const store = await project.store();
  // A pointer in conflict is not gone: `mv merge` brings its bytes.
  const here = new Set(
    (await project.git.unmerged()).filter((file) => file.endsWith(POINTER_SUFFIX)).map(artifactPath),
  );
  for (const file of files) {
    const path = artifactPath(file.path);
    here.add(path);
    const bytes = await pointedAt(project, file.path);
    if (bytes === null) continue;
    if (isNewTree || changed.has(path) || (await store.known(path))?.sha256 !== bytes.sha256) wanted.set(path, bytes);
  }
  for (const path of changed) {
    // Only what mversion put there, or was given: a file of the user's own is none of ours.
    if (!here.has(path) && (await store.known(path)) !== null) wanted.set(path, null);
  }
  return wanted;
}

/** The bytes a pointer in the working tree names; null where it is absent, external, or cannot be read. */
async function pointedAt(project: Project, file: string): Promise<Wanted | null> {
  try {
    const text = await readTextFile(join(project.root, file), POINTER_MAX_BYTES);
    return text === null ? null : wantedOf(parsePointer(text, file));
  } catch (error) {
    // A conflict, or a broken file: `mv status` and `mv check` say so.
    if (isMvError(error)) return null;
    throw error;
  }
}

/** Takes out of the arrangement what must stay as it is, and says it where the pointer moved just now. */
function setAside(
  arrangement: Arrangement,
  wanted: ReadonlyMap<string, Wanted | null>,
  changed: ReadonlySet<string>,
  names: Names,
): Pick<FollowResult, "unsaved" | "absent"> {
  const unsaved = new Set(arrangement.unsaved.map((item) => item.path));
  const lacking = new Set(arrangement.missing.map((item) => item.path));
  const absent = arrangement.placements.flatMap(({ key, current, sha256 }) =>
    lacking.has(key) && current !== null && !unsaved.has(key) && changed.has(key)
      ? [{ path: key, from: names.before(key, current.sha256), to: names.after(key, sha256) }]
      : [],
  );
  arrangement.placements = arrangement.placements.filter((item) => !unsaved.has(item.key) && !lacking.has(item.key));
  arrangement.removals = arrangement.removals.filter((item) => !unsaved.has(item.path));
  const left = [...unsaved].filter((path) => changed.has(path));
  return {
    absent,
    unsaved: left.map((path) => {
      const target = wanted.get(path) ?? null;
      return { path, to: target === null ? null : names.after(path, target.sha256) };
    }),
  };
}
