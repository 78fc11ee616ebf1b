// What lies in the cache, and taking out of it what gc found to be needed by nobody.
import { closeSync, lstatSync, openSync, readdirSync, readSync, rmSync, unlinkSync } from "node:fs";
import { join } from "node:path";
import { isSha } from "../model/content.ts";
import { isAbsent, writeError } from "../platform/file-errors.ts";
import type { Sha } from "./bytes.ts";

export interface Stored {
  sha256: Sha;
  size: number;
  /** When it came, was linked or was used by an add: the later of its times. */
  changedMs: number;
}

/** All objects of a cache, in no order; what is no regular file is none. */
export function* storedObjects(folder: string): Iterable<Stored> {
  for (const prefix of names(folder)) {
    if (!/^[0-9a-f]{2}$/.test(prefix)) continue;
    for (const sha256 of names(join(folder, prefix))) {
      if (!isSha(sha256) || !sha256.startsWith(prefix)) continue;
      const stats = lstatSync(join(folder, prefix, sha256), { throwIfNoEntry: false });
      if (stats?.isFile()) {
        yield { sha256, size: stats.size, changedMs: Math.max(stats.mtimeMs, stats.ctimeMs) };
      }
    }
  }
}

/** Removes objects that have not been used since they were listed. Returns those that went. */
export function removeStored(folder: string, objects: readonly Stored[]): Stored[] {
  return objects.filter(({ sha256, changedMs }) => {
    const path = join(folder, sha256.slice(0, 2), sha256);
    const stats = lstatSync(path, { throwIfNoEntry: false });
    if (!stats || Math.max(stats.mtimeMs, stats.ctimeMs) > changedMs) return false;
    try {
      unlinkSync(path);
      return true;
    } catch (error) {
      if (isAbsent(error)) return false;
      throw writeError(error, path);
    }
  });
}

/** What was put away because its bytes were wrong, older than `olderThanMs` (a time). Returns the bytes that it took. */
export function emptyQuarantine(folder: string, olderThanMs: number, dryRun: boolean): number {
  let bytes = 0;
  for (const name of names(folder)) {
    const stats = lstatSync(join(folder, name), { throwIfNoEntry: false });
    if (!stats || Math.max(stats.mtimeMs, stats.ctimeMs) > olderThanMs) continue;
    bytes += stats.isFile() ? stats.size : 0;
    if (!dryRun) rmSync(join(folder, name), { recursive: true, force: true });
  }
  return bytes;
}

/** Whether a file begins with a text; false where there is none. */
export function startsWith(path: string, text: string): boolean {
  const bytes = Buffer.alloc(Buffer.byteLength(text));
  try {
    const fd = openSync(path, "r");
    try {
      readSync(fd, bytes);
    } finally {
      closeSync(fd);
    }
  } catch {
    return false;
  }
  return bytes.toString() === text;
}

function names(folder: string): string[] {
  try {
    return readdirSync(folder);
  } catch (error) {
    if (isAbsent(error)) return [];
    throw writeError(error, folder);
  }
}
