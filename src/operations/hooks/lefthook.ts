// lefthook: its hook files call the program, which runs the jobs of lefthook.yml and of the personal lefthook-local.yml.
// A hook file of another origin is moved to <hook>.old and not run, so ours are commands in the personal file.
import { block, hasBlock, removeBlocks } from "./blocks.ts";
import { ARGUMENTS, type Hook, READS_STDIN } from "./events.ts";

/** Personal files in the order lefthook looks for them; the first is made where there is none. */
export const LOCAL_FILES = [
  "lefthook-local.yml",
  "lefthook-local.yaml",
  ".lefthook-local.yml",
  ".lefthook-local.yaml",
  ".config/lefthook-local.yml",
  ".config/lefthook-local.yaml",
] as const;

/** The same in other formats, which we do not edit. */
export const OTHER_LOCAL_FILES = [
  "lefthook-local.toml",
  "lefthook-local.json",
  ".lefthook-local.toml",
  ".lefthook-local.json",
] as const;

/** Whether a hook file was written by lefthook. */
export function isLefthook(text: string): boolean {
  return /^\s*call_lefthook run /m.test(text);
}

/**
 * The personal file with one command of ours per hook. A hook that is written there in a way we cannot add a line to (in
 * braces) is left out and named in `unplaced`. All other bytes stay. Pure.
 */
export function withCommands(text: string, hooks: readonly Hook[]): { text: string; unplaced: Hook[] } {
  let result = removeBlocks(text);
  const unplaced: Hook[] = [];
  for (const hook of hooks) {
    const next = placeCommand(result, hook);
    if (next === null) unplaced.push(hook);
    else result = next;
  }
  return { text: result, unplaced };
}

/** Which hooks have a command of ours. Pure. */
export function hooksWithCommands(text: string): string[] {
  if (!hasBlock(text)) return [];
  return [...text.matchAll(/\/mversion\/hooks\/([a-z-]+)"/g)].map((found) => found[1] ?? "");
}

/** The lines a person would add by hand, from the top of the file. */
export function snippet(hook: Hook): string {
  return [`${hook}:`, "  commands:", ...command(hook, "    ")].join("\n");
}

// lefthook puts its {1}, {2} into the shell text as they are: only quotes keep a URL of a remote in one piece.
function command(hook: Hook, indent: string): string[] {
  const words = Array.from({ length: ARGUMENTS[hook] }, (_, index) => ` '{${index + 1}}'`).join("");
  const lines = [
    "mversion:",
    `  run: hook="$(git rev-parse --git-common-dir)/mversion/hooks/${hook}"; [ ! -x "$hook" ] || "$hook"${words}`,
    ...(READS_STDIN.includes(hook) ? ["  use_stdin: true"] : []),
  ];
  return lines.map((line) => `${indent}${line}`);
}

function placeCommand(text: string, hook: Hook): string | null {
  const lines = text.split(/(?<=\n)/);
  const top = lines.findIndex((line) => new RegExp(`^["']?${hook}["']?\\s*:`).test(line));
  if (top < 0) {
    const start = text === "" || text.endsWith("\n") ? text : `${text}\n`;
    return start + block([`${hook}:`, "  commands:", ...command(hook, "    ")]);
  }
  if (!isBareKey(lines[top])) return null;
  const end = lines.findIndex((line, index) => index > top && /^[^\s#]/.test(line));
  const inside = { from: top + 1, to: end < 0 ? lines.length : end };
  const child = firstIndent(lines, inside.from, inside.to) ?? "  ";
  const commands = lines.findIndex(
    (line, index) => index >= inside.from && index < inside.to && line.startsWith(`${child}commands:`),
  );
  if (commands < 0) return insertAt(lines, inside.from, block(["commands:", ...command(hook, "  ")], child));
  if (!isBareKey(lines[commands])) return null;
  const grandchild = firstIndent(lines, commands + 1, inside.to);
  const deeper = grandchild !== null && grandchild.length > child.length ? grandchild : `${child}  `;
  return insertAt(lines, commands + 1, block(command(hook, ""), deeper));
}

function isBareKey(line: string | undefined): boolean {
  return line !== undefined && /:\s*(#.*)?\r?\n?$/.test(line);
}

function firstIndent(lines: readonly string[], from: number, to: number): string | null {
  const line = lines.slice(from, to).find((text) => /\S/.test(text) && !/^\s*#/.test(text));
  return line === undefined ? null : (/^\s*/.exec(line)?.[0] ?? null);
}

function insertAt(lines: readonly string[], at: number, addition: string): string {
  const before = lines.slice(0, at).join("");
  return (before.endsWith("\n") ? before : `${before}\n`) + addition + lines.slice(at).join("");
}
