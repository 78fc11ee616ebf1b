// The sides of every model in conflict, and the pointers that belong to them: from the index where a file is unmerged, else
// from the commits.
import type { Artifact } from "../../model/content.ts";
import { pointerPath, POINTER_SUFFIX } from "../../model/paths.ts";
import { formatPointer, parsePointer, type Pointer } from "../../model/pointer.ts";
import { type ModelRecord, parseRecord } from "../../model/record.ts";
import type { Project } from "../project.ts";
import type { Conflict, Side } from "./conflict.ts";

export interface RecordSide {
  text: string;
  record: ModelRecord;
}

export interface Sides {
  model: string;
  /** The record's path. */
  path: string;
  base: RecordSide | null;
  ours: RecordSide | null;
  theirs: RecordSide | null;
}

const STAGES = { base: ":1", ours: ":2", theirs: ":3" } as const;

type Name = keyof typeof STAGES;

/** Models whose record is in conflict, or a pointer that one side's record lists. */
export async function conflictedModels(project: Project, conflict: Conflict): Promise<Sides[]> {
  const found: Sides[] = [];
  for (const [model, { record: path }] of Object.entries(project.settings.models)) {
    const [base = null, ours = null, theirs = null] = await Promise.all(
      (["base", "ours", "theirs"] as const).map((name) => recordSide(project, conflict, path, name)),
    );
    const listed = [ours, theirs].flatMap((side) => side?.record.artifacts ?? []);
    const files = [path, ...listed.map((artifact) => pointerPath(artifact.path))];
    if (files.some((file) => conflict.unmerged.includes(file))) found.push({ model, path, base, ours, theirs });
  }
  return found;
}

async function recordSide(project: Project, conflict: Conflict, path: string, name: Name): Promise<RecordSide | null> {
  const text = await textOf(project, conflict, path, name);
  return text === null ? null : { text, record: parseRecord(text, path) };
}

/** A file as one side has it; null where that side has none. */
export async function textOf(project: Project, conflict: Conflict, path: string, name: Name): Promise<string | null> {
  const isUnmerged = conflict.unmerged.includes(path);
  const commit = conflict.commits[name];
  // Without a commit of theirs, what merged cleanly is in the index.
  const rev = isUnmerged ? STAGES[name] : (commit ?? (name === "theirs" ? "" : null));
  const [blob] = rev === null ? [] : await project.git.readPaths([{ rev, path }]);
  return blob?.toString("utf8") ?? null;
}

/** Pointers in conflict that no model in conflict lists as its artifact: data, and whatever else is tracked. */
export function loosePointers(conflict: Conflict, models: readonly Sides[]): string[] {
  const listed = new Set(
    models.flatMap((item) => [item.ours, item.theirs].flatMap((side) => side?.record.artifacts ?? [])).map(pathOf),
  );
  return conflict.unmerged.filter((file) => file.endsWith(POINTER_SUFFIX) && !listed.has(file));
}

const pathOf = ({ path }: Artifact): string => pointerPath(path);

/**
 * The pointer of an artifact as the record of one side lists it. Git may have merged the pointer cleanly to the other side's,
 * so it is looked for wherever it can be, and written anew where no file has it any more.
 */
export async function pointerOf(
  project: Project,
  conflict: Conflict,
  side: Side,
  artifact: Artifact,
): Promise<{ text: string; pointer: Pointer } | null> {
  const path = pointerPath(artifact.path);
  const { base, ours, theirs } = conflict.commits;
  const isUnmerged = conflict.unmerged.includes(path);
  const stages = isUnmerged ? [STAGES[side], STAGES.ours, STAGES.theirs, STAGES.base] : [""];
  const revs = [...stages, ...[ours, theirs, base, ...conflict.heads].filter((rev) => rev !== null)];
  const blobs = await project.git.readPaths(revs.map((rev) => ({ rev, path })));
  const found = blobs.flatMap((blob) => {
    const text = blob?.toString("utf8");
    return text === undefined ? [] : [{ text, pointer: parsePointer(text, path) }];
  });
  const exact = found.find(({ pointer }) => pointer.sha256 === artifact.sha256);
  const [like] = found;
  if (exact || !like) return exact ?? null;
  const { xxh64: _ofOtherBytes, executable: _too, ...rest } = like.pointer;
  if (rest.kind !== artifact.kind || rest.kind !== "file") return null;
  const pointer: Pointer = { ...rest, sha256: artifact.sha256, size: artifact.size };
  return { pointer, text: formatPointer(pointer, like.text) };
}
