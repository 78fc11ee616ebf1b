// Objects that leave the cache because a remote holds them; what the caller has not confirmed must not get here.
import { readdirSync, rmSync } from "node:fs";
import { join } from "node:path";
import { isSha } from "../model/content.ts";
import { isAbsent, writeError } from "../platform/file-errors.ts";
import { syncFolder } from "../platform/sync.ts";
import type { Sha } from "./bytes.ts";
import type { Objects } from "./objects.ts";

/** Every object of the cache with its size in bytes, by its name alone. */
export function listObjects(objects: Objects): { sha256: Sha; size: number }[] {
  return names(objects.folder).flatMap((prefix) =>
    names(join(objects.folder, prefix)).flatMap((name) => {
      const stat = isSha(name) && name.startsWith(prefix) ? objects.stat(name) : null;
      return stat === null ? [] : [{ sha256: name, size: stat.size }];
    }),
  );
}

/** Removes objects; returns the bytes of those that were there. Throws MvError no-write. */
export function dropObjects(objects: Objects, shas: readonly Sha[]): number {
  let bytes = 0;
  const folders = new Set<string>();
  for (const sha256 of shas) {
    const path = objects.path(sha256);
    bytes += objects.stat(sha256)?.size ?? 0;
    try {
      rmSync(path, { force: true });
    } catch (error) {
      throw writeError(error, path);
    }
    folders.add(join(path, ".."));
  }
  for (const folder of folders) {
    try {
      syncFolder(folder);
    } catch (error) {
      if (!isAbsent(error)) throw writeError(error, folder);
    }
  }
  return bytes;
}

function names(folder: string): string[] {
  try {
    return readdirSync(folder);
  } catch (error) {
    // A file beside the folders, or no cache yet.
    if (isAbsent(error)) return [];
    throw error;
  }
}
