// The files of a folder by their SHA-256, as whoever verifies a bundle sees them: everything that is there, links named apart.
import { readdirSync } from "node:fs";
import { join } from "node:path";
import type { Resource } from "../../model/signing-bundle.ts";
import { streamFile } from "../../platform/stream.ts";
import type { Progress } from "../project.ts";

/** What the reference implementation leaves out of every folder, at its top alone. */
const GIT_PATHS = [".git", ".gitignore", ".gitattributes", ".github"];

export interface FolderOptions {
  /** Paths from the folder that are left out, with all below them. */
  ignored: readonly string[];
  /** A file that is left out wherever it lies: the bundle itself. Absolute. */
  except: string;
  report: (event: Progress) => void;
}

/** Hashes every file below a folder. What is neither a file nor a folder is in `links`, and is not followed or read; `skipped` was left out. */
export async function filesIn(
  folder: string,
  { ignored, except, report }: FolderOptions,
): Promise<{ files: Resource[]; links: string[]; skipped: string[] }> {
  const skipped: string[] = [];
  const skip = new Set([...GIT_PATHS, ...ignored.map((path) => path.replace(/^\.\/|\/+$/g, ""))]);
  const paths: string[] = [];
  const links: string[] = [];
  const walk = (below: string): void => {
    for (const entry of readdirSync(join(folder, below), { withFileTypes: true })) {
      const path = below === "" ? entry.name : `${below}/${entry.name}`;
      if (join(folder, path) === except) continue;
      if (skip.has(path)) skipped.push(path);
      else if (entry.isDirectory()) walk(path);
      else (entry.isFile() ? paths : links).push(path);
    }
  };
  walk("");
  const files: Resource[] = [];
  let bytes = 0;
  for (const name of paths) {
    const onBytes = (more: number): void => {
      bytes += more;
      report({ phase: "hashing", bytes, total: bytes, files: paths.length, path: name });
    };
    files.push({ name, sha256: (await streamFile(join(folder, name), { want: "sha256", onBytes })).sha256 });
  }
  return { files, links, skipped };
}
