// A file of a store that copies a Git tag object, and so proves itself: the object's id is the hash of its bytes.
import { createHash } from "node:crypto";
import { MvError } from "../errors.ts";
import { TAG_MAX_BYTES } from "./tag-object.ts";

const BASE64 = /^(?:[A-Za-z0-9+/]{4})*(?:[A-Za-z0-9+/]{2}==|[A-Za-z0-9+/]{3}=)?$/;

export interface TagCopy {
  /** The file's own keys; `schema`, `oid` and `raw` are checked. */
  fields: Readonly<Record<string, unknown>>;
  oid: string;
  /** The tag object's bytes, as `git cat-file tag` gives them. */
  raw: Buffer;
  /** The error for anything else that is wrong with the file. */
  refuse(why: string): MvError;
}

/** Reads such a file, which may be hostile. `file` stands in messages. Throws MvError invalid-file. */
export function readTagCopy(bytes: Uint8Array, file: string, maxBytes: number): TagCopy {
  const refuse = (why: string): MvError =>
    new MvError("invalid-file", `${file}:1: ${why}`, {
      hint: "mv push --all, which writes it anew",
      details: { file },
    });
  if (bytes.length > maxBytes) throw refuse(`it is larger than ${maxBytes} bytes`);
  const fields = readFields(bytes);
  if (fields === null) throw refuse("it is not a JSON object in UTF-8");
  if (typeof fields["schema"] === "number" && fields["schema"] > 1) throw refuse("it needs a newer mversion");
  if (fields["schema"] !== 1) throw refuse("schema 1 is expected");
  const oid = fields["oid"];
  if (typeof oid !== "string" || !/^(?:[0-9a-f]{40}|[0-9a-f]{64})$/.test(oid))
    throw refuse("oid is no Git object's id");
  const raw = decode(fields["raw"], TAG_MAX_BYTES);
  if (raw === null) throw refuse("raw is no tag object in base64");
  if (oidOf(raw, oid.length) !== oid) throw refuse(`its tag object is not ${oid}`);
  return { fields, oid, raw, refuse };
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

/** The bytes of a base64 text; null where it is none, or longer than `maxBytes`. */
export function decode(value: unknown, maxBytes: number): Buffer | null {
  if (typeof value !== "string" || value.length > Math.ceil((maxBytes * 4) / 3) + 4 || !BASE64.test(value)) return null;
  return Buffer.from(value, "base64");
}
