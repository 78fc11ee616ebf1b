// The record: a model's committed metadata. Texts stay as written, numbers keep their text, unknown keys are a team's own.
import { type Artifact, contentOf, isSha } from "./content.ts";
import {
  asTexts,
  keepSpelling,
  optionalList,
  optionalMap,
  optionalText,
  type Path,
  problem,
  requireSchema,
  requiredCount,
  requiredSha,
  requiredText,
  requiredWord,
} from "./fields.ts";
import { checkPath, showPath } from "./paths.ts";
import { isMap, type Value, type ValueMap } from "./value.ts";
import { checkModelName, parseVersion } from "./version.ts";
import { parseYaml, type YamlFile } from "./yaml.ts";
import { editYaml } from "./yaml-edit.ts";
import { readEither } from "./yaml-plain.ts";
import { restoreHint } from "./yaml-source.ts";
import { writeYaml } from "./yaml-write.ts";

export interface ModelRecord {
  model_name: string;
  /** In semver's normal form. */
  version: string;
  /** "sha256:" and the content of the artifacts; null before there are any. */
  content: string | null;
  artifacts: Artifact[];
  datasets: Artifact[];
  /** Every top-level key, those above too. Where the format says text, a number is its text. */
  fields: ValueMap;
}

/** In the order in which they are written; a team's own keys follow. */
export const RECORD_KEYS: readonly string[] = [
  "schema",
  "model_name",
  "version",
  "content",
  "training_date",
  "dataset_snapshot_id",
  "feature_set_version",
  "hyperparameters",
  "library_versions",
  "environment",
  "features",
  "metrics",
  "artifacts",
  "datasets",
  "trained",
  "reason",
  "note",
  "base_model",
  "description",
  "owner",
  "license",
  "status",
  "purpose",
  "users",
  "restrictions",
  "limits",
  "task",
  "outputs",
  "thresholds",
  "signature",
  "architecture",
  "training_data",
  "evaluation",
  "slices",
  "confidence_intervals",
  "fairness",
  "sensitive_data",
  "validation",
  "scan",
  "retention",
];

/** Fields that describe bytes, and go with them when other bytes come. */
export const BYTES_FIELDS: readonly string[] = [
  "metrics",
  "training_date",
  "library_versions",
  "environment",
  "trained",
  "reason",
  "signature",
  "architecture",
  "evaluation",
  "slices",
  "confidence_intervals",
  "fairness",
  "validation",
  "scan",
];

/** All that comes with the bytes where a side or a version is taken whole: what describes them, and what is derived from them. */
export const DESCRIPTION_FIELDS: readonly string[] = [
  ...BYTES_FIELDS,
  "version",
  "content",
  "artifacts",
  "datasets",
  "dataset_snapshot_id",
  "feature_set_version",
  "features",
  "hyperparameters",
  "training_data",
];

/** Keys with one text. */
const TEXTS = [
  "model_name",
  "version",
  "content",
  "training_date",
  "dataset_snapshot_id",
  "feature_set_version",
  "reason",
  "note",
  "description",
  "owner",
  "license",
];
/** Keys with a map or a list of texts. */
const MANY_TEXTS = ["library_versions", "environment", "features"];
const MAPS = ["hyperparameters", "library_versions", "environment", "metrics", "trained"];
const KINDS = ["file", "directory", "external"] as const satisfies readonly Artifact["kind"][];

export const RECORD_MAX_BYTES = 4 * 1024 * 1024;

/** Reads a record that may be hostile. `file` is its path. Throws MvError invalid-file. */
export function parseRecord(text: string, file: string): ModelRecord {
  const parse = (): YamlFile => parseYaml(text, file, { maxBytes: RECORD_MAX_BYTES });
  return readEither({ file, text, hint: restoreHint(file) }, parse, readRecord);
}

function readRecord(yaml: YamlFile): ModelRecord {
  requireSchema(yaml);
  const model_name = requiredText(yaml, ["model_name"]);
  const unnamed = checkModelName(model_name);
  if (unnamed !== null) throw problem(yaml, ["model_name"], unnamed);
  const version = requiredText(yaml, ["version"]);
  if (parseVersion(version) !== version) throw problem(yaml, ["version"], "a semver version such as 1.2.0 is expected");
  const content = optionalText(yaml, ["content"]);
  if (content !== null && !(content.startsWith("sha256:") && isSha(content.slice(7)))) {
    throw problem(yaml, ["content"], "sha256: and 64 lower-case hex digits are expected");
  }
  for (const key of TEXTS) optionalText(yaml, [key]);
  for (const key of MAPS) optionalMap(yaml, [key]);
  for (const key of ["library_versions", "environment"]) {
    for (const name of Object.keys(optionalMap(yaml, [key]))) optionalText(yaml, [key, name]);
  }
  optionalList(yaml, ["features"]).forEach((_, at) => requiredText(yaml, ["features", String(at)]));
  return {
    model_name,
    version,
    content,
    artifacts: readArtifacts(yaml, "artifacts"),
    datasets: readArtifacts(yaml, "datasets"),
    fields: withTexts(yaml.data),
  };
}

/**
 * The list of artifacts at a top-level key; empty where there is none. For the release tag's payload too. Throws MvError
 * invalid-file.
 */
export function readArtifacts(yaml: YamlFile, key: string): Artifact[] {
  const paths = new Set<string>();
  return optionalList(yaml, [key]).map((_, index) => {
    const at: Path = [key, String(index)];
    if (Object.keys(optionalMap(yaml, at)).length === 0)
      throw problem(yaml, at, "path, kind, sha256 and size are expected");
    const path = requiredText(yaml, [...at, "path"]);
    const why = checkPath(path);
    if (why !== null) throw problem(yaml, [...at, "path"], `${showPath(path)}: ${why}`);
    if (paths.has(path)) throw problem(yaml, [...at, "path"], `${showPath(path)} is listed twice`);
    paths.add(path);
    return {
      path,
      kind: requiredWord(yaml, [...at, "kind"], KINDS),
      sha256: requiredSha(yaml, [...at, "sha256"]),
      size: requiredCount(yaml, [...at, "size"]),
    };
  });
}

/** Text fields as texts, whatever they were written like; the rest as it is. */
function withTexts<Type extends Value | undefined>(fields: Readonly<Record<string, Type>>): Record<string, Type> {
  const result = Object.assign(Object.create(null) as Record<string, Type>, fields);
  for (const [key, value] of Object.entries(fields)) {
    if (holdsTexts(key) && value !== undefined && value !== null) result[key] = asTexts(value) as Type;
  }
  return result;
}

/** Whether the format says that the key, dotted or not, holds one text: what is typed for it is kept, whatever it looks like. */
export function isTextField(key: string): boolean {
  return TEXTS.includes(key) || MANY_TEXTS.some((name) => key.startsWith(`${name}.`));
}

/** The same, or several texts. */
function holdsTexts(key: string): boolean {
  return isTextField(key) || MANY_TEXTS.includes(key);
}

/** The text of a new record, its keys in the format's order; undefined ones are left out. */
export function newRecord(fields: Readonly<Record<string, Value | undefined>>): string {
  const texts = withTexts(fields);
  const own = Object.keys(texts).filter((key) => !RECORD_KEYS.includes(key));
  const ordered = Object.create(null) as Record<string, Value | undefined>;
  for (const key of [...RECORD_KEYS, ...own]) if (Object.hasOwn(texts, key)) ordered[key] = texts[key];
  return writeYaml(ordered);
}

/**
 * The text with fields set or, where undefined, deleted. Keys may be dotted: "metrics.accuracy". New keys take their place in the
 * format's order; all that does not change stays byte for byte. Throws MvError invalid-file.
 */
export function updateRecord(text: string, file: string, patch: Readonly<Record<string, Value | undefined>>): string {
  const yaml = parseYaml(text, file, { maxBytes: RECORD_MAX_BYTES });
  const changes = withTexts(patch);
  for (const [key, value] of Object.entries(changes)) {
    if (value !== undefined && holdsTexts(key)) changes[key] = keepSpelling(current(yaml.data, key), value);
  }
  return editYaml(yaml, changes, { order: RECORD_KEYS });
}

function current(data: ValueMap, key: string): Value | undefined {
  if (Object.hasOwn(data, key)) return data[key];
  const dot = key.indexOf(".");
  const inner = data[key.slice(0, dot)];
  const name = key.slice(dot + 1);
  return dot > 0 && isMap(inner) && Object.hasOwn(inner, name) ? inner[name] : undefined;
}

/** "sha256:…" of the datasets: the hash of one, the content of several. Null where there is none. */
export function datasetSnapshot(datasets: readonly Pick<Artifact, "path" | "sha256">[]): string | null {
  const [first, ...more] = datasets;
  if (first === undefined) return null;
  return `sha256:${more.length === 0 ? first.sha256 : contentOf(datasets)}`;
}

/** The record as the small metadata.json that projects keep beside a model: plain data, null for what is not known. */
export function metadataJson(record: ModelRecord): object {
  const { fields } = record;
  const metadata = {
    model_name: record.model_name,
    version: record.version,
    training_date: fields["training_date"] ?? null,
    dataset_snapshot_id: fields["dataset_snapshot_id"] ?? null,
    feature_set_version: fields["feature_set_version"] ?? null,
    features: fields["features"] ?? [],
    hyperparameters: fields["hyperparameters"] ?? {},
    library_versions: fields["library_versions"] ?? {},
    metrics: fields["metrics"] ?? {},
  };
  return JSON.parse(JSON.stringify(metadata)) as object;
}
