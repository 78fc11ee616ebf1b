// Numbers that are none: written by Python as NaN, kept as YAML's .nan, and never the better ones.
import { expect, test } from "vitest";
import { isNumberText, notFinite, numberText, sameValue, showValue, valueOf } from "../../../src/model/value.ts";
import { parseYaml, writeYaml } from "../../../src/model/yaml.ts";

test.each([
  ["nan", ".nan"],
  ["NaN", ".nan"],
  ["inf", ".inf"],
  ["+Infinity", ".inf"],
  ["-inf", "-.inf"],
])("%s of Python is %s of YAML", (word, text) => {
  expect(notFinite(word)?.text).toBe(text);
});

test.each(["nano", ".nan", "info", "1e999", ""])("%j is another word", (word) => {
  expect(notFinite(word)).toBeNull();
});

test("what is no finite number survives YAML, has a name in JSON, and is the same as itself", () => {
  const text = "a: .nan\nb: -.inf\nc: .INF\nd: .5\n";
  const { data } = parseYaml(text, "x.yaml");
  expect(Object.values(data).every(isNumberText)).toBe(true);
  expect(writeYaml(data)).toBe(text);
  expect(JSON.stringify(data)).toBe('{"a":"NaN","b":"-Infinity","c":"Infinity","d":0.5}');
  expect(showValue(data)).toBe("{a: NaN, b: -Infinity, c: Infinity, d: .5}");
  expect(sameValue(numberText(".nan"), numberText(".NaN"))).toBe(true);
  expect(sameValue(numberText(".nan"), numberText(".inf"))).toBe(false);
});

test("a text that looks like one stays a text", () => {
  expect(writeYaml({ a: ".nan" })).toBe('a: ".nan"\n');
  for (const word of ["NaN", "nan", ".na", "inf"]) expect(valueOf(word)).toBe(word);
});
