import { createHash, randomBytes } from "node:crypto";
import { mkdtempSync, readFileSync, rmSync, truncateSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, expect, test } from "vitest";
import { copyUntrusted } from "../../../src/platform/copy.ts";

const dir = mkdtempSync(join(tmpdir(), "mv-copy-"));
afterAll(() => rmSync(dir, { recursive: true, force: true }));

// Large enough for a second thread, and no multiple of any block.
const SIZE = 65 * 1024 * 1024 + 7;
const large = join(dir, "large");
const bytes = randomBytes(SIZE);
writeFileSync(large, bytes);
const sha256 = createHash("sha256").update(bytes).digest("hex");

test("a large file: the copy's hash, and progress that adds up", async () => {
  const to = join(dir, "copy");
  let told = 0;
  expect(await copyUntrusted(large, to, SIZE, (count) => (told += count))).toBe(sha256);
  expect(told).toBe(SIZE);
  expect(readFileSync(to).equals(bytes)).toBe(true);
});

test("a small file is copied, and hashed by whoever wants its hash", async () => {
  const to = join(dir, "small-copy");
  writeFileSync(join(dir, "small"), "small");
  expect(await copyUntrusted(join(dir, "small"), to, 5, () => undefined)).toBeNull();
  expect(readFileSync(to, "utf8")).toBe("small");
});

test("the hash is of what was written, also where the source is longer", async () => {
  const to = join(dir, "part");
  const size = SIZE - 1000;
  const part = createHash("sha256").update(bytes.subarray(0, size)).digest("hex");
  expect(await copyUntrusted(large, to, size, () => undefined)).toBe(part);
});

test("a source that is too short is told, and the second thread does not wait for the rest", async () => {
  const short = join(dir, "short");
  writeFileSync(short, bytes);
  truncateSync(short, SIZE - 1);
  await expect(copyUntrusted(short, join(dir, "short-copy"), SIZE, () => undefined)).rejects.toMatchObject({
    code: "file-changing",
  });
});

test("an interruption stops both threads, and the next copy has them", async () => {
  let turns = 0;
  const stopping = copyUntrusted(large, join(dir, "stopped"), SIZE, () => {
    turns += 1;
    if (turns === 2) throw new Error("stop");
  });
  await expect(stopping).rejects.toThrow("stop");
  expect(await copyUntrusted(large, join(dir, "again"), SIZE, () => undefined)).toBe(sha256);
});
