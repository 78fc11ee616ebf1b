// The payloads of release and retraction tags, read key by key: whoever can push a tag can write one. Keys that a later version
// adds are left alone.
import { type Artifact, contentOf } from "./content.ts";
import { optionalMap, optionalText, type Path, problem, requiredSha, requiredText, valueAt } from "./fields.ts";
import { checkPortablePath, showPath } from "./paths.ts";
import { readArtifacts } from "./record.ts";
import { checkModelName, parseVersion } from "./version.ts";
import type { YamlFile } from "./yaml.ts";

/** Another release, by its number and the oid of its tag object. */
export interface ReleaseRef {
  version: string;
  tag: string;
}

export interface ReleasePayload {
  model: string;
  version: string;
  bump: string;
  /** Its predecessor by number on this line. */
  previous: ReleaseRef | null;
  /** The model's newest release when this one was made. */
  seal: ReleaseRef | null;
  /** "sha256:" and the content of `artifacts`. */
  content: string;
  record: { path: string; sha256: string };
  artifacts: Artifact[];
  datasets: Artifact[];
  dataset_snapshot_id: string | null;
  feature_set_version: string | null;
}

/** Throws MvError invalid-file. */
export function readRelease(yaml: YamlFile): ReleasePayload {
  const artifacts = readArtifacts(yaml, "artifacts");
  const content = requiredText(yaml, ["content"]);
  if (content !== `sha256:${contentOf(artifacts)}`) throw problem(yaml, ["content"], "it is not that of the artifacts");
  return {
    model: readModel(yaml),
    version: readVersion(yaml, ["version"]),
    bump: requiredText(yaml, ["bump"]),
    previous: readRef(yaml, "previous"),
    seal: readRef(yaml, "seal"),
    content,
    record: { path: readRecordPath(yaml), sha256: requiredSha(yaml, ["record", "sha256"]) },
    artifacts,
    datasets: readArtifacts(yaml, "datasets"),
    dataset_snapshot_id: optionalText(yaml, ["dataset_snapshot_id"]),
    feature_set_version: optionalText(yaml, ["feature_set_version"]),
  };
}

export interface RetractionPayload {
  model: string;
  version: string;
  /** Oid of the release's tag object. */
  release: string;
}

/** Throws MvError invalid-file. */
export function readRetraction(yaml: YamlFile): RetractionPayload {
  return { model: readModel(yaml), version: readVersion(yaml, ["version"]), release: readOid(yaml, ["release"]) };
}

export function readModel(yaml: YamlFile): string {
  const model = requiredText(yaml, ["model"]);
  const why = checkModelName(model);
  if (why !== null) throw problem(yaml, ["model"], why);
  return model;
}

export function readVersion(yaml: YamlFile, path: Path): string {
  const version = requiredText(yaml, path);
  if (parseVersion(version) !== version) throw problem(yaml, path, "a semver version such as 1.2.0 is expected");
  return version;
}

export function readOid(yaml: YamlFile, path: Path): string {
  const oid = requiredText(yaml, path);
  if (!/^(?:[0-9a-f]{40}|[0-9a-f]{64})$/.test(oid)) throw problem(yaml, path, "the id of a Git object is expected");
  return oid;
}

function readRef(yaml: YamlFile, key: string): ReleaseRef | null {
  if ((valueAt(yaml, [key]) ?? null) === null) return null;
  optionalMap(yaml, [key]);
  return { version: readVersion(yaml, [key, "version"]), tag: readOid(yaml, [key, "tag"]) };
}

/** A record may have any name that Git can hold; it is one of mversion's own files, which an artifact may not be. */
function readRecordPath(yaml: YamlFile): string {
  optionalMap(yaml, ["record"]);
  const path = requiredText(yaml, ["record", "path"]);
  const why = checkPortablePath(path);
  if (why !== null) throw problem(yaml, ["record", "path"], `${showPath(path)}: ${why}`);
  return path;
}
