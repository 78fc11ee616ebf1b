// What a push carries: the bytes that must be on the store first, then the branches and tags that need them.
import { MvError } from "../../errors.ts";
import { branchTips, localBranches, upstreamOf } from "../../git/changes.ts";
import { tagsReachableFrom } from "../../git/push.ts";
import type { Release } from "../../model/release.ts";
import { artifactTargets, pointerTargets, versionTargets } from "../fetch/targets.ts";
import type { SendTarget } from "../objects/send.ts";
import type { Project } from "../project.ts";
import { readReleases, type Releases } from "../releases.ts";
import { readSnapshot, type Snapshot } from "../snapshot.ts";
import { findVersion } from "../versions.ts";
import { draftTargets } from "./drafts.ts";

export interface PushScope {
  targets: SendTarget[];
  /** Releases whose tags are pushed, and which are written into the store. */
  releases: Release[];
  /** Full names of the refs, for the Git remote. */
  refs: string[];
  /** The branch to push and follow, where it follows none yet. */
  unfollowed: string | null;
}

/** The Git side of a push: null where only objects are sent. */
type GitRemote = string | null;

/** Named versions: what they need, and their tags. A revision that is no release has objects only. */
export async function versionScope(
  project: Project,
  words: readonly string[],
  model: string | undefined,
): Promise<PushScope> {
  const releases = await readReleases(project);
  const scope: PushScope = { targets: [], releases: [], refs: [], unfollowed: null };
  for (const word of words) {
    const found = await findVersion(project, releases, word, model);
    const targets = await versionTargets(project, found);
    scope.targets.push(...targets.map((target) => ({ ...target, of: found.name, required: true })));
    if (!found.release) continue;
    scope.releases.push(found.release);
    scope.refs.push(`refs/tags/${found.release.tag}`, ...retractionsOf(releases, found.release));
  }
  return scope;
}

/** HEAD: what its pointers and records name, its branch, and the releases it leads to that the Git remote lacks. */
export async function headScope(project: Project, remote: GitRemote): Promise<PushScope> {
  const { git } = project;
  const { oid, branch } = await git.head();
  if (oid === null) throw new MvError("nothing-found", "There is no commit yet", { hint: "git commit" });
  const releases = await readReleases(project);
  const reachable = new Set(await tagsReachableFrom(git, oid));
  const unpushed = await lackedBy(
    project,
    remote,
    [...releases.all, ...releases.retractions].filter(({ tag }) => reachable.has(tag)),
  );
  const pushed = releases.all.filter(({ oid: tagOid }) => unpushed.some((tag) => tag.oid === tagOid));
  const followed = branch === null ? null : await upstreamOf(git, branch);
  return {
    targets: [
      ...(await treeTargets(project, oid, await publishedBytes(project, remote, branch))),
      ...pushed.flatMap(releaseTargets),
    ],
    releases: pushed,
    refs: [...(branch === null ? [] : [`refs/heads/${branch}`]), ...unpushed.map(({ tag }) => `refs/tags/${tag}`)],
    unfollowed: followed === null ? branch : null,
  };
}

/** Every release, every branch, and every draft in their history. */
export async function wholeScope(project: Project, remote: GitRemote): Promise<PushScope> {
  const { git } = project;
  const head = await headScope(project, remote);
  const releases = await readReleases(project);
  const tips = await branchTips(git);
  return {
    targets: [...head.targets, ...releases.all.flatMap(releaseTargets), ...(await draftTargets(project, tips))],
    releases: [...releases.all],
    refs: [
      ...new Set([
        ...head.refs,
        ...(await unpushedBranches(project, remote)),
        ...[...releases.all, ...releases.retractions].map(({ tag }) => `refs/tags/${tag}`),
      ]),
    ],
    unfollowed: head.unfollowed,
  };
}

export function releaseTargets(release: Release): SendTarget[] {
  const of = `${release.model} ${release.version}`;
  return artifactTargets([...release.artifacts, ...release.datasets]).map((target) => ({
    ...target,
    of,
    required: true,
  }));
}

/** What a commit's pointers and records name. Bytes whose pointer others have already are theirs to have sent. */
async function treeTargets(project: Project, commit: string, published: ReadonlySet<string>): Promise<SendTarget[]> {
  const tree = await readSnapshot(project, { commit }, (path, error) =>
    project.warn(`${path} cannot be read: ${error.message}`),
  );
  const named = new Map<string, string>();
  const listed: SendTarget[] = [];
  for (const found of tree.records.values()) {
    if (!found) continue;
    const { model_name: model, version, artifacts, datasets } = found.record;
    const of = `${model} ${version}`;
    for (const { path } of artifacts) named.set(path, of);
    for (const target of artifactTargets([...artifacts, ...datasets])) {
      listed.push({ ...target, of, required: !published.has(target.sha256) });
    }
  }
  const pointed = pointerTargets(tree).map((target) => ({
    ...target,
    of: named.get(target.path) ?? "HEAD",
    required: !published.has(target.sha256),
  }));
  return [...pointed, ...listed];
}

/** The bytes that the remote's own copy of the branch, or of its default branch, points to, as of the last fetch or push. */
async function publishedBytes(project: Project, remote: GitRemote, branch: string | null): Promise<Set<string>> {
  const names = remote === null ? [] : [...(branch === null ? [] : [branch]), "HEAD", "main", "master"];
  for (const name of names) {
    const tip = await project.git.resolveCommit(`refs/remotes/${remote}/${name}`);
    if (tip === null) continue;
    const tree: Snapshot = await readSnapshot(project, { commit: tip }, () => undefined);
    const recorded = [...tree.records.values()].flatMap((found) =>
      found ? artifactTargets([...found.record.artifacts, ...found.record.datasets]) : [],
    );
    return new Set([...pointerTargets(tree), ...recorded].map(({ sha256 }) => sha256));
  }
  return new Set();
}

/** Those of the tags that the Git remote does not have. Throws push-rejected where it has another tag of the name. */
async function lackedBy<T extends { tag: string; oid: string }>(
  project: Project,
  remote: GitRemote,
  tags: readonly T[],
): Promise<T[]> {
  if (remote === null || tags.length === 0) return [...tags];
  const there = new Map((await project.git.remoteTags(remote, [])).map(({ name, oid }) => [name, oid]));
  for (const { tag, oid } of tags) {
    const other = there.get(tag);
    if (other === undefined || other === oid) continue;
    throw new MvError("push-rejected", `${remote} has another ${tag}: somebody released that number first`, {
      hint: `mv untag ${tag}, then git fetch ${remote} --tags, and release the next number`,
      details: { remote, tag },
    });
  }
  return tags.filter(({ tag }) => !there.has(tag));
}

/** Branches with commits that the remote's copy of them does not have, as of the last fetch or push. */
async function unpushedBranches(project: Project, remote: GitRemote): Promise<string[]> {
  const { git } = project;
  const found: string[] = [];
  for (const branch of await localBranches(git)) {
    const there = remote === null ? null : await git.readRef(`refs/remotes/${remote}/${branch.name}`);
    if (there === null || !(await git.isAncestor(branch.oid, there))) found.push(`refs/heads/${branch.name}`);
  }
  return found;
}

function retractionsOf(releases: Releases, release: Release): string[] {
  const event = releases.isRetracted(release);
  return event ? [`refs/tags/${event.tag}`] : [];
}
