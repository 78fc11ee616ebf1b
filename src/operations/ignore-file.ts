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

/** Whether a text of .gitignore holds the line, and no later line that could take it back. */
export function ignores(text: string, line: string): boolean {
  const lines = text.split(/\r?\n/);
  const at = lines.lastIndexOf(line);
  return at >= 0 && !lines.slice(at).some((later) => later.startsWith("!"));
}

/** Adds the artifact's line at the end, unless it is there and in effect. */
export async function ignoreArtifact(project: Project, path: string): Promise<IgnoreLine> {
  const { file, line } = place(path);
  const text = (await readTextFile(join(project.root, file), MAX_BYTES)) ?? "";
  if (ignores(text, line)) return { file, line, changed: false };
  const eol = text.includes("\r\n") ? "\r\n" : "\n";
  await writeFileAtomic(
    join(project.root, file),
    `${text}${text === "" || text.endsWith("\n") ? "" : eol}${line}${eol}`,
  );
  return { file, line, changed: true };
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
