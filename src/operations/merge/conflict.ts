// What Git left in conflict: by which command, between whom, and in which files.
import { join } from "node:path";
import { readTextFile } from "../../platform/files.ts";
import type { Project } from "../project.ts";

export type Side = "ours" | "theirs";

/** "squash" and "stash" leave nothing that Git calls under way. */
export type Cause = "merge" | "rebase" | "cherry-pick" | "revert" | "squash" | "stash";

export interface Conflict {
  cause: Cause;
  /** What the sides are called: a branch, else a short commit. In a rebase ours is the branch that is rebased onto. */
  names: Record<Side, string>;
  /** Commits to read a side in where a file merged cleanly; null: the index has it. */
  commits: { base: string | null; ours: string | null; theirs: string | null };
  /** The parents that the commit will have. */
  parents: readonly string[];
  /** Commits in whose history numbers are taken. */
  heads: readonly string[];
  /** Files in conflict. */
  unmerged: readonly string[];
}

const TEXT_MAX_BYTES = 1 << 20;
const OTHER_SIDE = "the other side";

/** Reads what a merge, rebase, cherry-pick, revert, squash or stash left. */
export async function findConflict(project: Project): Promise<Conflict> {
  const { git } = project;
  const [unmerged, { oid: head, branch }] = await Promise.all([git.unmerged(), git.head()]);
  const { cause, other } = await findOther(project);
  const parent = other === null ? null : await firstParent(project, other);
  // A revert goes from the commit to its parent, a merge from where both parted, everything else from the parent to the commit.
  const theirs = cause === "revert" ? parent : other;
  const parted = other !== null && head !== null && (cause === "merge" || cause === "squash");
  const base = cause === "revert" ? other : parted ? await git.mergeBase(head, other) : parent;
  const here = branch ?? head?.slice(0, 7) ?? "HEAD";
  return {
    cause,
    names: {
      ours: cause === "rebase" ? await ontoName(project) : here,
      theirs: await theirName(project, cause, other),
    },
    commits: { base, ours: head, theirs },
    parents: [head, cause === "merge" ? other : null].filter((oid) => oid !== null),
    heads: [head, other].filter((oid) => oid !== null),
    unmerged,
  };
}

async function findOther(project: Project): Promise<{ cause: Cause; other: string | null }> {
  const { git } = project;
  const isRebase = (await git.inProgress()) === "rebase";
  const heads = [
    ["merge", "MERGE_HEAD"],
    ["rebase", "REBASE_HEAD"],
    ["cherry-pick", "CHERRY_PICK_HEAD"],
    ["revert", "REVERT_HEAD"],
  ] as const;
  for (const [cause, name] of heads) {
    // A rebase that has ended may leave its head behind.
    const other = cause === "rebase" && !isRebase ? null : await git.resolveCommit(name);
    if (other !== null) return { cause, other };
  }
  const squashed = /^commit ([0-9a-f]{7,64})/m.exec((await gitFile(project, "SQUASH_MSG")) ?? "")?.[1];
  if (squashed !== undefined) return { cause: "squash", other: await git.resolveCommit(squashed) };
  return { cause: "stash", other: await git.resolveCommit("refs/stash") };
}

async function firstParent(project: Project, commit: string): Promise<string | null> {
  const [found] = await project.git.commits({ include: [commit], max: 1 });
  return found?.parents[0] ?? null;
}

/** Git keeps the name of a merged branch only in the message that it prepared. */
async function theirName(project: Project, cause: Cause, other: string | null): Promise<string> {
  if (cause === "stash") return other === null ? OTHER_SIDE : "the stash";
  if (cause === "rebase") {
    const name =
      (await gitFile(project, "rebase-merge/head-name")) ?? (await gitFile(project, "rebase-apply/head-name"));
    const branch = /^refs\/heads\/(.+)$/m.exec(name ?? "")?.[1];
    if (branch !== undefined) return branch;
  }
  if (cause === "merge") {
    const message = await gitFile(project, "MERGE_MSG");
    const named = /^Merge (?:remote-tracking )?(?:branch|commit|tag) '([^'\n]+)'/.exec(message ?? "")?.[1];
    if (named !== undefined) return named;
  }
  if (other === null) return OTHER_SIDE;
  if (cause === "revert") return `before ${other.slice(0, 7)}`;
  return (await project.git.branchAt(other)) ?? other.slice(0, 7);
}

async function ontoName(project: Project): Promise<string> {
  const onto = ((await gitFile(project, "rebase-merge/onto")) ?? (await gitFile(project, "rebase-apply/onto")))?.trim();
  if (!onto) return "the upstream";
  return (await project.git.branchAt(onto)) ?? onto.slice(0, 7);
}

function gitFile(project: Project, name: string): Promise<string | null> {
  return readTextFile(join(project.git.gitDir, name), TEXT_MAX_BYTES);
}
