// Values of a record as the user wrote them: a number keeps its text ("0.90", "1e-4") and is a number in JSON.

const NUMERIC = Symbol("numeric text");

/** A number with the text it was written with. JSON.stringify gives the number. */
export interface NumberText {
  readonly [NUMERIC]: true;
  readonly text: string;
  readonly value: number;
  toJSON(): number | string;
}

export type Value = null | boolean | string | NumberText | readonly Value[] | ValueMap;
export type ValueMap = { readonly [key: string]: Value };

/** JSON-ish number syntax of YAML's core schema, without hex, octal, infinities and NaN. */
const NUMBER = /^[-+]?(?:\.\d+|\d+(?:\.\d*)?)(?:[eE][-+]?\d+)?$/;

/** The rest of that syntax: numbers that are none, or have no end. */
const NOT_FINITE = /^(?:\.(?:nan|NaN|NAN)|[-+]?\.(?:inf|Inf|INF))$/;

/** Whether the text is a finite number. */
export function looksNumeric(text: string): boolean {
  return NUMBER.test(text);
}

/** What Python, JavaScript and TOML write for a number that is none or has no end ("NaN", "-inf"); null for any other word. */
export function notFinite(word: string): NumberText | null {
  const [, sign = "", name = ""] = /^([-+]?)(nan|inf(?:inity)?)$/i.exec(word) ?? [];
  if (name === "") return null;
  return numberText(name.toLowerCase() === "nan" ? ".nan" : `${sign === "-" ? "-" : ""}.inf`);
}

/** The number behind a text such as "0.90" or ".nan", as YAML writes numbers. */
export function numberText(text: string): NumberText {
  const value = NOT_FINITE.test(text) ? amountOf(text) : Number(text);
  return Object.freeze({
    [NUMERIC]: true as const,
    text,
    value,
    // An integer beyond 2^53 would change in JSON: give its text instead.
    // JSON has no NaN: its name, which Number() and Python's float() read.
    toJSON: () =>
      Number.isFinite(value) && (Number.isSafeInteger(value) || !/^[-+]?\d+$/.test(text)) ? value : plainNumber(text),
  });
}

function amountOf(text: string): number {
  if (/nan/i.test(text)) return Number.NaN;
  return text.startsWith("-") ? Number.NEGATIVE_INFINITY : Number.POSITIVE_INFINITY;
}

/** A number's text outside of YAML: "0.90", "NaN", "-Infinity". */
function plainNumber(text: string): string {
  return NOT_FINITE.test(text) ? String(amountOf(text)) : text;
}

export function isNumberText(value: unknown): value is NumberText {
  return typeof value === "object" && value !== null && NUMERIC in value;
}

export function isMap(value: Value | undefined): value is ValueMap {
  return typeof value === "object" && value !== null && !Array.isArray(value) && !isNumberText(value);
}

/** An unquoted command-line or params-file word as a value: number, boolean, null or string. */
export function valueOf(word: string): Value {
  if (looksNumeric(word) || NOT_FINITE.test(word)) return numberText(word);
  if (word === "true" || word === "false") return word === "true";
  return word === "null" || word === "~" ? null : word;
}

/** A plain JavaScript value (from JSON, TOML) as a Value. Numbers get the shortest text that reads back the same. */
export function fromPlain(input: unknown): Value {
  if (input === null || input === undefined) return null;
  if (typeof input === "boolean" || typeof input === "string") return input;
  if (typeof input === "number" || typeof input === "bigint") {
    const text = String(input);
    return notFinite(text) ?? numberText(text);
  }
  if (input instanceof Date) return input.toISOString();
  if (Array.isArray(input)) return input.map(fromPlain);
  const map: Record<string, Value> = Object.create(null) as Record<string, Value>;
  for (const [key, value] of Object.entries(input as Record<string, unknown>)) map[key] = fromPlain(value);
  return map;
}

/** Same value: numbers by amount, so 1.0 equals 1; maps regardless of key order. */
export function sameValue(a: Value | undefined, b: Value | undefined): boolean {
  if (a === undefined || b === undefined) return a === b;
  if (isNumberText(a))
    return isNumberText(b) && (a.text === b.text || a.value === b.value || Object.is(a.value, b.value));
  if (Array.isArray(a))
    return (
      Array.isArray(b) && a.length === b.length && a.every((item, index) => sameValue(item as Value, b[index] as Value))
    );
  if (isMap(a)) {
    if (!isMap(b)) return false;
    const keys = Object.keys(a);
    return (
      keys.length === Object.keys(b).length && keys.every((key) => Object.hasOwn(b, key) && sameValue(a[key], b[key]))
    );
  }
  return a === b;
}

/** The value in one line, as a person would write it. */
export function showValue(value: Value | undefined): string {
  if (value === undefined) return "none";
  if (isNumberText(value)) return plainNumber(value.text);
  if (Array.isArray(value)) return `[${value.map((item) => showValue(item as Value)).join(", ")}]`;
  if (isMap(value))
    return `{${Object.entries(value)
      .map(([key, item]) => `${key}: ${showValue(item)}`)
      .join(", ")}}`;
  return String(value);
}
