// models/<model>/releases/<version>.json of a store: a copy of a release's tag object and record that proves itself, so that a
// version can be had without Git. Never the truth: that is Git's.
import { createHash } from "node:crypto";
import { MvError } from "../errors.ts";
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
const BASE64 = /^(?:[A-Za-z0-9+/]{4})*(?:[A-Za-z0-9+/]{2}==|[A-Za-z0-9+/]{3}=)?$/;

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
  const refuse = (why: string): MvError =>
    new MvError("invalid-file", `${file}:1: ${why}`, { hint: "mv push, which writes it anew", details: { file } });
  if (bytes.length > RELEASE_FILE_MAX_BYTES) throw refuse(`it is larger than ${RELEASE_FILE_MAX_BYTES} bytes`);
  const fields = readFields(bytes);
  if (fields === null) throw refuse("it is not a JSON object in UTF-8");
  if (typeof fields["schema"] === "number" && fields["schema"] > 1) throw refuse("it needs a newer mversion");
  if (fields["schema"] !== 1) throw refuse("schema 1 is expected");
  const oid = fields["oid"];
  if (typeof oid !== "string" || !/^(?:[0-9a-f]{40}|[0-9a-f]{64})$/.test(oid))
    throw refuse("oid is no Git object's id");
  const raw = decode(fields["raw"], TAG_MAX_BYTES);
  if (raw === null) throw refuse("raw is no tag object in base64");
  const record = decode(fields["record"], RECORD_MAX_BYTES);
  if (record === null) throw refuse("record is no text in base64");
  if (oidOf(raw, oid.length) !== oid) throw refuse(`its tag object is not ${oid}`);
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

/** A Git object's id: the hash of its type, its length and its bytes; SHA-1 or SHA-256 by the repository's object format. */
function oidOf(raw: Buffer, digits: number): string {
  const hash = createHash(digits === 40 ? "sha1" : "sha256");
  return hash.update(`tag ${raw.length}\0`).update(raw).digest("hex");
}

/** The own keys alone: JSON.parse makes `__proto__` one of them, so no key reaches a prototype. */
function readFields(bytes: Uint8Array): Record<string, unknown> | null {
  try {
    const json: unknown = JSON.parse(new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(bytes));
    if (typeof json !== "object" || json === null || Array.isArray(json)) return null;
    return Object.assign(Object.create(null) as Record<string, unknown>, Object.fromEntries(Object.entries(json)));
  } catch {
    return null;
  }
}

function decode(value: unknown, maxBytes: number): Buffer | null {
  if (typeof value !== "string" || value.length > Math.ceil((maxBytes * 4) / 3) + 4 || !BASE64.test(value)) return null;
  return Buffer.from(value, "base64");
}
