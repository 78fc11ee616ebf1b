// What a release changed against the one before it, as far as `mv log` shows it; `mv diff` shows all of it.
import { diffRecords, type RecordDiff } from "../../model/diff.ts";
import type { ModelRecord } from "../../model/record.ts";
import type { Release } from "../../model/release.ts";
import type { Value, ValueMap } from "../../model/value.ts";

export type LogChanges = Pick<RecordDiff, "artifacts" | "datasets" | "features" | "feature_set" | "hyperparameters">;

/** What a released record says that a list of releases shows. */
export interface Facts {
  metrics: ValueMap;
  hyperparameters: ValueMap;
  features: readonly Value[];
}

/** Bytes are compared by the tags; features and hyperparameters only where both records are known. */
export function releaseChanges(from: Release, fromFacts: Facts | null, to: Release, toFacts: Facts | null): LogChanges {
  const known = fromFacts !== null && toFacts !== null;
  const diff = diffRecords(partOf(from, known ? fromFacts : null), partOf(to, known ? toFacts : null));
  const { artifacts, datasets, features, feature_set, hyperparameters } = diff;
  return { artifacts, datasets, features, feature_set, hyperparameters };
}

function partOf(release: Release, facts: Facts | null): ModelRecord {
  const { model, version, content, artifacts, datasets, feature_set_version } = release;
  const fields: ValueMap = {
    ...(feature_set_version === null ? {} : { feature_set_version }),
    ...(facts && { hyperparameters: facts.hyperparameters, features: facts.features }),
  };
  return { model_name: model, version, content, artifacts, datasets, fields };
}
