// mv restore: bytes back in the tree without moving HEAD: what the pointers say, or those of a version.
import { MvError } from "../errors.ts";
import { withLock } from "../platform/locks.ts";
import { requireNoJournal } from "./journal.ts";
import { arrange, carryOut, leaveOutMissing, requireObjects, saveOrRefuse, type Wanted, wantedOf } from "./materialize.ts";
import type { Project } from "./project.ts";
import { readReleases } from "./releases.ts";
import { readSnapshot } from "./snapshot.ts";
import { take } from "./take.ts";
import { artifactsUnder, rootPath } from "./targets.ts";
import { findVersion, oneModel } from "./versions.ts";

export interface RestoreInput {
  /** VERSION and paths as typed; the first word is a version where it is one and no artifact. */
  words: readonly string[];
  model?: string | undefined;
  affected?: boolean | undefined;
  force?: boolean | undefined;
}

export interface RestoreResult {
  /** Where the bytes came from: "churn 1.0.0", an object, or null for what the pointers say. */
  from: string | null;
  model: string | null;
  /** The version that the record declares now; null where the record did not change. */
  version: string | null;
  written: string[];
  removed: string[];
  unchanged: number;
  saved: { path: string; sha256: string }[];
  affected: { model: string; version: string }[];
  /** Artifacts that are left as pointers only: the cache lacks their bytes. */
  absent: string[];
}

/** Restores artifacts. Fails with would-lose where bytes that are stored nowhere would be overwritten. */
export async function restore(project: Project, input: RestoreInput): Promise<RestoreResult> {
  return withLock(project.stateDir, "write", async () => {
    await requireNoJournal(project);
    const [first, ...rest] = input.words;
    if (first !== undefined && /^[0-9a-f]{64}$/.test(first))
      return restoreObject(project, first, rest, input.force === true);
    const snapshot = await readSnapshot(project, "worktree");
    if (first !== undefined && !isArtifact(project, first, [...snapshot.pointers.keys()]))
      return restoreVersion(project, first, rest, input);
    const paths =
      input.words.length === 0 ? [...snapshot.pointers.keys()] : artifactsUnder(project, snapshot, input.words);
    const wanted = new Map<string, Wanted>();
    for (const path of paths) {
      const pointer = snapshot.pointers.get(path)?.pointer;
      const bytes = pointer && wantedOf(pointer);
      if (bytes) wanted.set(path, bytes);
    }
    return restorePointers(project, wanted, input);
  });
}

function isArtifact(project: Project, word: string, artifacts: readonly string[]): boolean {
  try {
    const path = rootPath(project, word);
    return artifacts.some((artifact) => artifact === path || artifact.startsWith(`${path}/`));
  } catch {
    return word === "." || word === "./";
  }
}

async function restorePointers(
  project: Project,
  wanted: ReadonlyMap<string, Wanted>,
  input: RestoreInput,
): Promise<RestoreResult> {
  const arrangement = await arrange(project, wanted);
  // Named paths must come back; a plain `mv restore` brings what the cache has and says what is absent.
  if (input.words.length > 0) requireObjects(arrangement, "The artifact");
  const absent = leaveOutMissing(arrangement);
  const saved = await saveOrRefuse(project, arrangement, input.force === true);
  await carryOut(project, arrangement);
  return {
    from: null,
    model: null,
    version: null,
    written: arrangement.placements.map((item) => item.key),
    removed: [],
    unchanged: arrangement.unchanged.length,
    saved,
    affected: [],
    absent,
  };
}

async function restoreVersion(
  project: Project,
  word: string,
  paths: readonly string[],
  input: RestoreInput,
): Promise<RestoreResult> {
  const releases = await readReleases(project);
  const found = await findVersion(project, releases, word, input.model);
  const model = oneModel(project, found.model ?? input.model);
  const result = await take(project, releases, {
    found,
    model,
    paths: paths.length > 0 ? paths.map((path) => rootPath(project, path)) : undefined,
    affected: input.affected === true,
    force: input.force === true,
  });
  return { from: found.name, unchanged: 0, absent: [], ...result };
}

// The bytes of one object into one file: how what --force stored comes back.
async function restoreObject(
  project: Project,
  sha256: string,
  paths: readonly string[],
  force: boolean,
): Promise<RestoreResult> {
  const [target] = paths;
  if (target === undefined || paths.length > 1) {
    throw new MvError("usage", "An object goes into one path", { hint: `mv restore ${sha256} PATH` });
  }
  const path = rootPath(project, target);
  const store = await project.store();
  const [lacking] = await store.missing([sha256]);
  if (lacking !== undefined)
    throw new MvError("object-missing", `The cache has no object ${sha256}`, { hint: `mv identify ${sha256}` });
  const arrangement = await arrange(
    project,
    new Map([[path, { kind: "file" as const, sha256, size: await store.sizeOf(sha256) }]]),
  );
  const saved = await saveOrRefuse(project, arrangement, force);
  await carryOut(project, arrangement);
  return {
    from: sha256,
    model: null,
    version: null,
    written: arrangement.placements.map((item) => item.key),
    removed: [],
    unchanged: arrangement.unchanged.length,
    saved,
    affected: [],
    absent: [],
  };
}
