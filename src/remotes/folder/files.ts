// The named files of a folder store. A conditional write compares under a lock, so that of several writers one wins.
import { readdirSync, rmSync } from "node:fs";
import { basename, dirname, join } from "node:path";
import { isAbsent } from "../../platform/file-errors.ts";
import { readBytesFile, writeFileAtomic } from "../../platform/files.ts";
import { loadHashing } from "../../platform/hashing.ts";
import { withLock } from "../../platform/locks.ts";
import { lstatOrNull } from "../../platform/stat.ts";
import { syncFolder } from "../../platform/sync.ts";
import { isTempName } from "../../platform/temp.ts";
import { filePath } from "../layout.ts";
import type { Remote } from "../remote.ts";
import type { Place } from "./place.ts";

type Files = Pick<Remote, "readFile" | "writeFile" | "listFiles" | "removeFile">;

/** What was written by a stranger is compared whole, whatever its size. */
const COMPARED_MAX_BYTES = 64 * 1024 * 1024;

export function createFolderFiles(place: Place): Files {
  async function markOf(bytes: Uint8Array): Promise<string> {
    return (await loadHashing()).of(bytes, "sha256").sha256;
  }

  /** Runs work while nobody else writes the file. */
  async function alone<T>(path: string, work: (file: string) => Promise<T>): Promise<T> {
    place.requireThere();
    return place.guard(async () => {
      const folder = dirname(path) === "." ? place.folder : place.makeFolder(dirname(path));
      return withLock(folder, basename(path), () => work(join(folder, basename(path))));
    });
  }

  return {
    async readFile(path, maxBytes) {
      const file = join(place.folder, filePath(path));
      return place.guard(async () => {
        const stats = lstatOrNull(file);
        const bytes = readBytesFile(file, maxBytes);
        if (bytes === null) return null;
        return { bytes, mark: await markOf(bytes), modified: stats && new Date(Number(stats.mtimeMs)) };
      });
    },
    async writeFile(path, bytes, expect) {
      return alone(filePath(path), async (file) => {
        if (expect === null && lstatOrNull(file) !== null) return false;
        if (typeof expect === "string") {
          const now = readBytesFile(file, COMPARED_MAX_BYTES);
          if (now === null || (await markOf(now)) !== expect) return false;
        }
        await writeFileAtomic(file, bytes);
        place.open([file], 0o666);
        return true;
      });
    },
    async listFiles(folder) {
      const top = filePath(folder);
      return place.guard(async () => walk(place.folder, top).toSorted());
    },
    async removeFile(path) {
      if (lstatOrNull(join(place.folder, filePath(path))) === null) return;
      await alone(path, async (file) => {
        rmSync(file, { force: true });
        syncFolder(dirname(file));
      });
    },
  };
}

function walk(root: string, folder: string): string[] {
  let entries;
  try {
    entries = readdirSync(join(root, folder), { withFileTypes: true });
  } catch (error) {
    if (isAbsent(error)) return [];
    throw error;
  }
  return entries.flatMap((entry) => {
    const path = `${folder}/${entry.name}`;
    if (entry.isDirectory()) return walk(root, path);
    const isOurs = entry.name.endsWith(".lock") || entry.name.endsWith(".lock.takeover") || isTempName(entry.name);
    return entry.isFile() && !isOurs ? [path] : [];
  });
}
