// mv push: objects to the store, each confirmed; then the releases' files there; then branch and tags to Git, all or none; then
// the files of stages. So no ref names an object that the store lacks, and no file a tag that Git lacks, wherever a push ends.
import type { PushedRef } from "../git/push.ts";
import type { Remote } from "../remotes/remote.ts";
import type { Lacking } from "./objects/send.ts";
import { warnOfUncommitted, withKnownRemotes } from "./objects/known-remotes.ts";
import type { Project } from "./project.ts";
import { pushRemote } from "./push/git-remote.ts";
import { lfsHost, pushWithPointers } from "./push/lfs.ts";
import { nothingNew } from "./push/nothing-new.ts";
import { headScope, type PushScope, versionScope, wholeScope } from "./push/scope.ts";
import { writeStageFiles } from "./push/stage-files.ts";
import { requireStillThere, shareOn } from "./push/share.ts";
import { openProjectRemote } from "./remotes.ts";
import { forgetTags } from "./tag/remembered.ts";

export interface PushInput {
  /** Versions; none: HEAD, and the releases that it leads to. */
  words: readonly string[];
  /** Every release, every branch, every draft in their history. */
  all?: boolean | undefined;
  /** Objects alone. */
  noGit?: boolean | undefined;
  model?: string | undefined;
  /** The store; the default one where it is left out. */
  remote?: string | undefined;
  jobs?: number | undefined;
  dryRun?: boolean | undefined;
}

export interface PushResult {
  /** The store; null where nothing needed one. */
  remote: string | null;
  /** Objects that the versions need. */
  objects: number;
  /** Objects that were sent, or with `dry_run` would be, and their bytes. */
  sent: number;
  bytes: number;
  /** Rotten objects of the store that were written over with the right bytes. */
  healed: number;
  /** The store was not asked: a push within a day confirmed the same objects. */
  recorded: boolean;
  /** Releases whose files were written into the store. */
  releases: { model: string; version: string; tag: string }[];
  /** Stages whose newest assignment was written into the store. */
  stages: { model: string; stage: string; tag: string }[];
  /** Bytes that are on another remote only, and bytes that are nowhere, of which others have the pointers already. */
  elsewhere: Lacking[];
  nowhere: Lacking[];
  /** What Git's remote has now; null where it was left out or there is none. With `dry_run` the refs that would be offered. */
  git: { remote: string; refs: { ref: string; state: PushedRef["state"] | "offered" }[] } | null;
  /** The branch that follows the remote's from now on. */
  follows: string | null;
  dry_run: boolean;
}

/** Pushes. Fails with object-missing, push-incomplete, push-rejected, locked, or what a remote says; nothing is pushed to Git then. */
export async function push(here: Project, input: PushInput): Promise<PushResult> {
  const project = await withKnownRemotes(here);
  const { branch } = await project.git.head();
  const gitRemote = input.noGit ? null : await pushRemote(project, branch);
  const scope = await scopeOf(project, input, gitRemote);
  const result: PushResult = {
    remote: null,
    objects: 0,
    sent: 0,
    bytes: 0,
    healed: 0,
    recorded: false,
    releases: [],
    stages: [],
    elsewhere: [],
    nowhere: [],
    git: null,
    follows: null,
    dry_run: input.dryRun === true,
  };
  if (scope.targets.length === 0) {
    return { ...result, ...(await pushToGit(project, scope, gitRemote, { host: null, dryRun: result.dry_run })) };
  }
  const remote = await openProjectRemote(project, input.remote ?? null);
  try {
    const pushed = { ...result, ...(await pushBoth(project, remote, scope, { ...input, gitRemote })) };
    if (gitRemote !== null && !pushed.recorded) await warnOfUncommitted(project, remote.name);
    return pushed;
  } finally {
    await remote.close();
  }
}

function scopeOf(project: Project, input: PushInput, gitRemote: string | null): Promise<PushScope> {
  if (input.all) return wholeScope(project, gitRemote);
  if (input.words.length > 0) return versionScope(project, input.words, input.model, gitRemote);
  return headScope(project, gitRemote);
}

/** The store and Git, under one hold on the store. */
async function pushBoth(
  project: Project,
  remote: Remote,
  scope: PushScope,
  { jobs, dryRun = false, all: fresh = false, gitRemote }: PushInput & { gitRemote: string | null },
): Promise<Partial<PushResult>> {
  const host = lfsHost(remote.url, gitRemote);
  const known = dryRun || fresh || host !== null ? null : await nothingNew(project, remote.name, scope, gitRemote);
  if (known !== null) return { remote: remote.name, recorded: true, git: known };
  const { report, written, healed, hold } = await shareOn(project, remote, scope, { jobs, dryRun, fresh, gitRemote });
  try {
    await hold?.requireHeld();
    const published = await pushToGit(project, scope, gitRemote, { host, dryRun });
    if (await hold?.isBroken()) await requireStillThere(remote, report);
    const stages = dryRun || published.git === null ? [] : await writeStageFiles(project, remote, scope.stages);
    if (report === null) return { remote: remote.name, recorded: true, stages, ...published };
    const { needed, sent, bytes, elsewhere, nowhere } = report;
    const releases = written.map(({ model, version, tag }) => ({ model, version, tag }));
    return {
      remote: remote.name,
      objects: needed.length,
      sent,
      bytes,
      healed,
      elsewhere,
      nowhere,
      releases,
      stages,
      ...published,
    };
  } finally {
    await hold?.release();
  }
}

async function pushToGit(
  project: Project,
  scope: PushScope,
  remote: string | null,
  { host, dryRun }: { host: string | null; dryRun: boolean },
): Promise<Pick<PushResult, "git" | "follows">> {
  if (remote === null || scope.refs.length === 0) return { git: null, follows: null };
  if (dryRun) {
    return { git: { remote, refs: scope.refs.map((ref) => ({ ref, state: "offered" as const })) }, follows: null };
  }
  const refs = await pushWithPointers(project, { remote, refs: scope.refs, host });
  if (scope.unfollowed !== null) await follow(project, scope.unfollowed, remote);
  await forgetTags(
    project,
    scope.releases.map(({ tag }) => tag),
  );
  return { git: { remote, refs }, follows: scope.unfollowed };
}

/** As `git push --set-upstream`, of one branch: so that `mv pull` knows where to look. */
async function follow(project: Project, branch: string, remote: string): Promise<void> {
  await project.git.setConfig(`branch.${branch}.remote`, remote);
  await project.git.setConfig(`branch.${branch}.merge`, `refs/heads/${branch}`);
}
