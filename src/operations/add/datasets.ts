// Which data a model was trained on.
import type { Artifact } from "../../model/content.ts";
import { POINTER_SUFFIX, pointerPath } from "../../model/paths.ts";
import type { Project } from "../project.ts";
import { artifactsNow } from "../snapshot.ts";
import type { Work } from "./describe-model.ts";
import { artifactOf, byPath } from "./plan.ts";

/**
 * The datasets of a model's record after an add. New bytes were trained on the data as it is now: what the record lists, and
 * what was added since the last commit for no model in particular. A dataset added while the model's bytes are not committed
 * is linked to them; data that changes later does not become what they were trained on.
 */
export async function linkedDatasets(
  project: Project,
  work: Work,
  model: string,
  state: { listed: readonly Artifact[] | null; newBytes: boolean; uncommitted: boolean },
): Promise<Artifact[]> {
  const linked = work.stored.filter(
    ({ plan }) =>
      plan.role === "dataset" && (plan.models.includes(model) || (state.uncommitted && plan.models.length === 0)),
  );
  const listed = state.listed === null ? tracked(work) : state.listed.filter(({ path }) => isDataset(work, path));
  const current = state.newBytes ? [...artifactsNow(work.now, listed), ...(await waiting(project, work))] : listed;
  return byPath([...current, ...linked.map(artifactOf)]);
}

/** All data of the repository: what a model's first record starts with. */
function tracked(work: Work): Artifact[] {
  return [...work.now.pointers].flatMap(([path, { pointer }]) =>
    pointer.role === "dataset" ? [{ path, kind: pointer.kind, sha256: pointer.sha256, size: pointer.size }] : [],
  );
}

// A pointer that is gone says nothing against the snapshot; one that is there with another role does.
function isDataset(work: Work, path: string): boolean {
  return (work.now.pointers.get(path)?.pointer.role ?? "dataset") === "dataset";
}

/** Data that no record lists and HEAD does not have: it was added for the training whose bytes come now. */
async function waiting(project: Project, work: Work): Promise<Artifact[]> {
  const records = [...work.before.records.values()];
  const unlisted = tracked(work).filter(
    ({ path }) => !records.some((found) => found?.record.datasets.some((dataset) => dataset.path === path)),
  );
  if (unlisted.length === 0 || work.head.oid === null) return unlisted;
  const committed = new Set((await project.git.listFiles(work.head.oid, [POINTER_SUFFIX])).map(({ path }) => path));
  return unlisted.filter(({ path }) => !committed.has(pointerPath(path)));
}
