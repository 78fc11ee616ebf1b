// Where objects go that do not hold the bytes of their name: kept for inspection, never read again.
import { mkdirSync, renameSync } from "node:fs";
import { join } from "node:path";
import { systemCode } from "../platform/file-errors.ts";
import { openAs } from "../platform/files.ts";
import type { Sha } from "./bytes.ts";

/**
 * Moves whatever stands in an object's place (a rotten file, a folder, a FIFO, a symbolic link) to CACHE/quarantine/.
 * Returns where it is now; null where the cache is not ours to change, or it is gone already.
 */
export function quarantine(cacheDir: string, object: string, sha256: Sha): string | null {
  const folder = join(cacheDir, "quarantine");
  const to = join(folder, `${sha256}.${Date.now()}-${process.pid}`);
  try {
    mkdirSync(folder, { recursive: true });
    openAs(cacheDir, [folder]);
    renameSync(object, to);
    return to;
  } catch (error) {
    if (["EACCES", "EPERM", "EROFS", "ENOENT"].includes(systemCode(error))) return null;
    throw error;
  }
}
