// Brings artifacts on disk to wanted bytes: what must be written, what must go, and what would be lost by it.
import { join } from "node:path";
import { MvError } from "../errors.ts";
import type { Pointer } from "../model/pointer.ts";
import { insideTree } from "../platform/files.ts";
import type { Bytes, Placement } from "../store/store.ts";
import { readIgnored } from "./mvignore.ts";
import type { Project } from "./project.ts";
import { fromHere } from "./targets.ts";

/** The bytes that a path shall hold. */
export interface Wanted {
  kind: "file" | "directory";
  sha256: string;
  size: number;
  xxh64?: string | undefined;
  executable?: boolean | undefined;
}

export interface Arrangement {
  placements: Placement[];
  /** Artifacts that go: nothing points to them any more. */
  removals: { path: string; bytes: Bytes }[];
  /** Paths whose bytes are stored nowhere and would be overwritten or removed. */
  unsaved: { path: string; bytes: Bytes }[];
  /** Wanted objects that the cache lacks, by path. */
  missing: { path: string; sha256: string }[];
  /** Paths that hold the wanted bytes already. */
  unchanged: string[];
  /** Remotes may be asked: what one holds may leave the cache, where the disk has no room for object and file. */
  mayAsk?: true;
  /** Why remotes could not give what is missing, where they were asked. */
  obstacle?: MvError;
}

/** Bytes that were stored before they were overwritten. */
export interface SavedBytes {
  path: string;
  kind: "file" | "directory";
  sha256: string;
}

export function wantedOf(pointer: Pointer): Wanted | null {
  if (pointer.kind === "external") return null;
  const { kind, sha256, size, xxh64, executable } = pointer;
  return { kind, sha256, size, xxh64, executable: executable === true };
}

/** Compares the disk with what is wanted (null: the path shall be gone). Touches nothing. */
export async function arrange(project: Project, wanted: ReadonlyMap<string, Wanted | null>): Promise<Arrangement> {
  const store = await project.store();
  const result: Arrangement = { placements: [], removals: [], unsaved: [], missing: [], unchanged: [] };
  for (const [path, target] of wanted) {
    const absolute = await insideTree(project.root, path);
    const ignored = await readIgnored(project, path);
    const current = await store.look(absolute, path, { ignored });
    if (target && holds(current, target)) {
      result.unchanged.push(path);
      continue;
    }
    const { lost, lacking } = await changesBetween(project, current, target);
    if (current !== null && (await store.missing(lost)).length > 0) result.unsaved.push({ path, bytes: current });
    if (target === null) {
      if (current !== null) result.removals.push({ path, bytes: current });
      continue;
    }
    for (const sha256 of lacking) result.missing.push({ path, sha256 });
    result.placements.push({
      absolute,
      key: path,
      kind: target.kind,
      sha256: target.sha256,
      size: target.size,
      ...(target.xxh64 === undefined ? {} : { xxh64: target.xxh64 }),
      ...(target.executable === undefined ? {} : { executable: target.executable }),
      current,
    });
  }
  return result;
}

function holds(current: Bytes | null, target: Wanted): boolean {
  if (current === null || current.sha256 !== target.sha256 || current.kind !== target.kind) return false;
  return current.kind === "directory" || target.executable === undefined || current.executable === target.executable;
}

/**
 * The objects that a path holds now and would not hold any more, and those it would need that the cache lacks. Of two folders
 * only the files that differ count: the others stay where they are.
 */
async function changesBetween(
  project: Project,
  current: Bytes | null,
  target: Wanted | null,
): Promise<{ lost: string[]; lacking: string[] }> {
  const store = await project.store();
  const lackingTop = target === null ? [] : await store.missing([target.sha256]);
  if (target === null || target.kind === "file" || lackingTop.length > 0) {
    return { lost: objectsOf(current), lacking: lackingTop };
  }
  const changes = await store.changes(current, target.sha256);
  const lacking = await store.missing(
    changes.flatMap(({ after }) => (after && "sha256" in after ? [after.sha256] : [])),
  );
  if (current?.kind !== "directory") return { lost: objectsOf(current), lacking };
  return { lost: changes.flatMap(({ before }) => (before && "sha256" in before ? [before.sha256] : [])), lacking };
}

/** Whether every byte of it is in the cache, so that nothing is lost when the path is overwritten. */
export async function isSaved(project: Project, bytes: Bytes): Promise<boolean> {
  return (await (await project.store()).missing(objectsOf(bytes))).length === 0;
}

function objectsOf(bytes: Bytes | null): string[] {
  if (bytes === null) return [];
  return bytes.kind === "file"
    ? [bytes.sha256]
    : bytes.entries.flatMap((entry) => ("sha256" in entry ? [entry.sha256] : []));
}

/** The objects of an artifact that the cache lacks; of a folder whose manifest is not here, the manifest. */
export async function lackingObjects(project: Project, target: Wanted): Promise<string[]> {
  const store = await project.store();
  const [top] = await store.missing([target.sha256]);
  if (top !== undefined) return [top];
  if (target.kind === "file") return [];
  const objects = await store.need({ kind: target.kind, sha256: target.sha256 });
  return store.missing(objects.map((object) => object.sha256));
}

/** Takes out those of the paths that hold bytes stored nowhere: somebody works on them. */
export function leaveOutUnsaved(arrangement: Arrangement, paths: { has(path: string): boolean }): void {
  const left = new Set(arrangement.unsaved.map((item) => item.path).filter((path) => paths.has(path)));
  arrangement.unsaved = arrangement.unsaved.filter((item) => !left.has(item.path));
  arrangement.placements = arrangement.placements.filter((item) => !left.has(item.key));
  arrangement.missing = arrangement.missing.filter((item) => !left.has(item.path));
}

/** Takes out the artifacts whose bytes the cache lacks, except those that `must` be there. Returns their paths. */
export function leaveOutMissing(arrangement: Arrangement, must?: { has(path: string): boolean }): string[] {
  const lacking = new Set(arrangement.missing.map((item) => item.path).filter((path) => must?.has(path) !== true));
  arrangement.missing = arrangement.missing.filter((item) => !lacking.has(item.path));
  arrangement.placements = arrangement.placements.filter((item) => !lacking.has(item.key));
  arrangement.unsaved = arrangement.unsaved.filter((item) => !lacking.has(item.path));
  return [...lacking];
}

/**
 * Fails where a wanted object is not in the cache: with what the remotes said, where they were asked for it, else with
 * object-missing.
 */
export function requireObjects(arrangement: Arrangement, name: string): void {
  const [first] = arrangement.missing;
  if (!first) return;
  if (arrangement.obstacle) throw arrangement.obstacle;
  const paths = [...new Set(arrangement.missing.map((item) => item.path))];
  throw new MvError(
    "object-missing",
    `${name} cannot be brought back: ${paths.length === 1 ? first.path : `${paths.length} artifacts`} ${paths.length === 1 ? "is" : "are"} not in the cache`,
    {
      hint: "mv push where it was added, or copy its objects into the cache",
      details: { objects: arrangement.missing.slice(0, 100) },
    },
  );
}

/**
 * Refuses with would-lose where bytes would be lost, or stores them first when forced.
 * Returns what was stored, so that the user can be told how to get it back.
 */
export async function saveOrRefuse(project: Project, arrangement: Arrangement, force: boolean): Promise<SavedBytes[]> {
  const { unsaved } = arrangement;
  const [first] = unsaved;
  if (!first) return [];
  if (!force) {
    throw new MvError(
      "would-lose",
      `${unsaved.map((item) => item.path).join(", ")} ${unsaved.length === 1 ? "holds" : "hold"} bytes that are stored nowhere`,
      {
        hint: `mv add ${unsaved.map((item) => fromHere(project, item.path)).join(" ")}\nOr store them first: repeat with --force`,
        details: { paths: unsaved.map((item) => item.path) },
      },
    );
  }
  const store = await project.store();
  const saved: SavedBytes[] = [];
  for (const { path } of unsaved) {
    const ignored = await readIgnored(project, path);
    const bytes = await store.add(join(project.root, path), path, {
      progress: project.report,
      ignored,
    });
    saved.push({ path, kind: bytes.kind, sha256: bytes.sha256 });
  }
  return saved;
}

/** Writes and removes as arranged. */
export async function carryOut(project: Project, arrangement: Arrangement): Promise<void> {
  const store = await project.store();
  await store.place(arrangement.placements, { progress: project.report });
  for (const { path, bytes } of arrangement.removals) await store.remove(join(project.root, path), path, bytes);
}
