// models/<model>/releases/<version>.json of a store: a copy of a release's tag object and record that proves itself, so that a
// version can be had without Git. Never the truth: that is Git's.
import { createHash } from "node:crypto";
import { MvError } from "../errors.ts";
import { decode, readTagCopy } from "./tag-copy.ts";
import { parseTagObject, type Release } from "./release.ts";
import { TAG_MAX_BYTES } from "./tag-object.ts";
import { checkModelName, parseVersion } from "./version.ts";

/** A release as a store holds it. */
export interface ReleaseFile {
  release: Release;
  /** The tag object's bytes, as `git cat-file tag` gives them: a signature is checked against these. */
  raw: Buffer;
  /** The record's text at the released commit. */
  record: string;
}

const RECORD_MAX_BYTES = 1 << 22;
/** Base64 of a tag and a record, each at its largest, and room for the rest. */
export const RELEASE_FILE_MAX_BYTES = Math.ceil(((TAG_MAX_BYTES + RECORD_MAX_BYTES) * 4) / 3) + (1 << 16);

/** Where a release's file is, from the top of the store. A version's `+build` stays as it is. */
export function releaseFilePath(model: string, version: string): string {
  if (checkModelName(model) !== null || parseVersion(version) !== version) {
    throw new MvError("invalid-file", `${JSON.stringify(model)} ${JSON.stringify(version)} names no release`);
  }
  return `models/${model}/releases/${version}.json`;
}

/** The file's text: JSON with sorted keys, raw and record in base64, and a final newline. */
export function formatReleaseFile(
  release: Pick<Release, "model" | "version" | "tag" | "oid">,
  raw: Uint8Array,
  record: Uint8Array,
): string {
  const { model, oid, tag, version } = release;
  const base64 = (bytes: Uint8Array): string => Buffer.from(bytes).toString("base64");
  return `${JSON.stringify({ model, oid, raw: base64(raw), record: base64(record), schema: 1, tag, version })}\n`;
}

/**
 * Reads a release file that may be hostile: the tag object has the oid that the file says, names the model, version and tag
 * that it says, and the record has the SHA-256 that the tag names. What is proved is that nothing was altered after the tag
 * was made, not who made it: that is what a signature, or the oid from Git, is for. `file` stands in messages. Throws MvError
 * invalid-file.
 */
export function parseReleaseFile(bytes: Uint8Array, file: string): ReleaseFile {
  const { fields, oid, raw, refuse } = readTagCopy(bytes, file, RELEASE_FILE_MAX_BYTES);
  const record = decode(fields["record"], RECORD_MAX_BYTES);
  if (record === null) throw refuse("record is no text in base64");
  const reading = parseTagObject(raw, oid);
  if (reading?.kind === "broken") throw refuse(`its tag cannot be read: ${reading.why}`);
  if (reading?.kind !== "release") throw refuse("its tag object is no release");
  const { release } = reading;
  for (const key of ["model", "version", "tag"] as const) {
    if (fields[key] !== release[key]) throw refuse(`its ${key} is not that of its tag, which is ${release[key]}`);
  }
  if (createHash("sha256").update(record).digest("hex") !== release.record.sha256) {
    throw refuse("its record is not the one that its tag names");
  }
  return { release, raw, record: record.toString("utf8") };
}
