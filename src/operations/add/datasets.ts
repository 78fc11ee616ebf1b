// Which data a model was trained on.
import type { Artifact } from "../../model/content.ts";
import { artifactsNow } from "../snapshot.ts";
import type { Work } from "./describe-model.ts";
import { artifactOf, byPath } from "./plan.ts";

/**
 * The datasets of a model's record after an add. New bytes were trained on the data as it is now; a dataset added while
 * the model's bytes are not committed is linked to them; data that changes later does not become what they were trained on.
 */
export function linkedDatasets(
  work: Work,
  model: string,
  state: { before: readonly Artifact[] | null; newBytes: boolean; uncommitted: boolean },
): Artifact[] {
  const added = work.stored.filter(({ plan }) => plan.role === "dataset");
  const linked = added.filter(
    ({ plan }) => plan.models.includes(model) || (state.uncommitted && plan.models.length === 0),
  );
  // A model's first record takes all data that the repository tracks.
  const listed = state.before ?? tracked(work);
  const current = state.newBytes ? artifactsNow(work.now, listed) : listed;
  return byPath([...current, ...linked.map(artifactOf)]);
}

function tracked(work: Work): Artifact[] {
  return [...work.now.pointers].flatMap(([path, { pointer }]) =>
    pointer.role === "dataset" ? [{ path, kind: pointer.kind, sha256: pointer.sha256, size: pointer.size }] : [],
  );
}
