// Git's config, read in one process and kept until it is changed through us.
import { run, unreadable } from "./spawn.ts";

/** All values by key, in the order Git applies them: the last one wins. Keys are spelt as Git prints them. */
export type ConfigValues = ReadonlyMap<string, readonly string[]>;

/** Reads every scope, includes and `git -c` among them. Not a question: its own `-c` options would be part of the answer. */
export async function readConfig(cwd: string): Promise<ConfigValues> {
  const answer = await run({ cwd, args: ["config", "--list", "-z"] });
  if (answer.status !== 0) throw unreadable(answer);
  return parseConfigList(answer.stdout.toString("utf8"));
}

/** `git config --list -z`: key, newline, value, NUL; a key without a value has no newline and means true. Pure. */
export function parseConfigList(text: string): ConfigValues {
  const values = new Map<string, string[]>();
  for (const entry of text.split("\0")) {
    if (entry === "") continue;
    const end = entry.indexOf("\n");
    const key = end < 0 ? entry : entry.slice(0, end);
    const value = end < 0 ? "true" : entry.slice(end + 1);
    const known = values.get(key);
    if (known) known.push(value);
    else values.set(key, [value]);
  }
  return values;
}

/** Section and variable in lower case, the subsection between them as it is. */
export function canonicalKey(key: string): string {
  const first = key.indexOf(".");
  const last = key.lastIndexOf(".");
  if (first < 0) return key.toLowerCase();
  return key.slice(0, first).toLowerCase() + key.slice(first, last) + key.slice(last).toLowerCase();
}

/** Names of the remotes that have a URL. */
export function remoteNames(values: ConfigValues): string[] {
  const names = [...values.keys()].map((key) => /^remote\.([^]+)\.url$/.exec(key)?.[1]);
  return [...new Set(names.filter((name) => name !== undefined))].sort();
}

/** Whether a value means true to Git: true, yes, on, or a number other than 0. */
export function isTrue(value: string | null): boolean {
  return value !== null && (/^(?:true|yes|on)$/i.test(value) || /^[+-]?0*[1-9]/.test(value));
}
