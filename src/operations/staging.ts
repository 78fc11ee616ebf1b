// Puts files of ours into the index, and leaves the index alone where it has them already.
import { join } from "node:path";
import { readBytesFile } from "../platform/files.ts";
import { type IgnoreLine, linesInEffect } from "./ignore-file.ts";
import type { Project } from "./project.ts";

const MAX_BYTES = 1 << 24;

/**
 * Stages those of the files that the index does not hold as they are on disk; one that is gone leaves it. Of an ignore file
 * only our line has to be there: what the user does in it is not ours to stage.
 */
export async function stageChanged(
  project: Project,
  files: readonly string[],
  lines: readonly IgnoreLine[] = [],
): Promise<void> {
  const paths = [...new Set([...files, ...lines.map(({ file }) => file)])];
  if (paths.length === 0) return;
  const blobs = await project.git.readPaths(paths.map((path) => ({ rev: "", path })));
  const indexed = new Map(paths.map((path, at) => [path, blobs[at] ?? null]));
  const ignored = new Map(
    [...new Set(lines.map(({ file }) => file))].map((file) => [
      file,
      linesInEffect(indexed.get(file)?.toString("utf8") ?? ""),
    ]),
  );
  const lacking = lines.filter(({ file, line }) => ignored.get(file)?.has(line) !== true);
  const changed = files.filter(
    (path) => !isSame(readBytesFile(join(project.root, path), MAX_BYTES), indexed.get(path)),
  );
  const staged = [...new Set([...changed, ...lacking.map(({ file }) => file)])];
  if (staged.length > 0) await project.git.stage(staged);
}

function isSame(here: Buffer | null, there: Buffer | null | undefined): boolean {
  return here === null || !there ? here === (there ?? null) : here.equals(there);
}
