import * as fc from "fast-check";
import { expect, test } from "vitest";
import { isRacy } from "../../../src/store/stat-index.ts";
import { decodeTable, encodeTable } from "../../../src/store/stat-codec.ts";
import { CHUNK, type KnownFile } from "../../../src/store/stat-table.ts";

const hex = (digits: number): fc.Arbitrary<string> =>
  fc.string({ unit: fc.constantFrom(..."0123456789abcdef"), minLength: digits, maxLength: digits });

const files: fc.Arbitrary<KnownFile[]> = fc.uniqueArray(
  fc.record({
    path: fc.string({ unit: "grapheme", minLength: 1 }).filter((path) => !path.includes("\0")),
    size: fc.maxSafeNat(),
    mtimeNs: fc.bigInt({ min: -(2n ** 62n), max: 2n ** 62n }),
    ctimeNs: fc.bigInt({ min: 0n, max: 2n ** 62n }),
    ino: fc.bigInt({ min: 0n, max: 2n ** 64n - 1n }),
    executable: fc.boolean(),
    sha256: hex(64),
    xxh64: fc.oneof(hex(16), fc.constant("")),
  }),
  { selector: (file) => file.path },
);

test("rows come back as they were, also when taken over into another table", () => {
  fc.assert(
    fc.property(files, fc.dictionary(fc.string(), fc.jsonValue()), (rows, head) => {
      const first = decodeTable(encodeTable(head, rows, null));
      expect(first?.head).toEqual(JSON.parse(JSON.stringify(head)));
      const table = decodeTable(encodeTable({}, [...rows.keys()], first?.table ?? null))?.table;
      expect(table?.paths).toEqual(rows.map((row) => row.path));
      rows.forEach((row, at) => {
        expect(table?.row(row.path)).toBe(at);
        expect(table?.matches(at, row)).toBe(true);
        expect(table?.matches(at, { ...row, mtimeNs: row.mtimeNs + 1n })).toBe(false);
        expect(table?.matches(at, { ...row, ctimeNs: row.ctimeNs + 1n })).toBe(false);
        expect(table?.matches(at, { ...row, ino: row.ino ^ 1n })).toBe(false);
        expect(table?.matches(at, { ...row, size: row.size + 1 })).toBe(false);
        expect([table?.sha256(at), table?.xxh64(at), table?.size(at), table?.executable(at)]).toEqual([
          row.sha256,
          row.xxh64,
          row.size,
          row.executable,
        ]);
      });
    }),
    { numRuns: 60 },
  );
});

test("a torn or changed file is no index", () => {
  fc.assert(
    fc.property(files, fc.nat(), fc.integer({ min: 1, max: 255 }), (rows, at, change) => {
      const data = encodeTable({ key: "a" }, rows, null);
      const torn = data.subarray(0, at % data.length);
      expect(decodeTable(torn)).toBeNull();
      const spoilt = Buffer.from(data);
      spoilt[at % data.length] = (spoilt[at % data.length] ?? 0) ^ change;
      expect(decodeTable(spoilt)).toBeNull();
    }),
    { numRuns: 60 },
  );
});

test("a file is settled when its times are clearly older than the moment before it was hashed", () => {
  const since = BigInt(Date.now()) * 1_000_000n - 5_000_000_000n;
  const at = (time: bigint): boolean => isRacy({ mtimeNs: time, ctimeNs: since - 10n ** 10n }, since);
  expect(at(since - 1_000_000_001n)).toBe(false);
  expect(at(since - 1_000_001n)).toBe(true);
  // Written while it was hashed.
  expect(at(since + 1_000_001n)).toBe(true);
  // Set by hand.
  expect(at(since + 10n ** 12n)).toBe(false);
  // A file system that counts whole seconds.
  const seconds = (since / 1_000_000_000n) * 1_000_000_000n;
  expect(at(seconds - 1_000_000_000n)).toBe(true);
  expect(at(seconds - 3_000_000_000n)).toBe(false);
  expect(isRacy({ mtimeNs: 1n, ctimeNs: since - 1n }, since)).toBe(true);
});

test("rows come in chunks with their paths and stats", () => {
  const rows = Array.from({ length: 2 * CHUNK + 1 }, (_, at) => ({
    path: `${"é".repeat(at % 3)}${at}`,
    size: at,
    mtimeNs: BigInt(at),
    ctimeNs: 2n,
    ino: 3n,
    executable: false,
    sha256: "0".repeat(64),
    xxh64: "",
  }));
  const counts = [0, 1, CHUNK, CHUNK + 1, rows.length];
  for (const [count, many] of counts.flatMap((rowCount) => [1, 2, 5].map((chunkCount) => [rowCount, chunkCount]))) {
    const table = decodeTable(encodeTable({}, rows.slice(0, count), null))?.table;
    const starts = [...(table?.chunks.keys() ?? [])].filter((at) => at % (many ?? 1) === 0);
    const chunks = starts.map((at) => table?.chunk(at, many ?? 1));
    const paths = chunks.flatMap((chunk) =>
      Buffer.from(chunk?.paths ?? [])
        .toString("utf8")
        .split("\0"),
    );
    expect(paths).toEqual(rows.slice(0, count).map(({ path }) => path));
    const sizes = chunks.flatMap((chunk) => [...(chunk?.numbers ?? [])].filter((_, at) => at % 4 === 0));
    expect(sizes).toEqual(rows.slice(0, count).map(({ size }) => BigInt(size)));
  }
});
