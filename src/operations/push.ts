// mv push: objects to the store, each confirmed; then the releases' files there; then branch and tags to Git, all or none. So
// no ref names an object that the store lacks, wherever a push ends.
import type { PushedRef } from "../git/push.ts";
import type { Lacking } from "./objects/send.ts";
import { withKnownRemotes } from "./objects/known-remotes.ts";
import type { Project } from "./project.ts";
import { pushRemote } from "./push/git-remote.ts";
import { lfsHost, pushWithPointers } from "./push/lfs.ts";
import { headScope, type PushScope, versionScope, wholeScope } from "./push/scope.ts";
import { shareOn } from "./push/share.ts";
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
  /** The store was not asked: a push within a day confirmed the same objects. */
  recorded: boolean;
  /** Releases whose files were written into the store. */
  releases: { model: string; version: string; tag: string }[];
  /** Bytes that are on another remote only, and bytes that are nowhere, of which others have the pointers already. */
  elsewhere: Lacking[];
  nowhere: Lacking[];
  /** What Git's remote has now; null where it was left out or there is none. With `dry_run` the refs that would be offered. */
  git: { remote: string; refs: { ref: string; state: PushedRef["state"] | "offered" }[] } | null;
  /** The branch that follows the remote's from now on. */
  follows: string | null;
  dry_run: boolean;
}

/** Pushes. Fails with object-missing, push-incomplete, push-rejected, or what a remote says; nothing is pushed to Git then. */
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
    recorded: false,
    releases: [],
    elsewhere: [],
    nowhere: [],
    git: null,
    follows: null,
    dry_run: input.dryRun === true,
  };
  const sent = scope.targets.length > 0 ? await pushObjects(project, scope, input, gitRemote) : NOTHING_SENT;
  Object.assign(result, sent.said);
  if (gitRemote === null || scope.refs.length === 0) return result;
  return { ...result, ...(await pushToGit(project, scope, { ...sent, remote: gitRemote }, result.dry_run)) };
}

function scopeOf(project: Project, input: PushInput, gitRemote: string | null): Promise<PushScope> {
  if (input.all) return wholeScope(project, gitRemote);
  return input.words.length > 0 ? versionScope(project, input.words, input.model) : headScope(project, gitRemote);
}

interface Sent {
  said: Partial<PushResult>;
  /** The Git remote that keeps pointers to what the store holds, if it is an LFS server. */
  host: string | null;
}

const NOTHING_SENT: Sent = { said: {}, host: null };

async function pushObjects(
  project: Project,
  scope: PushScope,
  { remote: name, jobs, dryRun }: PushInput,
  gitRemote: string | null,
): Promise<Sent> {
  const remote = await openProjectRemote(project, name ?? null);
  try {
    const { report, written } = await shareOn(project, remote, scope, { jobs, dryRun, gitRemote });
    const host = lfsHost(remote.url, gitRemote);
    if (report === null) return { said: { remote: remote.name, recorded: true }, host };
    const { needed, sent, bytes, elsewhere, nowhere } = report;
    const releases = written.map(({ model, version, tag }) => ({ model, version, tag }));
    const said = { remote: remote.name, objects: needed.length, sent, bytes, elsewhere, nowhere, releases };
    return { said, host };
  } finally {
    await remote.close();
  }
}

async function pushToGit(
  project: Project,
  scope: PushScope,
  { remote, host }: Sent & { remote: string },
  dryRun: boolean,
): Promise<Pick<PushResult, "git" | "follows">> {
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
