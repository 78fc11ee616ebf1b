// Which remote of Git a branch is pushed to and pulled from, as Git itself decides it.
import type { Project } from "../project.ts";

/** Where `git push` sends a branch (null: a detached HEAD); null where no remote is set up. */
export async function pushRemote(project: Project, branch: string | null): Promise<string | null> {
  const { git } = project;
  const own = branch === null ? null : await git.config(`branch.${branch}.pushRemote`);
  return own ?? (await git.config("remote.pushDefault")) ?? (await pullRemote(project, branch));
}

/** Where `git fetch` gets a branch from: its own remote, else origin, else the only one. */
export async function pullRemote(project: Project, branch: string | null): Promise<string | null> {
  const { git } = project;
  const own = branch === null ? null : await git.config(`branch.${branch}.remote`);
  if (own !== null && own !== ".") return own;
  const remotes = await git.remotes();
  if (remotes.includes("origin")) return "origin";
  return remotes.length === 1 ? (remotes[0] ?? null) : null;
}
