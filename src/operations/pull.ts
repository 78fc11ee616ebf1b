// mv pull: commits from Git, forward only; then the artifacts that their pointers name, fetched and put in place. Never over
// bytes that are stored nowhere.
import { join } from "node:path";
import { parseSettings } from "../config/config.ts";
import { fastForward, fetchFrom } from "../git/pull.ts";
import { upstreamOf } from "../git/changes.ts";
import { MvError } from "../errors.ts";
import { readTextFile } from "../platform/files.ts";
import { lstatOrNull } from "../platform/stat.ts";
import { carryOutChange, changing } from "./change.ts";
import { chosenTargets, unique } from "./fetch/targets.ts";
import { arrange, type Arrangement, leaveOutMissing, leaveOutUnsaved, type Wanted, wantedOf } from "./materialize.ts";
import { fetchFailure, fetchTargets, type FetchTarget } from "./objects/fetch.ts";
import { arrangeFetching } from "./objects/arrange.ts";
import { withKnownRemotes } from "./objects/known-remotes.ts";
import { CONFIG_FILE, type Project } from "./project.ts";
import { pullRemote } from "./push/git-remote.ts";
import { requireQuiet } from "./quiet.ts";
import { readSnapshot, type Snapshot } from "./snapshot.ts";

export interface PullInput {
  /** Artifacts, folders or globs to bring, none: all; versions are fetched into the cache. */
  words: readonly string[];
  model?: string | undefined;
  jobs?: number | undefined;
  /** Fetch and say what would change; the branch stays. */
  dryRun?: boolean | undefined;
}

export interface PullResult {
  branch: string;
  /** What the branch follows: "origin/main". */
  upstream: string;
  /** Where the branch was, and is; the same where there was nothing new. */
  before: string;
  after: string;
  written: string[];
  removed: string[];
  /** Artifacts left as they are: their bytes are stored nowhere. */
  unsaved: string[];
  /** Artifacts whose bytes could not be had. */
  absent: string[];
  /** Objects of versions that were named, now in the cache. */
  fetched: number;
  dry_run: boolean;
}

/** Pulls. Fails with diverged where the branch has commits of its own beside the upstream's; nothing is changed then. */
export async function pull(project: Project, input: PullInput): Promise<PullResult> {
  return changing(project, async () => {
    await requireQuiet(project);
    const { oid: before, branch } = await project.git.head();
    if (branch === null)
      throw new MvError("detached", "HEAD is on no branch", { hint: "git switch main, then mv pull" });
    if (before === null) throw new MvError("nothing-found", `${branch} has no commit yet`, { hint: "git pull" });
    const { ref, commit } = await fetchUpstream(project, branch);
    const tree = await readSnapshot(project, "worktree", () => undefined);
    const isNew = await isAhead(project, { branch, before, ref, commit });
    if (isNew && !input.dryRun) await fastForward(project.git, commit).catch(withWayOut);
    const now = isNew && !input.dryRun ? await withSettings(project) : await withKnownRemotes(project);
    const brought = await bring(now, tree, isNew && input.dryRun === true ? commit : null, input);
    return {
      branch,
      upstream: ref.replace(/^refs\/(?:remotes|heads)\//, ""),
      before,
      after: isNew ? commit : before,
      ...brought,
      dry_run: input.dryRun === true,
    };
  });
}

async function fetchUpstream(project: Project, branch: string): Promise<{ ref: string; commit: string }> {
  const { git } = project;
  const remote = await pullRemote(project, branch);
  const followed = await upstreamOf(git, branch);
  if (remote === null) {
    throw new MvError("usage", "This repository has no Git remote to pull from", { hint: "git remote add origin URL" });
  }
  // A branch may follow one of this repository.
  if (!followed?.startsWith("refs/heads/")) await fetchFrom(git, remote);
  const ref = followed ?? `refs/remotes/${remote}/${branch}`;
  const commit = await git.resolveCommit(ref);
  if (commit !== null) return { ref, commit };
  throw new MvError("nothing-found", `${remote} has no branch ${branch}`, { hint: "mv push, which makes it" });
}

/** Whether the upstream has what the branch has, and more. */
async function isAhead(
  project: Project,
  { branch, before, ref, commit }: { branch: string; before: string; ref: string; commit: string },
): Promise<boolean> {
  const { git } = project;
  if (await git.isAncestor(commit, before)) return false;
  if (await git.isAncestor(before, commit)) return true;
  const name = ref.replace(/^refs\/(?:remotes|heads)\//, "");
  throw new MvError("diverged", `${branch} and ${name} have each commits that the other lacks`, {
    hint: `git rebase ${name}, or git merge ${name}; then mv pull`,
    details: { branch, upstream: name },
  });
}

/** The settings as they came: a store may be new, or have moved. */
async function withSettings(project: Project): Promise<Project> {
  const text = await readTextFile(join(project.root, CONFIG_FILE), 1 << 20);
  const { settings } = parseSettings(text, CONFIG_FILE);
  return withKnownRemotes({ ...project, settings });
}

type Brought = Pick<PullResult, "written" | "removed" | "unsaved" | "absent" | "fetched">;

/** Brings artifacts to their pointers; `tree` is what they were before, `future` a commit that would be pulled. */
async function bring(
  project: Project,
  tree: Snapshot,
  future: string | null,
  { words, model, jobs, dryRun }: PullInput,
): Promise<Brought> {
  const { versions, paths } = await chosenTargets(project, words, model);
  const fetched = await fetchVersions(project, unique(versions), { jobs, dryRun });
  const now = await readSnapshot(project, future === null ? "worktree" : { commit: future }, () => undefined);
  const wanted = await wantedPaths(project, tree, now, paths);
  const arrangement = await (dryRun ? arrange(project, wanted) : arrangeFetching(project, wanted, { jobs }));
  const absent = dryRun ? [] : leaveOutMissing(arrangement);
  if (absent.length > 0 && arrangement.obstacle) project.warn(arrangement.obstacle.message);
  const unsaved = unsavedOf(arrangement, tree, now);
  const change = { from: await project.git.head(), to: null, wanted: Object.fromEntries(wanted), files: {} };
  if (!dryRun && arrangement.placements.length + arrangement.removals.length > 0) {
    await carryOutChange(project, { verb: "pull", ...change }, arrangement);
  }
  return {
    written: arrangement.placements.map((item) => item.key),
    removed: arrangement.removals.map((item) => item.path),
    unsaved,
    absent,
    fetched,
  };
}

async function fetchVersions(
  project: Project,
  targets: readonly FetchTarget[],
  options: { jobs: number | undefined; dryRun: boolean | undefined },
): Promise<number> {
  if (targets.length === 0) return 0;
  const report = await fetchTargets(project, targets, options);
  const failure = fetchFailure(report);
  if (failure) throw failure;
  return report.objects;
}

/** What the paths shall hold; null for those whose pointer went away, if mversion put them there. */
async function wantedPaths(
  project: Project,
  before: Snapshot,
  now: Snapshot,
  paths: ReadonlySet<string> | null,
): Promise<Map<string, Wanted | null>> {
  const store = await project.store();
  const wanted = new Map<string, Wanted | null>();
  for (const [path, { pointer, keptOut }] of now.pointers) {
    // A sparse checkout does not get what it leaves out, unless somebody brought it by name.
    if (paths === null && keptOut && lstatOrNull(join(project.root, path)) === null) continue;
    const bytes = paths === null || paths.has(path) ? wantedOf(pointer) : null;
    if (bytes !== null) wanted.set(path, bytes);
  }
  if (paths !== null) return wanted;
  for (const path of before.pointers.keys()) {
    if (!now.pointers.has(path) && (await store.known(path)) !== null) wanted.set(path, null);
  }
  return wanted;
}

/** Takes out what somebody works on; it is said where the pointer moved just now. */
function unsavedOf(arrangement: Arrangement, before: Snapshot, now: Snapshot): string[] {
  const paths = new Set(arrangement.unsaved.map(({ path }) => path));
  leaveOutUnsaved(arrangement, paths);
  arrangement.removals = arrangement.removals.filter(({ path }) => !paths.has(path));
  const moved = (path: string): boolean =>
    before.pointers.get(path)?.pointer.sha256 !== now.pointers.get(path)?.pointer.sha256;
  return [...paths].filter(moved);
}

/** Git's refusal to overwrite local changes, in short. */
function withWayOut(error: unknown): never {
  if (!(error instanceof MvError) || error.code !== "would-lose") throw error;
  const paths = [...error.message.matchAll(/^ {4}(.+)$/gm)].map(([, path = ""]) => path);
  throw new MvError(
    "would-lose",
    paths.length > 0 ? `Local changes would be overwritten: ${paths.join(", ")}` : error.message,
    { hint: "git stash, or git commit; then mv pull", details: { paths, git: error.message }, cause: error },
  );
}
