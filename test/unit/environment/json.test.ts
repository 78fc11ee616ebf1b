import * as fc from "fast-check";
import { describe, expect, test } from "vitest";
import { isMvError } from "../../../src/errors.ts";
import { readJson } from "../../../src/environment/json.ts";
import { isMap, isNumberText, type Value, type ValueMap } from "../../../src/model/value.ts";
import { writeYaml } from "../../../src/model/yaml.ts";

const why = (text: string): string => {
  try {
    readJson(text, "m.json");
  } catch (error) {
    return isMvError(error) ? `${error.code} ${error.message}` : `not ours: ${String(error)}`;
  }
  return "accepted";
};

/** The value with plain numbers, however big. */
function plain(value: Value | undefined): unknown {
  if (isNumberText(value)) return value.value;
  if (Array.isArray(value)) return value.map(plain);
  return isMap(value) ? Object.fromEntries(Object.entries(value).map(([key, item]) => [key, plain(item)])) : value;
}

describe("readJson", () => {
  test("agrees with JSON.parse on every document, however it is indented", () => {
    fc.assert(
      fc.property(fc.jsonValue(), fc.constantFrom(undefined, 1, "\t"), (input, indent) => {
        const text = JSON.stringify(input, null, indent);
        expect(plain(readJson(text, "x"))).toEqual(JSON.parse(text));
      }),
    );
  });

  test("throws only invalid-file on any other text, and accepts nothing that JSON.parse refuses", () => {
    const noise = fc.string({ unit: fc.constantFrom(...'{}[],:"\\0123456789.eE+-truefalsn \n\u0007') });
    fc.assert(
      fc.property(noise, (text) => {
        let parsed = true;
        try {
          JSON.parse(text);
        } catch {
          parsed = false;
        }
        const answer = why(text);
        if (answer === "accepted") expect(parsed).toBe(true);
        else expect(answer).toMatch(/^invalid-file m\.json:\d+: /);
      }),
      { numRuns: 2000 },
    );
  });

  test.each(["0.90", "1e-4", "-0", "1E+3", "123456789012345678901234567890", "3.141592653589793238462643"])(
    "keeps the text of %s",
    (text) => {
      const value = readJson(` ${text} `, "x");
      expect(isNumberText(value) && value.text).toBe(text);
    },
  );

  test("reads what Python writes for numbers that are none", () => {
    const values = readJson('{"a": NaN, "b": -Infinity, "c": Infinity}', "x");
    expect(writeYaml(values as ValueMap)).toBe("a: .nan\nb: -.inf\nc: .inf\n");
    expect(JSON.stringify(values)).toBe('{"a":"NaN","b":"-Infinity","c":"Infinity"}');
  });

  test("takes __proto__ for a key", () => {
    const value = readJson('{"__proto__": {"polluted": true}}', "x");
    expect(Object.keys(value as object)).toEqual(["__proto__"]);
    expect(({} as Record<string, unknown>)["polluted"]).toBeUndefined();
  });

  test.each([
    ['{"a": 1,\n "b": 01}', "invalid-file m.json:2: a map goes on with , or ends with }"],
    ['{"a": 1,\n\n "a": 2}', 'invalid-file m.json:3: the key "a" stands twice'],
    ["[1, 2", "invalid-file m.json:1: a list goes on with , or ends with ]"],
    ["{} x", "invalid-file m.json:1: something stands behind the end"],
    ["[1,]", "invalid-file m.json:1: no JSON value"],
    ['"a\\q"', "invalid-file m.json:1: a string holds a control character or an unknown escape"],
    ["[".repeat(100_000), "invalid-file m.json:1: nested deeper than 100"],
  ])("says what is wrong, and where", (text, message) => {
    expect(why(text)).toBe(message);
  });

  test("reads a string of megabytes", () => {
    const long = "x\\u00e9".repeat(1_000_000);
    expect(readJson(`"${long}"`, "x")).toHaveLength(2_000_000);
  });
});
