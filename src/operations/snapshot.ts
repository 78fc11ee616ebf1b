// The records and pointers of one tree: the working tree, the index or a commit.
import { join } from "node:path";
import { isMvError, type MvError } from "../errors.ts";
import { type Artifact, contentOf } from "../model/content.ts";
import { POINTER_SUFFIX, artifactPath, compareBytes, pointerPath } from "../model/paths.ts";
import { parsePointer, type Pointer } from "../model/pointer.ts";
import { type ModelRecord, parseRecord } from "../model/record.ts";
import { readTextFileSync } from "../platform/files.ts";
import type { Project } from "./project.ts";

export const POINTER_MAX_BYTES = 1 << 16;
export const RECORD_MAX_BYTES = 1 << 22;

/** What a tree says of its models. Paths are from the repository's root. */
export interface Snapshot {
  /** By model name; null where the tree has no record of that model. */
  readonly records: ReadonlyMap<string, { path: string; text: string; record: ModelRecord } | null>;
  /** By artifact path. */
  readonly pointers: ReadonlyMap<string, PointerFile>;
}

export interface PointerFile {
  path: string;
  text: string;
  pointer: Pointer;
  /** A sparse checkout keeps it out of the working tree, so its artifact is not missed there. */
  keptOut?: true;
}

/** Where the tree is read from: "worktree", "index", or a commit's id. */
export type Where = "worktree" | "index" | { commit: string };

/** Takes the error of a file that cannot be read, so that the others still are. */
export type OnBroken = (path: string, error: MvError) => void;

/**
 * Reads every record of the settings' models and every pointer of a tree. Of the working tree these are the pointers that the
 * index or a record names; what a sparse checkout keeps out of it is read from the index. Fails with invalid-file on the first unreadable one; with `onBroken` it is told and left out.
 */
export async function readSnapshot(project: Project, where: Where, onBroken?: OnBroken): Promise<Snapshot> {
  const guard = <T>(path: string, read: () => T): T | null => {
    try {
      return read();
    } catch (error) {
      if (!isMvError(error) || !onBroken) throw error;
      onBroken(path, error);
      return null;
    }
  };
  const models = Object.entries(project.settings.models);
  const files = models.map(([, model]) => model.record);
  const [recordTexts, indexed] = await Promise.all([
    readTexts(project, where, files, guard),
    listPointers(project, where),
  ]);
  const records = new Map<string, { path: string; text: string; record: ModelRecord } | null>();
  for (const [at, [name, { record: path }]] of models.entries()) {
    const text = recordTexts[at]?.text ?? null;
    const record = text === null ? null : guard(path, () => parseRecord(text, path));
    records.set(name, text === null || record === null ? null : { path, text, record });
  }
  const pointerFiles = where === "worktree" ? withListed(indexed, records) : indexed;
  const pointerTexts = await readTexts(project, where, pointerFiles, guard);
  const pointers = new Map<string, PointerFile>();
  for (const [at, path] of pointerFiles.entries()) {
    const found = pointerTexts[at] ?? null;
    const pointer = found === null ? null : guard(path, () => parsePointer(found.text, path));
    if (found !== null && pointer !== null) pointers.set(artifactPath(path), { path, ...found, pointer });
  }
  return { records, pointers };
}

type Guard = <T>(path: string, read: () => T) => T | null;

async function listPointers(project: Project, where: Where): Promise<string[]> {
  const rev = typeof where === "object" ? where.commit : "";
  return (await project.git.listFiles(rev, [POINTER_SUFFIX])).map((file) => file.path);
}

// A pointer that was taken out of the index, or that is in conflict, is still there.
function withListed(indexed: readonly string[], records: Snapshot["records"]): string[] {
  const listed = [...records.values()].flatMap((found) =>
    found ? [...found.record.artifacts, ...found.record.datasets].map(({ path }) => pointerPath(path)) : [],
  );
  return [...new Set([...indexed, ...listed])].sort(compareBytes);
}

type FileText = Pick<PointerFile, "text" | "keptOut">;

async function readTexts(
  project: Project,
  where: Where,
  files: readonly string[],
  guard: Guard,
): Promise<(FileText | null)[]> {
  if (where === "worktree") return readWorktree(project, files, guard);
  return readBlobs(project, where === "index" ? "" : where.commit, files);
}

async function readWorktree(project: Project, files: readonly string[], guard: Guard): Promise<(FileText | null)[]> {
  const texts = files.map((file) => {
    const limit = file.endsWith(POINTER_SUFFIX) ? POINTER_MAX_BYTES : RECORD_MAX_BYTES;
    return guard(file, () => readTextFileSync(join(project.root, file), limit));
  });
  const keptOut = await project.git.keptOut(files.filter((_file, at) => texts[at] === null));
  const staged = await readBlobs(project, "", keptOut);
  const indexed = new Map(keptOut.map((file, at) => [file, staged[at] ?? null]));
  return files.map((file, at) => {
    const text = texts[at] ?? null;
    if (text !== null) return { text };
    const entry = indexed.get(file) ?? null;
    return entry && { ...entry, keptOut: true };
  });
}

async function readBlobs(project: Project, rev: string, files: readonly string[]): Promise<(FileText | null)[]> {
  if (files.length === 0) return [];
  const blobs = await project.git.readPaths(files.map((path) => ({ rev, path })));
  return blobs.map((blob) => (blob === null ? null : { text: blob.toString("utf8") }));
}

/** The artifacts that a record lists, with what their pointers in the same tree say now. Missing pointers are left out. */
export function artifactsNow(snapshot: Snapshot, listed: readonly Artifact[]): Artifact[] {
  return listed.flatMap((artifact) => {
    const found = snapshot.pointers.get(artifact.path);
    if (!found) return [];
    const { kind, sha256, size } = found.pointer;
    return [{ path: artifact.path, kind, sha256, size }];
  });
}

/** True where the record's content is not that of the pointers in the same tree (rule STALE). */
export function isStale(snapshot: Snapshot, record: ModelRecord): boolean {
  return describesOtherBytes(record, artifactsNow(snapshot, record.artifacts));
}

/** The same of a record and what the pointers of its artifacts say; those without a pointer are not in `now`. */
export function describesOtherBytes(record: ModelRecord, now: readonly Artifact[]): boolean {
  if (now.length !== record.artifacts.length) return true;
  const hash = `sha256:${contentOf(now)}`;
  return record.artifacts.length > 0 && (record.content !== hash || `sha256:${contentOf(record.artifacts)}` !== hash);
}
