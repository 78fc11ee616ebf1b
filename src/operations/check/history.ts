// mv check RANGE: every commit of a range against all its real parents, from Git alone: no bytes, no network.
import type { Settings } from "../../config/config.ts";
import { type ChangedFile, changedFiles } from "../../git/changes.ts";
import type { Commit } from "../../git/git.ts";
import { requireHistory, requireTags } from "../complete.ts";
import { CONFIG_FILE, type Project } from "../project.ts";
import { type Releases, readReleases } from "../releases.ts";
import { fromHere } from "../targets.ts";
import { againFinding } from "./again.ts";
import { bigBinaries } from "./binaries.ts";
import { binaryFinding, invalidFinding, namingFindings, unreadable } from "./files.ts";
import type { Finding } from "./findings.ts";
import { correctionFinding, missingFinding } from "./metadata.ts";
import { groupFinding, groupVerdicts } from "./overwrites.ts";
import { loosenedFindings } from "./policy.ts";
import type { Range } from "./range.ts";
import { commitSteps, remakeSteps } from "./steps.ts";
import { releaseFindings } from "./tags.ts";
import { createTrees, readSettings, sameModel, type Trees } from "./trees.ts";
import { judgeStep, type Step } from "./verdicts.ts";

const OWN_GLOBS = ["**/*.mv.yaml", "**/*.model.yaml"];

/** Everything that is asked of a range, and what answers it. */
interface Inspection {
  project: Project;
  trees: Trees;
  releases: Releases;
  range: Range;
  policy: Settings["policy"];
}

/** The findings on a range, oldest commit first, then those on its end and on the tags. */
export async function checkHistory(project: Project, range: Range): Promise<Finding[]> {
  const inspection = await inspect(project, range, await readReleases(project));
  const commits = await commitFindings(inspection);
  const findings = [
    ...commits,
    ...(await fileFindings(inspection)),
    ...(await headFindings(inspection)).filter((finding) => !isSaid(finding, commits)),
    ...(await releaseFindings(inspection.project, inspection.releases)),
  ];
  return withSubjects(project, findings);
}

/** Whether an overwrite tells more of it. */
function isSaid({ rule, models }: Finding, commits: readonly Finding[]): boolean {
  const [at] = models;
  return (
    rule === "draft-again" &&
    commits.some((said) => said.rule === "overwrite" && said.models.some(({ model }) => model === at?.model))
  );
}

/** What rule 1 says of a range's commits, for those who send or receive them. `releases` may hold more than the tags. */
export async function checkCommits(project: Project, range: Range, releases: Releases): Promise<Finding[]> {
  const findings = await commitFindings(await inspect(project, range, releases));
  return withSubjects(project, findings);
}

async function inspect(project: Project, range: Range, releases: Releases): Promise<Inspection> {
  const ends = [range.head, ...(range.base === null ? [] : [range.base])];
  const [head = null, base = null] = await readSettings(project, ends);
  const trees = createTrees(project, { ...head?.models, ...base?.models });
  await trees.load(ends);
  await requireHistory(project, releases, await before(project, range));
  await requireTags(project, releases, range.head);
  const settings = base ?? head ?? project.settings;
  return { project: { ...project, settings: head ?? settings }, trees, releases, range, policy: settings.policy };
}

/** The commits before a range, or before its head where it is a whole history. */
async function before(project: Project, { base, head }: Range): Promise<string[]> {
  if (base !== null) return [base];
  const [commit] = await project.git.commits({ include: [head], max: 1 });
  return commit?.parents ?? [];
}

// Rule 1 and unreadable files, commit by commit. Commits that touch nothing of ours cost nothing beyond the listing.
async function commitFindings(inspection: Inspection): Promise<Finding[]> {
  const { project, trees, releases, range, policy } = inspection;
  const touched = await touchedCommits(inspection);
  const findings: Finding[] = [];
  for (const commit of range.commits.toReversed()) {
    const changed = touched.get(commit.oid);
    if (!changed) continue;
    const step: Step = { tree: trees.at(commit.oid), parents: commit.parents.map((oid) => trees.at(oid)) };
    findings.push(...(await invalidFindings(inspection, commit, changed)));
    const groups = groupVerdicts(
      await judgeStep(project, trees, releases, step),
      ({ model, tree }) => !step.parents.some((parent) => sameModel(tree, parent.models.get(model))),
    );
    for (const group of groups) {
      const finding = groupFinding(group, policy, true);
      if (!finding) continue;
      const next = await commitSteps(project, group, commit, commit.oid === range.head);
      findings.push({ ...finding, next, commit: { oid: commit.oid, subject: "" } });
    }
  }
  return findings;
}

/** Commits that change our files against some parent, with those files; their trees and their parents' are loaded. */
async function touchedCommits({ project, trees, range }: Inspection): Promise<Map<string, ChangedFile[]>> {
  const commits = range.commits.map((commit) => commit.oid);
  const touched = await changedFiles(project.git, {
    commits,
    merges: "any-parent",
    globs: OWN_GLOBS,
    files: [CONFIG_FILE],
  });
  const parentsOf = new Map(range.commits.map((commit) => [commit.oid, commit.parents]));
  await trees.load([...touched.keys()].flatMap((oid) => [oid, ...(parentsOf.get(oid) ?? [])]));
  return touched;
}

async function invalidFindings(
  { project, trees, range }: Inspection,
  commit: Commit,
  changed: readonly ChangedFile[],
): Promise<Finding[]> {
  const problems = await unreadable(project, trees.at(commit.oid), changed);
  if (problems.length === 0) return [];
  const now = await project.git.readPaths(problems.map(({ file }) => ({ rev: range.head, path: file })));
  const then = await project.git.readPaths(problems.map(({ file }) => ({ rev: commit.oid, path: file })));
  return problems.map((problem, at) => {
    const finding = invalidFinding(project, problem, false);
    const place = { oid: commit.oid, subject: "" };
    const isMended = !sameBytes(now[at] ?? null, then[at] ?? null);
    // A later commit of the range has put it right.
    if (isMended) return { ...finding, severity: "warning" as const, next: [], commit: place };
    return {
      ...finding,
      next: [`git restore --source=${commit.oid.slice(0, 7)}~1 ${fromHere(project, problem.file)}`],
      commit: place,
    };
  });
}

function sameBytes(a: Buffer | null, b: Buffer | null): boolean {
  return a === null || b === null ? a === b : a.equals(b);
}

// New files of the range: names and large binaries. A merge counts for what none of its parents has.
async function fileFindings({ project, range, policy }: Inspection): Promise<Finding[]> {
  const commits = range.commits.map((commit) => commit.oid);
  const changes = await changedFiles(project.git, { commits, merges: "all-parents" });
  const byOid = new Map([...changes.values()].flat().map((file) => [file.oid, file]));
  const big = await bigBinaries(project, [...byOid.values()], policy.max_git_binary);
  const binaries = new Map(big.map((binary) => [binary.oid, binary.size]));
  const findings: Finding[] = [];
  for (const commit of range.commits.toReversed()) {
    const changed = changes.get(commit.oid) ?? [];
    const place = { oid: commit.oid, subject: "" };
    findings.push(...namingFindings(project, changed, policy).map((finding) => ({ ...finding, commit: place })));
    for (const { path, oid } of changed) {
      const size = binaries.get(oid);
      if (size === undefined) continue;
      // Said once, at the commit that brought it.
      binaries.delete(oid);
      const finding = binaryFinding(project, { path, oid, size }, false);
      const next = remakeSteps(commit, commit.oid === range.head, finding.next[0] ?? "");
      findings.push({ ...finding, next, commit: place });
    }
  }
  return findings;
}

// What counts at the end of the range alone: a later commit may complete what an earlier one left open.
async function headFindings({ project, trees, releases, range, policy }: Inspection): Promise<Finding[]> {
  const head = trees.at(range.head);
  const base = range.base === null ? null : trees.at(range.base);
  const findings: Finding[] = [];
  for (const [model, tree] of head.models) {
    if (!sameModel(tree, base?.models.get(model))) {
      findings.push(...missingFinding(project, policy, tree));
      if (policy.overwrite !== "off")
        findings.push(...(await againFinding(project, tree, { line: range.head, past: true })));
    }
    findings.push(...(await correctionFinding(project, policy, releases, tree)));
  }
  return [...findings, ...loosenedFindings(base?.settings ?? null, head.settings)];
}

async function withSubjects(project: Project, findings: readonly Finding[]): Promise<Finding[]> {
  const oids = findings.flatMap(({ commit }) => (commit ? [commit.oid] : []));
  const objects = await project.git.readObjects(oids);
  return findings.map((finding) => {
    if (!finding.commit) return finding;
    const text = objects.get(finding.commit.oid)?.bytes.toString("utf8") ?? "";
    const subject = text.slice(text.indexOf("\n\n") + 2).split("\n")[0] ?? "";
    return { ...finding, commit: { ...finding.commit, subject } };
  });
}
