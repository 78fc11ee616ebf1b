// Release tags and retractions: data <-> the text of an annotated tag. A tag is ours if its payload says so, not by its name.
import { isMvError } from "../errors.ts";
import type { Artifact } from "./content.ts";
import { readRelease, type ReleasePayload, readRetraction, type RetractionPayload } from "./release-payload.ts";
import { problem, valueAt } from "./fields.ts";
import { messageOf, reasonOf } from "./tag-message.ts";
import { readTagObject, type TagObject, type Tagger } from "./tag-object.ts";
import { isNumberText, numberText, type Value, type ValueMap } from "./value.ts";
import { parseYaml, type YamlFile } from "./yaml.ts";
import { readEither } from "./yaml-plain.ts";

/** What a release tag says. Plain data: it survives JSON. */
export interface Release extends ReleasePayload {
  /** Short name of the tag, as the tag object has it. */
  tag: string;
  /** The tag object. */
  oid: string;
  commit: string;
  tagger: Tagger;
  /** In the user's words, exactly as given. */
  reason: string;
  signed: boolean;
}

/** An event that marks a release as not to be used any more. */
export interface Retraction extends RetractionPayload {
  reason: string;
  tag: string;
  oid: string;
  /** Seconds since 1970, and the tagger's zone as Git writes it. */
  date: number;
  zone: string;
}

export type TagReading =
  | { kind: "release"; release: Release }
  | { kind: "retraction"; retraction: Retraction }
  | { kind: "broken"; tag: string; oid: string; why: string }
  | null;

/**
 * The message of a release tag: subject, reason, and after a line `---` the payload. It ends with a newline, as a signature
 * is appended to it. Fails with `usage` where Git could store it but no reader would accept its size.
 */
export function formatReleaseMessage(release: Omit<Release, "oid" | "tagger" | "commit" | "tag" | "signed">): string {
  const payload: Record<string, Value | undefined> = {
    mversion: numberText("1"),
    model: release.model,
    version: release.version,
    bump: release.bump,
    previous: release.previous ? { ...release.previous } : undefined,
    seal: release.seal ? { ...release.seal } : undefined,
    content: release.content,
    record: { ...release.record },
    artifacts: release.artifacts.map(artifactValue),
    datasets: release.datasets.length > 0 ? release.datasets.map(artifactValue) : undefined,
    dataset_snapshot_id: release.dataset_snapshot_id ?? undefined,
    feature_set_version: release.feature_set_version ?? undefined,
  };
  return messageOf(releaseSubject(release), release.reason, payload);
}

function artifactValue({ path, kind, sha256, size }: Artifact): ValueMap {
  return { path, kind, sha256, size: numberText(String(size)) };
}

/** The tag name of a release's retraction: beside the release in every listing, and never the name of a version. */
export function formatRetractionTag(releaseTag: string): string {
  return `${releaseTag}#retracted`;
}

/** The message of a retraction tag, laid out as a release's. */
export function formatRetractionMessage(event: Pick<Retraction, "model" | "version" | "release" | "reason">): string {
  const { model, version, release, reason } = event;
  const payload = { mversion: numberText("1"), event: "retract", model, version, release };
  return messageOf(retractionSubject(event), reason, payload);
}

function releaseSubject({ model, version }: Pick<Release, "model" | "version">): string {
  return `${model} ${version}`;
}

function retractionSubject({ model, version }: Pick<Release, "model" | "version">): string {
  return `${model} ${version} retracted`;
}

/**
 * Reads a raw tag object. Null for what is not ours (foreign tags, events this version does not know); `broken`, and why, for
 * what claims to be ours and is not well formed. Never throws.
 */
export function parseTagObject(raw: Uint8Array, oid: string): TagReading {
  const object = readTagObject(raw);
  if (object === null || !/^mversion:[ \t]*["']?\d/m.test(object.payload)) return null;
  try {
    return readPayload(object, oid);
  } catch (error) {
    return { kind: "broken", tag: object.tag, oid, why: isMvError(error) ? error.message : String(error) };
  }
}

function readPayload(object: TagObject, oid: string): TagReading {
  const { tag: file, payload: text } = object;
  const hint = "mv verify --all";
  return readEither(
    { file, text, hint },
    () => parseYaml(text, file, { hint }),
    (yaml) => readEvent(yaml, object, oid),
  );
}

function readEvent(
  yaml: YamlFile,
  { tag, target, targetType, tagger, message, signed }: TagObject,
  oid: string,
): TagReading {
  const schema = valueAt(yaml, ["mversion"]);
  if (schema === undefined) return null;
  if (!isNumberText(schema) || schema.value !== 1) throw problem(yaml, ["mversion"], "it needs a newer mversion");
  if (targetType !== "commit") throw problem(yaml, [], `the tag points at a ${targetType}, not at a commit`);
  if (tagger === null) throw problem(yaml, [], "the tag has no tagger");
  const event = valueAt(yaml, ["event"]);
  if (event === undefined) {
    const said = readRelease(yaml);
    const reason = reasonOf(message, releaseSubject(said));
    return { kind: "release", release: { ...said, tag, oid, commit: target, tagger, reason, signed } };
  }
  if (event !== "retract") return null;
  const said = readRetraction(yaml);
  const reason = reasonOf(message, retractionSubject(said));
  return { kind: "retraction", retraction: { ...said, reason, tag, oid, date: tagger.date, zone: tagger.zone } };
}
