// The stat index on disk.
//
//   0  "mvstat2\n"      8  the first 8 bytes of the SHA-256 of all that follows
//  16  u32 rows, u32 bytes of the head, u64 bytes of the paths
//  32  head: JSON, padded with spaces to 8; then per row size, mtime, ctime, inode (64 bits each), xxh64 (8 bytes), sha256 (32),
//      flags (1: executable, 2: no xxh64); then the paths, UTF-8, joined by NUL. Numbers in the byte order of the machine: the file
//      never leaves it.
//
// The checksum is against torn files alone. SHA-256, because it is there already where XXH64 would have to be compiled first.
import { createHash } from "node:crypto";
import { NUMBERS } from "../platform/stat-columns.ts";
import { CHUNK, type Columns, type KnownFile, type Row, type StatTable, tableOf } from "./stat-table.ts";

const MAGIC = Buffer.from("mvstat2\n");
const SUM_BYTES = 8;
const HEAD_AT = 32;

/** The paths of rows, in their order. Row numbers are of `before`. */
export function pathsOf(rows: readonly Row[], before: StatTable | null): string[] {
  const known = before?.paths;
  return rows.map((row) => (typeof row === "number" ? known?.[row] : row.path) ?? "");
}

/** The bytes of a table. Row numbers are of `before`. */
export function encodeTable(head: object, rows: readonly Row[], before: StatTable | null): Buffer {
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
  const { text: paths, chunks } = before && hasSameNames(rows, before) ? before : chunksOf(pathsOf(rows, before));
  const text = JSON.stringify({ head, chunks });
  const headBytes = Buffer.from(text + " ".repeat(7 - ((Buffer.byteLength(text) + 7) % 8)));
  const sizes = Buffer.alloc(16);
  sizes.writeUInt32LE(rows.length, 0);
  sizes.writeUInt32LE(headBytes.length, 4);
  sizes.writeBigUInt64LE(BigInt(paths.length), 8);
  const { numbers, xxh64, sha256, flags } = columns;
  const body = Buffer.concat([sizes, headBytes, new Uint8Array(numbers.buffer), xxh64, sha256, flags, paths]);
  return Buffer.concat([MAGIC, sumOf(body), body]);
}

function sumOf(body: Uint8Array): Buffer {
  return createHash("sha256").update(body).digest().subarray(0, SUM_BYTES);
}

/** Whether rows are the files of a table, each in its place. */
export function hasSameNames(rows: readonly Row[], { count, paths }: StatTable): boolean {
  return (
    rows.length === count && rows.every((row, at) => row === at || (typeof row !== "number" && row.path === paths[at]))
  );
}

/** The text of all paths, and the bytes of each CHUNK of them with the NUL behind it. */
function chunksOf(paths: readonly string[]): Pick<StatTable, "text" | "chunks"> {
  const texts: Buffer[] = [];
  for (let at = 0; at < paths.length; at += CHUNK) {
    const text = paths.slice(at, at + CHUNK).join("\0");
    texts.push(Buffer.from(at + CHUNK < paths.length ? `${text}\0` : text));
  }
  return { text: Buffer.concat(texts), chunks: texts.map((text) => text.length) };
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
export function decodeTable(data: Buffer): { head: unknown; table: StatTable } | null {
  if (data.length < HEAD_AT || !data.subarray(0, 8).equals(MAGIC)) return null;
  if (!data.subarray(8, 16).equals(sumOf(data.subarray(16)))) return null;
  const rows = data.readUInt32LE(16);
  let at = HEAD_AT;
  const next = (bytes: number): Buffer => data.subarray(at, (at += bytes));
  const { head, chunks } = JSON.parse(next(data.readUInt32LE(20)).toString("utf8")) as Stored;
  const columns = {
    numbers: numbersIn(next(rows * NUMBERS * 8)),
    xxh64: next(rows * 8),
    sha256: next(rows * 32),
    flags: next(rows),
  };
  const text = next(Number(data.readBigUInt64LE(24)));
  return { head, table: tableOf(columns, rows, text, chunks) };
}

interface Stored {
  head: unknown;
  /** Bytes of the paths of each chunk. */
  chunks: number[];
}

/** A view needs its own alignment: that of the file, unless it was read into the middle of something else. */
function numbersIn(bytes: Buffer): BigInt64Array {
  const aligned = bytes.byteOffset % 8 === 0 ? bytes : new Uint8Array(bytes);
  return new BigInt64Array(aligned.buffer, aligned.byteOffset, aligned.length / 8);
}
