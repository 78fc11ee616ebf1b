// Keeps a record true to its bytes: what goes, what stays and what is new when a model gets other artifacts.
import type { Artifact } from "../model/content.ts";
import { contentOf } from "../model/content.ts";
import {
  BYTES_FIELDS,
  datasetSnapshot,
  type ModelRecord,
  newRecord,
  parseRecord,
  updateRecord,
} from "../model/record.ts";
import { isMap, numberText, type Value, type ValueMap } from "../model/value.ts";

/** Metadata that a command brings for the bytes. */
export interface Given {
  hyperparameters?: ValueMap;
  metrics?: ValueMap;
  library_versions?: ValueMap;
  environment?: ValueMap;
  training_date?: string;
  feature_set_version?: string;
  note?: string;
}

export interface Description {
  text: string;
  record: ModelRecord;
  /** Fields of the old bytes that went. */
  dropped: string[];
  /** Fields that were carried over to the new bytes, in words: "hyperparameters C", "feature set 3.1.0". */
  kept: string[];
}

const toValues = (artifacts: readonly Artifact[]): Value[] =>
  artifacts.map(({ path, kind, sha256, size }) => ({ path, kind, sha256, size: numeric(size) }));

export interface Change {
  model: string;
  file: string;
  /** The record's text now; null where there is none yet. */
  before: { text: string; record: ModelRecord } | null;
  version: string;
  artifacts: readonly Artifact[];
  datasets: readonly Artifact[];
  given: Given;
  /** True where bytes that the record describes are replaced, so that what was measured on them goes. */
  replaces: boolean;
  keep: boolean;
}

/** Writes the record for a model's bytes. Only what changed is touched: comments and unknown keys stay. */
export function describeBytes(change: Change): Description {
  const { before, given, replaces, keep } = change;
  const old = before?.record.fields;
  const drops = replaces && !keep ? BYTES_FIELDS.filter((field) => old && Object.hasOwn(old, field)) : [];
  const patch: Record<string, Value | undefined> = Object.fromEntries(drops.map((field) => [field, undefined]));
  patch["version"] = change.version;
  Object.assign(patch, bytesFields(change));
  const dropped = drops.filter((field) => !(field in given));
  for (const field of ["hyperparameters", "metrics", "library_versions", "environment"] as const) {
    const fresh = given[field];
    if (!fresh) continue;
    const base =
      field === "hyperparameters" || field === "metrics"
        ? drops.includes(field)
          ? undefined
          : old?.[field]
        : undefined;
    patch[field] = isMap(base) ? { ...base, ...fresh } : fresh;
  }
  if (given.training_date !== undefined) patch["training_date"] = given.training_date;
  if (given.feature_set_version !== undefined) patch["feature_set_version"] = given.feature_set_version;
  if (given.note !== undefined) patch["note"] = given.note;
  const text = before
    ? updateRecord(before.text, change.file, patch)
    : newRecord({ schema: numeric(1), model_name: change.model, ...patch });
  return { text, record: parseRecord(text, change.file), dropped, kept: replaces ? carriedOver(old, given) : [] };
}

function bytesFields(change: Change): Record<string, Value | undefined> {
  const { artifacts, datasets, before } = change;
  const derived = datasetSnapshot(datasets);
  const own = before?.record.fields["dataset_snapshot_id"];
  // A team's own id (a table version, a date) is not ours to replace.
  const isOwnId = typeof own === "string" && !own.startsWith("sha256:");
  return {
    content: artifacts.length > 0 ? `sha256:${contentOf(artifacts)}` : undefined,
    dataset_snapshot_id: isOwnId ? own : (derived ?? undefined),
    artifacts: toValues(artifacts),
    datasets: datasets.length > 0 || before?.record.fields["datasets"] !== undefined ? toValues(datasets) : undefined,
  };
}

function carriedOver(old: ValueMap | undefined, given: Given): string[] {
  const kept: string[] = [];
  const parameters = old?.["hyperparameters"];
  if (isMap(parameters)) {
    const names = Object.keys(parameters).filter((name) => !Object.hasOwn(given.hyperparameters ?? {}, name));
    if (names.length > 0) kept.push(`hyperparameters ${names.join(", ")}`);
  }
  const features = old?.["features"];
  if (Array.isArray(features) && features.length > 0) kept.push(`${features.length} features`);
  const set = old?.["feature_set_version"];
  if (typeof set === "string" && given.feature_set_version === undefined) kept.push(`feature set ${set}`);
  return kept;
}

function numeric(value: number): Value {
  return numberText(String(value));
}
