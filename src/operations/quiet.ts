// Commands that make a commit, or move to one, wait until a merge, rebase or the like is done.
import { MvError } from "../errors.ts";
import type { Project } from "./project.ts";

/** Fails with in-progress while Git has something unfinished. A bisect is no obstacle: it only looks. */
export async function requireQuiet(project: Project): Promise<void> {
  const state = await project.git.inProgress();
  if (state !== null && state !== "bisect") {
    throw new MvError("in-progress", `A ${state} is under way`, {
      hint: `git ${state} --continue, or git ${state} --abort`,
      details: { operation: state },
    });
  }
  const unmerged = await project.git.unmerged();
  if (unmerged.length === 0) return;
  // A squash merge or a stash leaves conflicts and nothing to continue.
  const ours = unmerged.filter((path) => path.endsWith(".mv.yaml") || path.endsWith(".model.yaml"));
  throw new MvError("in-progress", `In conflict: ${unmerged.slice(0, 5).join(", ")}`, {
    hint: ours.length > 0 ? "mv merge --ours, or mv merge --theirs" : "git status",
    details: { paths: unmerged },
  });
}
