// Numbers of TOML files keep the text that they were written with, wherever they stand.
import * as fc from "fast-check";
import { parse, stringify } from "smol-toml";
import { describe, expect, test } from "vitest";
import { decimalsOf } from "../../../src/environment/toml-numbers.ts";
import { readToml } from "../../../src/environment/toml.ts";
import { showValue } from "../../../src/model/value.ts";

const read = async (text: string): Promise<string> => showValue(await readToml(text, "x.toml"));

describe("readToml", () => {
  test.each([
    ["a = 1.10", "{a: 1.10}"],
    ["a = 1e-4 # 2.0\nb = +1.50\nc = -0.0", "{a: 1e-4, b: +1.50, c: -0.0}"],
    ["a = 1_000\nb = 1_0.5_0", "{a: 1000, b: 10.50}"],
    ["a = 9007199254740993", "{a: 9007199254740993}"],
    ["a = 0x10\nb = 0o17\nc = 0b11", "{a: 16, b: 15, c: 3}"],
    ["a = [1.0, [2.50, '3.0'], # 4.0\n  5.00,\n]", "{a: [1.0, [2.50, 3.0], 5.00]}"],
    ["a = {b = 1.10, 'c d' = {e=2.0}, \"f=1.0\" = 3.0}", "{a: {b: 1.10, c d: {e: 2.0}, f=1.0: 3.0}}"],
    ["1.10 = 2.20\n3 = 4.0", "{1: {10: 2.20}, 3: 4.0}"],
    ["[1.0]\na.b = 1.10\n[[x]]\ny = 1.0\n[[x]]\ny = 2.0", "{1: {0: {a: {b: 1.10}}}, x: [{y: 1.0}, {y: 2.0}]}"],
    ['a = """1.0\nb = 2.0 \\""" c"""""\nd = 3.0', '{a: 1.0\nb = 2.0 """ c"", d: 3.0}'],
    ["a = '''1.0\nb = 2.0'''\nd = 3.0", "{a: 1.0\nb = 2.0, d: 3.0}"],
    ['a = "x \\" 1.0"\nb = 2.0', '{a: x " 1.0, b: 2.0}'],
    ["a = 2026-02-05 07:32:00\nb = 1979-05-27\nc = 07:32:00\nd = 1.0", /^\{a: 2026-02-05T07:32:00.*, d: 1\.0\}$/],
    ["a = 'number 0'\nb = 1.0", "{a: number 0, b: 1.0}"],
    ["a = nan\nb = -inf\nc = +inf", "{a: NaN, b: -Infinity, c: Infinity}"],
  ])("%j", async (text, shown) => {
    if (typeof shown === "string") expect(await read(text)).toBe(shown);
    else expect(await read(text)).toMatch(shown);
  });

  test("any document's numbers, and nothing else", () => {
    const leaf = fc.oneof(fc.double({ noNaN: true, noDefaultInfinity: true }), fc.string(), fc.boolean());
    const { tree } = fc.letrec((tie) => ({
      tree: fc.oneof(leaf, fc.array(tie("tree"), { maxLength: 3 }), fc.dictionary(fc.string(), tie("tree"))),
    }));
    fc.assert(
      fc.property(fc.dictionary(fc.string(), tree), (data) => {
        const text = stringify(data as Record<string, never>);
        const amounts: number[] = [];
        JSON.stringify(parse(text), (_, value: unknown) => {
          if (typeof value === "number") amounts.push(value + 0);
          return value;
        });
        const found = decimalsOf(text).map((place) => Number(place.text) + 0);
        expect(found.toSorted()).toEqual(amounts.toSorted());
      }),
    );
  });

  test("ends, whatever the text", () => {
    fc.assert(
      fc.property(fc.string({ unit: fc.constantFrom(..."[]{}=,\"'#\\\n 1.ea") }), (text) => {
        for (const { start, end } of decimalsOf(text)) expect(end).toBeGreaterThan(start);
      }),
    );
  });
});
