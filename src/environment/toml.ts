// TOML to values: the only user of smol-toml, loaded when a TOML file is read.
import { MvError } from "../errors.ts";
import { fromPlain, numberText, type Value, type ValueMap } from "../model/value.ts";
import { decimalsOf } from "./toml-numbers.ts";

const OPTIONS = { integersAsBigInt: true, maxDepth: 100 } as const;

/**
 * A TOML document as values. Decimal numbers keep their text, but for underscores between the digits. Throws `invalid-file`
 * with the line.
 */
export async function readToml(text: string, file: string): Promise<ValueMap> {
  const { parse, TomlError } = await import("smol-toml");
  try {
    const document = parse(text, OPTIONS);
    const marks = markNumbers(text);
    return mapOf(document, parse(marks.text, OPTIONS), marks.meaning);
  } catch (error) {
    if (!(error instanceof TomlError)) throw error;
    const [why = ""] = error.message.replace(/^Invalid TOML document: /, "").split("\n", 1);
    throw new MvError("invalid-file", `${file}:${error.line}: ${why}`, { cause: error });
  }
}

/** The number's text that a string of the marked document stands for. */
type Meaning = (word: unknown) => string | undefined;

/** The same document with a string in the place of each number: where the parser puts the string, the number is. */
function markNumbers(text: string): { text: string; meaning: Meaning } {
  const numbers = new Map<string, string>();
  let marked = "";
  let last = 0;
  for (const { start, end, text: number } of decimalsOf(text)) {
    const word = `number ${numbers.size}`;
    numbers.set(word, number);
    marked += `${text.slice(last, start)}"${word}"`;
    last = end;
  }
  return {
    text: marked + text.slice(last),
    meaning: (word) => (typeof word === "string" ? numbers.get(word) : undefined),
  };
}

function mapOf(input: object, marked: unknown, meaning: Meaning): ValueMap {
  // Null prototype: a key "__proto__" is a key.
  const map = Object.create(null) as Record<string, Value>;
  for (const [key, value] of Object.entries(input)) map[key] = valueOf(value, memberOf(marked, key), meaning);
  return map;
}

// Only a number of the document itself is looked up among the marks, so that a string which looks like one stays a string.
function valueOf(input: unknown, marked: unknown, meaning: Meaning): Value {
  if (typeof input === "number" || typeof input === "bigint") {
    const text = meaning(marked);
    if (text !== undefined && Number(text) === Number(input)) return numberText(text);
    return Number.isInteger(input) && !String(input).includes("e") ? numberText(`${input}.0`) : fromPlain(input);
  }
  if (Array.isArray(input)) return input.map((item, at) => valueOf(item, memberOf(marked, String(at)), meaning));
  if (typeof input === "object" && input !== null && !(input instanceof Date)) return mapOf(input, marked, meaning);
  return fromPlain(input);
}

function memberOf(container: unknown, key: string): unknown {
  if (typeof container !== "object" || container === null || !Object.hasOwn(container, key)) return undefined;
  return (container as Record<string, unknown>)[key];
}
