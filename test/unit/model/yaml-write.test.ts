import * as fc from "fast-check";
import { describe, expect, test } from "vitest";
import { numberText, type Value } from "../../../src/model/value.ts";
import { parseYaml, writeYaml } from "../../../src/model/yaml.ts";
import { identical } from "../../../src/model/yaml-splices.ts";
import { B } from "./samples.ts";
import { anyMap } from "./values.ts";

describe("one line a key, in the layout of the walkthrough", () => {
  test.each<[string, Value, string]>([
    ["hash", B, `hash: "${B}"`],
    ["hash", "c2511630d872d595", 'hash: "c2511630d872d595"'],
    ["content", `sha256:${B}`, `content: "sha256:${B}"`],
    ["version", "1.2.0", "version: 1.2.0"],
    ["version", "0.1.0-dev.2+gpu", "version: 0.1.0-dev.2+gpu"],
    ["version", "1.10", 'version: "1.10"'],
    ["feature_set_version", "3.1.0", 'feature_set_version: "3.1.0"'],
    ["training_date", "2026-02-05", 'training_date: "2026-02-05"'],
    ["os", "linux-x64", "os: linux-x64"],
    ["reason", "Return to 1.0.0", "reason: Return to 1.0.0"],
    ["reason", "Ben's retraining, C 0.4", "reason: Ben's retraining, C 0.4"],
    ["reason", "true", 'reason: "true"'],
    ["reason", "No", 'reason: "No"'],
    ["reason", "1e-4", 'reason: "1e-4"'],
    ["reason", "a: b", 'reason: "a: b"'],
    ["reason", "#4711 retrained", 'reason: "#4711 retrained"'],
    ["reason", "", 'reason: ""'],
    ["reason", "one\ntwo", "reason: |-\n  one\n  two"],
    ["reason", "one\n\n  two\n", "reason: |\n  one\n\n    two"],
    ["reason", "one \ntwo", 'reason: "one \\ntwo"'],
    ["reason", "one\u2028two", 'reason: "one\\u2028two"'],
    ["tag", "{model}@v{version}", 'tag: "{model}@v{version}"'],
    ["number", numberText("0.90"), "number: 0.90"],
    ["flag", true, "flag: true"],
    ["nothing", null, "nothing: null"],
    ["map", {}, "map: {}"],
    ["list", [], "list: []"],
    ["list", ["age", "income, net", numberText("1")], 'list: [age, "income, net", 1]'],
    ["map", { a: { version: "1.0.0", tag: B } }, `map: {a: {version: 1.0.0, tag: "${B}"}}`],
    ["map", { "1": "x", "a b": "v", no: "z", "a: b": "w" }, 'map: {"1": x, a b: v, "no": z, "a: b": w}'],
    ["list", [{ path: "a" }, {}], "list:\n  - {path: a}\n  - {}"],
  ])("%s: %j", (key, value, expected) => {
    expect(writeYaml({ [key]: value })).toBe(`${expected}\n`);
  });

  test("nothing is folded, and undefined is left out", () => {
    const long = "word ".repeat(200).trim();
    expect(writeYaml({ a: long, b: undefined, c: [long, long] })).toBe(`a: ${long}\nc: [${long}, ${long}]\n`);
  });

  test("a block map has a line for each entry", () => {
    expect(writeYaml({ models: { a: { x: "v" }, b: {} } }, { blockMaps: ["models"] })).toBe(
      "models:\n  a: {x: v}\n  b: {}\n",
    );
    expect(writeYaml({ models: {} }, { blockMaps: ["models"] })).toBe("models: {}\n");
  });
});

test("everything comes back as it was written", () => {
  fc.assert(
    fc.property(anyMap, (map) => {
      fc.pre(Object.keys(map).every((key) => key.length < 500));
      const back = parseYaml(writeYaml(map), "f.yaml").data;
      expect(identical(back, map), writeYaml(map)).toBe(true);
    }),
    { numRuns: 500 },
  );
});
