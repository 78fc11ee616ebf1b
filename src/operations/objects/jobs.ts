// How many objects travel at once.
import type { Project } from "../project.ts";

const DEFAULT_JOBS = 8;

/** What was typed, else `git config mversion.jobs`, else 8: as many connections as Git LFS opens. */
export async function jobsOf(project: Project, typed: number | undefined): Promise<number> {
  const configured = Number((await project.git.config("mversion.jobs")) ?? 0);
  const jobs = typed ?? configured;
  return Number.isSafeInteger(jobs) && jobs > 0 ? jobs : DEFAULT_JOBS;
}
