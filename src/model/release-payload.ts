// The payloads of release and retraction tags, checked key by key: whoever can push a tag can write one.
import type { MvError } from "../errors.ts";
import { contentOf, isSha, type Artifact } from "./content.ts";
import { checkMemberPath, checkPath } from "./paths.ts";
import { checkModelName, parseVersion } from "./version.ts";
import { isMap, isNumberText, type Value, type ValueMap } from "./value.ts";

/** Makes the error that says why a payload is not well formed. */
type Invalid = (why: string) => MvError;

const KINDS = ["file", "directory", "external"] as const;

/** The keys of a release's payload. Keys that a later version adds are left alone. */
export function readRelease(data: ValueMap, invalid: Invalid) {
  const artifacts = readArtifacts(data, "artifacts", invalid);
  const content = textOf(data, "content", invalid);
  if (content !== `sha256:${contentOf(artifacts)}`) throw invalid("content is not that of its artifacts");
  return {
    ...readNumber(data, invalid),
    bump: textOf(data, "bump", invalid),
    previous: readRef(data, "previous", invalid),
    seal: readRef(data, "seal", invalid),
    content,
    record: readRecordRef(data, invalid),
    artifacts,
    datasets: data["datasets"] === undefined ? [] : readArtifacts(data, "datasets", invalid),
    dataset_snapshot_id: optionalText(data, "dataset_snapshot_id", invalid),
    feature_set_version: optionalText(data, "feature_set_version", invalid),
  };
}

/** The keys of a retraction's payload. */
export function readRetraction(data: ValueMap, invalid: Invalid) {
  return { ...readNumber(data, invalid), release: oidOf(data, "release", invalid) };
}

function readNumber(data: ValueMap, invalid: Invalid): { model: string; version: string } {
  const model = textOf(data, "model", invalid);
  const why = checkModelName(model);
  if (why !== null) throw invalid(`model: ${why}`);
  return { model, version: versionOf(data, invalid) };
}

function readRef(data: ValueMap, key: string, invalid: Invalid): { version: string; tag: string } | null {
  const value = data[key];
  if (value === undefined || value === null) return null;
  if (!isMap(value)) throw invalid(`${key} is no map`);
  return { version: versionOf(value, invalid), tag: oidOf(value, "tag", invalid) };
}

function readRecordRef(data: ValueMap, invalid: Invalid): { path: string; sha256: string } {
  const value = data["record"];
  if (!isMap(value)) throw invalid("record is no map");
  const path = textOf(value, "path", invalid);
  const why = checkMemberPath(path);
  if (why !== null) throw invalid(`record: ${why}`);
  return { path, sha256: shaOf(value, invalid) };
}

function readArtifacts(data: ValueMap, key: string, invalid: Invalid): Artifact[] {
  const list = data[key];
  if (!Array.isArray(list)) throw invalid(`${key} is no list`);
  const artifacts = (list as readonly Value[]).map((item) => {
    if (!isMap(item)) throw invalid(`${key} holds something that is no map`);
    return readArtifact(item, invalid);
  });
  if (new Set(artifacts.map(({ path }) => path)).size < artifacts.length) throw invalid(`${key} names a path twice`);
  return artifacts;
}

function readArtifact(item: ValueMap, invalid: Invalid): Artifact {
  const path = textOf(item, "path", invalid);
  const why = checkPath(path);
  if (why !== null) throw invalid(`${path}: ${why}`);
  const kind = KINDS.find((kind) => kind === item["kind"]);
  if (kind === undefined) throw invalid(`${path}: kind is none of ${KINDS.join(", ")}`);
  const size = item["size"];
  if (!isNumberText(size) || !/^\d+$/.test(size.text) || !Number.isSafeInteger(size.value))
    throw invalid(`${path}: size is no number of bytes`);
  return { path, kind, sha256: shaOf(item, invalid), size: size.value };
}

function versionOf(data: ValueMap, invalid: Invalid): string {
  const version = textOf(data, "version", invalid);
  if (parseVersion(version) !== version) throw invalid(`${version} is no version`);
  return version;
}

function shaOf(data: ValueMap, invalid: Invalid): string {
  const sha256 = textOf(data, "sha256", invalid);
  if (!isSha(sha256)) throw invalid("sha256 is not 64 lower-case hex digits");
  return sha256;
}

function oidOf(data: ValueMap, key: string, invalid: Invalid): string {
  const oid = textOf(data, key, invalid);
  if (!/^(?:[0-9a-f]{40}|[0-9a-f]{64})$/.test(oid)) throw invalid(`${key} is no object id`);
  return oid;
}

function textOf(data: ValueMap, key: string, invalid: Invalid): string {
  const text = optionalText(data, key, invalid);
  if (text === null) throw invalid(`${key} is missing`);
  return text;
}

/** A text; a number written without quotes (40 digits of an oid, feature set 3.1) is the text it was written with. */
function optionalText(data: ValueMap, key: string, invalid: Invalid): string | null {
  const value = data[key];
  if (value === undefined || value === null) return null;
  if (isNumberText(value)) return value.text;
  if (typeof value !== "string") throw invalid(`${key} is no text`);
  return value;
}
