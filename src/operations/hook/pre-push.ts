// pre-push: no pushed commit breaks rule 1, no release tag is moved or deleted, and objects go before the refs that need them.
import { isMvError } from "../../errors.ts";
import { remoteTips } from "../../git/changes.ts";
import type { Release } from "../../model/release.ts";
import { checkCommits } from "../check/history.ts";
import type { Finding } from "../check/findings.ts";
import type { Project } from "../project.ts";
import { readReleases, type Releases } from "../releases.ts";
import { forgetTags } from "../tag/remembered.ts";
import { eventFindings } from "./events.ts";
import { finalFindings } from "./finals.ts";
import { readPushLines, tagOf } from "./ref-lines.ts";
import { objectFindings } from "./remote-objects.ts";

/** The findings that stop a push. `args` are the remote's name and URL; the name is the URL where it has none. */
export async function prePush(project: Project, args: readonly string[], input: string): Promise<Finding[]> {
  const [remote = ""] = args;
  const updates = readPushLines(input);
  if (updates.length === 0) return [];
  const releases = await readReleases(project);
  const sent = updates.flatMap(({ ref, to }) => (to === null || tagOf(ref) !== null ? [] : [to]));
  const named = await commitsHere(
    project,
    updates.flatMap(({ from }) => from ?? []),
  );
  const held = [...(await remoteTips(project.git, remote)), ...named];
  const tags = updates.flatMap(({ ref, to }) => (to === null ? [] : (tagOf(ref) ?? [])));
  const pushed = releases.all.filter((release) => tags.includes(release.tag));
  const base = await policyCommit(project, remote, named);
  const findings = [
    ...(await finalFindings(project, releases, updates, remote)),
    ...(await eventFindings(project, releases, remote, updates)),
    ...(await pushedCommits(project, releases, {
      include: [...sent, ...pushed.map((release) => release.commit)],
      held,
      base,
    })),
  ];
  // Nothing is sent for a push that does not happen.
  if (!findings.some(isError))
    findings.push(...(await objectFindings(project, { remote, releases: pushed, tips: sent, base, updates })));
  if (!findings.some(isError) && pushed.length > 0) await forget(project, pushed);
  return findings;
}

function isError({ severity }: Finding): boolean {
  return severity === "error";
}

/** Those of the remote's commits that this clone has too. */
async function commitsHere(project: Project, oids: readonly string[]): Promise<string[]> {
  const objects = await project.git.readObjects(oids);
  return [...objects].filter(([, object]) => object.type === "commit").map(([oid]) => oid);
}

async function pushedCommits(
  project: Project,
  releases: Releases,
  push: { include: readonly string[]; held: readonly string[]; base: string | null },
): Promise<Finding[]> {
  const [head] = push.include;
  if (head === undefined) return [];
  const commits = await project.git.commits({ include: [...new Set(push.include)], exclude: push.held });
  if (commits.length === 0) return [];
  const findings = await checkCommits(project, { base: push.base, head, commits }, releases);
  // Rule 1 and what it stands on; the rest is a review's business.
  return findings.filter(({ rule, severity }) => severity === "error" && rule !== "invalid-file");
}

/** The commit whose policy counts: what the pushed branch was on the remote, else the remote's default branch. */
async function policyCommit(project: Project, remote: string, named: readonly string[]): Promise<string | null> {
  const [before] = named;
  if (before !== undefined) return before;
  for (const branch of ["HEAD", "main", "master"]) {
    const tip = await project.git.resolveCommit(`refs/remotes/${remote}/${branch}`);
    if (tip !== null) return tip;
  }
  return null;
}

async function forget(project: Project, pushed: readonly Release[]): Promise<void> {
  try {
    await forgetTags(
      project,
      pushed.map((release) => release.tag),
    );
  } catch (error) {
    // Only `status` would say a little longer that nobody else has them.
    if (!isMvError(error)) throw error;
  }
}
