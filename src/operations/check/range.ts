// Which commits a RANGE means, and the commit whose policy counts for them.
import { MvError } from "../../errors.ts";
import { upstreamOf } from "../../git/changes.ts";
import type { Commit } from "../../git/git.ts";
import type { Project } from "../project.ts";

export interface Range {
  /** The commit before the range, whose policy counts; null for a whole history. */
  base: string | null;
  head: string;
  /** Newest first. */
  commits: Commit[];
}

/** What a forge gives as "before" when a branch is new. */
const ZEROS = /^0{40}(?:0{24})?$/;

/**
 * `A..B`: what B has and A has not; `A...B`: what B has since it left A; a single revision: that commit. Without: what HEAD has
 * since it left the default branch of its remote (or, on that branch, its upstream); where there is none, or with `all`, the
 * whole history of HEAD. Fails with unknown-version, and with incomplete where a full id is not in this clone.
 */
export async function findRange(
  project: Project,
  input: { range?: string | undefined; all?: boolean },
): Promise<Range> {
  const { git } = project;
  const { range } = input;
  if (range === undefined) {
    const head = await commitOf(project, "HEAD");
    const base = input.all ? null : await leftAt(project, head);
    if (base === head) return single(project, head);
    return {
      base,
      head,
      commits: await git.commits({ include: [head], ...(base === null ? {} : { exclude: [base] }) }),
    };
  }
  const [, from = "", dots, to = ""] = /^(.*?)(\.{2,3})(.*)$/.exec(range) ?? [];
  if (dots === undefined) return single(project, await commitOf(project, range));
  const head = await commitOf(project, to || "HEAD");
  const start = ZEROS.test(from) ? await leftAt(project, head) : await commitOf(project, from || "HEAD");
  const base = dots === "..." && start !== null ? await git.mergeBase(start, head) : start;
  return { base, head, commits: await git.commits({ include: [head], ...(base === null ? {} : { exclude: [base] }) }) };
}

async function single(project: Project, oid: string): Promise<Range> {
  const commits = await project.git.commits({ include: [oid], max: 1 });
  return { base: commits[0]?.parents[0] ?? null, head: oid, commits };
}

async function commitOf(project: Project, rev: string): Promise<string> {
  const oid = await project.git.resolveCommit(rev);
  if (oid !== null) return oid;
  if (/^(?:[0-9a-f]{40}|[0-9a-f]{64})(?:[~^]\d*)*$/.test(rev)) {
    throw new MvError("incomplete", `Commit ${rev.slice(0, 7)} is not in this clone`, {
      hint: "git fetch --unshallow --tags",
      details: { why: "no-commit", commit: rev },
    });
  }
  if (rev === "HEAD") throw new MvError("unknown-version", "There is no commit yet", { hint: "mv check --staged" });
  throw new MvError("unknown-version", `There is no revision ${rev} here`, { hint: "mv check main..HEAD" });
}

/** Where a commit's history left the default branch of the remote; null where there is no such branch. */
async function leftAt(project: Project, head: string): Promise<string | null> {
  const { git } = project;
  const { branch } = await git.head();
  const upstream = branch === null ? null : await upstreamOf(git, branch);
  const candidates = ["refs/remotes/origin/HEAD", "refs/remotes/origin/main", "refs/remotes/origin/master"];
  for (const name of [...candidates, ...(upstream === null ? [] : [upstream])]) {
    const tip = await git.resolveCommit(name);
    if (tip !== null) return git.mergeBase(tip, head);
  }
  return null;
}
