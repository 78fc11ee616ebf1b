// The lines of .gitattributes that keep our files byte for byte alike everywhere, and whole in a merge.
import { join } from "node:path";
import { attributesOf } from "../../git/attributes.ts";
import type { Git } from "../../git/git.ts";
import { readTextFile, writeFileAtomic } from "../../platform/files.ts";
import { CONFIG_FILE } from "../project.ts";

const MAX_BYTES = 1 << 20;

export const ATTRIBUTES_FILE = ".gitattributes";

const LINES = [
  `${CONFIG_FILE} text eol=lf`,
  "*.mv.yaml text eol=lf -merge",
  "*.model.yaml text eol=lf -merge",
  "*.features.yaml text eol=lf",
];

/** Whether a line of .gitattributes is one that `init` writes. */
export function isOwnAttribute(line: string): boolean {
  return LINES.includes(line.trim());
}

/** A path of each kind, and the attributes that must be in effect for it. */
const EXPECTED: readonly [path: string, merge: "unset" | null][] = [
  [CONFIG_FILE, null],
  ["any.mv.yaml", "unset"],
  ["any.model.yaml", "unset"],
  ["any.features.yaml", null],
];

/**
 * Writes the lines that are missing; a later line that overrules ours makes them go to the end. Other lines stay as they are.
 * Returns whether the file changed, and a warning where something else still overrules ours.
 */
export async function completeAttributes(git: Git): Promise<{ changed: boolean; warning: string | null }> {
  const file = join(git.root, ATTRIBUTES_FILE);
  const before = (await readTextFile(file, MAX_BYTES)) ?? "";
  const added = withLines(before, []);
  if (added !== before) await writeFileAtomic(file, added);
  let overruled = await overruledPath(git);
  if (overruled === null) return { changed: added !== before, warning: null };
  const moved = withLines(before, LINES);
  if (moved !== added) {
    await writeFileAtomic(file, moved);
    overruled = await overruledPath(git);
  }
  return {
    changed: moved !== before,
    warning:
      overruled &&
      `other Git attributes overrule those of ${overruled}, so that a checkout or merge may change the file: git check-attr -a ${overruled}`,
  };
}

/** The text with our missing lines at its end, and those to move. Line ends are the file's own. */
function withLines(text: string, move: readonly string[]): string {
  const eol = text.includes("\r\n") ? "\r\n" : "\n";
  const kept = text.split(/(?<=\n)/).filter((line) => !move.includes(line.trim()));
  const present = new Set(kept.map((line) => line.trim()));
  const missing = LINES.filter((line) => !present.has(line));
  if (missing.length === 0) return text;
  const start = kept.join("");
  return `${start}${start === "" || start.endsWith("\n") ? "" : eol}${missing.map((line) => line + eol).join("")}`;
}

async function overruledPath(git: Git): Promise<string | null> {
  const paths = EXPECTED.map(([path]) => path);
  const found = await attributesOf(git, ["text", "eol", "merge", "filter"], paths);
  const wrong = EXPECTED.find(([path, merge]) => {
    const now = found.get(path) ?? {};
    const isAsWritten = now["text"] === "set" && now["eol"] === "lf";
    const isUnfiltered = now["filter"] === "unspecified" || now["filter"] === "unset";
    return !isAsWritten || !isUnfiltered || (merge !== null && now["merge"] !== merge);
  });
  return wrong?.[0] ?? null;
}
