import * as fc from "fast-check";
import { describe, expect, test } from "vitest";
import { numberText, type Value } from "../../../src/model/value.ts";
import { parseYaml, writeYaml } from "../../../src/model/yaml.ts";
import { applyPatch, editYaml, type Patch } from "../../../src/model/yaml-edit.ts";
import { identical } from "../../../src/model/yaml-splices.ts";
import { anyMap, anyValue } from "./values.ts";

const n = (text: string): Value => numberText(text);

const commented = `# The churn model
schema: 1   # the format
name:   'churn'

# measured on the hold-out
metrics: {accuracy: 0.90, "f1.macro": 1e-1,}   # by hand
params:
  # learning
  rate: 1e-4   # was 1e-3
  depth:  7
files:
  # the model
  - {path: a, size: 8}   # first
  - {path: b, size: 9}

# the end
own: {team: [x,   y]}
`;

const edit = (patch: Patch, text = commented): string =>
  editYaml(text, patch, { order: ["schema", "name", "date", "metrics", "files"] });

describe("changes only what changes", () => {
  test.each<[string, Patch, [string, string][]]>([
    ["a scalar", { name: "risk" }, [["name:   'churn'", "name:   risk"]]],
    ["a number in a flow map", { "metrics.accuracy": n("0.91") }, [["0.90", "0.91"]]],
    ["a key with a dot in it", { "metrics.f1.macro": n("0.2") }, [["1e-1", "0.2"]]],
    ["a number in a block map", { "params.rate": n("1e-5") }, [["1e-4", "1e-5"]]],
    ["a new key in a flow map", { "metrics.auc": n("0.5") }, [["1e-1,", "1e-1, auc: 0.5,"]]],
    ["a new key in a block map", { "params.seed": n("1") }, [["depth:  7", "depth:  7\n  seed: 1"]]],
    ["a key gone from a flow map", { "metrics.accuracy": undefined }, [["accuracy: 0.90, ", ""]]],
    ["the last key gone from a flow map", { "metrics.f1.macro": undefined }, [[', "f1.macro": 1e-1', ""]]],
    ["a key gone from a block map", { "params.rate": undefined }, [["  rate: 1e-4   # was 1e-3\n", ""]]],
    [
      "a top-level key gone",
      { metrics: undefined },
      [['metrics: {accuracy: 0.90, "f1.macro": 1e-1,}   # by hand\n', ""]],
    ],
    ["a new key in its place", { date: "2026-02-05" }, [["'churn'", "'churn'\ndate: \"2026-02-05\""]]],
    ["a key without a place", { zeta: true }, [["[x,   y]}", "[x,   y]}\nzeta: true"]]],
    ["a new map", { "trained.dirty": false }, [["[x,   y]}", "[x,   y]}\ntrained: {dirty: false}"]]],
    [
      "one item of a list",
      {
        files: [
          { path: "a", size: n("8") },
          { path: "b", size: n("10") },
        ],
      },
      [["size: 9", "size: 10"]],
    ],
    [
      "an item before others",
      {
        files: [
          { path: "0", size: n("1") },
          { path: "a", size: n("8") },
          { path: "b", size: n("9") },
        ],
      },
      [["  # the model\n", '  # the model\n  - {path: "0", size: 1}\n']],
    ],
    [
      "an item between others",
      {
        files: [
          { path: "a", size: n("8") },
          { path: "aa", size: n("1") },
          { path: "b", size: n("9") },
        ],
      },
      [["# first", "# first\n  - {path: aa, size: 1}"]],
    ],
    ["an item gone", { files: [{ path: "b", size: n("9") }] }, [["  - {path: a, size: 8}   # first\n", ""]]],
    ["an item of a flow list", { "own.team": ["x", "z", "y"] }, [["x,", "x, z,"]]],
    ["a flow list, shorter", { "own.team": ["y"] }, [["x,   ", ""]]],
    ["a list that empties", { files: [] }, [["  - {path: a, size: 8}   # first\n  - {path: b, size: 9}", "  []"]]],
    ["a map that becomes a text", { metrics: "none" }, [['{accuracy: 0.90, "f1.macro": 1e-1,}', "none"]]],
    [
      "a text of several lines beside a comment",
      { metrics: "a\nb" },
      [['{accuracy: 0.90, "f1.macro": 1e-1,}', '"a\\nb"']],
    ],
    ["a text of several lines", { name: "a\nb" }, [["name:   'churn'", "name:   |-\n  a\n  b"]]],
    [
      "several at once",
      { date: "x", metrics: undefined, "params.depth": n("8"), schema: n("2") },
      [
        ["schema: 1 ", "schema: 2 "],
        ["'churn'", "'churn'\ndate: x"],
        ['metrics: {accuracy: 0.90, "f1.macro": 1e-1,}   # by hand\n', ""],
        ["depth:  7", "depth:  8"],
      ],
    ],
  ])("%s", (_, patch, changes) => {
    let expected = commented;
    for (const [from, to] of changes) {
      expect(expected.split(from), from).toHaveLength(2);
      expected = expected.replace(from, () => to);
    }
    expect(edit(patch)).toBe(expected);
    const windows = commented.replaceAll("\n", "\r\n");
    expect(edit(patch, windows)).toBe(expected.replaceAll("\n", "\r\n"));
    expect(edit(patch, expected)).toBe(expected);
  });

  test("what says the same stays byte for byte", () => {
    const same = {
      name: "churn",
      "metrics.accuracy": n("0.90"),
      "own.team": ["x", "y"],
      absent: undefined,
      "a.b": undefined,
    };
    expect(edit(same)).toBe(commented);
    expect(edit({})).toBe(commented);
  });

  test.each<[string, string, Patch, string]>([
    ["an empty file", "", { a: n("1") }, "a: 1\n"],
    ["a comment alone", "# hi", { a: n("1") }, "# hi\na: 1\n"],
    ["no final newline", "a: 1", { b: n("2") }, "a: 1\nb: 2"],
    ["an end mark", "---\na: 1\n...\n", { b: n("2") }, "---\na: 1\nb: 2\n...\n"],
    ["a flow map as a whole", '{"a": 1, "b": 2}\n', { b: n("3"), c: n("4") }, '{"a": 1, "b": 3, c: 4}\n'],
    ["an empty flow map", "a: {}\n", { "a.b": n("1") }, "a: {b: 1}\n"],
    ["an empty list", "a: []\n", { a: [{ b: n("1") }] }, "a:\n  - {b: 1}\n"],
    ["nothing written", "a:\nb: 1\n", { a: n("2") }, "a: 2\nb: 1\n"],
    ["nothing written, with a comment", "a: # c\nb: 1\n", { a: n("2") }, "a: 2 # c\nb: 1\n"],
    ["a comment before the value", "a: # c\n  - x\n  - y\n", { a: ["x"] }, "a: # c\n  - x\n"],
    ["a comment before a value that becomes a scalar", "a: # c\n- x\n", { a: n("1") }, "a: # c\n  1\n"],
    ["a literal", "a: |\n  x\n  y\n\nb: 1\n", { a: "z" }, "a: z\n\nb: 1\n"],
    ["a literal that goes", "a: |\n  x\n  y\nb: 1\n", { a: undefined }, "b: 1\n"],
    ["a folded text of several lines", "a: x\n  y\nb: 1\n", { a: "z" }, "a: z\nb: 1\n"],
    ["a list at the key's column", "a:\n- x\n- y\nb: 1\n", { a: ["x", "z", "y"] }, "a:\n- x\n- z\n- y\nb: 1\n"],
    [
      "items that are block maps",
      "a:\n  - p: 1\n    q: 2\n  - p: 3\n",
      { a: [{ p: n("1"), q: n("5") }, { p: n("3") }] },
      "a:\n  - p: 1\n    q: 5\n  - p: 3\n",
    ],
    ["a key without a value in a flow map", "a: {b: 1, c}\n", { "a.c": n("2") }, "a: {b: 1, c: 2}\n"],
    ["an explicit key", "? a\n: 1\n", { a: n("2") }, "? a\n: 2\n"],
    ["a nested list", "a:\n  - - x\n    - y\n", { a: [["x"]] }, "a:\n  - - x\n"],
    ["every key of a block map", "a:\n  b: 1\nc: 2\n", { a: { d: n("1") } }, "a: {d: 1}\nc: 2\n"],
    ["an explicit key that goes", "? a\n: 1\nb: 2\n", { a: undefined }, "b: 2\n"],
    ["every key of a file", "# c\na: 1\nb: 2\n", { a: undefined, b: undefined, c: n("3") }, "# c\nc: 3\n"],
    ["every key of a flow map as a whole", "{a: 1}\n", { a: undefined, c: n("3") }, "{c: 3}\n"],
    [
      "a key beside the dash of its item, which goes: the list is written anew",
      "a: # c\n  - p: 1\n    q: 2\nb: 1\n",
      { a: [{ q: n("2") }] },
      "a: # c\n  - {q: 2}\nb: 1\n",
    ],
    ["a first key that goes", "a: 1\nb: 2\n", { a: undefined }, "b: 2\n"],
  ])("%s", (_, text, patch, expected) => {
    expect(edit(patch, text)).toBe(expected);
  });

  test("a layout that cannot be changed safely is refused", () => {
    expect(() => edit({ a: n("1") }, "{a}\n")).toThrow(
      expect.objectContaining({ code: "invalid-file", message: expect.stringContaining("a is laid out") }),
    );
  });

  test("a list of maps by name has a line for each", () => {
    const options = { blockMaps: ["models"] };
    expect(editYaml("models: {}\n", { models: { a: { b: "c" } } }, options)).toBe("models:\n  a: {b: c}\n");
    expect(editYaml("x: 1\n", { models: { a: { b: "c" } } }, options)).toBe("x: 1\nmodels:\n  a: {b: c}\n");
  });
});

test("applyPatch reaches into maps and leaves its input alone", () => {
  const before = parseYaml("a: {b: {c: 1}, 'b.c': 2}\nd: 3\n", "f").data;
  const after = applyPatch(before, { "a.b.c": n("9"), "d.e": "x", "__proto__.f": "y", "no.thing": undefined });
  expect(JSON.stringify(before)).toBe('{"a":{"b":{"c":1},"b.c":2},"d":3}');
  expect(JSON.stringify(after)).toBe('{"a":{"b":{"c":1},"b.c":9},"d":{"e":"x"},"__proto__":{"f":"y"}}');
  expect(({} as { f?: string }).f).toBeUndefined();
});

const patch = fc.dictionary(
  fc.constantFrom("a", "b", "c", "a.b", "b.c", "x", "__proto__", "version"),
  fc.option(anyValue, { nil: undefined }),
);

test("any change of any file gives exactly what was asked for, and a second time nothing", () => {
  fc.assert(
    fc.property(anyMap, patch, fc.boolean(), (map, changes, windows) => {
      const text = windows ? writeYaml(map).replaceAll("\n", "\r\n") : writeYaml(map);
      const file = parseYaml(text, "f.yaml");
      const result = editYaml(file, changes);
      expect(identical(parseYaml(result, "f.yaml").data, applyPatch(file.data, changes))).toBe(true);
      expect(editYaml(result, changes)).toBe(result);
    }),
    { numRuns: 300 },
  );
});

test("comments survive any change of other keys", () => {
  fc.assert(
    fc.property(
      fc.dictionary(fc.constantFrom("name", "date", "metrics.auc", "params.depth", "zeta"), anyValue),
      (changes) => {
        const result = edit(changes);
        for (const comment of [
          "# The churn model",
          "# measured on",
          "# by hand",
          "# learning",
          "# was 1e-3",
          "# the model",
          "# first",
          "# the end",
        ]) {
          expect(result).toContain(comment);
        }
      },
    ),
    { numRuns: 100 },
  );
});
