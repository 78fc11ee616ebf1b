import { createPublicKey, generateKeyPairSync, sign, verify } from "node:crypto";
import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { ecdsaSignatureDer, parseOpensshPrivateKey, parseSshPublicKey } from "../../../src/model/ssh-key.ts";

const field = (bytes: Uint8Array | string): Buffer => {
  const data = Buffer.from(bytes as Uint8Array);
  const length = Buffer.alloc(4);
  length.writeUInt32BE(data.length);
  return Buffer.concat([length, data]);
};

describe("an ssh public key", () => {
  it.each([
    ["P-256", "nistp256"],
    ["P-384", "nistp384"],
    ["P-521", "nistp521"],
  ])("of %s is read as node's", (namedCurve, name) => {
    const { publicKey } = generateKeyPairSync("ec", { namedCurve });
    const { x = "", y = "" } = publicKey.export({ format: "jwk" });
    const point = Buffer.concat([Buffer.from([4]), Buffer.from(x, "base64url"), Buffer.from(y, "base64url")]);
    const blob = Buffer.concat([field(`ecdsa-sha2-${name}`), field(name), field(point)]);
    const found = parseSshPublicKey(`ecdsa-sha2-${name} ${blob.toString("base64")} ada@example.org`);
    if (typeof found === "string") throw new Error(found);
    expect(createPublicKey({ key: found.jwk, format: "jwk" }).equals(publicKey)).toBe(true);
    expect(found.blob).toEqual(blob);
  });

  it("is refused where it is of another kind, or cut off", () => {
    const blob = Buffer.concat([field("ssh-ed25519"), field(Buffer.alloc(32))]).toString("base64");
    expect(parseSshPublicKey(`ssh-ed25519 ${blob}`)).toBe("it is of type ssh-ed25519");
    expect(parseSshPublicKey("ecdsa-sha2-nistp256 AAAAE2Vj")).toBe("it is cut off, or no key");
    expect(parseSshPublicKey("-----BEGIN PUBLIC KEY-----")).toContain("neither");
  });
});

it("an agent's signature is the one that OpenSSL checks, whatever the length of its numbers", () => {
  for (const namedCurve of ["P-256", "P-384", "P-521"]) {
    const { privateKey, publicKey } = generateKeyPairSync("ec", { namedCurve });
    for (let round = 0; round < 40; round += 1) {
      const data = Buffer.from(`${round}`);
      const raw = sign("sha256", data, { key: privateKey, dsaEncoding: "ieee-p1363" });
      const mpints = [raw.subarray(0, raw.length / 2), raw.subarray(raw.length / 2)].map((number) => {
        const bytes = number.subarray(
          Math.max(
            0,
            number.findIndex((byte) => byte !== 0),
          ),
        );
        return field((bytes[0] ?? 0) < 128 ? bytes : Buffer.concat([Buffer.alloc(1), bytes]));
      });
      const blob = Buffer.concat([field("ecdsa-sha2-x"), field(Buffer.concat(mpints))]);
      expect(verify("sha256", data, publicKey, ecdsaSignatureDer(blob) ?? Buffer.alloc(0))).toBe(true);
    }
  }
});

it("whatever the bytes are, they are read or refused", () => {
  const magic = Buffer.from("openssh-key-v1\0");
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 200 }), (bytes) => {
      ecdsaSignatureDer(Buffer.from(bytes));
      const key = Buffer.concat([magic, bytes]).toString("base64");
      const text = `-----BEGIN OPENSSH PRIVATE KEY-----\n${key}\n-----END OPENSSH PRIVATE KEY-----\n`;
      expect(typeof parseOpensshPrivateKey(text)).toBe("string");
      expect(typeof parseSshPublicKey(`ecdsa-sha2-nistp256 ${Buffer.from(bytes).toString("base64")}`)).toBe("string");
    }),
  );
});
