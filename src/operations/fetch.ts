// mv fetch: bytes from the shared stores into the cache. The working tree stays as it is.
import { allTargets, chosenTargets, unique } from "./fetch/targets.ts";
import { fetchFailure, type FetchReport, fetchTargets } from "./objects/fetch.ts";
import { withKnownRemotes } from "./objects/known-remotes.ts";
import type { Project } from "./project.ts";
import { openProjectRemote } from "./remotes.ts";

export interface FetchInput {
  /** Versions, artifacts, folders or globs; none: what the pointers of the working tree say. */
  words: readonly string[];
  /** Every release, and the tips of all branches. */
  all?: boolean | undefined;
  model?: string | undefined;
  /** Ask this remote alone. */
  remote?: string | undefined;
  jobs?: number | undefined;
  dryRun?: boolean | undefined;
}

export interface FetchResult {
  /** Artifacts that were looked at, each version of one counted. */
  artifacts: number;
  /** Objects that came, or with `dry_run` would come, and their bytes. */
  objects: number;
  bytes: number;
  /** The remotes that gave them. */
  from: string[];
  dry_run: boolean;
}

/**
 * Fetches what the cache lacks. What can be had is fetched also where something cannot: then it fails with object-missing,
 * bytes-wrong, or what the remote said.
 */
export async function fetch(here: Project, input: FetchInput): Promise<FetchResult> {
  const project = await withKnownRemotes(here);
  const dryRun = input.dryRun === true;
  const targets = input.all
    ? await allTargets(project)
    : unique((await chosenTargets(project, input.words, input.model)).targets);
  const report = await fetchTargets(project, targets, { jobs: input.jobs, remote: input.remote, dryRun });
  await requireAll(project, report);
  for (const failure of report.failures) project.warn(failure.message);
  return {
    artifacts: targets.length,
    objects: report.objects,
    bytes: report.bytes,
    from: report.from,
    dry_run: dryRun,
  };
}

async function requireAll(project: Project, report: FetchReport): Promise<void> {
  const failure = fetchFailure(report);
  if (failure === null) return;
  // Says that there is no remote, rather than that none has it.
  if (Object.keys(project.settings.remotes).length === 0) await openProjectRemote(project, null);
  throw failure;
}
