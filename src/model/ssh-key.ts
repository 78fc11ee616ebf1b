// ECDSA keys as OpenSSH writes them (openssh-portable, PROTOCOL.key; RFC 5656), read into what node:crypto takes.
import type { JsonWebKey } from "node:crypto";

/** The curves of a model's signature; the value is the length of a coordinate in bytes. */
const CURVES = {
  nistp256: { crv: "P-256", size: 32 },
  nistp384: { crv: "P-384", size: 48 },
  nistp521: { crv: "P-521", size: 66 },
} as const;

export interface SshPublicKey {
  jwk: JsonWebKey;
  /** The key as an agent knows it. */
  blob: Buffer;
}

/** What a key file holds. `encrypted`: the private part needs a passphrase, the public one is readable. */
export interface SshPrivateKey extends SshPublicKey {
  encrypted: boolean;
}

/** Reads "ecdsa-sha2-nistp256 AAAA… comment"; a text says why not: another kind of key, or not well formed. */
export function parseSshPublicKey(line: string): SshPublicKey | string {
  const [type = "", encoded = ""] = line.trim().split(/\s+/);
  if (!/^(?:ecdsa|ssh|sk)-/.test(type)) return "it is neither a private key nor a public one of ssh";
  return readPublic(Buffer.from(encoded, "base64"));
}

/** Whether a text is a private key in OpenSSH's own format. */
export function isOpensshPrivateKey(text: string): boolean {
  return text.includes("-----BEGIN OPENSSH PRIVATE KEY-----");
}

/** Reads a private key in OpenSSH's own format, or says why not. */
export function parseOpensshPrivateKey(text: string): SshPrivateKey | string {
  const [, armoured = ""] =
    /-----BEGIN OPENSSH PRIVATE KEY-----\s([A-Za-z0-9+/=\s]*)-----END OPENSSH PRIVATE KEY-----/.exec(text) ?? [];
  const bytes = Buffer.from(armoured, "base64");
  const magic = "openssh-key-v1\0";
  if (bytes.toString("latin1", 0, magic.length) !== magic) return "it is cut off, or no key";
  try {
    const outer = reader(bytes.subarray(magic.length));
    const cipher = outer.text();
    outer.bytes();
    outer.bytes();
    if (outer.number() !== 1) return "it holds several keys";
    const found = readPublic(outer.bytes());
    if (typeof found === "string") return found;
    if (cipher !== "none") return { ...found, encrypted: true };
    const inner = reader(outer.bytes());
    if (inner.number() !== inner.number()) return "it is damaged";
    const curve = /^ecdsa-sha2-(nistp\d+)$/.exec(inner.text())?.[1];
    inner.bytes();
    inner.bytes();
    const size = curve === undefined ? 0 : (CURVES[curve as keyof typeof CURVES]?.size ?? 0);
    const d = leftPadded(inner.bytes(), size);
    return d === null
      ? "it is damaged"
      : { ...found, jwk: { ...found.jwk, d: d.toString("base64url") }, encrypted: false };
  } catch {
    return "it is cut off, or no key";
  }
}

function readPublic(blob: Buffer): SshPublicKey | string {
  try {
    const fields = reader(blob);
    const type = fields.text();
    const curve = /^ecdsa-sha2-(nistp\d+)$/.exec(type)?.[1];
    if (curve === undefined || !Object.hasOwn(CURVES, curve)) return `it is of type ${type.slice(0, 40)}`;
    const { crv, size } = CURVES[curve as keyof typeof CURVES];
    fields.bytes();
    const point = fields.bytes();
    // 4: both coordinates follow, uncompressed.
    if (point.length !== 1 + 2 * size || point[0] !== 4) return "its point is not written in full";
    const [x, y] = [point.subarray(1, 1 + size), point.subarray(1 + size)];
    return { jwk: { kty: "EC", crv, x: x.toString("base64url"), y: y.toString("base64url") }, blob };
  } catch {
    return "it is cut off, or no key";
  }
}

/**
 * The signature within an agent's answer, as DER: SEQUENCE of two INTEGERs (RFC 3279, 2.2.3), from two mpints (RFC 5656, 3.1.2),
 * which are written alike. Null where it is none of ECDSA.
 */
export function ecdsaSignatureDer(blob: Buffer): Buffer | null {
  try {
    const outer = reader(blob);
    if (!outer.text().startsWith("ecdsa-sha2-")) return null;
    const inner = reader(outer.bytes());
    const integers = [inner.bytes(), inner.bytes()].map((bytes) => derItem(0x02, bytes));
    return derItem(0x30, Buffer.concat(integers));
  } catch {
    return null;
  }
}

function derItem(tag: number, bytes: Buffer): Buffer {
  const { length } = bytes;
  // Of P-521 the sequence is longer than 127 bytes, and none is longer than 255.
  return Buffer.concat([Buffer.from(length < 128 ? [tag, length] : [tag, 0x81, length]), bytes]);
}

function leftPadded(mpint: Buffer, size: number): Buffer | null {
  const bytes = mpint[0] === 0 ? mpint.subarray(1) : mpint;
  return size > 0 && bytes.length <= size ? Buffer.concat([Buffer.alloc(size - bytes.length), bytes]) : null;
}

/** Reads fields one after the other; throws RangeError at the end. */
function reader(bytes: Buffer) {
  let at = 0;
  const number = (): number => {
    at += 4;
    return bytes.readUInt32BE(at - 4);
  };
  const take = (): Buffer => {
    const length = number();
    if (at + length > bytes.length) throw new RangeError("cut off");
    at += length;
    return bytes.subarray(at - length, at);
  };
  return { number, bytes: take, text: () => take().toString("latin1") };
}
