import * as fc from "fast-check";
import { expect, test } from "vitest";
import { formatManifest, type ManifestEntry } from "../../../src/model/manifest.ts";
import { replacedFiles } from "../../../src/model/manifest-bytes.ts";
import { manifestChanges } from "../../../src/model/manifest-changes.ts";

const A = "a".repeat(64);
const B = "b".repeat(64);
const file = (path: string, sha256 = A, size = 1, executable = false): ManifestEntry => ({
  path,
  sha256,
  size,
  executable,
});
const bytes = (files: readonly ManifestEntry[]): Buffer => Buffer.from(formatManifest(files));

const state = fc.record({
  sha256: fc.constantFrom(A, B, `${A.slice(1)}c`),
  size: fc.constantFrom(0, 1, 12, 10 ** 15 - 1),
  executable: fc.boolean(),
});

const names = fc.constantFrom("a", "b/c", "b/d", "b-", "x.y", "z{", "é", "q/w/e");
const pair = fc.record({ path: names, before: state, after: state, isSame: fc.boolean() });

test("finds what a comparison of all files finds, or nothing", () => {
  fc.assert(
    fc.property(fc.uniqueArray(pair, { minLength: 1, selector: ({ path }) => path }), (pairs) => {
      const sorted = pairs.toSorted((a, b) => Buffer.compare(Buffer.from(a.path), Buffer.from(b.path)));
      const before = sorted.map((one) => ({ path: one.path, ...one.before }));
      const after = sorted.map((one) => ({ path: one.path, ...(one.isSame ? one.before : one.after) }));
      const found = replacedFiles(bytes(before), bytes(after));
      if (found !== null) expect(found).toEqual(manifestChanges(before, after));
      else expect(sorted.every(({ path }) => /^[\w./-]+$/.test(path))).toBe(false);
    }),
  );
});

test("many files of which some were replaced, larger than the blocks that are skipped", () => {
  const before = Array.from({ length: 3000 }, (_, at) => file(`part/${String(at).padStart(5, "0")}`, A, at));
  const after = before.map((entry, at) => (at % 700 < 3 ? file(entry.path, B, at * 1000) : entry));
  expect(replacedFiles(bytes(before), bytes(after))).toEqual(manifestChanges(before, after));
  expect(replacedFiles(bytes(before), bytes(before))).toEqual([]);
  const all = before.map(({ path }) => file(path, B));
  expect(replacedFiles(bytes(before), bytes(all))).toBeNull();
});

const link: ManifestEntry = { path: "l", link: "a" };
test.each<[string, ManifestEntry[], ManifestEntry[]]>([
  ["one is added at the end", [file("a")], [file("a"), file("b")]],
  ["one is added at the start", [file("b")], [file("a"), file("b")]],
  ["one goes", [file("a"), file("b"), file("c")], [file("a"), file("c")]],
  ["one is renamed", [file("a"), file("b")], [file("a"), file("c")]],
  ["a link leads elsewhere", [file("a"), link], [file("a"), { path: "l", link: "b" }]],
  ["a link becomes a file", [file("a"), link], [file("a"), file("l")]],
  ["there was nothing", [], [file("a")]],
])("says nothing where %s", (_, before, after) => {
  expect(replacedFiles(bytes(before), bytes(after))).toBeNull();
  expect(replacedFiles(bytes(after), bytes(before))).toBeNull();
});

test("says nothing of what is no manifest", () => {
  const before = bytes([file("a"), file("b")]);
  const text = before.toString();
  for (const after of [
    `${text} `,
    text.slice(0, -1),
    text.replace("schema", "schemA"),
    text.replace('"size":1}', '"size":01}'),
    text.replace('"size":1}', '"size":1 }'),
    text.replace('"size":1}', '"size":2,"x":1}'),
    text.replace('"size":1},', '"size":2} ,'),
    text.replace(A, A.toUpperCase()),
    text.replace(`"path":"b"`, `"path":"../b"`),
    text.replace("},{", "},{},{"),
    "",
  ]) {
    expect(replacedFiles(before, Buffer.from(after))).toBeNull();
  }
});
