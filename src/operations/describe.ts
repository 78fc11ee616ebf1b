// Keeps a record true to its bytes: what goes, what stays and what is new when a model gets other artifacts.
import { type Artifact, contentOf } from "../model/content.ts";
import {
  BYTES_FIELDS,
  datasetSnapshot,
  DESCRIPTION_FIELDS,
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

type Patch = Record<string, Value | undefined>;

/** A list of artifacts as a record holds it. */
export function artifactValues(artifacts: readonly Artifact[]): Value[] {
  return artifacts.map(({ path, kind, sha256, size }) => ({ path, kind, sha256, size: numeric(size) }));
}

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
  const described = replaces ? BYTES_FIELDS.filter((field) => old && Object.hasOwn(old, field)) : [];
  const dropped = keep ? [] : described;
  const patch: Patch = Object.fromEntries(dropped.map((field) => [field, undefined]));
  Object.assign(patch, { version: change.version }, bytesFields(change), givenFields(given, { ...old, ...patch }));
  const text = before
    ? updateRecord(before.text, change.file, patch)
    : newRecord({ schema: numeric(1), model_name: change.model, ...patch });
  return {
    text,
    record: parseRecord(text, change.file),
    dropped: dropped.filter((field) => !Object.hasOwn(given, field)),
    kept: replaces ? [...(keep ? described : []), ...carriedOver(old, given)] : [],
  };
}

/** Writes the record for bytes that HEAD has: all that comes with them is as HEAD says, the rest stays. */
export function describeAsCommitted(
  change: Pick<Change, "file" | "given"> & { text: string; committed: ModelRecord },
): Description {
  const { file, committed, given } = change;
  const patch: Patch = Object.fromEntries(DESCRIPTION_FIELDS.map((field) => [field, committed.fields[field]]));
  const text = updateRecord(change.text, file, { ...patch, ...givenFields(given, committed.fields) });
  return { text, record: parseRecord(text, file), dropped: [], kept: [] };
}

/** The fields that a command brings; single hyperparameters and metrics join those that are there. */
export function givenFields(given: Given, old: Patch): Patch {
  const patch: Patch = { ...given };
  for (const field of ["hyperparameters", "metrics"] as const) {
    const [there, fresh] = [old[field], given[field]];
    if (fresh && isMap(there)) patch[field] = { ...there, ...fresh };
  }
  return patch;
}

function bytesFields(change: Change): Patch {
  const { artifacts, datasets, before } = change;
  const derived = datasetSnapshot(datasets);
  const own = before?.record.fields["dataset_snapshot_id"];
  // A team's own id (a table version, a date) is not ours to replace.
  const isOwnId = typeof own === "string" && !own.startsWith("sha256:");
  return {
    content: artifacts.length > 0 ? `sha256:${contentOf(artifacts)}` : undefined,
    dataset_snapshot_id: isOwnId ? own : (derived ?? undefined),
    artifacts: artifactValues(artifacts),
    datasets:
      datasets.length > 0 || before?.record.fields["datasets"] !== undefined ? artifactValues(datasets) : undefined,
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
