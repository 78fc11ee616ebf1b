// The three sides of every model in conflict, from the index and, where a file merged cleanly, from the commits.
import { join } from "node:path";
import { pointerPath } from "../../model/paths.ts";
import { type ModelRecord, parseRecord } from "../../model/record.ts";
import { readTextFile } from "../../platform/files.ts";
import type { Project } from "../project.ts";

export interface Side {
  path: string;
  text: string;
  record: ModelRecord;
}

export interface Sides {
  model: string;
  base: Side | null;
  ours: Side | null;
  theirs: Side | null;
  /** Pointer texts of each side, by artifact path. */
  pointers: { ours: ReadonlyMap<string, string>; theirs: ReadonlyMap<string, string> };
}

const MESSAGE_MAX_BYTES = 1 << 20;
const STAGES = { base: ":1", ours: ":2", theirs: ":3" } as const;

/** Models whose record or pointers are unmerged; `heads` are the commits whose drafts are taken. */
export async function conflictedModels(project: Project): Promise<{ sides: Sides[]; other: string; heads: string[] }> {
  const { git } = project;
  const { unmerged } = await git.status();
  const head = await git.head();
  const theirHead = await firstRef(project, ["MERGE_HEAD", "CHERRY_PICK_HEAD", "REVERT_HEAD", "REBASE_HEAD"]);
  const sides: Sides[] = [];
  for (const [model, settings] of Object.entries(project.settings.models)) {
    const [base, ours, theirs] = await Promise.all(
      (["base", "ours", "theirs"] as const).map((side) =>
        readSide(project, settings.record, side, unmerged, head.oid, theirHead),
      ),
    );
    const paths = [
      ...new Set(
        [...(ours?.record.artifacts ?? []), ...(theirs?.record.artifacts ?? [])].map((artifact) => artifact.path),
      ),
    ];
    const isConflicted =
      unmerged.includes(settings.record) || paths.some((path) => unmerged.includes(pointerPath(path)));
    if (!isConflicted) continue;
    sides.push({
      model,
      base: base ?? null,
      ours: ours ?? null,
      theirs: theirs ?? null,
      pointers: {
        ours: await readPointers(project, paths, "ours", unmerged, head.oid, theirHead),
        theirs: await readPointers(project, paths, "theirs", unmerged, head.oid, theirHead),
      },
    });
  }
  return { sides, other: await nameOf(project, theirHead), heads: [head.oid, theirHead].filter((oid) => oid !== null) };
}

async function firstRef(project: Project, names: readonly string[]): Promise<string | null> {
  for (const name of names) {
    const oid = await project.git.readRef(name);
    if (oid !== null) return oid;
  }
  return null;
}

// An unmerged file has its sides in the index; one that merged cleanly is the same in the index as on the side that changed it.
function revOf(
  file: string,
  side: "base" | "ours" | "theirs",
  unmerged: readonly string[],
  head: string | null,
  other: string | null,
): string | null {
  if (unmerged.includes(file)) return STAGES[side];
  if (side === "ours") return head;
  return side === "theirs" ? (other ?? "") : null;
}

async function readSide(
  project: Project,
  file: string,
  side: "base" | "ours" | "theirs",
  unmerged: readonly string[],
  head: string | null,
  other: string | null,
): Promise<Side | null> {
  const rev = revOf(file, side, unmerged, head, other);
  if (rev === null) return null;
  const [blob] = await project.git.readPaths([{ rev, path: file }]);
  if (!blob) return null;
  const text = blob.toString("utf8");
  return { path: file, text, record: parseRecord(text, file) };
}

async function readPointers(
  project: Project,
  artifacts: readonly string[],
  side: "ours" | "theirs",
  unmerged: readonly string[],
  head: string | null,
  other: string | null,
): Promise<Map<string, string>> {
  const specs = artifacts.flatMap((artifact) => {
    const path = pointerPath(artifact);
    const rev = revOf(path, side, unmerged, head, other);
    return rev === null ? [] : [{ artifact, rev, path }];
  });
  const blobs = await project.git.readPaths(specs);
  const texts = new Map<string, string>();
  specs.forEach(({ artifact }, at) => {
    const blob = blobs[at];
    if (blob) texts.set(artifact, blob.toString("utf8"));
  });
  return texts;
}

// Git keeps the name only in the message that it prepared.
async function nameOf(project: Project, oid: string | null): Promise<string> {
  const message = await readTextFile(join(project.git.gitDir, "MERGE_MSG"), MESSAGE_MAX_BYTES);
  const named = /^Merge (?:remote-tracking )?(?:branch|commit|tag) '([^'\n]+)'/.exec(message ?? "")?.[1];
  return named ?? oid?.slice(0, 7) ?? "the other side";
}
