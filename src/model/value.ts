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

export function looksNumeric(text: string): boolean {
  return NUMBER.test(text);
}

/** The number behind a text such as "0.90". The text must satisfy `looksNumeric`. */
export function numberText(text: string): NumberText {
  const value = Number(text);
  return Object.freeze({
    [NUMERIC]: true as const,
    text,
    value,
    // An integer beyond 2^53 would change in JSON: give its text instead.
    toJSON: () => (Number.isFinite(value) && (Number.isSafeInteger(value) || !/^[-+]?\d+$/.test(text)) ? value : text),
  });
}

export function isNumberText(value: unknown): value is NumberText {
  return typeof value === "object" && value !== null && NUMERIC in value;
}

export function isMap(value: Value | undefined): value is ValueMap {
  return typeof value === "object" && value !== null && !Array.isArray(value) && !isNumberText(value);
}

/** An unquoted command-line or params-file word as a value: number, boolean, null or string. */
export function valueOf(word: string): Value {
  if (looksNumeric(word)) return numberText(word);
  if (word === "true" || word === "false") return word === "true";
  return word === "null" || word === "~" ? null : word;
}

/** A plain JavaScript value (from JSON, TOML) as a Value. Numbers get the shortest text that reads back the same. */
export function fromPlain(input: unknown): Value {
  if (input === null || input === undefined) return null;
  if (typeof input === "boolean" || typeof input === "string") return input;
  if (typeof input === "number" || typeof input === "bigint") {
    const text = String(input);
    return looksNumeric(text) ? numberText(text) : text;
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
  if (isNumberText(a)) return isNumberText(b) && (a.text === b.text || a.value === b.value);
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
  if (isNumberText(value)) return value.text;
  if (Array.isArray(value)) return `[${value.map((item) => showValue(item as Value)).join(", ")}]`;
  if (isMap(value))
    return `{${Object.entries(value)
      .map(([key, item]) => `${key}: ${showValue(item)}`)
      .join(", ")}}`;
  return String(value);
}
