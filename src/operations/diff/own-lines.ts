// Ignore and attribute files in which nothing but lines of ours differs: no code, and nothing that anyone wrote.
import { lstat } from "node:fs/promises";
import { dirname, join } from "node:path";
import type { FileDelta } from "../../git/git.ts";
import { pointerPath } from "../../model/paths.ts";
import { readTextFile } from "../../platform/files.ts";
import { ignoredName } from "../ignore-file.ts";
import { ATTRIBUTES_FILE, isOwnAttribute } from "../init/attributes.ts";
import type { Project } from "../project.ts";

const MAX_BYTES = 1 << 20;

/** A commit, or null for the working tree. */
type Side = string | null;

/** The deltas without those files in which only our lines differ between the two sides. */
export async function withoutOwnLines(
  project: Project,
  files: readonly FileDelta[],
  sides: { from: Side; to: Side },
): Promise<FileDelta[]> {
  const isOwn = await Promise.all(files.map((file) => differsInOwnLines(project, file, sides)));
  return files.filter((_file, at) => isOwn[at] !== true);
}

async function differsInOwnLines(
  project: Project,
  { path, from }: FileDelta,
  sides: { from: Side; to: Side },
): Promise<boolean> {
  const isIgnoreFile = path === ".gitignore" || path.endsWith("/.gitignore");
  if (from !== undefined || (!isIgnoreFile && path !== ATTRIBUTES_FILE)) return false;
  const [before, after] = await Promise.all([linesOf(project, sides.from, path), linesOf(project, sides.to, path)]);
  const changed = [...without(before, after), ...without(after, before)];
  if (!isIgnoreFile) return changed.every(isOwnAttribute);
  const isOurs = await Promise.all(
    changed.map((line) => ignoresArtifact(project, dirname(path), line, [sides.from, sides.to])),
  );
  return isOurs.every(Boolean);
}

async function linesOf(project: Project, side: Side, path: string): Promise<string[]> {
  if (side === null) return lines((await readTextFile(join(project.root, path), MAX_BYTES)) ?? "");
  const [blob] = await project.git.readPaths([{ rev: side, path }]);
  return lines(blob?.toString("utf8") ?? "");
}

function lines(text: string): string[] {
  return text.split(/\r?\n/).filter((line) => line !== "");
}

function without(all: readonly string[], others: readonly string[]): string[] {
  return all.filter((line) => !others.includes(line));
}

/** Whether a line stands for a path that has a pointer on one of the sides. */
async function ignoresArtifact(
  project: Project,
  folder: string,
  line: string,
  sides: readonly Side[],
): Promise<boolean> {
  const name = ignoredName(line);
  if (name === null) return false;
  const path = pointerPath(folder === "." ? name : `${folder}/${name}`);
  const found = await Promise.all(
    sides.map(async (side) =>
      side === null
        ? (await lstat(join(project.root, path)).catch(() => null)) !== null
        : Buffer.isBuffer((await project.git.readPaths([{ rev: side, path }]))[0]),
    ),
  );
  return found.includes(true);
}
