// mv gc: frees the cache of objects that no branch, tag, stash, reflog entry or working tree of any repository needs.
import { join, resolve } from "node:path";
import { parseSettings } from "../config/config.ts";
import { isMvError, MvError } from "../errors.ts";
import { type Git, openGit } from "../git/git.ts";
import { MANIFEST_MAX_BYTES, parseManifest } from "../model/manifest.ts";
import { readTextFile } from "../platform/files.ts";
import { withLock } from "../platform/locks.ts";
import type { Store, Stored } from "../store/store.ts";
import { changing } from "./change.ts";
import { neededBy, type NeededBytes } from "./gc/needed.ts";
import { forget, registeredIn, type Registered } from "./gc/registered.ts";
import { fetchTargets } from "./objects/fetch.ts";
import { CONFIG_FILE, type Project } from "./project.ts";
import { quoted } from "./targets.ts";

export interface GcInput {
  /** Milliseconds that an object is kept after its last use; of the settings where left out. */
  grace?: number | undefined;
  dryRun?: boolean | undefined;
  /** Repositories that are gone, by a path of theirs: they are asked no more. */
  forget?: readonly string[] | undefined;
}

export interface GcResult {
  dry_run: boolean;
  /** What went; with `dry_run` what would. */
  removed: { sha256: string; size: number }[];
  bytes: number;
  kept: number;
  kept_bytes: number;
  /** Unneeded ones that are younger than the grace age. */
  young: number;
  /** Bytes of rotten objects that were put away before. */
  quarantined: number;
  /** Repositories that use the cache. */
  repositories: string[];
  forgotten: string[];
}

/** Cleans the cache. Nothing else changes any repository that uses it meanwhile. Throws gc-refused, locked. */
export async function gc(project: Project, input: GcInput): Promise<GcResult> {
  return changing(project, async () => {
    const store = await project.store();
    const { others, forgotten } = await otherRepositories(project, input);
    return withAllLocked(
      others.map(({ git }) => git),
      async () => {
        const needed = await neededBy(project.git, recordsOf(project));
        for (const { git, root } of others) {
          add(needed, await ask(root, async () => neededBy(git, await recordsIn(root))));
        }
        await addMembers(project, store, needed);
        const repositories = [project.root, ...others.map(({ root }) => root)];
        return sweep(project, store, needed.shas, input, { repositories, forgotten });
      },
    );
  });
}

function recordsOf({ settings }: Pick<Project, "settings">): string[] {
  return Object.values(settings.models).map(({ record }) => record);
}

/** Paths of another repository's records; without readable settings those of the usual names have to do. */
async function recordsIn(root: string): Promise<string[]> {
  const text = await readTextFile(join(root, CONFIG_FILE), 1 << 20);
  return text === null ? [] : recordsOf(parseSettings(text, CONFIG_FILE));
}

interface Other {
  root: string;
  git: Git;
}

/** The others that use a shared cache. Throws gc-refused where one of them cannot be asked. */
async function otherRepositories(project: Project, input: GcInput): Promise<{ others: Other[]; forgotten: string[] }> {
  const cacheDir = await project.git.config("mversion.cache");
  if (cacheDir === null) return { others: [], forgotten: [] };
  const gone = new Set((input.forget ?? []).map((path) => resolve(project.cwd, path)));
  const others: Other[] = [];
  const forgotten: string[] = [];
  for (const repository of registeredIn(resolve(project.root, cacheDir))) {
    if (repository.commonDir === project.git.commonDir) continue;
    if (gone.has(repository.root) || gone.has(repository.commonDir)) {
      if (input.dryRun !== true) forget(repository);
      forgotten.push(repository.root);
    } else others.push({ root: repository.root, git: await openOther(repository) });
  }
  return { others, forgotten };
}

async function openOther({ root, commonDir }: Registered): Promise<Git> {
  return ask(root, async () => {
    const git = await openGit(root);
    if (git.commonDir === commonDir) return git;
    throw new MvError("gc-refused", "another repository is there now");
  });
}

async function ask<T>(root: string, question: () => Promise<T>): Promise<T> {
  try {
    return await question();
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error);
    // Of Git's own advice the first line says what is wrong.
    const [line = ""] = why.split("\n");
    throw new MvError("gc-refused", `${root} uses the cache too, and cannot be asked what it needs: ${line}`, {
      hint: wayOut(root, why),
      details: { repository: root },
      cause: error,
    });
  }
}

/** A colleague's repository is not gone because this user may not read it. */
function wayOut(root: string, why: string): string {
  const isOthers = /dubious ownership/.test(why);
  if (!isOthers && !/permission denied|not permitted/.test(why)) {
    return `mount it, or see who may read it; where it is gone for good: mv gc --forget ${quoted(root)}`;
  }
  const trust = isOthers ? `, after git config --global --add safe.directory ${quoted(root)}` : "";
  return `it is another user's: mv gc as one who may write there${trust}`;
}

/** Holds the lock of every repository, always in the same order. */
async function withAllLocked<T>(repositories: readonly Git[], work: () => Promise<T>): Promise<T> {
  const sorted = repositories.toSorted((a, b) => (a.commonDir < b.commonDir ? -1 : 1));
  const next = (at: number): Promise<T> => {
    const git = sorted[at];
    if (!git) return work();
    const folder = `${git.commonDir}/mversion`;
    return withLock(folder, "write", () => next(at + 1)).catch((error: unknown) => {
      throw notToBeLocked(git, folder, error) ?? error;
    });
  };
  return next(0);
}

function notToBeLocked({ root }: Git, folder: string, error: unknown): MvError | null {
  const path = isMvError(error) && error.code === "no-write" ? error.details["path"] : undefined;
  if (typeof path !== "string" || !path.startsWith(`${folder}/`) || !isMvError(error)) return null;
  return new MvError("gc-refused", `${root} uses the cache too, and cannot be locked: ${error.message}`, {
    hint: wayOut(root, "permission denied"),
    details: { repository: root },
    cause: error,
  });
}

function add(needed: NeededBytes, more: NeededBytes): void {
  for (const sha of more.shas) needed.shas.add(sha);
  for (const sha of more.folders) needed.folders.add(sha);
}

/** The files of every folder. Whatever of the needed objects is a manifest is taken for one: one too many is no harm. */
async function addMembers(project: Project, store: Store, needed: NeededBytes): Promise<void> {
  await requireManifests(project, store, needed.folders);
  const members: string[] = [];
  for (const sha256 of needed.shas) {
    const isFolder = needed.folders.has(sha256);
    if (isFolder || store.looksLikeManifest(sha256)) members.push(...(await membersOf(store, sha256, isFolder)));
  }
  for (const sha256 of members) needed.shas.add(sha256);
}

async function membersOf(store: Store, sha256: string, isFolder: boolean): Promise<string[]> {
  try {
    const { files } = parseManifest(await store.readBytes(sha256, MANIFEST_MAX_BYTES), sha256);
    return files.flatMap((entry) => ("sha256" in entry ? [entry.sha256] : []));
  } catch (error) {
    if (isMvError(error) && !isFolder) return [];
    throw error;
  }
}

/** Without a folder's manifest nobody knows which objects are its files: it is fetched, or nothing is removed. */
async function requireManifests(project: Project, store: Store, folders: ReadonlySet<string>): Promise<void> {
  const absent = await store.missing(folders);
  if (absent.length === 0) return;
  const targets = absent.map((sha256) => ({
    path: `folder ${sha256.slice(0, 8)}`,
    kind: "directory" as const,
    sha256,
    size: 0,
  }));
  await fetchTargets(project, targets, { only: new Set() });
  const still = await store.missing(absent);
  if (still.length === 0) return;
  throw new MvError(
    "gc-refused",
    `${still.length} folder ${still.length === 1 ? "version's list of files is" : "versions' lists of files are"} not here (${still[0]?.slice(0, 12)}), so it is not known which objects they need`,
    { hint: "mv fetch --all, where a store has them", details: { manifests: still } },
  );
}

function sweep(
  project: Project,
  store: Store,
  needed: ReadonlySet<string>,
  input: GcInput,
  about: Pick<GcResult, "repositories" | "forgotten">,
): GcResult {
  const until = project.now().getTime() - (input.grace ?? project.settings.gc.grace);
  const dryRun = input.dryRun === true;
  const unneeded: Stored[] = [];
  const kept = { count: 0, bytes: 0, young: 0 };
  for (const object of store.list()) {
    const isNeeded = needed.has(object.sha256);
    if (!isNeeded && object.changedMs < until) unneeded.push(object);
    else {
      kept.count += 1;
      kept.bytes += object.size;
      if (!isNeeded) kept.young += 1;
    }
  }
  const removed = (dryRun ? unneeded : store.drop(unneeded)).map(({ sha256, size }) => ({ sha256, size }));
  return {
    dry_run: dryRun,
    removed,
    bytes: removed.reduce((sum, { size }) => sum + size, 0),
    kept: kept.count,
    kept_bytes: kept.bytes,
    young: kept.young,
    quarantined: store.emptyQuarantine(until, dryRun),
    ...about,
  };
}
