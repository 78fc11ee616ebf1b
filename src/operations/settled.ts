// A record or pointer in conflict is not changed by the way: staging it would settle the conflict unseen.
import { MvError } from "../errors.ts";
import type { Project } from "./project.ts";

/** Fails with conflict where a merge, rebase or stash left one of these files in conflict. */
export async function requireSettled(project: Project, files: readonly string[]): Promise<void> {
  const unmerged = new Set(await project.git.unmerged());
  const conflict = files.find((file) => unmerged.has(file));
  if (conflict === undefined) return;
  throw new MvError("conflict", `${conflict} is in conflict`, {
    hint: "mv merge --ours, or mv merge --theirs",
    details: { path: conflict },
  });
}
