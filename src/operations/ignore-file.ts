// Keeps artifacts out of Git: one anchored line per artifact in the .gitignore beside it.
import { dirname, join } from "node:path";
import { readTextFile, writeFileAtomic } from "../platform/files.ts";
import type { Project } from "./project.ts";

const MAX_BYTES = 1 << 20;

/** The line that ignores exactly one name in its folder. */
export function ignoreLine(name: string): string {
  const escaped = name.replace(/[\\*?[\]]/g, (char) => `\\${char}`).replace(/ $/, "\\ ");
  return `/${escaped}`;
}

function place(path: string): { file: string; name: string } {
  const folder = dirname(path);
  return { file: folder === "." ? ".gitignore" : `${folder}/.gitignore`, name: path.slice(path.lastIndexOf("/") + 1) };
}

/** Adds the artifact's line where it is missing. Returns the ignore file's path, or null where nothing changed. */
export async function ignoreArtifact(project: Project, path: string): Promise<string | null> {
  const { file, name } = place(path);
  const line = ignoreLine(name);
  const text = (await readTextFile(join(project.root, file), MAX_BYTES)) ?? "";
  if (text.split(/\r?\n/).includes(line)) return null;
  await writeFileAtomic(join(project.root, file), `${text}${text === "" || text.endsWith("\n") ? "" : "\n"}${line}\n`);
  return file;
}

/** Takes the artifact's line out. Returns the file's path and whether the file is now empty, or null where nothing changed. */
export async function unignoreArtifact(
  project: Project,
  path: string,
): Promise<{ file: string; empty: boolean } | null> {
  const { file, name } = place(path);
  const line = ignoreLine(name);
  const text = await readTextFile(join(project.root, file), MAX_BYTES);
  const lines = text?.split("\n");
  if (!lines?.some((item) => item.replace(/\r$/, "") === line)) return null;
  const rest = lines.filter((item) => item.replace(/\r$/, "") !== line).join("\n");
  await writeFileAtomic(join(project.root, file), rest);
  return { file, empty: rest.trim() === "" };
}
