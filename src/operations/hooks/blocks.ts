// Our lines in a file that belongs to somebody else: between two marker lines, so that they can be found and taken out again.

const START = "# >>> mversion >>> written by mv hooks install, removed by mv hooks uninstall";
const END = "# <<< mversion <<<";

/** The lines between markers, with a final newline; `indent` stands before each of them. */
export function block(lines: readonly string[], indent = ""): string {
  return [START, ...lines, END].map((line) => `${indent}${line}\n`).join("");
}

export function hasBlock(text: string): boolean {
  return text.split("\n").some((line) => line.trim() === START);
}

/** The text without our blocks; every other byte stays. A block without its end, cut by hand, is left alone. */
export function removeBlocks(text: string): string {
  const kept: string[] = [];
  let held: string[] | null = null;
  for (const line of text.split(/(?<=\n)/)) {
    if (held === null && line.trim() === START) held = [line];
    else if (held === null) kept.push(line);
    else if (line.trim() === END) held = null;
    else held.push(line);
  }
  return [...kept, ...(held ?? [])].join("");
}

/** Puts a block at the end, on a line of its own. */
export function appendBlock(text: string, lines: readonly string[]): string {
  const start = text === "" || text.endsWith("\n") ? text : `${text}\n`;
  return start + block(lines);
}
