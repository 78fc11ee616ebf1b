import * as fc from "fast-check";
import { describe, expect, test } from "vitest";
import { isMvError } from "../../../src/errors.ts";
import { isNumberText, numberText, type Value } from "../../../src/model/value.ts";
import { parseWord, parseYaml } from "../../../src/model/yaml.ts";
import { pointer, record, settings } from "./samples.ts";

const data = (text: string): unknown => JSON.parse(JSON.stringify(parseYaml(text, "f.yaml").data));
const refusal = (text: string, options: object = {}): string => {
  try {
    parseYaml(text, "f.yaml", options);
  } catch (error) {
    if (isMvError(error) && error.code === "invalid-file") return error.message;
    throw error;
  }
  return "accepted";
};

describe("scalars", () => {
  test.each<[string, Value]>([
    ["1.10", numberText("1.10")],
    ["1e-4", numberText("1e-4")],
    ["0.90", numberText("0.90")],
    ["-7", numberText("-7")],
    ["12345678e90", numberText("12345678e90")],
    ["true", true],
    ["false", false],
    ["null", null],
    ["~", null],
    ["", null],
    ["'1.10'", "1.10"],
    ['"true"', "true"],
    ['""', ""],
    ["'it''s'", "it's"],
    ['"\\u00e9\\n"', "é\n"],
    ["0x1F", "0x1F"],
    ["0o17", "0o17"],
    [".inf", numberText(".inf")],
    ["True", "True"],
    ["yes", "yes"],
    ["2026-02-05", "2026-02-05"],
    ["1.2.0", "1.2.0"],
    ["a b # comment", "a b"],
    ["a#b", "a#b"],
    ["|\n  one\n  two", "one\ntwo\n"],
    [">-\n  one\n  two", "one two"],
  ])("%j", (text, expected) => {
    const value = parseYaml(`key: ${text}\n`, "f.yaml").data["key"];
    if (isNumberText(expected)) expect(isNumberText(value) && value.text).toBe(expected.text);
    else expect(value).toBe(expected);
  });
});

test("maps have no prototype, and no key is special", () => {
  const { data: map } = parseYaml("__proto__: {polluted: yes}\nconstructor: {prototype: 1}\ntoString: x\n", "f.yaml");
  expect(Object.getPrototypeOf(map)).toBeNull();
  expect(Object.keys(map)).toEqual(["__proto__", "constructor", "toString"]);
  expect(({} as { polluted?: string }).polluted).toBeUndefined();
  expect(Object.getPrototypeOf(map["__proto__"])).toBeNull();
});

test.each([
  ["", {}],
  ["# only a comment\n", {}],
  ["---\na: 1\n", { a: 1 }],
  ["a: 1\n...\n", { a: 1 }],
  ["a: 1\r\nb: |\r\n  x\r\n  y\r\n", { a: 1, b: "x\ny\n" }],
  ["a:\t1\n", { a: 1 }],
  ['{"a": [1, {"b": null}]}', { a: [1, { b: null }] }],
  ["a:\n- b: 1\n  c: [x]\n", { a: [{ b: 1, c: ["x"] }] }],
  ["'a b': 1\n? c\n: 2\n", { "a b": 1, c: 2 }],
  ['"<<": 1\n', { "<<": 1 }],
  ["a: {b: 1, c}\n", { a: { b: 1, c: null } }],
  ["a: '&x *y !z'\n", { a: "&x *y !z" }],
])("reads %j", (text, expected) => {
  expect(data(text)).toEqual(expected);
});

describe("refuses", () => {
  test.each([
    ["an alias", "a: &x 1\nb: *x\n", "f.yaml:1: anchors"],
    ["an alias bomb", "a: [x]\nb: [*a, *a]\n", "f.yaml:2: aliases"],
    ["a merge key", "a: {b: 1}\n<<: {c: 2}\n", "f.yaml:2: merge keys"],
    ["a merge key inside", "a: {<<: {c: 2}}\n", "f.yaml:1: merge keys"],
    ["a core tag", "a: !!str 1\n", "f.yaml:1: tags"],
    ["a custom tag", "a:\n  b: !exec rm\n", "f.yaml:2: tags"],
    ["the non-specific tag", "a: ! x\n", "f.yaml:1: tags"],
    ["a directive", "%YAML 1.1\n---\na: yes\n", "f.yaml:1: directives"],
    ["a duplicate key", "a: 1\nb: 2\na: 3\n", 'f.yaml:3: the key "a" is there twice'],
    ["a duplicate key, quoted", "a: {b: 1, 'b': 2}\n", 'f.yaml:1: the key "b" is there twice'],
    ["__proto__ twice", "__proto__: 1\n__proto__: 2\n", "f.yaml:2: the key"],
    ["two documents", "a: 1\n---\nb: 1\n", "f.yaml:2: a second document"],
    ["two documents with an end", "a: 1\n...\nb: 1\n", "f.yaml:3: a second document"],
    ["an empty second document", "a: 1\n---\n", "f.yaml:2: a second document"],
    ["a tab as indentation", "a:\n\tb: 1\n", "f.yaml:2: tabs"],
    ["a byte order mark", "\ufeffa: 1\n", "f.yaml:1: the file starts with a byte order mark"],
    ["NUL", "a: 1\nb: x\0y\n", "f.yaml:2: control character U+0000"],
    ["an escaped NUL", 'a: "x\\0y"\n', "f.yaml:1: a value holds the character NUL"],
    ["an escaped NUL in a key", '"x\\0y": 1\n', "f.yaml:1: a key holds the character NUL"],
    ["an escape sequence", "a: \u001b[31m\n", "f.yaml:1: control character U+001B"],
    ["a lone carriage return", "a: 1\rb: 2\n", "f.yaml:1: control character U+000D"],
    ["what was not UTF-8", "a: 1\nb: \ufffd\n", "f.yaml:2: the file is not UTF-8"],
    ["conflict markers", "a: 1\n<<<<<<< HEAD\nb: 1\n=======\nb: 2\n>>>>>>> x\n", "f.yaml:2: conflict markers"],
    ["a list", "- a\n", "f.yaml:1: `key: value` lines"],
    ["a text", "hello\n", "f.yaml:1: `key: value` lines"],
    ["an unclosed quote", 'a: "x\n', "f.yaml:2:"],
    ["an unclosed bracket", "a: [1\n", "f.yaml:"],
    ["a key that is a map", "? {a: 1}\n: 2\n", "f.yaml:1: a key is not a plain name"],
    ["no key", ": 1\n", "f.yaml:1: a key is missing"],
    ["a nested map on one line", "a: b: c\n", "f.yaml:1: nested mappings"],
    ["deep brackets", `a: ${"[".repeat(100_000)}`, "nested deeper than 50 levels"],
    ["deep maps", `a: ${"{a: ".repeat(20_000)}`, "nested deeper than 50 levels"],
    ["deep dashes", `a:\n  ${"- ".repeat(20_000)}x`, "nested deeper than 50 levels"],
    ["too many values", `a: [${"1,".repeat(200_000)}]`, "too many values"],
  ])("%s", (_, text, message) => {
    expect(refusal(text)).toContain(message);
  });

  test("a file over the cap, counted in bytes", () => {
    expect(refusal("a: éééé\n", { maxBytes: 12 })).toBe("accepted");
    expect(refusal("a: éééé\n", { maxBytes: 11 })).toBe("f.yaml:1: the file is larger than 11 bytes");
  });

  test("and says what to type", () => {
    const hint = (text: string, file: string, options = {}): unknown => {
      try {
        return parseYaml(text, file, options);
      } catch (error) {
        return isMvError(error) ? error.hint : error;
      }
    };
    expect(hint("- a", "models/a.mv.yaml")).toBe("git restore :/models/a.mv.yaml");
    expect(hint("- a", "it's here.yaml")).toBe("git restore ':/it'\\''s here.yaml'");
    expect(hint("- a", "tag v1", { hint: "mv verify v1" })).toBe("mv verify v1");
    expect(hint("<<<<<<< HEAD\n", "a.model.yaml")).toContain("mv merge --ours | --theirs");
  });
});

test("fifty levels are fine", () => {
  expect(refusal(`a: ${"[".repeat(49)}${"]".repeat(49)}`)).toBe("accepted");
});

test.each([
  ["blank lines", "\n"],
  ["comments", "#\n"],
  ["dashes", "- "],
  ["closing brackets", "]"],
  ["percent signs", "%\n"],
  ["quotes", "'"],
  ["document marks", "---\n"],
  ["commas", "[,"],
  ["lines of a text", 'a: "x\n  '],
  ["colons", ": "],
  ["questions", "? "],
  ["exclamations", "!"],
  ["lines", "x\n"],
  ["spaces", " "],
])("four megabytes of %s are read or refused, and do not hang", (_, piece) => {
  const text = piece.repeat(Math.floor((4 << 20) / piece.length));
  expect(["accepted", "f.yaml:"]).toContain(refusal(text).slice(0, 7).replace("accepte", "accepted"));
});

test("random text is read or refused as invalid", () => {
  const piece = fc.constantFrom(
    "a",
    ": ",
    "\n",
    "- ",
    "  ",
    "{",
    "}",
    "[",
    "]",
    ", ",
    "'",
    '"',
    "|",
    ">",
    "#",
    "&",
    "*",
    "!",
    "?",
    "%",
    "\t",
    "\r\n",
    "---\n",
    "...\n",
    "<<",
    "1",
    "\\",
    "\0",
    "\ufeff",
    "é",
    "__proto__",
    "\u2028",
  );
  fc.assert(
    fc.property(
      fc.oneof(
        fc.array(piece, { maxLength: 40 }).map((all) => all.join("")),
        fc.string(),
      ),
      (text) => {
        refusal(text);
      },
    ),
    { numRuns: 2000 },
  );
});

test("mutated files are read or refused as invalid", () => {
  fc.assert(
    fc.property(
      fc.constantFrom(pointer, record, settings),
      fc.nat(),
      fc.nat(5),
      fc.string({ unit: fc.constantFrom(..."{}[]:,'\"#&*!|>%@` \n\t-?a1\0é"), maxLength: 4 }),
      (text, position, gone, inserted) => {
        const at = position % text.length;
        refusal(text.slice(0, at) + inserted + text.slice(at + gone));
      },
    ),
    { numRuns: 2000 },
  );
});

describe("parseWord", () => {
  test.each<[string, unknown]>([
    ["0.90", 0.9],
    ["true", true],
    ["[a, 1, {b: c}]", ["a", 1, { b: "c" }]],
    ["{max_depth: 3}", { max_depth: 3 }],
    ['"1.10"', "1.10"],
    ["'true'", "true"],
    ["plain: text # here", "plain: text # here"],
    ["[draft] fine", "[draft] fine"],
    ["*x", "*x"],
    ["two\nlines", "two\nlines"],
    ["", ""],
  ])("%j", (word, expected) => {
    expect(JSON.parse(JSON.stringify(parseWord(word, "key")))).toEqual(expected);
  });

  test.each(["[&a 1]", "{a: 1}: {b}", "[a]: [b]", '"a" "b"'])("%j is a usage error that names the key", (word) => {
    expect(() => parseWord(word, "metrics.x")).toThrow(
      expect.objectContaining({ code: "usage", message: expect.stringMatching(/^metrics\.x: (?!1:)/) }),
    );
  });
});
