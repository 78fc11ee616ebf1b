import { createHash } from "node:crypto";
import * as fc from "fast-check";
import { describe, expect, test } from "vitest";
import { isMvError } from "../../../src/errors.ts";
import { formatManifest, linkStaysInside, type ManifestEntry, parseManifest } from "../../../src/model/manifest.ts";
import { B, manifest } from "./samples.ts";

const bytes = (text: string): Uint8Array => Buffer.from(text);
const file = (path: string, more: object = {}): ManifestEntry => ({
  path,
  sha256: B,
  size: 1,
  executable: false,
  ...more,
});
const raw = (files: readonly object[]): string => JSON.stringify({ files, schema: 1 });

test("the walkthrough's manifest, byte for byte", () => {
  expect(Buffer.byteLength(manifest)).toBe(315);
  expect(createHash("sha256").update(manifest).digest("hex")).toBe(
    "3e2286d9beb794ba0a3fff597b5baba6a175430d350e2b448e38b66c83fd385c",
  );
  const { files } = parseManifest(bytes(manifest), "3e2286d9");
  expect(files).toHaveLength(3);
  expect(formatManifest(files.toReversed())).toBe(manifest);
});

test("an empty folder has a manifest", () => {
  expect(parseManifest(bytes(formatManifest([])), "empty").files).toEqual([]);
});

describe("parseManifest refuses", () => {
  const entry = { executable: false, path: "a", sha256: B, size: 1 };
  test.each<[string, string | Uint8Array, string]>([
    ["no JSON", "{", "not JSON"],
    ["not UTF-8", new Uint8Array([0x7b, 0xff, 0x7d]), "not JSON"],
    ["a byte order mark", `\ufeff${raw([])}`, "not JSON"],
    ["a list", "[]", "not an object"],
    ["null", "null", "not an object"],
    ["a newer schema", '{"files":[],"schema":2}', "newer mversion"],
    ["no files", '{"schema":1}', "list of files"],
    ["spaces", '{"files": [],"schema":1}', "canonical"],
    ["a final newline", `${raw([])}\n`, "canonical"],
    ["an unknown key", '{"files":[],"schema":1,"x":1}', "canonical"],
    ["a doubled key", '{"files":[],"files":[],"schema":1}', "canonical"],
    ["__proto__", '{"__proto__":{},"files":[],"schema":1}', "canonical"],
    ["entries out of order", raw([{ ...entry, path: "b" }, entry]), "canonical"],
    ["keys out of order", raw([{ path: "a", executable: false, sha256: B, size: 1 }]), "canonical"],
    ["a file and a link in one", raw([{ ...entry, link: "b" }]), "canonical"],
    ["deep nesting", `${"[".repeat(100_000)}`, "not JSON"],
    ["a path that leaves", raw([{ ...entry, path: "../a" }]), "'..' segment"],
    ["an absolute path", raw([{ ...entry, path: "/a" }]), "absolute"],
    ["a Git folder", raw([{ ...entry, path: "x/.git/config" }]), ".git"],
    ["an upper-case hash", raw([{ ...entry, sha256: B.toUpperCase() }]), "64 lower-case"],
    ["a short hash", raw([{ ...entry, sha256: "../" }]), "64 lower-case"],
    ["a negative size", raw([{ ...entry, size: -1 }]), "number of bytes"],
    ["a size that is not exact", raw([{ ...entry, size: 2 ** 53 }]), "number of bytes"],
    ["a size as text", raw([{ ...entry, size: "1" }]), "number of bytes"],
    ["no executable", raw([{ path: "a", sha256: B, size: 1 }]), "neither true nor false"],
    ["a path twice", raw([entry, entry]), "twice"],
    ["a file below a file", raw([entry, { ...entry, path: "a/b" }]), "not a folder"],
    [
      "a file below a link",
      raw([
        { link: ".", path: "a" },
        { ...entry, path: "a/b" },
      ]),
      "not a folder",
    ],
    [
      "a file below a link of another case",
      raw([
        { link: ".", path: "A" },
        { ...entry, path: "a/b" },
      ]),
      "not a folder",
    ],
    ["a link that leaves", raw([{ link: "../x", path: "a" }]), "leaves"],
  ])("%s", (_, text, why) => {
    const read = (): unknown => parseManifest(typeof text === "string" ? bytes(text) : text, "abc");
    expect(read).toThrow(why);
    expect(read).toThrow(expect.objectContaining({ code: "invalid-file", message: expect.stringMatching(/^abc:1: /) }));
  });
});

describe("linkStaysInside", () => {
  test.each([
    ["latest", "vocab.json", true],
    ["a/b/latest", "../../vocab.json", true],
    ["a/latest", "..", true],
    ["a/latest", "./b//c", true],
    ["latest", ".", true],
    ["latest", "..", false],
    ["latest", "../x", false],
    ["a/latest", "../../x", false],
    ["latest", "/etc/passwd", false],
    ["latest", "", false],
    ["latest", "a/../../x", false],
    // a/up could be a link to "../..": up/.. would then leave the folder.
    ["latest", "a/up/../x", false],
    ["latest", "a\\..\\x", false],
    ["latest", "C:/x", false],
    ["latest", "x/.git/config", false],
    ["latest", "a\0b", false],
    ["latest", "x".repeat(5000), false],
  ])("%j -> %j: %j", (path, target, expected) => {
    expect(linkStaysInside(path, target)).toBe(expected);
  });
});

test("formatManifest refuses what could not be read back", () => {
  expect(() => formatManifest([file("a"), file("a/b")])).toThrow(expect.objectContaining({ code: "bad-path" }));
  expect(() => formatManifest([{ path: "l", link: "/etc" }])).toThrow(expect.objectContaining({ code: "bad-path" }));
});

const name = fc.string({ unit: fc.constantFrom("a", "B", "é", "🎉", " x", ".y", "-"), minLength: 1, maxLength: 4 });
const entries = fc.uniqueArray(
  fc.oneof(
    fc.record({ path: name, sha256: fc.constant(B), size: fc.maxSafeNat(), executable: fc.boolean() }),
    fc.record({ path: name, link: name }),
  ),
  { selector: (entry) => entry.path },
);

test("any list of files comes back, and the order does not matter", () => {
  fc.assert(
    fc.property(entries, (files) => {
      let text: string;
      try {
        text = formatManifest(files);
      } catch (error) {
        expect(error).toMatchObject({ code: "bad-path" });
        return;
      }
      expect(formatManifest(files.toReversed())).toBe(text);
      const back = parseManifest(bytes(text), "x").files;
      expect(new Set(back.map((entry) => JSON.stringify(entry)))).toEqual(
        new Set(
          files.map((entry) => JSON.stringify("link" in entry ? { path: entry.path, link: entry.link } : { ...entry })),
        ),
      );
    }),
  );
});

test("mutated manifests are read or refused as invalid", () => {
  fc.assert(
    fc.property(fc.nat(manifest.length), fc.nat(3), fc.uint8Array({ maxLength: 3 }), (at, gone, inserted) => {
      const source = bytes(manifest);
      const mutated = Buffer.concat([source.subarray(0, at), inserted, source.subarray(at + gone)]);
      try {
        const { files } = parseManifest(mutated, "x");
        expect(formatManifest(files)).toBe(mutated.toString("utf8"));
      } catch (error) {
        expect(isMvError(error) && error.code).toBe("invalid-file");
      }
    }),
    { numRuns: 2000 },
  );
});
