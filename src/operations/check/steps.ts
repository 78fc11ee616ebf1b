// What to type next, for a commit that is refused and for one that was made.
import { isDraft } from "../../model/version.ts";
import type { Commit } from "../../git/git.ts";
import type { Project } from "../project.ts";
import type { Releases } from "../releases.ts";
import { staleStepsOf } from "../stale.ts";
import type { Group } from "./overwrites.ts";
import type { Coming } from "./parents.ts";
import { modelFlag, suggestVersion, tagCommand } from "./suggest.ts";
import type { Tree } from "./trees.ts";

/** The ways out before the commit is made. `alone`: no other model is refused with it. */
export async function stagedSteps(
  project: Project,
  releases: Releases,
  group: Group,
  where: { parents: readonly Tree[]; operation: Coming["operation"]; alone: boolean },
): Promise<string[]> {
  if (group.rule === "record-stale") return staleGroupSteps(project, group, "index", where.operation);
  if (group.rule === "dropped") return [];
  const goOn = where.operation === null ? null : `git ${where.operation} --continue`;
  const [first] = group.verdicts;
  if (!first || group.verdicts.length > 1 || !where.alone) {
    return [`mv bump --affected minor${goOn === null ? "" : ` && ${goOn}`}`];
  }
  const { model, tree, verdict } = first;
  const suggestion = await suggestVersion(project, releases, model, {
    state: tree.state ?? { version: "0.0.0", artifacts: [] },
    parents: where.parents.map((parent) => parent.models.get(model)?.state ?? null),
    own: verdict.own,
  });
  const flag = modelFlag(project, model);
  const draft = `mv bump draft${flag}`;
  // A release is made by a commit of its own, which Git does not allow in the middle of a merge or pick.
  if (goOn !== null) return [`mv bump ${suggestion.version}${flag} && ${goOn}`, `Or a draft: ${draft} && ${goOn}`];
  return [`Release it: ${tagCommand(project, model, suggestion, "-a ")}`, `Or a draft: ${draft} && git commit -am wip`];
}

/** The ways out once the commit is made: it has to be made again. */
export async function commitSteps(project: Project, group: Group, commit: Commit, isHead: boolean): Promise<string[]> {
  if (group.rule === "dropped" || group.rule === "reused-warning") return [];
  const [first] = group.verdicts;
  const several = group.verdicts.length > 1 || !first;
  const level = first?.tree.state && isDraft(first.tree.state.version) ? "draft" : "minor";
  const [stale] =
    group.rule === "record-stale" ? await staleGroupSteps(project, group, { commit: commit.oid }, null) : [];
  const mend =
    stale !== undefined
      ? stale
      : several
        ? "mv bump --affected minor"
        : `mv bump ${level}${modelFlag(project, first.model)}`;
  return remakeSteps(commit, isHead, mend);
}

/** Models that share a finding share its way out: the same artifacts are meant. */
async function staleGroupSteps(
  project: Project,
  { verdicts }: Group,
  where: "index" | { commit: string },
  operation: string | null,
): Promise<string[]> {
  const steps: string[] = [];
  for (const { model, tree } of verdicts) {
    if (tree.record === null) continue;
    steps.push(...(await staleStepsOf(project, where, { model, record: tree.record, operation })));
  }
  return [...new Set(steps)];
}

/** How to change a commit: amend the newest, rebase to an older one. */
export function remakeSteps(commit: Commit, isHead: boolean, mend: string): string[] {
  if (isHead) return [`${mend} && git commit --amend --no-edit`];
  const onto = commit.parents.length === 0 ? "--root" : `${commit.oid.slice(0, 7)}~1`;
  const merges = commit.parents.length > 1 ? " --rebase-merges" : "";
  return [
    `git rebase -i${merges} ${onto}, mark ${commit.oid.slice(0, 7)} as edit`,
    `There: ${mend} && git commit --amend --no-edit && git rebase --continue`,
  ];
}
