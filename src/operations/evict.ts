// mv evict: room in the cache, of what a remote holds. Each object is confirmed by asking a remote now, and no gc of the
// remote takes it; an only copy stays.
import { MvError } from "../errors.ts";
import type { Store } from "../store/store.ts";
import { locked } from "./change.ts";
import { keptSomewhere } from "./evict/kept-somewhere.ts";
import { rememberEvicted } from "./evict/remembered.ts";
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
  /** Objects that stay because nothing that names them is pushed to Git, so that a gc of the store may take its copy. */
  unpublished: { objects: number; bytes: number };
  dry_run: boolean;
}

type Cached = ReturnType<Store["drop"]>[number];

/**
 * Evicts. What was named and no remote holds fails with only-copy; nothing is evicted then. Manifests of folders stay: they are
 * small, and tell what else to fetch.
 */
export async function evict(project: Project, input: EvictInput): Promise<EvictResult> {
  if (Object.keys((await withKnownRemotes(project)).settings.remotes).length === 0) {
    await openProjectRemote(project, null);
  }
  const candidates = await candidatesOf(project, input);
  const kept = await keptObjects(project, input);
  const objects = candidates.filter(({ sha256 }) => !kept.has(sha256));
  const { kept: safe, unpublished } = await keptSomewhere(project, objects);
  const only = objects.filter(({ sha256 }) => !safe.has(sha256) && !unpublished.has(sha256));
  const mine = objects.filter(({ sha256 }) => unpublished.has(sha256));
  if (input.words.length > 0) {
    requireCopies(only, input.words);
    requirePublished(mine, input.words);
  }
  const confirmed = objects.filter(({ sha256 }) => safe.has(sha256));
  const leaving = input.dryRun || confirmed.length === 0 ? confirmed : await drop(project, confirmed);
  return {
    objects: leaving.length,
    bytes: sum(leaving),
    only_here: { objects: only.length, bytes: sum(only) },
    unpublished: { objects: mine.length, bytes: sum(mine) },
    dry_run: input.dryRun === true,
  };
}

/** Removes what was not used since it was confirmed. A checkout that is under way may be about to place it. */
async function drop(project: Project, objects: readonly Cached[]): Promise<Cached[]> {
  const store = await project.store();
  return locked(project, async () => {
    await rememberEvicted(
      project,
      objects.map(({ sha256 }) => sha256),
    );
    return store.drop(objects);
  });
}

/** What the cache has of the words' artifacts, or all that it has; without manifests. */
async function candidatesOf(project: Project, { words, model }: EvictInput): Promise<Cached[]> {
  const cached = [...(await project.store()).list()];
  if (words.length === 0) {
    const manifests = new Set((await namedTargets(project)).filter(isFolder).map(({ sha256 }) => sha256));
    return cached.filter(({ sha256 }) => !manifests.has(sha256));
  }
  const files = await filesOf(project, (await chosenTargets(project, words, model)).targets);
  return cached.filter(({ sha256 }) => files.has(sha256));
}

const isFolder = ({ kind }: FetchTarget): boolean => kind === "directory";

/** The SHA-256 of the files of artifacts; nothing of a folder whose manifest is not here. */
async function filesOf(project: Project, targets: readonly FetchTarget[]): Promise<Set<string>> {
  const store = await project.store();
  const files = new Set<string>();
  for (const { kind, sha256 } of targets) {
    if (kind === "file") files.add(sha256);
    else if ((await store.missing([sha256])).length === 0) {
      for (const object of await store.need({ kind, sha256 })) if (object.sha256 !== sha256) files.add(object.sha256);
    }
  }
  return files;
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
  return filesOf(project, targets);
}

function requireCopies(only: readonly Cached[], words: readonly string[]): void {
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

function requirePublished(mine: readonly Cached[], words: readonly string[]): void {
  if (mine.length === 0) return;
  const what = mine.length === 1 ? "1 object is" : `${mine.length} objects are`;
  throw new MvError(
    "only-copy",
    `${what} safe in this cache alone: Git has nothing that names what ${words.join(", ")} needs, so a gc of the store may take it`,
    {
      hint: "mv push, then repeat",
      details: { objects: mine.slice(0, 100).map(({ sha256 }) => sha256) },
    },
  );
}

function sum(objects: readonly Cached[]): number {
  return objects.reduce((total, { size }) => total + size, 0);
}
