// mv evict: room in the cache, of what a remote holds. Each object is confirmed by asking a remote now; an only copy stays.
import { MvError } from "../errors.ts";
import { locked } from "./change.ts";
import { heldSomewhere, rememberEvicted } from "./evict/remembered.ts";
import { artifactTargets, chosenTargets, pointerTargets } from "./fetch/targets.ts";
import type { FetchTarget } from "./objects/fetch.ts";
import { withKnownRemotes } from "./objects/known-remotes.ts";
import type { Project } from "./project.ts";
import { readReleases } from "./releases.ts";
import { openProjectRemote } from "./remotes.ts";
import { readSnapshot } from "./snapshot.ts";

export interface EvictInput {
  /** Versions, artifacts, folders or globs; none: everything in the cache. */
  words: readonly string[];
  model?: string | undefined;
  /** Keep what the newest releases of each model need, so many, and what the pointers here say. */
  keepLast?: number | undefined;
  dryRun?: boolean | undefined;
}

export interface EvictResult {
  /** Objects that left the cache, or with `dry_run` would, and their bytes. */
  objects: number;
  bytes: number;
  /** Objects that stay because no remote has them, and their bytes. */
  only_here: { objects: number; bytes: number };
  dry_run: boolean;
}

type Sized = { sha256: string; size: number };

/**
 * Evicts. What was named and no remote holds fails with only-copy; nothing is evicted then. Manifests of folders stay: they are
 * small, and tell what else to fetch.
 */
export async function evict(project: Project, input: EvictInput): Promise<EvictResult> {
  const store = await project.store();
  if (Object.keys((await withKnownRemotes(project)).settings.remotes).length === 0) {
    await openProjectRemote(project, null);
  }
  const candidates = await candidatesOf(project, input);
  const kept = await keptObjects(project, input);
  const objects = candidates.filter(({ sha256 }) => !kept.has(sha256));
  const held = await heldSomewhere(project, objects);
  const only = objects.filter(({ sha256 }) => !held.has(sha256));
  if (input.words.length > 0) requireCopies(only, input.words);
  const leaving = objects.filter(({ sha256 }) => held.has(sha256));
  const shas = leaving.map(({ sha256 }) => sha256);
  if (!input.dryRun && shas.length > 0) {
    // A checkout that is under way may be about to place them.
    await locked(project, async () => {
      await rememberEvicted(project, shas);
      await store.drop(shas);
    });
  }
  return {
    objects: leaving.length,
    bytes: sum(leaving),
    only_here: { objects: only.length, bytes: sum(only) },
    dry_run: input.dryRun === true,
  };
}

/** What the cache has of the words' artifacts, or all that it has; without manifests. */
async function candidatesOf(project: Project, { words, model }: EvictInput): Promise<Sized[]> {
  const store = await project.store();
  if (words.length === 0) {
    const manifests = new Set((await namedTargets(project)).filter(isFolder).map(({ sha256 }) => sha256));
    return (await store.list()).filter(({ sha256 }) => !manifests.has(sha256));
  }
  const objects = await filesOf(project, (await chosenTargets(project, words, model)).targets);
  const absent = new Set(await store.missing(objects.keys()));
  return [...objects.values()].filter(({ sha256 }) => !absent.has(sha256));
}

const isFolder = ({ kind }: FetchTarget): boolean => kind === "directory";

/** The files' objects of artifacts, by SHA-256; nothing of a folder whose manifest is not here. */
async function filesOf(project: Project, targets: readonly FetchTarget[]): Promise<Map<string, Sized>> {
  const store = await project.store();
  const objects = new Map<string, Sized>();
  for (const { kind, sha256, size } of targets) {
    if (kind === "file") objects.set(sha256, { sha256, size });
    else if ((await store.missing([sha256])).length === 0) {
      for (const object of await store.need({ kind, sha256 })) {
        if (object.sha256 !== sha256) objects.set(object.sha256, object);
      }
    }
  }
  return objects;
}

/** All artifacts that releases and the pointers here name. */
async function namedTargets(project: Project): Promise<FetchTarget[]> {
  const { all } = await readReleases(project);
  const released = all.flatMap((release) => artifactTargets([...release.artifacts, ...release.datasets]));
  return [...released, ...pointerTargets(await readSnapshot(project, "worktree", () => undefined))];
}

async function keptObjects(project: Project, { keepLast }: EvictInput): Promise<ReadonlySet<string>> {
  const targets: FetchTarget[] = [];
  const pointers = pointerTargets(await readSnapshot(project, "worktree", () => undefined));
  // With links into the cache the working tree has no bytes of its own.
  const isLinked = (await project.git.config("mversion.link")) === "symlink";
  if (isLinked || keepLast !== undefined) targets.push(...pointers);
  if (keepLast !== undefined && keepLast > 0) {
    const releases = await readReleases(project);
    for (const model of new Set(releases.all.map((release) => release.model))) {
      for (const release of releases.of(model).slice(-keepLast)) {
        targets.push(...artifactTargets([...release.artifacts, ...release.datasets]));
      }
    }
  }
  return new Set((await filesOf(project, targets)).keys());
}

function requireCopies(only: readonly Sized[], words: readonly string[]): void {
  if (only.length === 0) return;
  const what = only.length === 1 ? "1 object is" : `${only.length} objects are`;
  throw new MvError(
    "only-copy",
    `${what} in this cache alone: no remote confirms to have what ${words.join(", ")} needs`,
    {
      hint: "mv push, then repeat",
      details: { objects: only.slice(0, 100).map(({ sha256 }) => sha256) },
    },
  );
}

function sum(objects: readonly Sized[]): number {
  return objects.reduce((total, { size }) => total + size, 0);
}
