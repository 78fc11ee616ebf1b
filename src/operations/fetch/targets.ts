// What a user means by the words of fetch and pull: versions, artifacts, folders or globs.
import { relative, sep } from "node:path";
import { isMvError, MvError } from "../../errors.ts";
import { branchTips, remoteTips } from "../../git/changes.ts";
import type { Artifact } from "../../model/content.ts";
import { createGlob } from "../mvignore.ts";
import type { FetchTarget } from "../objects/fetch.ts";
import type { Project } from "../project.ts";
import { readReleases, type Releases } from "../releases.ts";
import { readSnapshot, type Snapshot } from "../snapshot.ts";
import { artifactsUnder, leadsInside } from "../targets.ts";
import { findVersion, type Found } from "../versions.ts";

/** The bytes that words mean; of the working tree's pointers where there are none. */
export interface Chosen {
  targets: FetchTarget[];
  /** Those of them that versions named. */
  versions: FetchTarget[];
  /** Artifacts that were meant by their path: pull puts these in place. Null: all of the working tree. */
  paths: ReadonlySet<string> | null;
}

/** A word is an artifact or a folder of them, else a glob where it has a `*`, `?` or `[`, else a version. */
export async function chosenTargets(project: Project, words: readonly string[], model?: string): Promise<Chosen> {
  const snapshot = await worktree(project);
  if (words.length === 0) return { targets: pointerTargets(withoutKeptOut(snapshot)), versions: [], paths: null };
  const paths = new Set<string>();
  const versions: FetchTarget[] = [];
  let releases: Releases | undefined;
  for (const word of words) {
    const named = namedArtifacts(project, snapshot, word);
    for (const path of named ?? []) paths.add(path);
    if (named !== null) continue;
    releases ??= await readReleases(project);
    const found = await findVersion(project, releases, word, model).catch((error: unknown) => {
      throw leadsInside(project, snapshot, word) ?? error;
    });
    versions.push(...(await versionTargets(project, found)));
  }
  const chosen = pointerTargets(snapshot).filter(({ path }) => paths.has(path));
  return { targets: [...chosen, ...versions], versions, paths };
}

/** All that releases name, and what the tips of all branches point to, of remotes too. */
export async function allTargets(project: Project): Promise<FetchTarget[]> {
  const { all } = await readReleases(project);
  const released = all.flatMap((release) => artifactTargets([...release.artifacts, ...release.datasets]));
  const tips = new Set([...(await branchTips(project.git)), ...(await remoteTips(project.git, ""))]);
  const pointed: FetchTarget[] = [];
  for (const commit of tips) pointed.push(...pointerTargets(await readSnapshot(project, { commit }, () => undefined)));
  return unique([...pointerTargets(await worktree(project)), ...pointed, ...released]);
}

/** What a version needs: what its release names, else the pointers of its commit. */
export async function versionTargets(project: Project, { release, commit }: Found): Promise<FetchTarget[]> {
  if (release) return artifactTargets([...release.artifacts, ...release.datasets]);
  return pointerTargets(await readSnapshot(project, { commit }));
}

function worktree(project: Project): Promise<Snapshot> {
  return readSnapshot(project, "worktree", (path, error) => project.warn(`${path} cannot be read: ${error.message}`));
}

function namedArtifacts(project: Project, snapshot: Snapshot, word: string): string[] | null {
  try {
    return artifactsUnder(project, snapshot, [word]);
  } catch (error) {
    if (!isMvError(error)) throw error;
    if (!/[*?[]/.test(word)) return null;
  }
  const folder = relative(project.root, project.cwd).split(sep).join("/");
  const matches = createGlob(folder, word);
  const found = [...snapshot.pointers.keys()].filter(matches);
  if (found.length > 0) return found;
  throw (
    leadsInside(project, snapshot, word) ??
    new MvError("not-tracked", `No artifact matches ${word}`, { hint: "mv status" })
  );
}

/** What a sparse checkout leaves out is fetched by name. */
function withoutKeptOut({ records, pointers }: Snapshot): Snapshot {
  return { records, pointers: new Map([...pointers].filter(([, file]) => !file.keptOut)) };
}

export function pointerTargets(snapshot: Snapshot): FetchTarget[] {
  return artifactTargets(
    [...snapshot.pointers].map(([path, { pointer }]) => {
      const { kind, sha256, size } = pointer;
      return { path, kind, sha256, size };
    }),
  );
}

export function artifactTargets(artifacts: readonly Artifact[]): FetchTarget[] {
  return artifacts.flatMap(({ path, kind, sha256, size }) =>
    kind === "external" ? [] : [{ path, kind, sha256, size }],
  );
}

/** The same bytes once, under the first of their paths. */
export function unique<T extends { sha256: string; kind: string }>(targets: readonly T[]): T[] {
  const seen = new Map<string, T>();
  for (const target of targets) {
    const key = `${target.kind} ${target.sha256}`;
    if (!seen.has(key)) seen.set(key, target);
  }
  return [...seen.values()];
}
