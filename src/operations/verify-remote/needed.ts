// What a store must hold for versions: every object, and who needs it. The lists of files of folders are read from the store itself.
import { remoteTips } from "../../git/changes.ts";
import { isMvError } from "../../errors.ts";
import { MANIFEST_MAX_BYTES, parseManifest } from "../../model/manifest.ts";
import type { Release } from "../../model/release.ts";
import type { Remote } from "../../remotes/remote.ts";
import { together } from "../../remotes/together.ts";
import { artifactTargets, pointerTargets, versionTargets } from "../fetch/targets.ts";
import type { FetchTarget } from "../objects/fetch.ts";
import type { Project } from "../project.ts";
import { readReleases } from "../releases.ts";
import { readSnapshot } from "../snapshot.ts";
import { rememberedTags } from "../tag/remembered.ts";
import { findVersion, oneModel } from "../versions.ts";

const AT_ONCE = 16;

/** Who needs an object: a version or a branch, by an artifact. */
export interface Use {
  what: string;
  path: string;
}

export interface Wanted {
  targets: (FetchTarget & Use)[];
  releases: Release[];
  /** Releases that nobody else has yet, and that are not asked for. */
  unpublished: Release[];
}

export interface NeededThere {
  /** By SHA-256; the size in bytes, null where nobody knows it, as that of a folder's list of files. */
  objects: Map<string, { size: number | null; uses: Use[] }>;
  /** Lists of files that the store gave and whose SHA-256 is right: read already. */
  read: Map<string, number>;
}

/** The versions that are named; without: every release, and every branch of a Git remote, as of the last fetch or push. */
export async function wantedVersions(
  project: Project,
  words: readonly string[],
  model: string | undefined,
): Promise<Wanted> {
  const all = await readReleases(project);
  if (words.length > 0) {
    const wanted: Wanted = { targets: [], releases: [], unpublished: [] };
    for (const word of words) {
      const found = await findVersion(project, all, word, model);
      wanted.targets.push(...(await versionTargets(project, found)).map((target) => ({ ...target, what: found.name })));
      if (found.release) wanted.releases.push(found.release);
    }
    return wanted;
  }
  const mine = new Set((await rememberedTags(project)).map(({ oid }) => oid));
  const chosen = model === undefined ? all.all : all.of(oneModel(project, model));
  const releases = chosen.filter(({ oid }) => !mine.has(oid));
  const released = releases.flatMap((release) =>
    artifactTargets([...release.artifacts, ...release.datasets]).map((target) => ({
      ...target,
      what: nameOf(release),
    })),
  );
  return {
    targets: [...released, ...(model === undefined ? await branchTargets(project) : [])],
    releases,
    unpublished: chosen.filter(({ oid }) => mine.has(oid)),
  };
}

export const nameOf = ({ model, version }: Release): string => `${model} ${version}`;

async function branchTargets(project: Project): Promise<(FetchTarget & Use)[]> {
  const targets: (FetchTarget & Use)[] = [];
  for (const commit of await remoteTips(project.git, "")) {
    const what = (await project.git.branchAt(commit)) ?? commit.slice(0, 7);
    const tree = await readSnapshot(project, { commit }, (path, error) => {
      project.warn(`${what}: ${path} cannot be read: ${error.message}`);
    });
    targets.push(...pointerTargets(tree).map((target) => ({ ...target, what })));
  }
  return targets;
}

/** Every object of the targets. Of a folder whose list of files is not right there, the cache's list counts, where it has one. */
export async function neededThere(
  project: Project,
  remote: Remote,
  targets: readonly (FetchTarget & Use)[],
): Promise<NeededThere> {
  const needed: NeededThere = { objects: new Map(), read: new Map() };
  const members = new Map<string, { sha256: string; size: number }[]>();
  const folders = [...new Set(targets.filter(({ kind }) => kind === "directory").map(({ sha256 }) => sha256))];
  await together(folders, { jobs: AT_ONCE }, async (sha256) => {
    const there = await remote.read(sha256, MANIFEST_MAX_BYTES);
    if (there !== null) needed.read.set(sha256, there.length);
    const bytes = there ?? (await cached(project, sha256));
    if (bytes === null) return;
    const { files } = parseManifest(bytes, sha256);
    members.set(
      sha256,
      files.flatMap((entry) => ("sha256" in entry ? [entry] : [])),
    );
    note(needed, sha256, bytes.length);
  });
  for (const { kind, sha256, size, what, path } of targets) {
    note(needed, sha256, kind === "directory" ? null : size, { what, path });
    for (const member of members.get(sha256) ?? []) note(needed, member.sha256, member.size, { what, path });
  }
  return needed;
}

function note({ objects }: NeededThere, sha256: string, size: number | null, use?: Use): void {
  const known = objects.get(sha256) ?? { size: null, uses: [] };
  objects.set(sha256, known);
  known.size ??= size;
  const isNew = use && !known.uses.some(({ what, path }) => what === use.what && path === use.path);
  if (isNew) known.uses.push(use);
}

async function cached(project: Project, sha256: string): Promise<Buffer | null> {
  const store = await project.store();
  if ((await store.missing([sha256])).length > 0) return null;
  try {
    return await store.readBytes(sha256, MANIFEST_MAX_BYTES);
  } catch (error) {
    if (isMvError(error)) return null;
    throw error;
  }
}
