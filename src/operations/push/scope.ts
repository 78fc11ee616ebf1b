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
import { type EventTagRef, readRegistry, type StageName } from "../registry.ts";
import { draftTargets } from "./drafts.ts";
import { eventsToPush, stagesAmong, type TagsThere } from "./events.ts";
import { type GitRemote, lackedBy, tagsThere, warnOfHoles } from "./tags-there.ts";

export interface PushScope {
  targets: SendTarget[];
  /** Releases whose tags are pushed, and which are written into the store. */
  releases: Release[];
  /** Full names of the refs, for the Git remote. */
  refs: string[];
  /** Stages whose newest assignment is written into the store, once the refs are out. */
  stages: StageName[];
  /** The branch to push and follow, where it follows none yet. */
  unfollowed: string | null;
}

/** Named versions: what they need, and their tags. A revision that is no release has objects only. */
export async function versionScope(
  project: Project,
  words: readonly string[],
  model: string | undefined,
  remote: GitRemote,
): Promise<PushScope> {
  const releases = await readReleases(project);
  const scope: PushScope = { targets: [], releases: [], refs: [], stages: [], unfollowed: null };
  for (const word of words) {
    const found = await findVersion(project, releases, word, model);
    const targets = await versionTargets(project, found);
    scope.targets.push(...targets.map((target) => ({ ...target, of: found.name, required: true })));
    if (!found.release) continue;
    scope.releases.push(found.release);
    scope.refs.push(`refs/tags/${found.release.tag}`, ...retractionsOf(releases, found.release));
  }
  if (scope.releases.length > 0) {
    const there = await tagsThere(project, releases, remote);
    lackedBy(remote, there, scope.releases);
    warnOfHoles(project, releases, { remote, there }, scope.releases);
  }
  return scope;
}

/** HEAD: what its pointers and records name, its branch, and the releases and events it leads to that the Git remote lacks. */
export async function headScope(project: Project, remote: GitRemote): Promise<PushScope> {
  const releases = await readReleases(project);
  const there = await tagsThere(project, releases, remote);
  const { oid } = await headCommit(project);
  const reachable = new Set(await tagsReachableFrom(project.git, oid));
  return scopeOf(project, { remote, releases, there }, (tag) => reachable.has(tag));
}

/** Every release and event, every branch, and every draft in their history. */
export async function wholeScope(project: Project, remote: GitRemote): Promise<PushScope> {
  const { git } = project;
  const releases = await readReleases(project);
  const there = await tagsThere(project, releases, remote);
  lackedBy(remote, there, releases.all);
  const { oid } = await headCommit(project);
  const reachable = new Set(await tagsReachableFrom(git, oid));
  const events = await eventsGoing(project, { remote, releases, there }, releases.all, () => true);
  const head = await scopeOf(project, { remote, releases, there }, (tag) => reachable.has(tag), events);
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
    stages: stagesOut(project, { remote, releases, there }, events),
    unfollowed: head.unfollowed,
  };
}

interface Known {
  remote: GitRemote;
  releases: Releases;
  there: TagsThere;
}

/** What HEAD needs, and the tags that are meant. `events`: which of them go along, where that is known already. */
async function scopeOf(
  project: Project,
  known: Known,
  isMeant: (tag: string) => boolean,
  events?: readonly EventTagRef[],
): Promise<PushScope> {
  const { git } = project;
  const { remote, releases, there } = known;
  const { oid, branch } = await headCommit(project);
  const ours = [...releases.all, ...releases.retractions].filter(({ tag }) => isMeant(tag));
  const unpushed = lackedBy(remote, there, ours);
  const pushed = releases.all.filter((release) => unpushed.some((tag) => tag.oid === release.oid));
  const going = events ?? (await eventsGoing(project, known, pushed, isMeant));
  const followed = branch === null ? null : await upstreamOf(git, branch);
  return {
    targets: [
      ...(await treeTargets(project, oid, await publishedBytes(project, remote, branch))),
      ...pushed.flatMap(releaseTargets),
    ],
    releases: pushed,
    refs: [
      ...(branch === null ? [] : [`refs/heads/${branch}`]),
      ...[...unpushed, ...going].map(({ tag }) => `refs/tags/${tag}`),
    ],
    stages: stagesAmong(going),
    unfollowed: followed === null ? branch : null,
  };
}

/** The stages whose newest assignment the remote has, or gets now. */
function stagesOut(project: Project, { releases, there }: Known, events: readonly EventTagRef[]): StageName[] {
  const registry = readRegistry(project, releases);
  const out = new Set([...there.values(), ...events.map(({ oid }) => oid)]);
  return registry.stages.filter(({ model, stage }) => out.has(registry.top(model, stage)?.oid ?? ""));
}

async function eventsGoing(
  project: Project,
  { remote, releases, there }: Known,
  pushed: readonly Release[],
  isMeant: (tag: string) => boolean,
): Promise<EventTagRef[]> {
  if (remote === null) return [];
  const going = new Set(pushed.map(({ oid }) => oid));
  return eventsToPush(project, releases, { remote, there, going }, isMeant);
}

async function headCommit({ git }: Project): Promise<{ oid: string; branch: string | null }> {
  const { oid, branch } = await git.head();
  if (oid === null) throw new MvError("nothing-found", "There is no commit yet", { hint: "git commit" });
  return { oid, branch };
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
