import * as fc from "fast-check";
import { expect, test } from "vitest";
import { formatManifest, type ManifestEntry, parseManifest } from "../../../src/model/manifest.ts";
import { manifestChanges, sameEntry } from "../../../src/model/manifest-changes.ts";
import { readPlainManifest } from "../../../src/model/manifest-plain.ts";

const name = fc.constantFrom("a", "b", "a.b", "a-b", "c_1", "\u00e9", "\ue000", "\u{1f600}", "x y");
const entry = fc.record({
  path: fc.array(name, { minLength: 1, maxLength: 3 }).map((names) => names.join("/")),
  sha256: fc.constantFrom("a".repeat(64), "b".repeat(64)),
  size: fc.constantFrom(0, 1, 10 ** 15 - 1),
  executable: fc.boolean(),
});

/** Files in order, without those below another. */
const files = fc.array(entry, { maxLength: 12 }).map((list): ManifestEntry[] => {
  const kept = new Map(list.map((file) => [file.path, file]));
  for (const path of kept.keys()) {
    for (const other of kept.keys()) if (other.startsWith(`${path}/`)) kept.delete(other);
  }
  return parseManifest(Buffer.from(formatManifest([...kept.values()])), "m").files;
});

test("changes are what a comparison path by path finds", () => {
  fc.assert(
    fc.property(files, files, (before, after) => {
      const find = (list: readonly ManifestEntry[], path: string) => list.find((item) => item.path === path) ?? null;
      const paths = new Set([...before, ...after].map(({ path }) => path));
      const expected = [...paths].flatMap((path) => {
        const [old, now] = [find(before, path), find(after, path)];
        return old && now && sameEntry(old, now) ? [] : [{ path, before: old, after: now }];
      });
      const found = manifestChanges(before, after);
      expect(found).toHaveLength(expected.length);
      expect(found).toEqual(expect.arrayContaining(expected));
    }),
  );
});

test("a plain manifest reads the same quickly, and every other is left alone", () => {
  fc.assert(
    fc.property(files, (list) => {
      const plain = list.every(({ path }) => /^[\w./-]+$/.test(path)) && list.length > 0;
      expect(readPlainManifest(formatManifest(list))).toEqual(plain ? list : null);
    }),
  );
});

const A = "a".repeat(64);
const raw = (...paths: string[]): string =>
  JSON.stringify({ files: paths.map((path) => ({ executable: false, path, sha256: A, size: 1 })), schema: 1 });

test.each<[string, string]>([
  ["a path twice", raw("a", "a")],
  ["paths out of order", raw("b", "a")],
  ["a file below a file", raw("a", "a.b", "a/c")],
  ["a file far below a file", raw("a/b", "a/b-c", "a/b/c/d")],
  ["a path that leaves", raw("../a")],
  ["a Git folder", raw("a/.git/config")],
  ["a step up", raw("a/..")],
  ["an empty segment", raw("a//b")],
  ["an absolute path", raw("/a")],
  ["a size with zeros", raw("a").replace(":1}", ":01}")],
  ["a size that is not exact", raw("a").replace(":1}", ":9007199254740993}")],
  ["something between", raw("a", "b").replace("},{", "}, {")],
  ["something after", `${raw("a")} `],
  ["a comma at the end", raw("a").replace("}]", "},]")],
  ["no comma", raw("a", "b").replace("},{", "}{")],
  ["a doubled key", raw("a").replace('"size"', '"size":1,"size"')],
  ["a link", '{"files":[{"link":"b","path":"a"}],"schema":1}'],
])("the quick reader leaves %s to the careful one", (_, text) => {
  expect(readPlainManifest(text)).toBeNull();
});
