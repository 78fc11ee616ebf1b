// JSON to values, keeping the text of every number: JSON.parse would turn 0.90 into 0.9 and 2^53+1 into another number.
import { MvError } from "../errors.ts";
import { notFinite, numberText, type Value } from "../model/value.ts";

const MAX_DEPTH = 100;
const NUMBER = /-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?/y;
const STRING = /"[^"\\\n]*(?:\\.[^"\\\n]*)*"/y;
const BLANK = /[ \t\r\n]*/y;
/** NaN and the infinities are what Python's json.dump writes for them. */
const WORD = /true|false|null|NaN|-?Infinity/y;

/** A JSON document (RFC 8259, no key twice) as a value. Throws `invalid-file` with the line. */
export function readJson(text: string, file: string): Value {
  let at = 0;

  const fail = (why: string): never => {
    const line = text.slice(0, at).split("\n").length;
    throw new MvError("invalid-file", `${file}:${line}: ${why}`);
  };
  const take = (expression: RegExp): string | null => {
    expression.lastIndex = at;
    const found = expression.exec(text)?.[0] ?? null;
    if (found !== null) at += found.length;
    return found;
  };
  const skip = (character: string): boolean => {
    take(BLANK);
    if (text[at] !== character) return false;
    at += 1;
    return true;
  };
  const string = (): string | null => {
    const raw = take(STRING);
    if (raw === null) return null;
    try {
      return JSON.parse(raw) as string;
    } catch {
      return fail("a string holds a control character or an unknown escape");
    }
  };

  const list = (depth: number): Value[] => {
    const items: Value[] = [];
    if (skip("]")) return items;
    do items.push(value(depth));
    while (skip(","));
    return skip("]") ? items : fail("a list goes on with , or ends with ]");
  };
  const map = (depth: number): Value => {
    const entries = Object.create(null) as Record<string, Value>;
    if (skip("}")) return entries;
    do {
      take(BLANK);
      const key = string() ?? fail("a key in quotes is missing");
      if (Object.hasOwn(entries, key)) fail(`the key ${JSON.stringify(key)} stands twice`);
      if (!skip(":")) fail(`no : after ${JSON.stringify(key)}`);
      entries[key] = value(depth);
    } while (skip(","));
    return skip("}") ? entries : fail("a map goes on with , or ends with }");
  };
  const value = (depth: number): Value => {
    if (depth > MAX_DEPTH) fail(`nested deeper than ${MAX_DEPTH}`);
    if (skip("{")) return map(depth + 1);
    if (skip("[")) return list(depth + 1);
    const text_ = string();
    if (text_ !== null) return text_;
    const word = take(WORD);
    if (word === "true" || word === "false") return word === "true";
    if (word !== null) return notFinite(word);
    const number = take(NUMBER);
    return number === null ? fail("no JSON value") : numberText(number);
  };

  const result = value(0);
  take(BLANK);
  return at < text.length ? fail("something stands behind the end") : result;
}
