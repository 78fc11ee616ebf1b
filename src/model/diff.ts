// What differs between two records: artifacts (renames told from changes), features, parameters, libraries, metrics.
import type { Artifact } from "./content.ts";
import { compareBytes } from "./paths.ts";
import type { ModelRecord } from "./record.ts";
import { isMap, sameValue, showValue, type Value, type ValueMap } from "./value.ts";

/** One artifact that differs. `renamedFrom`: its bytes are those that stood under that path. */
export interface Change<T = Artifact> {
  path: string;
  from: T | null;
  to: T | null;
  renamedFrom?: string;
}

/** One field that differs; nested fields have dotted keys. */
export interface FieldChange {
  key: string;
  from: Value | undefined;
  to: Value | undefined;
}

export interface RecordDiff {
  artifacts: Change[];
  datasets: Change[];
  features: { added: string[]; removed: string[]; reordered: boolean };
  hyperparameters: FieldChange[];
  libraries: FieldChange[];
  metrics: FieldChange[];
  environment: FieldChange[];
  other: FieldChange[];
  feature_set: FieldChange | null;
}

/** Fields with a part of their own in RecordDiff, or that only restate another one. */
const SHOWN_ELSEWHERE = new Set([
  "schema",
  "model_name",
  "version",
  "content",
  "artifacts",
  "datasets",
  "features",
  "hyperparameters",
  "library_versions",
  "metrics",
  "environment",
  "feature_set_version",
  "dataset_snapshot_id",
]);

/** Everything that differs from `a` to `b`. Values are compared by amount, so 1.0 and 1 are no difference. */
export function diffRecords(a: ModelRecord | null, b: ModelRecord | null): RecordDiff {
  const part = (key: string): FieldChange[] => diffFields(a?.fields[key], b?.fields[key]);
  const single = (key: string): FieldChange | null => diffField(key, a?.fields[key], b?.fields[key]);
  const datasets = diffArtifacts(a?.datasets ?? [], b?.datasets ?? []);
  // The snapshot follows from the datasets, unless it is an id of the user's own.
  const snapshot = datasets.length === 0 ? single("dataset_snapshot_id") : null;
  const others = diffFields(withoutShown(a?.fields), withoutShown(b?.fields));
  return {
    artifacts: diffArtifacts(a?.artifacts ?? [], b?.artifacts ?? []),
    datasets,
    features: diffFeatures(featureNames(a?.fields["features"]), featureNames(b?.fields["features"])),
    hyperparameters: part("hyperparameters"),
    libraries: part("library_versions"),
    metrics: part("metrics"),
    environment: part("environment"),
    other: snapshot === null ? others : [snapshot, ...others],
    feature_set: single("feature_set_version"),
  };
}

/**
 * The artifacts that differ, by path. Bytes that only moved to another path are one change with `renamedFrom`; two
 * artifacts that swapped their bytes are two changes, as both paths are still there.
 */
export function diffArtifacts<T extends { path: string; sha256: string }>(
  from: readonly T[],
  to: readonly T[],
): Change<T>[] {
  const before = new Map(from.map((artifact) => [artifact.path, artifact]));
  const after = new Map(to.map((artifact) => [artifact.path, artifact]));
  const changes: Change<T>[] = [];
  const gone = new Map<string, T[]>();
  for (const artifact of byPath(before.values())) {
    const now = after.get(artifact.path);
    if (now === undefined) gone.set(artifact.sha256, [...(gone.get(artifact.sha256) ?? []), artifact]);
    else if (now.sha256 !== artifact.sha256) changes.push({ path: artifact.path, from: artifact, to: now });
  }
  for (const artifact of byPath(after.values())) {
    if (before.has(artifact.path)) continue;
    const source = gone.get(artifact.sha256)?.shift();
    if (source === undefined) changes.push({ path: artifact.path, from: null, to: artifact });
    else changes.push({ path: artifact.path, from: source, to: artifact, renamedFrom: source.path });
  }
  for (const artifact of [...gone.values()].flat()) changes.push({ path: artifact.path, from: artifact, to: null });
  return byPath(changes);
}

function byPath<T extends { path: string }>(items: Iterable<T>): T[] {
  return [...items].sort((a, b) => compareBytes(a.path, b.path));
}

function diffFeatures(from: readonly string[], to: readonly string[]): RecordDiff["features"] {
  const [before, after] = [new Set(from), new Set(to)];
  const stayed = [...before].filter((name) => after.has(name));
  const stayedNow = [...after].filter((name) => before.has(name));
  return {
    added: [...after].filter((name) => !before.has(name)),
    removed: [...before].filter((name) => !after.has(name)),
    reordered: stayed.some((name, at) => name !== stayedNow[at]),
  };
}

/** The names of a record's features: a list of names, or of maps that have a `name`. */
function featureNames(value: Value | undefined): string[] {
  if (!Array.isArray(value)) return [];
  return (value as readonly Value[]).map((item) => showValue(isMap(item) ? (item["name"] ?? item) : item));
}

function withoutShown(fields: ValueMap | undefined): ValueMap | undefined {
  return fields && Object.fromEntries(Object.entries(fields).filter(([key]) => !SHOWN_ELSEWHERE.has(key)));
}

function diffField(key: string, from: Value | undefined, to: Value | undefined): FieldChange | null {
  return sameValue(from, to) ? null : { key, from, to };
}

/** The leaves of two maps that differ, in the order in which the maps name them. */
function diffFields(from: Value | undefined, to: Value | undefined): FieldChange[] {
  const [before, after] = [leavesOf(from), leavesOf(to)];
  const changes: FieldChange[] = [];
  for (const id of new Set([...before.keys(), ...after.keys()])) {
    const key = (before.get(id) ?? after.get(id))?.key ?? id;
    const change = diffField(key, before.get(id)?.value, after.get(id)?.value);
    if (change) changes.push(change);
  }
  return changes;
}

export interface Leaf {
  key: string;
  value: Value;
}

/** Every value of nested maps, by an id that keeps a key "a.b" apart from a key "b" inside "a". */
export function leavesOf(value: Value | undefined): Map<string, Leaf> {
  const leaves = new Map<string, Leaf>();
  const visit = (value: Value, path: readonly string[]): void => {
    const entries = isMap(value) ? Object.entries(value) : [];
    if (entries.length === 0 && path.length > 0) leaves.set(JSON.stringify(path), { key: path.join("."), value });
    for (const [key, inner] of entries) visit(inner, [...path, key]);
  };
  if (isMap(value)) visit(value, []);
  return leaves;
}
