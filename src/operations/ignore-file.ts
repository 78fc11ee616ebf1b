// Keeps artifacts out of Git: one anchored line per artifact in the .gitignore beside it.
import { dirname, join } from "node:path";
import { readTextFile, writeFileAtomic } from "../platform/files.ts";
import type { Project } from "./project.ts";

const MAX_BYTES = 1 << 20;

/** An artifact's line, where it stands, and whether the file had to be changed for it. */
export interface IgnoreLine {
  file: string;
  line: string;
  changed: boolean;
}

/** What ends a line of an ignore file, or is dropped at its end, as a class that matches nothing else (gitignore(5), fnmatch). */
const LINE_BREAKS = new Map([
  ["\n", "[!\u0001-\t\v-\u007f]"],
  ["\r", "[!\u0001-\f\u000e-\u007f]"],
]);

/** The line that ignores exactly one name in its folder. */
export function ignoreLine(name: string): string {
  const line = name.replace(/[\\*?[\]]| (?= *$)/g, (char) => `\\${char}`);
  return `/${line.replace(/[\n\r]/g, (char) => LINE_BREAKS.get(char) ?? char)}`;
}

/** The name that such a line ignores; null where it is no line of ours. */
export function ignoredName(line: string): string | null {
  let escaped = line.startsWith("/") ? line.slice(1) : "";
  for (const [char, written] of LINE_BREAKS) escaped = escaped.replaceAll(written, char);
  const name = escaped.replace(/\\(.)/g, "$1");
  return name !== "" && !name.includes("/") && ignoreLine(name) === line ? name : null;
}

function place(path: string): { file: string; line: string } {
  const folder = dirname(path);
  return {
    file: folder === "." ? ".gitignore" : `${folder}/.gitignore`,
    line: ignoreLine(path.slice(path.lastIndexOf("/") + 1)),
  };
}

/** The lines of a text of .gitignore that no later line could take back. */
export function linesInEffect(text: string): ReadonlySet<string> {
  const lines = text.split(/\r?\n/);
  return new Set(lines.slice(lines.findLastIndex((line) => line.startsWith("!")) + 1));
}

/** Adds the artifacts' lines at the ends of their files, unless they are there and in effect. In the order of the paths. */
export async function ignoreArtifacts(project: Project, paths: readonly string[]): Promise<IgnoreLine[]> {
  const places = paths.map(place);
  const wanted = new Map<string, string[]>();
  for (const { file, line } of places) {
    const lines = wanted.get(file);
    if (lines) lines.push(line);
    else wanted.set(file, [line]);
  }
  const added = new Map<string, ReadonlySet<string>>();
  for (const [file, lines] of wanted) added.set(file, await addLines(join(project.root, file), lines));
  return places.map(({ file, line }) => ({ file, line, changed: added.get(file)?.has(line) === true }));
}

/** Returns those that were not in effect. */
async function addLines(path: string, lines: readonly string[]): Promise<ReadonlySet<string>> {
  const text = (await readTextFile(path, MAX_BYTES)) ?? "";
  const before = linesInEffect(text);
  const lacking = new Set(lines.filter((line) => !before.has(line)));
  if (lacking.size === 0) return lacking;
  const eol = text.includes("\r\n") ? "\r\n" : "\n";
  const start = text === "" || text.endsWith("\n") ? text : text + eol;
  await writeFileAtomic(path, `${start}${[...lacking].map((line) => line + eol).join("")}`);
  return lacking;
}

/** Takes the artifact's line out. Returns the file's path and whether the file is now empty, or null where nothing changed. */
export async function unignoreArtifact(
  project: Project,
  path: string,
): Promise<{ file: string; empty: boolean } | null> {
  const { file, line } = place(path);
  const text = await readTextFile(join(project.root, file), MAX_BYTES);
  const lines = text?.split("\n");
  if (!lines?.some((item) => item.replace(/\r$/, "") === line)) return null;
  const rest = lines.filter((item) => item.replace(/\r$/, "") !== line).join("\n");
  await writeFileAtomic(join(project.root, file), rest);
  return { file, empty: rest.trim() === "" };
}
