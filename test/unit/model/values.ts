// Arbitrary Values, with the texts and keys that trip readers of YAML.
import * as fc from "fast-check";
import { looksNumeric, numberText, type Value, type ValueMap } from "../../../src/model/value.ts";

const trap = fc.constantFrom(
  "true",
  "null",
  "~",
  "yes",
  "No",
  "1.10",
  "1e5",
  ".5",
  "0x1F",
  "012",
  "1:30",
  "2026-02-05",
  ".inf",
  "-",
  "- a",
  "?",
  "a: b",
  "a:",
  ":a",
  "#a",
  "a #b",
  "a, b",
  "[a]",
  "{a}",
  "&a",
  "*a",
  "!a",
  "|",
  ">",
  "%a",
  "@a",
  "`a",
  "'a'",
  '"a"',
  "",
  " ",
  " a",
  "a ",
  "a  b",
  "\ta",
  "a\tb",
  "a\n",
  "\na",
  "a\n\nb",
  "a\nb\n",
  " a\nb",
  "a \nb",
  "a\r\nb",
  "a\rb",
  "---",
  "---\na",
  "...",
  "<<",
  "__proto__",
  "constructor",
  "é",
  "🎉",
  "\u0085",
  "\u2028",
  "\ufeff",
  "\ufffd",
  "\u001b[0m",
  "\ud800",
  "deadbeefdeadbeef",
  "1.2.0",
  "v1.2.0",
  "it's",
  "a\\b",
  "a/b",
  "<<<<<<< HEAD",
  "x\n<<<<<<< HEAD\ny",
  "=",
  "a=b",
);

export const text: fc.Arbitrary<string> = fc
  .oneof(
    trap,
    fc.string(),
    fc.string({ unit: "grapheme" }),
    fc.array(trap, { maxLength: 4 }).map((all) => all.join("")),
  )
  // NUL is refused, for Git ends a message there.
  .map((value) => value.replaceAll("\0", ""));

export const key: fc.Arbitrary<string> = fc.oneof(
  fc.constantFrom("a", "b", "c", "version", "C", "max_depth", "f1.macro", "9", "__proto__", "constructor", "<<", "y"),
  text,
);

const numberValue = fc
  .oneof(
    fc.constantFrom("1.0", "0.90", "1e-4", "-0", "+7", ".5", "9007199254740993", "1."),
    fc.integer().map(String),
    fc.double().map(String),
  )
  .filter(looksNumeric)
  .map(numberText);

const leaf: fc.Arbitrary<Value> = fc.oneof(fc.constant(null), fc.boolean(), numberValue, text);

const { value: anyValue, map: anyMap } = fc.letrec<{ value: Value; map: ValueMap; list: Value[] }>((tie) => ({
  value: fc.oneof({ maxDepth: 4 }, leaf, tie("map"), tie("list")),
  map: fc
    .array(fc.tuple(key, tie("value")), { maxLength: 4 })
    .map((pairs) => Object.assign(Object.create(null) as ValueMap, Object.fromEntries(pairs))),
  list: fc.array(tie("value"), { maxLength: 4 }),
}));

export { anyMap, anyValue };
