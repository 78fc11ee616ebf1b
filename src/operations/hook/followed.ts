// When artifacts follow a hook, and which commit was left by then (facts tried on Git 2.34 to 2.55).
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import type { FollowInput } from "../follow.ts";
import type { HookInput } from "../hook.ts";
import type { Project } from "../project.ts";

const NO_COMMIT = /^0+$/;

/** The commit that was left; null where nothing shall follow: in bisect, mid-rebase, mid-merge, and within a commit. */
export async function leftCommit(project: Project, { name, args }: HookInput): Promise<FollowInput | null> {
  const { git, env } = project;
  const operation = await git.inProgress();
  if (name === "post-checkout") {
    // The pre-commit framework turns files back and forth with `git checkout -- .` while a commit runs.
    if (env["GIT_INDEX_FILE"] !== undefined) return null;
    if (operation !== null && !(operation === "rebase" && (await isFastForward(git.gitDir)))) return null;
    const [from = ""] = args;
    return NO_COMMIT.test(from) ? { from: null, isNewTree: true } : { from };
  }
  if (name === "post-merge") {
    // Git removes MERGE_HEAD only after this hook.
    if (operation !== null && operation !== "merge") return null;
    return { from: await git.resolveCommit("ORIG_HEAD") };
  }
  // An amend leaves the working tree as it is. A rebase's own state is still there when its last hook runs.
  if (args[0] !== "rebase" || (operation !== null && operation !== "rebase")) return null;
  const { branch } = await git.head();
  const before = branch === null ? null : await git.resolveCommit(`refs/heads/${branch}@{1}`);
  return { from: before ?? (await git.resolveCommit("ORIG_HEAD")) };
}

/** A rebase that has nothing to pick runs post-checkout alone, with an empty list of what remains. */
async function isFastForward(gitDir: string): Promise<boolean> {
  const todo = await readFile(join(gitDir, "rebase-merge/git-rebase-todo"), "utf8").catch(() => null);
  return todo !== null && todo.split("\n").every((line) => line === "" || line.startsWith("#") || line === "noop");
}
