// The stat index in memory: rows in columns of fixed width, so that 50,000 files are compared in milliseconds.
import type { FileStat } from "../platform/stat.ts";
import { NUMBERS, type StatColumns } from "../platform/stat-columns.ts";
import type { Sha } from "./bytes.ts";

/** Rows of a chunk: what is cut out of the table at once. */
export const CHUNK = 500;

const MANY_ROWS = 1000;

/** What a file held when it was hashed. */
export interface KnownFile extends FileStat {
  /** Inside a folder artifact; "" for a file artifact. */
  path: string;
  sha256: Sha;
  /** "" where only SHA-256 is known. */
  xxh64: string;
}

/** A file that was just hashed, or the number of a row of the table before, taken over as it is. */
export type Row = KnownFile | number;

export interface StatTable {
  readonly count: number;
  readonly paths: readonly string[];
  /** The paths in UTF-8, joined by NUL. */
  readonly text: Buffer;
  /** Bytes of the paths of each chunk of CHUNK rows, all but the last with a NUL behind them. */
  readonly chunks: readonly number[];
  /** A copy of some chunks, for a thread: paths in UTF-8, joined by NUL, and their stats. */
  chunk(at: number, count: number): { paths: Uint8Array; numbers: BigInt64Array };
  /** Whether a text is part of a path. */
  mentions(text: string): boolean;
  /** The row of a path, or -1. */
  row(path: string): number;
  /** Whether the stat is the one that was hashed. */
  matches(row: number, stat: FileStat): boolean;
  /** The same for one of many. */
  matchesAt(row: number, stats: StatColumns, at: number): boolean;
  /** Whether these files, with these stats, are all of the table and nothing else. */
  isAll(paths: readonly string[], stats: StatColumns): boolean;
  size(row: number): number;
  sha256(row: number): Sha;
  xxh64(row: number): string;
  executable(row: number): boolean;
  readonly columns: Columns;
}

export interface Columns {
  /** Size, mtime, ctime and inode of each row. */
  numbers: BigInt64Array;
  xxh64: Uint8Array;
  sha256: Uint8Array;
  flags: Uint8Array;
}

/** Where a path stands if the paths are in order, as mostly they are; -1 says nothing. */
function findSorted(paths: readonly string[], path: string): number {
  let [low, high] = [0, paths.length - 1];
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((paths[middle] ?? "") < path) low = middle + 1;
    else high = middle;
  }
  return paths[low] === path ? low : -1;
}

function bytesOf({ buffer, byteOffset, byteLength }: BigInt64Array): Buffer {
  return Buffer.from(buffer, byteOffset, byteLength);
}

const views = new WeakMap<BigInt64Array, Uint32Array>();

function halvesOf(numbers: BigInt64Array): Uint32Array {
  let view = views.get(numbers);
  if (!view) views.set(numbers, (view = new Uint32Array(numbers.buffer, numbers.byteOffset, numbers.length * 2)));
  return view;
}

/** A table over columns and paths, which are UTF-8, joined by NUL. */
export function tableOf(
  columns: Columns & { xxh64: Buffer; sha256: Buffer },
  count: number,
  text: Buffer,
  chunks: readonly number[],
): StatTable {
  const { numbers, flags } = columns;
  let split: string[] | null = null;
  const paths = (): string[] => (split ??= count === 0 ? [] : text.toString("utf8").split("\0"));
  let rows: Map<string, number> | null = null;
  // One long text is cut up faster than many short ones are made.
  let hex: string | null = null;
  let asked = 0;
  // Bit patterns are compared: reading a BigInt makes an object.
  const halves = halvesOf(numbers);
  return {
    count,
    get paths() {
      return paths();
    },
    text,
    chunks,
    chunk(at, many) {
      const bytesOf = (part: readonly number[]): number => part.reduce((sum, bytes) => sum + bytes, 0);
      const start = bytesOf(chunks.slice(0, at));
      const end = start + bytesOf(chunks.slice(at, at + many)) - (at + many < chunks.length ? 1 : 0);
      return {
        paths: new Uint8Array(text.subarray(start, end)),
        numbers: numbers.slice(at * CHUNK * NUMBERS, (at + many) * CHUNK * NUMBERS),
      };
    },
    mentions: (part) => text.includes(part),
    columns,
    row(path) {
      const found = rows ? -1 : findSorted(paths(), path);
      return found >= 0 ? found : ((rows ??= new Map(paths().map((name, row) => [name, row]))).get(path) ?? -1);
    },
    isAll: (others, stats) =>
      others.length === count &&
      bytesOf(stats.numbers).equals(bytesOf(numbers)) &&
      text.equals(Buffer.from(others.join("\0"))),
    matches: (row, stat) =>
      numbers[row * NUMBERS + 1] === stat.mtimeNs &&
      numbers[row * NUMBERS + 2] === stat.ctimeNs &&
      numbers[row * NUMBERS] === BigInt(stat.size) &&
      numbers[row * NUMBERS + 3] === BigInt.asIntN(64, stat.ino),
    matchesAt(row, stats, at) {
      const others = halvesOf(stats.numbers);
      for (let half = 0; half < 2 * NUMBERS; half++) {
        if (halves[row * 2 * NUMBERS + half] !== others[at * 2 * NUMBERS + half]) return false;
      }
      return true;
    },
    size: (row) => Number(numbers[row * NUMBERS]),
    sha256(row) {
      if (hex === null && (asked += 1) < MANY_ROWS) return columns.sha256.toString("hex", row * 32, (row + 1) * 32);
      return (hex ??= columns.sha256.toString("hex")).slice(row * 64, (row + 1) * 64);
    },
    xxh64: (row) => (((flags[row] ?? 0) & 2) === 0 ? columns.xxh64.toString("hex", row * 8, (row + 1) * 8) : ""),
    executable: (row) => ((flags[row] ?? 0) & 1) === 1,
  };
}
