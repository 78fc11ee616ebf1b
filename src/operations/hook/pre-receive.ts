// pre-receive, on a server: the same rules where nobody can pass --no-verify. Reads Git alone, inside the quarantine.
import { branchTips } from "../../git/changes.ts";
import { parseTagObject, type Release } from "../../model/release.ts";
import { compare } from "../../model/version.ts";
import type { Finding } from "../check/findings.ts";
import { checkCommits } from "../check/history.ts";
import { recordFindings } from "../check/tags.ts";
import type { Project } from "../project.ts";
import { readReleases, type Releases } from "../releases.ts";
import { receivedEventFindings } from "./events.ts";
import { finalFindings } from "./finals.ts";
import { type RefUpdate, readReceiveLines, tagOf } from "./ref-lines.ts";

/** The findings that refuse a push as a whole. */
export async function preReceive(project: Project, input: string): Promise<Finding[]> {
  const updates = readReceiveLines(input);
  const known = await readReleases(project);
  const { releases: incoming, findings } = await incomingReleases(project, known, updates);
  const all = together(known, incoming);
  return [
    ...(await finalFindings(project, known, updates, "this server")),
    ...findings,
    ...(await recordFindings(project, incoming)),
    ...(await receivedEventFindings(project, all.all, updates)),
    ...(await commitFindings(project, all, updates)),
  ];
}

/** The release tags of a push, and what is wrong with them by themselves. */
async function incomingReleases(
  project: Project,
  known: Releases,
  updates: readonly RefUpdate[],
): Promise<{ releases: Release[]; findings: Finding[] }> {
  const tags = updates.flatMap(({ ref, to }) => {
    const name = tagOf(ref);
    return name === null || to === null ? [] : [{ name, oid: to }];
  });
  const objects = await project.git.readObjects(tags.map((tag) => tag.oid));
  const releases: Release[] = [];
  const findings: Finding[] = [];
  for (const { name, oid } of tags) {
    const object = objects.get(oid);
    const reading = object?.type === "tag" ? parseTagObject(object.bytes, oid) : null;
    if (reading?.kind === "broken")
      findings.push(refusal("seal-broken", `Tag ${name} claims to be a release and is none: ${reading.why}.`));
    if (reading?.kind !== "release") continue;
    const { release } = reading;
    const same = [...known.all, ...releases].find(
      (other) => other.model === release.model && compare(other.version, release.version) === 0 && other.oid !== oid,
    );
    if (release.tag !== name) {
      findings.push(refusal("seal-broken", `Tag ${name} holds the release that calls itself ${release.tag}.`, release));
    } else if (same && same.tag !== name) {
      findings.push(
        refusal("version-exists", `${release.model} ${release.version} is released already, as ${same.tag}.`, release),
      );
    }
    releases.push(release);
  }
  return { releases, findings };
}

function refusal(rule: Finding["rule"], message: string, release?: Release): Finding {
  const models = release ? [{ model: release.model, version: release.version }] : [];
  return { rule, severity: "error", message, next: [], file: null, commit: null, models };
}

function together(known: Releases, incoming: readonly Release[]): Releases {
  const all = [...known.all, ...incoming.filter((release) => !known.all.some((other) => other.oid === release.oid))];
  const of = (model: string): Release[] =>
    all.filter((release) => release.model === model).sort((a, b) => compare(a.version, b.version));
  return { ...known, all, of, find: (model, version) => of(model).find((release) => release.version === version) };
}

async function commitFindings(project: Project, releases: Releases, updates: readonly RefUpdate[]): Promise<Finding[]> {
  const held = await branchTips(project.git);
  const head = await project.git.resolveCommit("HEAD");
  const findings: Finding[] = [];
  const seen = new Set<string>();
  for (const { ref, from, to } of updates) {
    const tip = to === null ? null : await project.git.resolveCommit(to);
    if (tip === null || seen.has(tip)) continue;
    seen.add(tip);
    const isBranch = tagOf(ref) === null;
    const commits = await project.git.commits({ include: [tip], exclude: held });
    if (commits.length === 0) continue;
    const base = isBranch && from !== null ? from : head;
    findings.push(...(await checkCommits(project, { base, head: tip, commits }, releases)));
  }
  // One commit on two refs is one finding.
  const unique = new Map(
    findings.map((finding) => [`${finding.rule} ${finding.commit?.oid} ${finding.message}`, finding]),
  );
  return [...unique.values()].filter((finding) => finding.severity === "error");
}
