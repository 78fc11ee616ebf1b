import { generateKeyPairSync, sign, verify } from "node:crypto";
import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { isMvError } from "../../../src/errors.ts";
import {
  type Envelope,
  formatBundle,
  formatStatement,
  parseBundle,
  parseStatement,
  preAuthentication,
  rootOf,
} from "../../../src/model/signing-bundle.ts";

const [A, B] = ["a".repeat(64), "b".repeat(64)];
const files = [
  { name: "models/b", sha256: B },
  { name: "models/a", sha256: A },
];
const statement = (): string => formatStatement("churn-1.0.0", files, ["version.json"]);
const parsed = (change: (value: Record<string, never>) => void): unknown => {
  const value = JSON.parse(statement()) as Record<string, never>;
  change(value);
  return parseStatement(Buffer.from(JSON.stringify(value)), "x.json");
};

/** The message of the refusal. */
function refusal(work: () => unknown): string {
  try {
    work();
  } catch (error) {
    if (isMvError(error) && error.code === "invalid-file") return error.message;
    throw error;
  }
  throw new Error("nothing was refused");
}

describe("a statement", () => {
  it("says the same after it was written, in the order of the names", () => {
    expect(parseStatement(Buffer.from(statement()), "x.json")).toEqual({
      subject: "churn-1.0.0",
      root: rootOf([...files].reverse()),
      resources: [...files].reverse(),
      ignored: ["version.json"],
    });
  });

  it("has the root of the specification: SHA-256 over the digests' bytes", () => {
    // printf 'aa…bb…' | xxd -r -p | sha256sum
    expect(rootOf([...files].reverse())).toBe("e2d80f78d79027556d6619a1400605abbdca6bb6eb24e0831e33ecd5466fa5f6");
  });

  it.each<[string, (value: never) => void, string]>([
    [
      "another root",
      (v: { subject: [{ digest: { sha256: string } }] }) => (v.subject[0].digest.sha256 = A),
      "digest is not",
    ],
    [
      "shards",
      (v: { predicate: { serialization: { method: string } } }) => (v.predicate.serialization.method = "shards"),
      "method is not files",
    ],
    [
      "links",
      (v: { predicate: { serialization: { allow_symlinks: boolean } } }) =>
        (v.predicate.serialization.allow_symlinks = true),
      "allow_symlinks",
    ],
    [
      "a file twice",
      (v: { predicate: { resources: unknown[] } }) => v.predicate.resources.push(v.predicate.resources[0]),
      "twice",
    ],
    [
      "a path that leaves",
      (v: { predicate: { resources: { name: string }[] } }) =>
        Object.assign(v.predicate.resources[0] ?? {}, { name: "../x" }),
      "../x",
    ],
    [
      "another hash",
      (v: { predicate: { resources: object[] } }) =>
        Object.assign(v.predicate.resources[0] ?? {}, { algorithm: "blake2b" }),
      "no SHA-256",
    ],
    ["two subjects", (v: { subject: unknown[] }) => v.subject.push({}), "one subject"],
    ["another type", (v: { _type: string }) => (v._type = "x"), "_type"],
    ["another predicate", (v: { predicateType: string }) => (v.predicateType = "x"), "predicateType"],
  ])("is refused with %s", (_what, change, why) => {
    expect(refusal(() => parsed(change as (value: Record<string, never>) => void))).toContain(why);
  });
});

describe("a bundle", () => {
  const envelope: Envelope = { payload: Buffer.from("{}"), signature: Buffer.from([1, 2]), keyHint: A };

  it("says the same after it was written", () => {
    expect(parseBundle(Buffer.from(formatBundle(envelope)), "x.json")).toEqual(envelope);
  });

  it("is signed over DSSE's own encoding", () => {
    expect(preAuthentication(Buffer.from("hello")).toString()).toBe("DSSEv1 28 application/vnd.in-toto+json 5 hello");
    const { privateKey, publicKey } = generateKeyPairSync("ec", { namedCurve: "P-256" });
    const data = preAuthentication(Buffer.from(statement()));
    expect(verify("sha256", data, publicKey, sign("sha256", data, privateKey))).toBe(true);
  });

  it.each<[string, string, string]>([
    ["a certificate", '"publicKey":{"hint":"', '"certificate":{"hint":"'],
    ["another media type", "v0.3+json", "v0.2+json"],
    ["another payload", "in-toto+json", "in-toto+xml"],
    ["no base64", '"sig":"AQI="', '"sig":"A*"'],
    ["two signatures", '"signatures":[', '"signatures":[{},'],
  ])("is refused with %s", (_what, from, to) => {
    const text = formatBundle(envelope);
    expect(text).toContain(from);
    refusal(() => parseBundle(Buffer.from(text.replace(from, to)), "x.json"));
  });

  it("is read or refused, whatever the bytes are", () => {
    const strange = fc.oneof(fc.json(), fc.string(), fc.constant('{"__proto__":{"mediaType":1}}'));
    fc.assert(
      fc.property(strange, (text) => {
        refusal(() => parseBundle(Buffer.from(text), "x.json"));
        refusal(() => parseStatement(Buffer.from(text), "x.json"));
      }),
    );
  });
});
