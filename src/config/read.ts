// Reads one map of the settings by a table of its keys. A key that the table lacks is a warning, a value of the wrong kind an error.
import {
  optionalMap,
  optionalText,
  optionalTexts,
  type Path,
  problem,
  requiredCount,
  requiredWord,
  valueAt,
} from "../model/fields.ts";
import { isNumberText, type Value } from "../model/value.ts";
import type { YamlFile } from "../model/yaml.ts";
import { parseDuration, parseSize } from "./units.ts";

export interface Reading {
  readonly file: YamlFile;
  readonly warnings: string[];
}

/** Reads the value at a path, which is there and not null. Throws MvError invalid-file. */
export type Read<T> = (reading: Reading, path: Path) => T;

export type Table<T> = { readonly [Key in keyof T]: Read<T[Key]> };

/** Keys of other tools' habits, or of Git config, and what to do instead. */
const ELSEWHERE: Readonly<Record<string, string>> = {
  cache: "git config mversion.cache DIR",
  link: "git config mversion.link reflink",
  jobs: "git config mversion.jobs 4",
  program: "git config mversion.program, which mv hooks install sets",
  unlock: "git -c mversion.unlock=TAG …",
  followLimit: "git config mversion.followLimit 1GiB",
};

/** The keys of a map, each read by its entry of the table; a key that is missing or null keeps its default. */
export function readMap<T extends object>(reading: Reading, path: Path, table: Table<T>, defaults: Readonly<T>): T {
  const result: T = { ...defaults };
  const map = optionalMap(reading.file, path);
  for (const key of Object.keys(map)) {
    if (Object.hasOwn(table, key)) {
      const known = key as keyof T;
      if (map[key] !== null) result[known] = table[known](reading, [...path, key]);
    } else if (path.length > 0 || key !== "schema") warnUnknown(reading, [...path, key]);
  }
  return result;
}

function warnUnknown({ file, warnings }: Reading, path: Path): void {
  const key = path.at(-1) ?? "";
  const remedy = Object.hasOwn(ELSEWHERE, key) ? ELSEWHERE[key] : undefined;
  const why =
    remedy === undefined
      ? "not a setting of this version; ignored"
      : `a machine's own setting, ignored here: ${remedy}`;
  warnings.push(problem(file, path, why).message);
}

/** The entries of a map whose keys are names that the user chose. */
export function mapOf<T>(checkName: (name: string) => string | null, read: Read<T>): Read<Record<string, T>> {
  return (reading, path) => {
    const result = Object.create(null) as Record<string, T>;
    for (const name of Object.keys(optionalMap(reading.file, path))) {
      const why = checkName(name);
      if (why !== null) throw problem(reading.file, [...path, name], why);
      result[name] = read(reading, [...path, name]);
    }
    return result;
  };
}

export const text: Read<string> = ({ file }, path) => {
  const value = optionalText(file, path) ?? "";
  if (value === "" || /\p{Cc}/u.test(value)) throw problem(file, path, "one line of text is expected");
  return value;
};

export const texts: Read<string[]> = ({ file }, path) => optionalTexts(file, path);

export const flag: Read<boolean> = ({ file }, path) => {
  const value = valueAt(file, path);
  if (typeof value !== "boolean") throw problem(file, path, "true or false is expected");
  return value;
};

export const count: Read<number> = ({ file }, path) => requiredCount(file, path);

export const number: Read<number> = ({ file }, path) => {
  const value: Value | undefined = valueAt(file, path);
  if (!isNumberText(value) || !Number.isFinite(value.value)) throw problem(file, path, "a number is expected");
  return value.value;
};

export function word<Word extends string>(...words: readonly Word[]): Read<Word> {
  return ({ file }, path) => requiredWord(file, path, words);
}

export const size: Read<number> = ({ file }, path) => {
  const bytes = parseSize(optionalText(file, path) ?? "");
  if (bytes === null) throw problem(file, path, "a size such as 5MB or 100MiB is expected");
  return bytes;
};

export const duration: Read<number> = ({ file }, path) => {
  const milliseconds = parseDuration(optionalText(file, path) ?? "");
  if (milliseconds === null) throw problem(file, path, "a time such as 30m, 36h or 14d is expected");
  return milliseconds;
};
