// mv restore: bytes back in the tree without moving HEAD: what the pointers say, or those of a version.
import { resolve } from "node:path";
import { isMvError, MvError } from "../errors.ts";
import { lstatOrNull } from "../platform/stat.ts";
import { carryOutChange, changing } from "./change.ts";
import { modelFlag } from "./check/suggest.ts";
import {
  leaveOutMissing,
  requireObjects,
  type SavedBytes,
  saveOrRefuse,
  type Wanted,
  wantedOf,
} from "./materialize.ts";
import type { NextCommands } from "./next-commands.ts";
import { arrangeFetching } from "./objects/arrange.ts";
import type { Project } from "./project.ts";
import { readReleases, type Releases } from "./releases.ts";
import { isObjectName, objectWanted } from "./restore/object.ts";
import { readSnapshot, type Snapshot } from "./snapshot.ts";
import { freeVersion } from "./tag/free.ts";
import { take } from "./take.ts";
import { artifactsUnder, leadsInside, quoted, rootPath } from "./targets.ts";
import { findVersion, type Found, modelNames, oneModel, warnIfRetracted } from "./versions.ts";

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
  /** Where that version is released with other bytes: the commands that give these a number of their own. */
  next: NextCommands | null;
  written: string[];
  removed: string[];
  unchanged: number;
  saved: SavedBytes[];
  affected: { model: string; version: string }[];
  /** Artifacts that are left as pointers only: the cache lacks their bytes. */
  absent: string[];
}

/** Restores artifacts. Fails with would-lose where bytes that are stored nowhere would be overwritten. */
export async function restore(project: Project, input: RestoreInput): Promise<RestoreResult> {
  const work = async (): Promise<RestoreResult> => {
    const [first, ...rest] = input.words;
    const force = input.force === true;
    if (first !== undefined && isObjectName(first)) return restoreObject(project, first, rest, force);
    const snapshot = await readSnapshot(project, "worktree", (path, error) => {
      project.warn(`${path} cannot be read: ${error.message}`);
    });
    if (first !== undefined && !isArtifact(project, snapshot, first)) {
      return restoreVersion(project, snapshot, first, rest, input);
    }
    const known = [...snapshot.pointers].flatMap(([path, file]) => (file.keptOut ? [] : [path]));
    const paths = first === undefined ? known : artifactsUnder(project, snapshot, input.words);
    const wanted = new Map<string, Wanted>();
    for (const path of paths) {
      const pointer = snapshot.pointers.get(path)?.pointer;
      const bytes = pointer && wantedOf(pointer);
      if (bytes) wanted.set(path, bytes);
    }
    return bring(project, wanted, { from: null, named: first === undefined ? null : input.words.join(" "), force });
  };
  return changing(project, work, { withoutIndex: true });
}

function isArtifact(project: Project, snapshot: Snapshot, word: string): boolean {
  try {
    return artifactsUnder(project, snapshot, [word]).length > 0;
  } catch (error) {
    if (isMvError(error)) return false;
    throw error;
  }
}

/** Brings bytes without touching pointers and records. */
async function bring(
  project: Project,
  wanted: ReadonlyMap<string, Wanted>,
  about: { from: string | null; named: string | null; force: boolean },
): Promise<RestoreResult> {
  const arrangement = await arrangeFetching(project, wanted);
  // Named paths must come back; a plain `mv restore` brings what the cache has and says what is absent.
  if (about.named !== null) requireObjects(arrangement, about.named);
  const absent = leaveOutMissing(arrangement);
  if (absent.length > 0 && arrangement.obstacle) project.warn(arrangement.obstacle.message);
  const saved = await saveOrRefuse(project, arrangement, about.force);
  if (arrangement.placements.length > 0) {
    const from = await project.git.head();
    const change = { verb: "restore" as const, from, to: null, wanted: Object.fromEntries(wanted), files: {} };
    await carryOutChange(project, change, arrangement);
  }
  return {
    from: about.from,
    model: null,
    version: null,
    next: null,
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
  snapshot: Snapshot,
  word: string,
  typed: readonly string[],
  input: RestoreInput,
): Promise<RestoreResult> {
  const releases = await readReleases(project);
  const found = await versionOrPath(project, snapshot, releases, word, input.model);
  warnIfRetracted(project, releases, found);
  const all = typed.some((path) => resolve(project.cwd, path) === project.root);
  const paths = typed.length === 0 ? undefined : all ? [""] : typed.map((path) => rootPath(project, path));
  const model = await modelMeant(project, found, paths, input.model);
  const { overwrites, ...result } = await take(project, releases, {
    verb: "restore",
    found,
    model,
    paths,
    affected: input.affected === true,
    force: input.force === true,
  });
  const free = overwrites ? await freeVersion(project, snapshot, releases, model) : null;
  const next = free && { tag: `mv tag ${free.tag} -m WHY`, draft: `mv bump draft${modelFlag(project, model)}` };
  return { from: found.name, absent: [], next, ...result };
}

/** A word that is no version may be a path that holds no artifact. */
async function versionOrPath(
  project: Project,
  snapshot: Snapshot,
  releases: Releases,
  word: string,
  model?: string,
): Promise<Found> {
  try {
    return await findVersion(project, releases, word, model);
  } catch (error) {
    const inside = isMvError(error) && error.code === "unknown-version" ? leadsInside(project, snapshot, word) : null;
    if (inside) throw inside;
    const isPath = lstatOrNull(resolve(project.cwd, word)) !== null;
    if (!isPath || !isMvError(error) || error.code !== "unknown-version") throw error;
    throw new MvError("not-tracked", `${word} holds no artifact`, { hint: `mv add ${quoted(word)}`, cause: error });
  }
}

/** The model that is named, that was released, or that alone lists the paths. */
async function modelMeant(
  project: Project,
  found: Found,
  paths: readonly string[] | undefined,
  named: string | undefined,
): Promise<string> {
  const model = found.model ?? named;
  if (model !== undefined || !paths) return oneModel(project, model);
  const then = await readSnapshot(project, { commit: found.commit });
  const listing = modelNames(project).filter((name) =>
    then.records
      .get(name)
      ?.record.artifacts.some(({ path }) => paths.some((wanted) => path === wanted || path.startsWith(`${wanted}/`))),
  );
  const [only, ...others] = listing;
  return oneModel(project, only !== undefined && others.length === 0 ? only : undefined);
}

/** A path that ends in "/", or whose pointer is a folder's, gets a folder back. */
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
  const pointer = (await readSnapshot(project, "worktree", () => undefined)).pointers.get(path)?.pointer;
  const wanted = await objectWanted(project, sha256, target.endsWith("/") || pointer?.kind === "directory");
  return bring(project, new Map([[path, wanted]]), { from: sha256, named: target, force });
}
