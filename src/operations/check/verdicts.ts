// Rule 1 on one commit or on the index: every model against all real parents.
import { judge, type ModelState, renumbers, type Verdict } from "../../model/overwrite.ts";
import { pointerPath } from "../../model/paths.ts";
import type { Commit } from "../../git/git.ts";
import type { Project } from "../project.ts";
import type { Releases } from "../releases.ts";
import { type ModelTree, sameModel, type Tree, type Trees } from "./trees.ts";

export interface ModelVerdict {
  model: string;
  tree: ModelTree;
  verdict: Verdict;
}

/** What is judged: a tree and the trees of its parents, all loaded. */
export interface Step {
  tree: Tree;
  parents: readonly Tree[];
}

/** Models that a step changes against at least one parent, in the order of the settings. */
export function changedModels({ tree, parents }: Step): string[] {
  const names = new Set([tree, ...parents].flatMap((one) => [...one.models.keys()]));
  return [...names].filter((model) => {
    if (parents.length === 0) return (tree.models.get(model)?.record ?? null) !== null;
    return parents.some((parent) => !sameModel(tree.models.get(model), parent.models.get(model)));
  });
}

/** The verdicts on the models that a step changes. History is read only where it could clear one, or tells what was lost. */
export async function judgeStep(
  project: Project,
  trees: Trees,
  releases: Releases,
  step: Step,
): Promise<ModelVerdict[]> {
  const verdicts: ModelVerdict[] = [];
  for (const model of changedModels(step)) {
    const tree = step.tree.models.get(model);
    // A record that cannot be read is a finding of its own.
    if (tree && tree.text !== null && tree.record === null) continue;
    const verdict = await judgeModel(project, trees, releases, step, model);
    if (tree) verdicts.push({ model, tree, verdict });
  }
  return verdicts;
}

async function judgeModel(
  project: Project,
  trees: Trees,
  releases: Releases,
  step: Step,
  model: string,
): Promise<Verdict> {
  const parents = step.parents.map((parent) => parent.models.get(model)?.state ?? null);
  const question = {
    state: step.tree.models.get(model)?.state ?? null,
    parents,
    releases: releases.of(model),
  };
  const verdict = judge(question);
  const isOverwrite = verdict.result === "overwrite";
  if (isOverwrite || renumbers(question)) {
    const ancestry = await forebears(project, trees, step, { model, merged: isOverwrite });
    return ancestry.length > 0 ? judge({ ...question, ancestry }) : verdict;
  }
  if (verdict.dropped.length === 0) return verdict;
  return judge({ ...question, base: await whereTheyParted(project, trees, step, model) });
}

/**
 * The model's states along first parents, from the step's first parent on. `merged`: where the number is none of theirs, those
 * of merged branches too: whoever reverts the second of two trainings that were merged together goes back to the first.
 */
async function forebears(
  project: Project,
  trees: Trees,
  step: Step,
  { model, merged }: { model: string; merged: boolean },
): Promise<ModelState[]> {
  const [first] = step.parents;
  const now = step.tree.models.get(model);
  if (!first || !now) return [];
  const paths = [now, ...step.parents.flatMap((parent) => parent.models.get(model) ?? [])].flatMap((tree) => [
    tree.file,
    ...tree.artifacts.map((artifact) => pointerPath(artifact.path)),
  ]);
  const query = { include: [first.rev], paths: [...new Set(paths)] };
  const states = async (commits: readonly Commit[]): Promise<ModelState[]> => {
    await trees.load(commits.map((commit) => commit.oid));
    return commits.flatMap((commit) => trees.at(commit.oid).models.get(model)?.state ?? []);
  };
  const own = await states(await project.git.commits({ ...query, firstParent: true }));
  if (!merged || own.some((state) => state.version === now.state?.version)) return own;
  return states(await project.git.commits(query));
}

async function whereTheyParted(project: Project, trees: Trees, step: Step, model: string): Promise<ModelState | null> {
  const [first, second] = step.parents;
  if (!first || !second) return null;
  const base = await project.git.mergeBase(first.rev, second.rev);
  if (base === null) return null;
  await trees.load([base]);
  return trees.at(base).models.get(model)?.state ?? null;
}
