// The parents that the commit under way will have: a hook has to judge against these, not against HEAD alone.
import { join } from "node:path";
import { amending } from "../../git/amend.ts";
import { readTextFile } from "../../platform/files.ts";
import type { Project } from "../project.ts";

const MERGE_HEAD_MAX_BYTES = 1 << 16;
const MERGED = /^GITHEAD_([0-9a-f]{40}|[0-9a-f]{64})$/;

export interface Coming {
  /** First parent first; none for the first commit. */
  parents: string[];
  /** What the commit completes; null for a plain one. */
  operation: "merge" | "rebase" | "cherry-pick" | "revert" | "am" | null;
}

/**
 * HEAD; what HEAD stands on, where it is amended; HEAD and the merged commits in a merge. Git writes MERGE_HEAD only after
 * pre-merge-commit: until then the merged commits are in the names of its variables GITHEAD_<oid>.
 */
export async function comingParents(project: Project): Promise<Coming> {
  const { git, env } = project;
  const { oid } = await git.head();
  if (oid === null) return { parents: [], operation: null };
  const written = await readTextFile(join(git.gitDir, "MERGE_HEAD"), MERGE_HEAD_MAX_BYTES);
  const merged =
    written?.split("\n").filter((line) => line !== "") ??
    Object.keys(env).flatMap((name) => MERGED.exec(name)?.[1] ?? []);
  if (merged.length > 0) return { parents: [oid, ...merged.filter((other) => other !== oid)], operation: "merge" };
  if (await amending()) {
    const [head] = await git.commits({ include: [oid], max: 1 });
    return { parents: head?.parents ?? [], operation: null };
  }
  const operation = await git.inProgress();
  return { parents: [oid], operation: operation === "bisect" ? null : operation };
}
