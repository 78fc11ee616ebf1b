// Large binary files that would go into Git itself, where no version of them is ever forgotten.
import { type ChangedFile, firstBytes, hasBytes } from "../../git/changes.ts";
import type { Project } from "../project.ts";

/** How far Git itself looks for a NUL byte to call a file binary (xdiff-interface.c, FIRST_FEW_BYTES). */
const LOOKED_AT = 8000;

export interface BigBinary {
  path: string;
  oid: string;
  /** In bytes. */
  size: number;
}

/** The files above `limit` bytes that are binary by Git's own rule. Sizes are asked in bulk; only large files are opened. */
export async function bigBinaries(
  project: Project,
  files: readonly ChangedFile[],
  limit: number,
): Promise<BigBinary[]> {
  const kept = files.filter(hasBytes);
  if (kept.length === 0) return [];
  const sizes = await project.git.sizes(kept.map((file) => file.oid));
  const isBinary = new Map<string, boolean>();
  const found: BigBinary[] = [];
  for (const { path, oid } of kept) {
    const size = sizes.get(oid) ?? 0;
    if (size <= limit) continue;
    if (!isBinary.has(oid)) isBinary.set(oid, (await firstBytes(project.git, oid, LOOKED_AT)).includes(0));
    if (isBinary.get(oid)) found.push({ path, oid, size });
  }
  return found;
}
