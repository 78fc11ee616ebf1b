// The stat index on disk: columns of fixed width, so that 50,000 files are read and compared in milliseconds.
//
//   0  "mvstat1\n"      8  XXH64 of all that follows      16  u32 rows, u32 bytes of the head, u64 bytes of the paths
//  32  head: JSON, padded with spaces to 8; then per row size, mtime, ctime, inode (64 bits each), xxh64 (8 bytes), sha256 (32),
//      flags (1: executable); then the paths, UTF-8, joined by NUL. Numbers in the byte order of the machine: the file never leaves it.
import type { Hashing } from "../platform/hashing.ts";
import type { FileStat } from "../platform/stat.ts";
import { NUMBERS, type StatColumns } from "../platform/stat-columns.ts";
import type { Sha } from "./bytes.ts";

const MAGIC = Buffer.from("mvstat1\n");
const HEAD_AT = 32;

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

interface Columns {
  /** Size, mtime, ctime and inode of each row. */
  numbers: BigInt64Array;
  xxh64: Uint8Array;
  sha256: Uint8Array;
  flags: Uint8Array;
}

/** The bytes of a table. Row numbers are of `before`. */
export function encodeTable(head: object, rows: readonly Row[], before: StatTable | null, hashing: Hashing): Buffer {
  const columns = {
    numbers: new BigInt64Array(rows.length * NUMBERS),
    xxh64: Buffer.alloc(rows.length * 8),
    sha256: Buffer.alloc(rows.length * 32),
    flags: Buffer.alloc(rows.length),
  };
  for (let at = 0; at < rows.length; at++) {
    const row = rows[at] ?? 0;
    if (typeof row !== "number") {
      writeRow(row, columns, at);
      continue;
    }
    const first = at;
    // Rows that follow one another are copied at once.
    while (rows[at + 1] === row + (at + 1 - first)) at += 1;
    if (before) copyRows(before.columns, row, at + 1 - first, columns, first);
  }
  const names = rows.map((row) => (typeof row === "number" ? before?.paths[row] : row.path));
  const paths = Buffer.from(names.join("\0"));
  const text = JSON.stringify(head);
  const headBytes = Buffer.from(text + " ".repeat(7 - ((Buffer.byteLength(text) + 7) % 8)));
  const sizes = Buffer.alloc(16);
  sizes.writeUInt32LE(rows.length, 0);
  sizes.writeUInt32LE(headBytes.length, 4);
  sizes.writeBigUInt64LE(BigInt(paths.length), 8);
  const { numbers, xxh64, sha256, flags } = columns;
  const body = Buffer.concat([sizes, headBytes, new Uint8Array(numbers.buffer), xxh64, sha256, flags, paths]);
  const sum = Buffer.alloc(8);
  sum.writeBigUInt64LE(hashing.xxh64(body));
  return Buffer.concat([MAGIC, sum, body]);
}

function copyRows(from: Columns, row: number, count: number, to: Columns, at: number): void {
  const end = row + count;
  to.numbers.set(from.numbers.subarray(row * NUMBERS, end * NUMBERS), at * NUMBERS);
  to.xxh64.set(from.xxh64.subarray(row * 8, end * 8), at * 8);
  to.sha256.set(from.sha256.subarray(row * 32, end * 32), at * 32);
  to.flags.set(from.flags.subarray(row, end), at);
}

function writeRow(file: KnownFile, to: Columns & { xxh64: Buffer; sha256: Buffer }, at: number): void {
  to.numbers.set([BigInt(file.size), file.mtimeNs, file.ctimeNs, BigInt.asIntN(64, file.ino)], at * NUMBERS);
  to.xxh64.write(file.xxh64, at * 8, "hex");
  to.sha256.write(file.sha256, at * 32, "hex");
  to.flags[at] = (file.executable ? 1 : 0) | (file.xxh64 === "" ? 2 : 0);
}

/** The head and the rows; null for bytes that are torn or not ours. */
export function decodeTable(data: Buffer, hashing: Hashing): { head: unknown; table: StatTable } | null {
  if (data.length < HEAD_AT || !data.subarray(0, 8).equals(MAGIC)) return null;
  if (data.readBigUInt64LE(8) !== hashing.xxh64(data.subarray(16))) return null;
  const rows = data.readUInt32LE(16);
  let at = HEAD_AT;
  const next = (bytes: number): Buffer => data.subarray(at, (at += bytes));
  const head: unknown = JSON.parse(next(data.readUInt32LE(20)).toString("utf8"));
  const columns = {
    // Copied, because a view needs its own alignment.
    numbers: new BigInt64Array(Uint8Array.from(next(rows * NUMBERS * 8)).buffer),
    xxh64: next(rows * 8),
    sha256: next(rows * 32),
    flags: next(rows),
  };
  const text = next(Number(data.readBigUInt64LE(24)));
  return { head, table: tableOf(columns, rows, text) };
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

function tableOf(columns: Columns & { xxh64: Buffer; sha256: Buffer }, count: number, text: Buffer): StatTable {
  const { numbers, flags } = columns;
  let split: string[] | null = null;
  const paths = (): string[] => (split ??= count === 0 ? [] : text.toString("utf8").split("\0"));
  let rows: Map<string, number> | null = null;
  // One long text is cut up faster than 50,000 short ones are made.
  let hex: string | null = null;
  // Bit patterns are compared: reading a BigInt makes an object.
  const halves = halvesOf(numbers);
  return {
    count,
    get paths() {
      return paths();
    },
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
    sha256: (row) => (hex ??= columns.sha256.toString("hex")).slice(row * 64, (row + 1) * 64),
    xxh64: (row) => (((flags[row] ?? 0) & 2) === 0 ? columns.xxh64.toString("hex", row * 8, (row + 1) * 8) : ""),
    executable: (row) => ((flags[row] ?? 0) & 1) === 1,
  };
}
