// Writes Values as YAML in the one layout of our files: a key a line, inner maps and lists in flow style, lists of maps one a
// line, nothing folded. What another reader could take for a number, a date or a boolean is in double quotes.
import { isMap, isNumberText, type Value, type ValueMap } from "./value.ts";

export interface Layout {
  /** Top-level keys whose map has a line for each of its entries. */
  readonly blockMaps?: readonly string[];
}

/** The text of a document with these keys in this order; undefined ones are left out. Ends in a newline. */
export function writeYaml(top: Readonly<Record<string, Value | undefined>>, layout: Layout = {}): string {
  let text = "";
  for (const [key, value] of Object.entries(top)) {
    if (value === undefined) continue;
    text += `${writeKey(key)}:${writeBlockValue(key, value, "", layout.blockMaps?.includes(key) === true)}\n`;
  }
  return text;
}

/**
 * What follows `key:` on a line of a block map: a space and the value, or a line break and indented lines. `indent` is that of
 * the key.
 */
export function writeBlockValue(key: string, value: Value, indent: string, asBlockMap = false): string {
  const inner = `${indent}  `;
  if (typeof value === "string" && value.includes("\n")) {
    const literal = writeLiteral(value, inner);
    if (literal !== null) return ` ${literal}`;
  }
  if (isBlockList(value))
    return writeItems(value, inner)
      .map((line) => `\n${line}`)
      .join("");
  if (asBlockMap && isMap(value) && Object.keys(value).length > 0) {
    return Object.entries(value)
      .map(([name, item]) => `\n${inner}${writeKey(name)}:${writeBlockValue(name, item, inner)}`)
      .join("");
  }
  return ` ${writeInline(value, { key, flow: false })}`;
}

/** A list is written one item a line where all its items are maps. */
export function isBlockList(value: Value): value is readonly ValueMap[] {
  return Array.isArray(value) && value.length > 0 && value.every((item) => isMap(item as Value));
}

export function writeItems(items: readonly Value[], indent: string): string[] {
  return items.map((item) => `${indent}- ${writeInline(item, { key: "", flow: false })}`);
}

/** A value on one line. `key` is the one it stands under, `flow` whether that is inside `{}` or `[]`. */
export function writeInline(value: Value, at: { key: string; flow: boolean }): string {
  if (value === null) return "null";
  if (typeof value === "boolean") return String(value);
  if (isNumberText(value)) return value.text;
  if (typeof value === "string") return isPlain(value, at) ? value : quote(value);
  if (isMap(value)) {
    const pairs = Object.entries(value).map(
      ([key, item]) => `${writeKey(key)}: ${writeInline(item, { key, flow: true })}`,
    );
    return `{${pairs.join(", ")}}`;
  }
  return `[${value.map((item) => writeInline(item, { key: "", flow: true })).join(", ")}]`;
}

export function writeKey(key: string): string {
  return isPlain(key, { key: "", flow: true }) ? key : quote(key);
}

/** Keys whose versions are never in quotes: three numbers with dots are no number to any reader. */
const VERSION_KEYS = new Set(["version", "baseline"]);
const VERSION = /^\d+\.\d+\.\d+(?:[-+][0-9A-Za-z.+-]*)?$/;

const PLAIN_IN_FLOW = /^[\p{L}_](?:[\p{L}\p{M}\p{Nd}_./@+()=;'% -]*[\p{L}\p{M}\p{Nd}_./@+()=;'%-])?$/u;
const PLAIN_IN_BLOCK = /^[\p{L}_](?:[\p{L}\p{M}\p{Nd}_./@+()=;'%,!? -]*[\p{L}\p{M}\p{Nd}_./@+()=;'%,!?-])?$/u;
/** Words that some YAML version reads as something else. */
const WORD = /^(?:true|false|null|yes|no|on|off|y|n)$/i;
const HASH = /^[0-9a-f]{16,}$/;

function isPlain(text: string, at: { key: string; flow: boolean }): boolean {
  if (VERSION_KEYS.has(at.key) && VERSION.test(text)) return true;
  return (at.flow ? PLAIN_IN_FLOW : PLAIN_IN_BLOCK).test(text) && !WORD.test(text) && !HASH.test(text);
}

/** Characters that JSON leaves as they are and that YAML, an editor or our own reader does not. */
const SPECIAL = /[\u007f-\u009f\u2028\u2029\ufeff\ufffd-\uffff]/g;

function quote(text: string): string {
  return JSON.stringify(text).replace(SPECIAL, (char) => `\\u${char.charCodeAt(0).toString(16).padStart(4, "0")}`);
}

// A text of several lines reads best as it is; null where that form could not give it back exactly.
function writeLiteral(text: string, indent: string): string | null {
  const lines = text.split("\n");
  const endsLine = lines.at(-1) === "";
  if (endsLine) lines.pop();
  if (lines[0] === "" || lines.at(-1) === "" || /^\s/.test(text)) return null;
  if (lines.some((line) => /\s$|\t|[\p{Cc}\p{Cs}]/u.test(line) || line.search(SPECIAL) >= 0)) return null;
  return [endsLine ? "|" : "|-", ...lines.map((line) => (line === "" ? "" : indent + line))].join("\n");
}
