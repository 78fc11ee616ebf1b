// mv check --staged, and what pre-commit and pre-merge-commit ask: would the commit of this index break a rule?
import type { Settings } from "../../config/config.ts";
import { type ChangedFile, stagedFiles } from "../../git/changes.ts";
import { POINTER_SUFFIX } from "../../model/paths.ts";
import { requireHistory } from "../complete.ts";
import { CONFIG_FILE, type Project } from "../project.ts";
import { readReleases, type Releases } from "../releases.ts";
import { againFinding } from "./again.ts";
import { bigBinaries } from "./binaries.ts";
import { binaryFinding, invalidFinding, namingFindings, unreadable } from "./files.ts";
import type { Finding } from "./findings.ts";
import { correctionFinding, missingFinding } from "./metadata.ts";
import { groupFinding, groupVerdicts } from "./overwrites.ts";
import { type Coming, comingParents } from "./parents.ts";
import { stagedSteps } from "./steps.ts";
import { createTrees, INDEX, sameModel, type Trees } from "./trees.ts";
import { changedModels, judgeStep, type Step } from "./verdicts.ts";

/**
 * The findings on the index against the parents-to-be. Reads Git alone; a few processes where nothing of ours is staged.
 * `known`: all releases, where the caller has them and knows them to be complete.
 */
export async function checkStaged(project: Project, known?: Releases): Promise<Finding[]> {
  const coming = await comingParents(project);
  const trees = createTrees(project, project.settings.models);
  await trees.load([INDEX, ...coming.parents]);
  const step: Step = { tree: trees.at(INDEX), parents: coming.parents.map((oid) => trees.at(oid)) };
  const settings = step.parents[0]?.settings ?? step.tree.settings;
  // A branch from before `mv init`.
  if (settings === null && step.tree.problems.length === 0) return [];
  const policy = (settings ?? project.settings).policy;
  const changed = await stagedChanges(project, coming.parents);
  const binaries = await bigBinaries(project, common(changed), policy.max_git_binary);
  const named: Project = { ...project, settings: step.tree.settings ?? settings ?? project.settings };
  return [
    ...(await modelFindings(named, trees, step, { policy, coming, changed: changed.flat(), known })),
    ...namingFindings(project, common(changed), policy),
    ...binaries.map((binary) => binaryFinding(project, binary, true)),
  ];
}

/** What is staged, against each parent. */
async function stagedChanges(project: Project, parents: readonly string[]): Promise<ChangedFile[][]> {
  if (parents.length > 0) return Promise.all(parents.map((oid) => stagedFiles(project.git, oid)));
  const files = await project.git.listFiles(INDEX);
  return [files.map(({ path, oid, mode }) => ({ path, oid, mode, added: true }))];
}

/** Changes against every parent: what a merge brings in was looked at where it was made. */
function common([first = [], ...others]: readonly ChangedFile[][]): ChangedFile[] {
  return first.filter((file) => others.every((list) => list.some((other) => other.path === file.path)));
}

async function modelFindings(
  project: Project,
  trees: Trees,
  step: Step,
  about: { policy: Settings["policy"]; coming: Coming; changed: readonly ChangedFile[]; known: Releases | undefined },
): Promise<Finding[]> {
  const { policy, coming, changed } = about;
  const models = changedModels(step);
  const isOurs = (path: string): boolean => path === CONFIG_FILE || path.endsWith(POINTER_SUFFIX);
  if (models.length === 0 && !changed.some((file) => isOurs(file.path))) return [];
  const added = new Set(changed.filter((file) => file.added).map((file) => file.path));
  const findings = (await unreadable(project, step.tree, changed)).map((problem) =>
    invalidFinding(project, problem, added.has(problem.file)),
  );
  if (models.length === 0) return findings;
  const releases = about.known ?? (await readReleases(project));
  if (about.known === undefined) await requireHistory(project, releases, coming.parents);
  const groups = groupVerdicts(
    await judgeStep(project, trees, releases, step),
    ({ model, tree }) => !step.parents.some((parent) => sameModel(tree, parent.models.get(model))),
  );
  const refused = groups.filter((group) => group.rule === "overwrite" || group.rule === "reused");
  for (const group of groups) {
    const finding = groupFinding(group, policy, false);
    if (!finding) continue;
    const where = { parents: step.parents, operation: coming.operation, alone: refused.length < 2 };
    findings.push({ ...finding, next: await stagedSteps(project, releases, group, where) });
  }
  const [line] = coming.parents;
  for (const model of models) {
    const tree = step.tree.models.get(model);
    if (!tree) continue;
    // A number that the first parent has was there before; a refusal says more.
    const isNew = step.parents[0]?.models.get(model)?.state?.version !== tree.state?.version;
    const isRefused = refused.some((group) => group.verdicts.some((verdict) => verdict.model === model));
    if (line !== undefined && isNew && !isRefused && policy.overwrite !== "off")
      findings.push(...(await againFinding(project, tree, { line, past: false })));
    findings.push(...missingFinding(project, policy, tree));
    findings.push(...(await correctionFinding(project, policy, releases, tree)));
  }
  return findings;
}
