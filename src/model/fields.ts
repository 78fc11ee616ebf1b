// Reads the typed fields of one of our YAML files: every refusal names the file, the line and the key.
import type { MvError } from "../errors.ts";
import { isSha, type Sha } from "./content.ts";
import { isMap, isNumberText, type Value, type ValueMap } from "./value.ts";
import type { Entry, YamlFile } from "./yaml.ts";
import { invalid } from "./yaml-source.ts";

/** Keys from the top of the file down to a value; an item of a list is its index. */
export type Path = readonly string[];

const COUNT = /^(?:0|[1-9]\d*)$/;

/** The error for a value of the file. */
export function problem(file: YamlFile, path: Path, why: string, hint?: string): MvError {
  let entries = file.root?.entries ?? [];
  let at: Entry | undefined;
  for (const key of path) {
    const entry = entries.find((candidate) => candidate.key === key);
    if (!entry) break;
    at = entry;
    entries = entry.value?.entries ?? [];
  }
  const name = path.join(".");
  return invalid(file, at?.start ?? 0, name === "" ? why : `${name}: ${why}`, hint ?? file.hint);
}

export function valueAt(file: YamlFile, path: Path): Value | undefined {
  let value: Value | undefined = file.data;
  for (const key of path) {
    if (Array.isArray(value)) value = value[Number(key)] as Value | undefined;
    else value = isMap(value) && Object.hasOwn(value, key) ? value[key] : undefined;
  }
  return value;
}

/** Refuses a file whose `schema` is not 1. */
export function requireSchema(file: YamlFile): void {
  const value = valueAt(file, ["schema"]);
  if (value === undefined) throw problem(file, ["schema"], "`schema: 1` is missing");
  const schema = isNumberText(value) && COUNT.test(value.text) ? value.value : null;
  if (schema === 1) return;
  if (schema !== null && schema > 1) {
    throw problem(file, ["schema"], `${schema} needs a newer mversion`, "npm install --global git-mversion@latest");
  }
  throw problem(file, ["schema"], "1 is expected");
}

/** The text of a scalar as written, whatever it looks like: `version: 1.10` is "1.10". Null for null, lists and maps. */
export function scalarText(value: Value | undefined): string | null {
  if (typeof value === "string") return value;
  if (isNumberText(value)) return value.text;
  return typeof value === "boolean" ? String(value) : null;
}

/** The text at the path; null where there is none or null. */
export function optionalText(file: YamlFile, path: Path): string | null {
  const value = valueAt(file, path);
  if (value === undefined || value === null) return null;
  const text = scalarText(value);
  if (text === null) throw problem(file, path, "a text is expected");
  return text;
}

export function requiredText(file: YamlFile, path: Path): string {
  const text = optionalText(file, path);
  if (text === null || text === "") throw problem(file, path, "a text is expected, and there is none");
  return text;
}

export function requiredSha(file: YamlFile, path: Path): Sha {
  const text = requiredText(file, path);
  if (!isSha(text)) throw problem(file, path, "64 lower-case hex digits are expected");
  return text;
}

/** One of the words. */
export function requiredWord<Word extends string>(file: YamlFile, path: Path, words: readonly Word[]): Word {
  const text = requiredText(file, path);
  const word = words.find((candidate) => candidate === text);
  if (word === undefined) throw problem(file, path, `${words.join(", ")} is expected`.replace(/, ([^,]*)$/, " or $1"));
  return word;
}

/** A count or a number of bytes: no sign, no exponent, exact as a JavaScript number. */
export function requiredCount(file: YamlFile, path: Path): number {
  const value = valueAt(file, path);
  const isCount = isNumberText(value) && COUNT.test(value.text) && Number.isSafeInteger(value.value);
  if (!isCount) throw problem(file, path, "a whole number is expected, at most 9007199254740991");
  return value.value;
}

/** The map at the path, empty where there is none or null. */
export function optionalMap(file: YamlFile, path: Path): ValueMap {
  const value = valueAt(file, path);
  if (value === undefined || value === null) return Object.create(null) as ValueMap;
  if (!isMap(value)) throw problem(file, path, "`key: value` pairs are expected");
  return value;
}

/** The list at the path, empty where there is none or null. */
export function optionalList(file: YamlFile, path: Path): readonly Value[] {
  const value = valueAt(file, path);
  if (value === undefined || value === null) return [];
  if (!Array.isArray(value)) throw problem(file, path, "a list is expected");
  return value as readonly Value[];
}

/** The list of texts at the path. */
export function optionalTexts(file: YamlFile, path: Path): string[] {
  return optionalList(file, path).map((_, at) => requiredText(file, [...path, String(at)]));
}

/**
 * What to write for a text (or a map or list of texts) that stands in a file as `before`: the same Value where it says the same,
 * so that an unquoted `3.1` is not rewritten for its quotes.
 */
export function keepSpelling(before: Value | undefined, after: Value): Value {
  if (before === undefined || before === null) return after;
  if (typeof after === "string") return scalarText(before) === after ? before : after;
  if (Array.isArray(after) && Array.isArray(before)) {
    return after.map((item, at) => keepSpelling(before[at] as Value | undefined, item as Value));
  }
  if (!isMap(after) || !isMap(before)) return after;
  const kept = Object.create(null) as Record<string, Value>;
  for (const [key, item] of Object.entries(after)) {
    kept[key] = keepSpelling(Object.hasOwn(before, key) ? before[key] : undefined, item);
  }
  return kept;
}

/** The value with every scalar in it as its text. */
export function asTexts(value: Value): Value {
  if (Array.isArray(value)) return value.map((item) => asTexts(item as Value));
  if (!isMap(value)) return scalarText(value);
  const texts = Object.create(null) as Record<string, Value>;
  for (const [key, item] of Object.entries(value)) texts[key] = asTexts(item);
  return texts;
}
