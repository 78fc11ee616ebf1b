// What could stand where the cursor is in a command line, by the table of commands alone. Pure.
import type { CommandRow, Flag } from "../command.ts";

/** What only the repository knows, or the shell: `files` are completed by it. */
export type Kind = "versions" | "stages" | "models" | "artifacts" | "remotes" | "files";

export interface Candidate {
  readonly word: string;
  readonly text: string;
}

export interface Wanted {
  /** Words of the program itself. */
  readonly candidates: readonly Candidate[];
  readonly kinds: readonly Kind[];
}

const NOTHING: Wanted = { candidates: [], kinds: [] };
const FILES: Wanted = { candidates: [], kinds: ["files"] };

/** By what an operand or the value of a flag is called in the table. */
const BY_NAME: Readonly<Record<string, readonly Kind[]>> = {
  version: ["versions"],
  from: ["versions"],
  to: ["versions"],
  range: ["versions"],
  stage: ["stages"],
  words: ["versions", "artifacts"],
  name: ["remotes"],
  model: ["models"],
  remote: ["remotes"],
  path: ["files"],
  file: ["files"],
  dir: ["files"],
  "file-or-sha256": ["files"],
};
/** Where a name means something else for one command; text after a word is a word of its own. */
const BY_COMMAND: Readonly<Record<string, readonly (readonly Kind[] | readonly string[])[]>> = {
  hooks: [["=install", "=uninstall", "=status"]],
  remote: [["=add", "=list", "=remove", "=test"], ["remotes"], []],
  bump: [["=major", "=minor", "=patch", "=draft"]],
  completion: [["=bash", "=zsh", "=fish"]],
  remove: [["artifacts"]],
  move: [["artifacts"], ["files"]],
  evict: [["versions", "artifacts"]],
  get: [[], ["versions"], []],
  promote: [["versions", "stages"], ["stages"], []],
};

const EVERYWHERE: readonly Flag[] = [
  { flags: "--json", text: "print one JSON document on stdout" },
  { flags: "-y, --yes", text: "answer every question with yes; never ask" },
  { flags: "-q, --quiet", text: "print the result only" },
  { flags: "-C, --cd <dir>", text: "run as if started in this folder" },
  { flags: "--debug", text: "show where an error comes from" },
  { flags: "--help", text: "explain the command" },
];

/** `words`: all behind the program's name, the last of them the one that is being typed, which may be empty. */
export function wantedAt(rows: readonly CommandRow[], words: readonly string[]): Wanted {
  const before = words.slice(0, -1);
  const current = words.at(-1) ?? "";
  const at = verbAt(before);
  const row = at < 0 ? undefined : rows.find(({ name }) => name === before[at]);
  const flags = [...(row?.flags ?? []), ...EVERYWHERE];
  const isOperand = before.includes("--");
  const value = isOperand ? undefined : valueBefore(flags, before);
  if (value) return value;
  if (!isOperand && current.startsWith("-")) return { candidates: flagsOf(flags), kinds: [] };
  if (at < 0) return { candidates: rows.filter(({ hidden }) => !hidden).map(verb), kinds: [] };
  if (before[at] === "help") return { candidates: rows.filter(({ hidden }) => !hidden).map(verb), kinds: [] };
  return row ? operand(row, operandsIn(flags, before.slice(at + 1))) : FILES;
}

function verb({ name, summary }: CommandRow): Candidate {
  return { word: name, text: summary };
}

/** Where the verb stands: -1 where it is still to come. */
function verbAt(before: readonly string[]): number {
  for (let at = 0; at < before.length; at++) {
    const word = before[at] ?? "";
    if (word === "-C" || word === "--cd") at += 1;
    else if (!word.startsWith("-")) return at;
  }
  return -1;
}

/** What the flag before the cursor takes; undefined where it takes nothing. */
function valueBefore(flags: readonly Flag[], before: readonly string[]): Wanted | undefined {
  const last = before.at(-1) ?? "";
  const flag = flags.find((each) => namesOf(each).includes(last));
  const value = flag && valueOf(flag);
  if (!flag || value === undefined) return undefined;
  if (flag.choices) return { candidates: flag.choices.map((word) => ({ word, text: "" })), kinds: [] };
  // "--remote <name>" is called by the flag's word, "--model <name>" too.
  const [long = ""] = namesOf(flag).filter((name) => name.startsWith("--"));
  return { candidates: [], kinds: BY_NAME[long.slice(2)] ?? BY_NAME[value === "name" ? "" : value] ?? [] };
}

function namesOf({ flags }: Flag): string[] {
  return flags.split(/[ ,|]+/).filter((word) => word.startsWith("-"));
}

/** The name of the value that a flag must have; undefined where it has none. */
function valueOf({ flags }: Flag): string | undefined {
  return /<([^>.]+)/.exec(flags)?.[1];
}

function flagsOf(flags: readonly Flag[]): Candidate[] {
  return flags.flatMap((flag) =>
    namesOf(flag)
      .filter((name) => name.startsWith("--"))
      .map((word) => ({ word, text: flag.text })),
  );
}

/** How many operands stand before the cursor. */
function operandsIn(flags: readonly Flag[], words: readonly string[]): number {
  let count = 0;
  let isOver = false;
  for (let at = 0; at < words.length; at++) {
    const word = words[at] ?? "";
    if (isOver || !word.startsWith("-")) count += 1;
    else if (word === "--") isOver = true;
    else if (flags.some((flag) => namesOf(flag).includes(word) && valueOf(flag) !== undefined)) at += 1;
  }
  return count;
}

function operand(row: CommandRow, at: number): Wanted {
  const names = (row.operands ?? "").split(" ").filter(Boolean);
  const repeated = names.at(-1)?.includes("...") === true;
  if (at >= names.length && !repeated) return NOTHING;
  const place = Math.min(at, names.length - 1);
  const places = BY_COMMAND[row.name];
  const known = places?.[Math.min(at, places.length - 1)];
  const name = (names[place] ?? "").replace(/[[\]<>.]/g, "");
  const kinds = known ?? BY_NAME[name] ?? ["files"];
  return {
    candidates: kinds.filter((kind) => kind.startsWith("=")).map((kind) => ({ word: kind.slice(1), text: "" })),
    kinds: kinds.filter((kind): kind is Kind => !kind.startsWith("=")),
  };
}
