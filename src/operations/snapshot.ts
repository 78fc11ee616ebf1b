// The records and pointers of one tree: the working tree, the index or a commit.
import { lstat } from "node:fs/promises";
import { join } from "node:path";
import type { Artifact } from "../model/content.ts";
import { contentOf } from "../model/content.ts";
import { POINTER_SUFFIX, artifactPath, pointerPath } from "../model/paths.ts";
import { parsePointer, type Pointer } from "../model/pointer.ts";
import { type ModelRecord, parseRecord } from "../model/record.ts";
import { readTextFile } from "../platform/files.ts";
import type { Project } from "./project.ts";

export const POINTER_MAX_BYTES = 1 << 16;
export const RECORD_MAX_BYTES = 1 << 22;

/** What a tree says of its models. Paths are from the repository's root. */
export interface Snapshot {
  /** By model name; null where the tree has no record of that model. */
  readonly records: ReadonlyMap<string, { path: string; text: string; record: ModelRecord } | null>;
  /** By artifact path. */
  readonly pointers: ReadonlyMap<string, { path: string; text: string; pointer: Pointer }>;
}

/** Where the tree is read from: "worktree", "index", or a commit's id. */
export type Where = "worktree" | "index" | { commit: string };

/** Reads every record of the settings' models and every pointer of a tree. Fails with invalid-file on the first unreadable one. */
export async function readSnapshot(project: Project, where: Where): Promise<Snapshot> {
  const models = Object.entries(project.settings.models);
  const pointerFiles = await listPointers(project, where);
  const files = [...models.map(([, model]) => model.record), ...pointerFiles];
  const texts = await readTexts(project, where, files);
  const records = new Map<string, { path: string; text: string; record: ModelRecord } | null>();
  models.forEach(([name, model], at) => {
    const text = texts[at] ?? null;
    records.set(name, text === null ? null : { path: model.record, text, record: parseRecord(text, model.record) });
  });
  const pointers = new Map<string, { path: string; text: string; pointer: Pointer }>();
  pointerFiles.forEach((path, at) => {
    const text = texts[models.length + at] ?? null;
    if (text !== null) pointers.set(artifactPath(path), { path, text, pointer: parsePointer(text, path) });
  });
  return { records, pointers };
}

async function listPointers(project: Project, where: Where): Promise<string[]> {
  if (typeof where === "object") {
    return (await project.git.listFiles(where.commit, [POINTER_SUFFIX])).map((file) => file.path);
  }
  // In a conflict the index has no one entry for a file, but the working tree has a valid one.
  const [indexed, unmerged] = await Promise.all([project.git.listFiles("", [POINTER_SUFFIX]), project.git.unmerged()]);
  return [...new Set([...indexed.map((file) => file.path), ...unmerged.filter(isPointer)])];
}

function isPointer(path: string): boolean {
  return path.endsWith(POINTER_SUFFIX);
}

async function readTexts(project: Project, where: Where, files: readonly string[]): Promise<(string | null)[]> {
  if (where === "worktree") {
    return Promise.all(
      files.map((file) =>
        readTextFile(join(project.root, file), file.endsWith(POINTER_SUFFIX) ? POINTER_MAX_BYTES : RECORD_MAX_BYTES),
      ),
    );
  }
  const rev = where === "index" ? "" : where.commit;
  const blobs = await project.git.readPaths(files.map((path) => ({ rev, path })));
  return blobs.map((blob) => (blob === null ? null : blob.toString("utf8")));
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

/** Whether the working tree has a pointer file for the artifact. */
export async function hasPointer(project: Project, artifact: string): Promise<boolean> {
  try {
    return (await lstat(join(project.root, pointerPath(artifact)))).isFile();
  } catch {
    return false;
  }
}
