import * as fc from "fast-check";
import { expect, test } from "vitest";
import { parseYaml, writeYaml } from "../../../src/model/yaml.ts";
import { readPlainYaml } from "../../../src/model/yaml-plain.ts";
import { identical } from "../../../src/model/yaml-splices.ts";
import { folderPointer, record } from "./samples.ts";
import { anyMap } from "./values.ts";

const quick = (text: string, blockMaps: readonly string[] = []) =>
  readPlainYaml({ file: "x", text, hint: "" }, { blockMaps })?.data ?? null;

/** What the quick reader takes it must read as the careful one does. */
function agrees(text: string, blockMaps: readonly string[] = []): boolean {
  const data = quick(text, blockMaps);
  return data === null || identical(parseYaml(text, "x").data, data);
}

test("any written map is read as the careful reader does, or left to it", () => {
  fc.assert(fc.property(anyMap, (map) => agrees(writeYaml(map))));
});

test("so is any text that is nearly one", () => {
  const change = fc.record({
    at: fc.nat(200),
    text: fc.constantFrom("", " ", "#", "'", '"', ":", ",", "\n", "- ", "&a "),
  });
  fc.assert(
    fc.property(anyMap, change, (map, { at, text }) => {
      const written = writeYaml(map);
      const place = at % (written.length + 1);
      return agrees(written.slice(0, place) + text + written.slice(place + 1));
    }),
    { numRuns: 1000 },
  );
});

test("and any with an entry a line in some maps", () => {
  const some = fc.record({
    map: anyMap,
    at: fc.nat(200),
    text: fc.constantFrom("", " ", "#", ":", "\n", "- ", "  b: 1\n"),
  });
  fc.assert(
    fc.property(some, fc.boolean(), ({ map, at, text }, isChanged) => {
      const blockMaps = [...Object.keys(map), "models"];
      const written = writeYaml({ ...map, models: map }, { blockMaps });
      const place = at % (written.length + 1);
      return agrees(isChanged ? written.slice(0, place) + text + written.slice(place) : written, blockMaps);
    }),
    { numRuns: 1000 },
  );
  const settings = 'schema: 1\nmodels:\n  churn-eu: {record: a.model.yaml, tag: "v{version}"}\n  ltv: {record: b}\n';
  expect(quick(settings, ["models"])).not.toBeNull();
  expect(agrees(settings, ["models"])).toBe(true);
  expect(quick(settings)).toBeNull();
});

test("what mversion writes itself is read quickly", () => {
  const text = `mversion: 1
model: churn
version: 1.2.0
previous: {version: 1.1.0, tag: "${"a".repeat(40)}"}
reason: Retrained, with more data
artifacts:
  - {path: models/model.onnx, kind: file, size: 12}
  - {path: "a: b", kind: directory, size: 0.50}
features: [age, "1", no_income]
metrics: {}
nothing: null
`;
  for (const own of [text, record, folderPointer]) {
    expect(quick(own)).not.toBeNull();
    expect(agrees(own)).toBe(true);
  }
});

test.each([
  "",
  "a: 1",
  "a: 1 # comment\n",
  "a: &x 1\n",
  "a: *x\n",
  "a: 1\na: 2\n",
  "a:\n",
  "a: {b: 1, b: 2}\n",
  "a: {b: 1,}\n",
  "a: [1, ]\n",
  "a: [1]]\n",
  'a: "x" y\n',
  'a: "\\x41"\n',
  "a: |-\n  x\n",
  "a:\n  b: 1\n",
  "a: 'x'\n",
  "a: !!str x\n",
  "---\na: 1\n",
  "a: 1\n...\n",
  "\ufeffa: 1\n",
  "a: yes\n",
  "a:  1\n",
  "a: 1\r\n",
  `a: ${"[".repeat(100)}${"]".repeat(100)}\n`,
])("%j is left to the careful reader", (text) => {
  expect(quick(text)).toBeNull();
});
