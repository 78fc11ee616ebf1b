// The sides of every model in conflict: from the index where a file is unmerged, else from the commits.
import { join } from "node:path";
import type { Artifact } from "../../model/content.ts";
import { pointerPath } from "../../model/paths.ts";
import { formatPointer, parsePointer } from "../../model/pointer.ts";
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
}

export interface Conflict {
  /** Models whose record or pointers are unmerged. */
  models: Sides[];
  /** The other side as Git names it: a branch, or a short commit id. */
  other: string;
  /** The commits in whose history drafts are taken. */
  heads: string[];
  /** Whether the commit will have the other side as a parent. */
  isMerge: boolean;
  /** Files as Git calls them, unmerged. */
  unmerged: readonly string[];
  /** Commits to look for a side's pointers in. */
  commits: readonly string[];
}

type Name = "base" | "ours" | "theirs";

const MESSAGE_MAX_BYTES = 1 << 20;
const STAGES: Readonly<Record<Name, string>> = { base: ":1", ours: ":2", theirs: ":3" };

/** Reads what a merge, rebase, cherry-pick, revert, squash or stash left in conflict. */
export async function findConflict(project: Project): Promise<Conflict> {
  const { git } = project;
  const unmerged = await git.unmerged();
  const head = await git.head();
  const merged = await git.resolveCommit("MERGE_HEAD");
  const other = merged ?? (await firstOf(project, ["CHERRY_PICK_HEAD", "REVERT_HEAD", "REBASE_HEAD"]));
  const heads = [head.oid, other].filter((oid) => oid !== null);
  const [applied] = other === null ? [] : await git.commits({ include: [other], max: 1 });
  const conflict = {
    other: await nameOf(project, other),
    heads,
    isMerge: merged !== null,
    unmerged,
    // A revert's other side is a parent of the commit that Git names.
    commits: [...heads, ...(applied?.parents ?? [])],
  };
  const models: Sides[] = [];
  for (const [model, { record }] of Object.entries(project.settings.models)) {
    const sides = await readSides(project, record, conflict, other);
    const listed = [...(sides.ours?.record.artifacts ?? []), ...(sides.theirs?.record.artifacts ?? [])];
    const files = [record, ...listed.map((artifact) => pointerPath(artifact.path))];
    if (files.some((file) => unmerged.includes(file))) models.push({ model, ...sides });
  }
  return { ...conflict, models };
}

async function firstOf(project: Project, names: readonly string[]): Promise<string | null> {
  for (const name of names) {
    const oid = await project.git.resolveCommit(name);
    if (oid !== null) return oid;
  }
  return null;
}

async function readSides(
  project: Project,
  record: string,
  { heads, unmerged }: Pick<Conflict, "heads" | "unmerged">,
  other: string | null,
): Promise<Record<Name, Side | null>> {
  // A record that merged cleanly is in the index as it will be committed.
  const revs: Record<Name, string | null> = unmerged.includes(record)
    ? STAGES
    : { base: null, ours: heads[0] ?? null, theirs: other ?? "" };
  const read = async (rev: string | null): Promise<Side | null> => {
    const [blob] = rev === null ? [] : await project.git.readPaths([{ rev, path: record }]);
    if (!blob) return null;
    const text = blob.toString("utf8");
    return { path: record, text, record: parseRecord(text, record) };
  };
  const [base, ours, theirs] = await Promise.all([read(revs.base), read(revs.ours), read(revs.theirs)]);
  return { base, ours, theirs };
}

/**
 * The pointer of an artifact as the record of one side lists it. Git may have merged the pointer cleanly to the other side's,
 * so it is looked for wherever it can be, and written anew where no file has it any more.
 */
export async function pointerOf(
  project: Project,
  conflict: Conflict,
  side: "ours" | "theirs",
  artifact: Artifact,
): Promise<string | null> {
  const path = pointerPath(artifact.path);
  const revs = [...(conflict.unmerged.includes(path) ? [STAGES[side], STAGES.base] : [""]), ...conflict.commits];
  const texts = (await project.git.readPaths(revs.map((rev) => ({ rev, path })))).flatMap((blob) =>
    blob === null ? [] : [blob.toString("utf8")],
  );
  const exact = texts.find((text) => parsePointer(text, path).sha256 === artifact.sha256);
  const [like] = texts;
  if (exact !== undefined || like === undefined) return exact ?? null;
  const { xxh64: _ofOtherBytes, executable: _too, ...pointer } = parsePointer(like, path);
  if (pointer.kind !== artifact.kind || pointer.kind !== "file") return null;
  return formatPointer({ ...pointer, sha256: artifact.sha256, size: artifact.size }, like);
}

// Git keeps the name only in the message that it prepared.
async function nameOf(project: Project, oid: string | null): Promise<string> {
  const message = await readTextFile(join(project.git.gitDir, "MERGE_MSG"), MESSAGE_MAX_BYTES);
  const named = /^Merge (?:remote-tracking )?(?:branch|commit|tag) '([^'\n]+)'/.exec(message ?? "")?.[1];
  return named ?? oid?.slice(0, 7) ?? "the other side";
}
