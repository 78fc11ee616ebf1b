// The stats of many files as columns: threads hand them over and compare them without an object for each file.
import type { BigIntStats } from "node:fs";
import { type FileStat, lstatOrNull } from "./stat.ts";

export interface StatColumns {
  /** Size, mtime, ctime (nanoseconds since 1970) and inode of each file. */
  numbers: BigInt64Array;
  /** EXECUTABLE, ABSENT. */
  flags: Uint8Array;
}

type Numbers = Pick<BigIntStats, "size" | "mtimeNs" | "ctimeNs" | "ino">;

export const NUMBERS = 4;
export const EXECUTABLE = 1;
/** No regular file is there. */
export const ABSENT = 2;

/** lstat of each path. Throws MvError no-read. */
export function statColumns(paths: readonly string[]): StatColumns {
  const columns = emptyColumns(paths.length);
  for (const [at, path] of paths.entries()) {
    const stats = lstatOrNull(path);
    if (stats?.isFile()) setNumbers(columns, at, stats, (stats.mode & 0o100n) !== 0n);
    else columns.flags[at] = ABSENT;
  }
  return columns;
}

export function emptyColumns(rows: number): StatColumns {
  return { numbers: new BigInt64Array(rows * NUMBERS), flags: new Uint8Array(rows) };
}

export function setStat(columns: StatColumns, at: number, stat: FileStat): void {
  setNumbers(columns, at, { ...stat, size: BigInt(stat.size) }, stat.executable);
}

function setNumbers({ numbers, flags }: StatColumns, at: number, stat: Numbers, executable: boolean): void {
  const first = at * NUMBERS;
  numbers[first] = stat.size;
  numbers[first + 1] = stat.mtimeNs;
  numbers[first + 2] = stat.ctimeNs;
  // Wraps around above 2 ** 63, as asIntN does.
  numbers[first + 3] = stat.ino;
  flags[at] = executable ? EXECUTABLE : 0;
}

export function statAt({ numbers, flags }: StatColumns, at: number): FileStat {
  const [size = 0n, mtimeNs = 0n, ctimeNs = 0n, ino = 0n] = numbers.subarray(at * NUMBERS, (at + 1) * NUMBERS);
  const executable = ((flags[at] ?? 0) & EXECUTABLE) !== 0;
  return { size: Number(size), mtimeNs, ctimeNs, ino: BigInt.asUintN(64, ino), executable };
}

export function sizeAt({ numbers }: StatColumns, at: number): number {
  return Number(numbers[at * NUMBERS]);
}
