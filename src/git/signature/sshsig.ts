// SSH signatures read and checked in this process (openssh-portable, PROTOCOL.sshsig), for many tags of one key. Whether the key
// counts is not told here: ssh-keygen says that.
import { createPublicKey, createHash, type JsonWebKey, verify } from "node:crypto";
import { ecdsaSignatureDer, parseSshPublicKey } from "../../model/ssh-key.ts";

export interface SshSignature {
  /** The key as OpenSSH writes it, in base64. */
  key: string;
  hash: "sha256" | "sha512";
  /** Of the signature itself: type and bytes. */
  blob: Buffer;
}

const MAGIC = "SSHSIG";
const NAMESPACE = "git";
const ARMOUR = /^-----BEGIN SSH SIGNATURE-----\n([A-Za-z0-9+/=\n]+)-----END SSH SIGNATURE-----\n?$/;
const RSA_HASHES: Readonly<Record<string, string>> = { "rsa-sha2-256": "sha256", "rsa-sha2-512": "sha512" };

/** Reads an armoured signature for Git's namespace; null for whatever is not written just as ssh-keygen writes it. */
export function readSshSignature(armoured: Buffer): SshSignature | null {
  const [, text] = ARMOUR.exec(armoured.toString("latin1")) ?? [];
  const bytes = text === undefined ? null : Buffer.from(text, "base64");
  if (bytes?.toString("latin1", 0, MAGIC.length) !== MAGIC) return null;
  const fields = readFields(bytes.subarray(MAGIC.length + 4));
  if (bytes.length < MAGIC.length + 4 || bytes.readUInt32BE(MAGIC.length) !== 1 || fields?.length !== 5) return null;
  const [key, namespace, reserved, hash, blob] = fields;
  if (!key || !blob || namespace?.toString("latin1") !== NAMESPACE || reserved?.length !== 0) return null;
  const name = hash?.toString("latin1");
  return name === "sha256" || name === "sha512" ? { key: key.toString("base64"), hash: name, blob } : null;
}

/** Whether the key made the signature over these bytes; false also for keys of other kinds than Ed25519, ECDSA and RSA. */
export function isMadeBy({ key, hash, blob }: SshSignature, payload: Uint8Array): boolean {
  const signed = Buffer.concat([
    Buffer.from(MAGIC),
    ...[Buffer.from(NAMESPACE), Buffer.alloc(0), Buffer.from(hash), createHash(hash).update(payload).digest()].map(
      field,
    ),
  ]);
  const [type, bytes, ...more] = readFields(blob) ?? [];
  if (!type || !bytes || more.length > 0) return false;
  try {
    return verified(Buffer.from(key, "base64"), type.toString("latin1"), bytes, { blob, signed });
  } catch {
    return false;
  }
}

function verified(
  key: Buffer,
  type: string,
  signature: Buffer,
  { blob, signed }: { blob: Buffer; signed: Buffer },
): boolean {
  const [name, ...parts] = readFields(key) ?? [];
  const kind = name?.toString("latin1") ?? "";
  const [first, second] = parts.map((part) => part.toString("base64url"));
  const opened = (jwk: JsonWebKey) => createPublicKey({ key: jwk, format: "jwk" });
  if (kind === "ssh-ed25519" && type === kind && parts.length === 1 && first !== undefined) {
    return verify(null, signed, opened({ kty: "OKP", crv: "Ed25519", x: first }), signature);
  }
  if (kind === "ssh-rsa" && Object.hasOwn(RSA_HASHES, type) && parts.length === 2 && first && second) {
    return verify(RSA_HASHES[type], signed, opened({ kty: "RSA", e: first, n: second }), signature);
  }
  if (!kind.startsWith("ecdsa-sha2-") || type !== kind || parts.length !== 2) return false;
  if (readFields(signature)?.length !== 2) return false;
  const curve = parseSshPublicKey(`${kind} ${key.toString("base64")}`);
  const der = ecdsaSignatureDer(blob);
  if (typeof curve === "string" || der === null) return false;
  // RFC 5656, 6.2.1: the hash goes with the curve.
  const hash = kind.endsWith("256") ? "sha256" : kind.endsWith("384") ? "sha384" : "sha512";
  return verify(hash, signed, opened(curve.jwk), der);
}

/** Fields of a length and bytes each, up to the last byte; null where they do not end there. */
function readFields(bytes: Buffer): Buffer[] | null {
  const fields: Buffer[] = [];
  for (let at = 0; at < bytes.length;) {
    if (at + 4 > bytes.length) return null;
    const end = at + 4 + bytes.readUInt32BE(at);
    if (end > bytes.length) return null;
    fields.push(bytes.subarray(at + 4, end));
    at = end;
  }
  return fields;
}

function field(bytes: Buffer): Buffer {
  const length = Buffer.alloc(4);
  length.writeUInt32BE(bytes.length);
  return Buffer.concat([length, bytes]);
}
