// An OpenSSF Model Signing bundle, version 1.0 (github.com/sigstore/model-transparency, docs/model_signing_format.md): the text of
// one, and what a text that may be hostile says. A Sigstore bundle holds a DSSE envelope, which holds an in-toto statement.
import { createHash } from "node:crypto";
import { MvError } from "../errors.ts";
import { isSha } from "./content.ts";
import { checkMemberPath, compareBytes, showPath } from "./paths.ts";

/** A file and its SHA-256; the name is its path from the signed folder. */
export interface Resource {
  name: string;
  sha256: string;
}

export interface Statement {
  /** What the signer called it; proves nothing. */
  subject: string;
  /** SHA-256 over the digests of the resources, one after the other, as bytes. */
  root: string;
  resources: Resource[];
  /** Paths of the folder that the signature leaves alone, with all below them. */
  ignored: string[];
}

export interface Envelope {
  /** The statement's bytes: what is signed, by way of `preAuthentication`. */
  payload: Buffer;
  /** DER. */
  signature: Buffer;
  /** SHA-256 of the public key's PEM text, or null where the bundle names none. */
  keyHint: string | null;
}

const MEDIA_TYPE = "application/vnd.dev.sigstore.bundle.v0.3+json";
const PAYLOAD_TYPE = "application/vnd.in-toto+json";
const STATEMENT_TYPE = "https://in-toto.io/Statement/v1";
const PREDICATE_TYPE = "https://model_signing/signature/v1.0";
/** About 200,000 files. */
export const BUNDLE_MAX_BYTES = 64 * 1024 * 1024;

/** The statement over these files, as JSON; resources are in the order of their names. */
export function formatStatement(subject: string, files: readonly Resource[], ignored: readonly string[]): string {
  const resources = files.toSorted((a, b) => compareBytes(a.name, b.name));
  return JSON.stringify({
    _type: STATEMENT_TYPE,
    subject: [{ name: subject, digest: { sha256: rootOf(resources) } }],
    predicateType: PREDICATE_TYPE,
    predicate: {
      serialization: { method: "files", hash_type: "sha256", allow_symlinks: false, ignore_paths: ignored },
      resources: resources.map(({ name, sha256 }) => ({ name, algorithm: "sha256", digest: sha256 })),
    },
  });
}

/** SHA-256 over the digests in the order given. */
export function rootOf(resources: readonly Resource[]): string {
  const root = createHash("sha256");
  for (const { sha256 } of resources) root.update(sha256, "hex");
  return root.digest("hex");
}

/** What a signature is over: DSSE's pre-authentication encoding (secure-systems-lab/dsse, protocol.md). */
export function preAuthentication(payload: Uint8Array): Buffer {
  return Buffer.concat([Buffer.from(`DSSEv1 ${PAYLOAD_TYPE.length} ${PAYLOAD_TYPE} ${payload.length} `), payload]);
}

/** The bundle's text, one line. */
export function formatBundle({ payload, signature, keyHint }: Envelope): string {
  const bundle = {
    mediaType: MEDIA_TYPE,
    verificationMaterial: { publicKey: { hint: keyHint }, tlogEntries: [] },
    dsseEnvelope: {
      payload: payload.toString("base64"),
      payloadType: PAYLOAD_TYPE,
      signatures: [{ sig: signature.toString("base64"), keyid: "" }],
    },
  };
  return `${JSON.stringify(bundle)}\n`;
}

/** Reads a bundle; `file` stands in messages. Throws MvError invalid-file, also for one made by certificate or without a key. */
export function parseBundle(bytes: Uint8Array, file: string): Envelope {
  const { refuse, json, field } = reading(file, "no bundle of a model's signature");
  const bundle = json(Buffer.from(bytes));
  if (field(bundle, "mediaType") !== MEDIA_TYPE) throw refuse(`mediaType is not ${MEDIA_TYPE}`);
  const envelope = field(bundle, "dsseEnvelope");
  if (field(envelope, "payloadType") !== PAYLOAD_TYPE) throw refuse(`payloadType is not ${PAYLOAD_TYPE}`);
  const signatures = field(envelope, "signatures");
  if (!Array.isArray(signatures) || signatures.length !== 1) throw refuse("it must have exactly one signature");
  const publicKey = field(field(bundle, "verificationMaterial"), "publicKey");
  if (publicKey === undefined)
    throw refuse("it was not signed by a key: certificates and keyless signatures are not read");
  const hint = field(publicKey, "hint");
  return {
    payload: base64(field(envelope, "payload"), () => refuse("payload is not base64")),
    signature: base64(field(signatures[0], "sig"), () => refuse("sig is not base64")),
    keyHint: typeof hint === "string" && hint !== "" ? hint : null,
  };
}

/**
 * Reads the statement of a bundle whose signature holds. Throws MvError invalid-file for what it does not know (shards, other
 * hashes, links), for a path that leaves the folder, and where the root is not that of the resources.
 */
export function parseStatement(payload: Uint8Array, file: string): Statement {
  const { refuse, json, field } = reading(file, "no statement of a model's files");
  const statement = json(Buffer.from(payload));
  if (field(statement, "_type") !== STATEMENT_TYPE) throw refuse(`_type is not ${STATEMENT_TYPE}`);
  if (field(statement, "predicateType") !== PREDICATE_TYPE) throw refuse(`predicateType is not ${PREDICATE_TYPE}`);
  const subjects = field(statement, "subject");
  if (!Array.isArray(subjects) || subjects.length !== 1) throw refuse("it must have exactly one subject");
  const predicate = field(statement, "predicate");
  const how = field(predicate, "serialization");
  for (const [key, wanted] of [
    ["method", "files"],
    ["hash_type", "sha256"],
    ["allow_symlinks", false],
  ] as const) {
    if (field(how, key) !== wanted) throw refuse(`${key} is not ${String(wanted)}: nothing else is read here`);
  }
  const listed = field(predicate, "resources");
  if (!Array.isArray(listed)) throw refuse("it lists no files");
  const resources = listed.map((item: unknown): Resource => {
    const [name, algorithm, sha256] = [field(item, "name"), field(item, "algorithm"), field(item, "digest")];
    if (typeof name !== "string" || algorithm !== "sha256" || typeof sha256 !== "string" || !isSha(sha256)) {
      throw refuse("a file of it has no name or no SHA-256");
    }
    const why = checkMemberPath(name);
    if (why !== null) throw refuse(`${showPath(name)}: ${why}`);
    return { name, sha256 };
  });
  if (new Set(resources.map(({ name }) => name)).size < resources.length) throw refuse("it lists a file twice");
  const root = field(field(subjects[0], "digest"), "sha256");
  if (root !== rootOf(resources)) throw refuse("its digest is not that of the files it lists");
  const subject = field(subjects[0], "name");
  const ignored = field(how, "ignore_paths") ?? [];
  if (!Array.isArray(ignored) || !ignored.every((path) => typeof path === "string")) throw refuse("ignore_paths");
  return { subject: typeof subject === "string" ? subject : "", root, resources, ignored };
}

/** Own keys only: a key such as __proto__ is never followed. */
function reading(file: string, what: string) {
  const refuse = (why: string): MvError =>
    new MvError("invalid-file", `${file} is ${what}: ${why}`, {
      hint: `mv sign VERSION, which writes one`,
      details: { file },
    });
  const field = (value: unknown, key: string): unknown =>
    typeof value === "object" && value !== null && Object.hasOwn(value, key)
      ? (value as Record<string, unknown>)[key]
      : undefined;
  const json = (bytes: Buffer): unknown => {
    if (bytes.length > BUNDLE_MAX_BYTES) throw refuse(`it is larger than ${BUNDLE_MAX_BYTES} bytes`);
    try {
      return JSON.parse(new TextDecoder("utf-8", { fatal: true }).decode(bytes)) as unknown;
    } catch {
      throw refuse("it is not JSON");
    }
  };
  return { refuse, field, json };
}

function base64(value: unknown, refuse: () => MvError): Buffer {
  if (typeof value !== "string" || !/^[A-Za-z0-9+/]*={0,2}$/.test(value)) throw refuse();
  return Buffer.from(value, "base64");
}
