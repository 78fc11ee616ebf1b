// Reading Git's config files, git-config(1) "CONFIGURATION FILE", without git.
import { readFile } from "node:fs/promises";
import { homedir } from "node:os";
import { dirname, join, resolve } from "node:path";
import { MvError } from "../../errors.ts";
import type { Place } from "../spawn.ts";
import { type ConfigValues, isTrue } from "../settings.ts";

interface Entry {
  key: string;
  value: string;
}

/** Git's own limit for includes within includes. */
const DEEP = 10;

/** All scopes in Git's order; `include.path` is followed, the conditions of `includeIf` are git's business. */
export async function readConfigFiles(place: Place): Promise<ConfigValues> {
  const env = process.env;
  const home = env["HOME"] ?? homedir();
  const system = env["GIT_CONFIG_SYSTEM"] ?? "/etc/gitconfig";
  const xdg = join(env["XDG_CONFIG_HOME"] ?? join(home, ".config"), "git/config");
  const global = env["GIT_CONFIG_GLOBAL"];
  const files = [
    ...(isTrue(env["GIT_CONFIG_NOSYSTEM"] ?? null) ? [] : [system]),
    ...(global === undefined ? [xdg, join(home, ".gitconfig")] : [global]),
    join(place.commonDir, "config"),
  ];
  const values = new Map<string, string[]>();
  for (const file of files) await addFile(values, file, 0);
  if (isTrue(values.get("extensions.worktreeconfig")?.at(-1) ?? null)) {
    await addFile(values, join(place.gitDir, "config.worktree"), 0);
  }
  return values;
}

async function addFile(values: Map<string, string[]>, file: string, depth: number): Promise<void> {
  const text = await readFile(file, "utf8").catch(() => "");
  for (const { key, value } of parseConfigFile(text, file)) {
    const known = values.get(key);
    if (known) known.push(value);
    else values.set(key, [value]);
    if (key === "include.path" && depth < DEEP) {
      await addFile(values, resolve(dirname(file), expandHome(value)), depth + 1);
    }
  }
}

/** `~/` is the home folder, as in Git's values of type path. */
export function expandHome(path: string): string {
  return path.startsWith("~/") ? join(process.env["HOME"] ?? homedir(), path.slice(2)) : path;
}

/** Entries in order, keys spelt as `git config --list` prints them. Throws "no-repository" with the line at fault. Pure. */
export function parseConfigFile(text: string, file: string): Entry[] {
  const entries: Entry[] = [];
  const lines = text.replace(/^\uFEFF/, "").split(/\r?\n/);
  let section = "";
  for (let at = 0; at < lines.length; at += 1) {
    const bad = () => new MvError("no-repository", `bad config line ${at + 1} in file ${file}`);
    let line = (lines[at] ?? "").trimStart();
    const header = /^\[([a-z0-9.-]+)(?:[ \t]+"((?:[^"\\]|\\.)*)")?[ \t]*\]/i.exec(line);
    if (header) {
      const [whole, name = "", sub] = header;
      section = `${name.toLowerCase()}.${sub === undefined ? "" : `${sub.replace(/\\(.)/g, "$1")}.`}`;
      line = line.slice(whole.length).trimStart();
    }
    if (line === "" || line.startsWith("#") || line.startsWith(";")) continue;
    const [whole, name, equals] = /^([a-z][a-z0-9-]*)[ \t]*(=?)[ \t]*/i.exec(line) ?? [];
    if (whole === undefined || name === undefined) throw bad();
    let rest = line.slice(whole.length);
    if (equals === "") {
      if (rest !== "") throw bad();
      entries.push({ key: section + name.toLowerCase(), value: "true" });
      continue;
    }
    // A backslash at the end of a line goes on with the next one; an even number of them does not.
    while (/(?:^|[^\\])(?:\\\\)*\\$/.test(rest) && at + 1 < lines.length)
      rest = rest.slice(0, -1) + (lines[(at += 1)] ?? "");
    const value = unquote(rest);
    if (value === null) throw bad();
    entries.push({ key: section + name.toLowerCase(), value });
  }
  return entries;
}

/** Quotes group, backslash escapes, a comment ends it, blanks at its end go unless quoted. Null if that cannot be. */
function unquote(text: string): string | null {
  let value = "";
  let kept = 0;
  let quoted = false;
  for (let at = 0; at < text.length; at += 1) {
    const letter = text[at] ?? "";
    if (!quoted && (letter === "#" || letter === ";")) break;
    if (letter === '"') {
      quoted = !quoted;
      kept = value.length;
    } else if (letter === "\\") {
      const escaped = { n: "\n", t: "\t", b: "\b", "\\": "\\", '"': '"' }[text[(at += 1)] ?? ""];
      if (escaped === undefined) return null;
      value += escaped;
      kept = value.length;
    } else {
      value += letter;
      if (quoted || (letter !== " " && letter !== "\t")) kept = value.length;
    }
  }
  return quoted ? null : value.slice(0, kept);
}
