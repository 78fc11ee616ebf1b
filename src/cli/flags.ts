// Reads parsed flags with their types.
import { resolve } from "node:path";
import { MvError } from "../errors.ts";
import type { Values } from "./command.ts";

export function text(flags: Values, name: string): string | undefined {
  const value = flags[name];
  return typeof value === "string" ? value : undefined;
}

/** The file of -o; undefined where it is left out, or says that the document goes to stdout, as a lone dash does elsewhere. */
export function outputFile(flags: Values): string | undefined {
  const file = text(flags, "output");
  return file === "-" ? undefined : file;
}

export function list(flags: Values, name: string): readonly string[] {
  const value = flags[name];
  return Array.isArray(value) ? (value as readonly string[]) : typeof value === "string" ? [value] : [];
}

export function isOn(flags: Values, name: string): boolean {
  return flags[name] === true;
}

/** --repo, or what else names a place. Empty it is no place: of a script whose variable is not set, the current folder is not meant. */
export function address(flags: Values, name: string): string | undefined {
  const value = text(flags, name);
  if (value === undefined || value.trim() !== "") return value;
  throw new MvError("usage", `--${kebab(name)}: the address is empty`, {
    hint: `--${kebab(name)} git@host:team/churn.git; in a script, set the variable`,
  });
}

/** Splits "key=value"; fails with usage naming the flag. */
export function pair(word: string, flag: string): [string, string] {
  const at = word.indexOf("=");
  if (at < 1) {
    const example = flag === "mv set" ? "metrics.accuracy=0.91" : "accuracy=0.91";
    throw new MvError("usage", `${flag} ${word}: give it as KEY=VALUE`, { hint: `${flag} ${example}` });
  }
  return [word.slice(0, at), word.slice(at + 1)];
}

export function wholeNumber(flags: Values, name: string): number | undefined {
  const value = text(flags, name);
  if (value === undefined) return undefined;
  if (/^\d+$/.test(value)) return Number(value);
  throw new MvError("usage", `--${kebab(name)} ${value}: give a whole number`, { hint: `--${kebab(name)} 10` });
}

/** --jobs: how many objects at once, 1 to 256. */
export function jobs(flags: Values): number | undefined {
  const count = wholeNumber(flags, "jobs");
  if (count === undefined || (count >= 1 && count <= MOST_JOBS)) return count;
  throw new MvError("usage", `--jobs ${count}: give 1 to ${MOST_JOBS}`, { hint: "--jobs 8" });
}

const MOST_JOBS = 256;

/** --python as typed: a path counts from the current folder, a bare word is looked up on PATH. */
export function pythonPath(cwd: string, word: string | undefined): string | undefined {
  return word?.includes("/") ? resolve(cwd, word) : word;
}

/** A flag as it is typed: commander hands --keep-last over as keepLast. */
function kebab(name: string): string {
  return name.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`);
}
