// The jobs that look at many files without opening one. They need no hash functions, which take a thread a while to load.
import { lstatSync, readdirSync } from "node:fs";
import { NUMBERS, type StatColumns, statColumns } from "./stat-columns.ts";

export interface StatJobs {
  /** lstat of files below a folder; their paths joined by NUL. Throws MvError no-read. */
  stat(input: { folder: string; paths: string }): StatColumns;
  /** Whether each file below a folder is a regular one with these stats (as in StatColumns): 1 or 0. */
  match(input: { folder: string; paths: Uint8Array; numbers: BigInt64Array }): Uint8Array;
  /** Whether each folder has that many names: 1 or 0, which it is also for what is no folder or cannot be read. */
  named(input: { folders: readonly NamedFolder[] }): Uint8Array;
}

export interface NamedFolder {
  path: string;
  names: number;
  /** The folder's stamp while it had these names, if it is known; as long as it has that, it is not listed. */
  stamp: FolderStamp | null;
}

/** Changes whenever a name in the folder does. Milliseconds since 1970, as doubles have them. */
export type FolderStamp = readonly [mtimeMs: number, ctimeMs: number, ino: number];

const QUICK = { throwIfNoEntry: false } as const;
/** A stat with numbers instead of BigInts takes half the time, and holds times to a quarter of a microsecond. */
const ROUNDING_NS = 1000;

/**
 * Whether files have the stats of rows of 64-bit numbers. Times may differ by what a double rounds off: only files that were
 * still for milliseconds before they were hashed have rows, so a later write is further away than that.
 */
function matchAll(paths: readonly string[], numbers: BigInt64Array): Uint8Array {
  // Reading a BigInt makes an object.
  const halves = new Uint32Array(numbers.buffer, numbers.byteOffset, numbers.length * 2);
  const matches = new Uint8Array(paths.length);
  for (let at = 0; at < paths.length; at++) {
    try {
      const stats = lstatSync(paths[at] ?? "", QUICK);
      const first = at * 2 * NUMBERS;
      const isSame =
        stats !== undefined &&
        stats.isFile() &&
        stats.size === numberAt(halves, first) &&
        Math.abs(stats.mtimeMs * 1e6 - numberAt(halves, first + 2)) < ROUNDING_NS &&
        Math.abs(stats.ctimeMs * 1e6 - numberAt(halves, first + 4)) < ROUNDING_NS &&
        stats.ino === numberAt(halves, first + 6);
      if (isSame) matches[at] = 1;
    } catch {
      // Whoever looks closer will see why it cannot be looked at.
    }
  }
  return matches;
}

function numberAt(halves: Uint32Array, first: number): number {
  return (halves[first + 1] ?? 0) * 2 ** 32 + (halves[first] ?? 0);
}

/** The paths below a folder, cut out of one text: the system takes such twice as fast as those that are put together. */
function pathsBelow(folder: string, paths: string): string[] {
  return `${folder}/${paths.split("\0").join(`\0${folder}/`)}`.split("\0");
}

function hasNames({ path, names, stamp }: NamedFolder): boolean {
  try {
    const stats = lstatSync(path);
    if (!stats.isDirectory()) return false;
    const [mtimeMs, ctimeMs, ino] = stamp ?? [];
    const isSame = stats.mtimeMs === mtimeMs && stats.ctimeMs === ctimeMs && stats.ino === ino;
    return isSame || readdirSync(path).length === names;
  } catch {
    return false;
  }
}

/** What a folder holds now goes by this name until another is added to it or taken away; null for what is no folder. */
export function folderStamp(path: string): FolderStamp | null {
  const stats = lstatSync(path, QUICK);
  return stats?.isDirectory() ? [stats.mtimeMs, stats.ctimeMs, stats.ino] : null;
}

export const statJobs: StatJobs = {
  stat: ({ folder, paths }) => statColumns(pathsBelow(folder, paths)),
  match: ({ folder, paths, numbers }) => matchAll(pathsBelow(folder, textOf(paths)), numbers),
  named: ({ folders }) => Uint8Array.from(folders, (folder) => (hasNames(folder) ? 1 : 0)),
};

function textOf({ buffer, byteOffset, byteLength }: Uint8Array): string {
  return Buffer.from(buffer, byteOffset, byteLength).toString("utf8");
}
