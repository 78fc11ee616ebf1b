// Which merge, rebase or the like is under way: Git says it by files in the working tree's own Git directory.
import { access, readFile } from "node:fs/promises";
import { join } from "node:path";
import type { Operation } from "./git.ts";

/**
 * Reads the signs that wt-status.c of Git reads. A rebase stops inside a cherry-pick or a merge of its own, so it is
 * looked for first. `hasRef` asks for CHERRY_PICK_HEAD and REVERT_HEAD where refs are not files (reftable).
 */
export async function inProgress(
  gitDir: string,
  hasRef: ((name: string) => Promise<boolean>) | null,
): Promise<Operation | null> {
  const has = (name: string) =>
    access(join(gitDir, name)).then(
      () => true,
      () => false,
    );
  const hasHead = async (name: string) => (await has(name)) || (hasRef !== null && (await hasRef(name)));
  if (await has("rebase-merge")) return "rebase";
  if (await has("rebase-apply")) return (await has("rebase-apply/applying")) ? "am" : "rebase";
  if (await has("MERGE_HEAD")) return "merge";
  if (await hasHead("CHERRY_PICK_HEAD")) return "cherry-pick";
  if (await hasHead("REVERT_HEAD")) return "revert";
  // Between two picks of a sequence that was stopped, only the list of what remains is left.
  const todo = await readFile(join(gitDir, "sequencer/todo"), "utf8").catch(() => "");
  if (todo !== "") return /^(revert|r) /.test(todo) ? "revert" : "cherry-pick";
  return (await has("BISECT_LOG")) ? "bisect" : null;
}
