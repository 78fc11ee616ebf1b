import { createHash, randomBytes } from "node:crypto";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, expect, test } from "vitest";
import { createWriting } from "../../../src/platform/writing.ts";

const dir = mkdtempSync(join(tmpdir(), "mv-writing-"));
afterAll(() => rmSync(dir, { recursive: true, force: true }));

const hashOf = (bytes: Uint8Array): string => createHash("sha256").update(bytes).digest("hex");

test("many files, in pieces and of no bytes, each told once with the hash of what lies there", async () => {
  const files = Array.from({ length: 150 }, (_, at) => ({
    path: join(dir, `${at}`),
    bytes: randomBytes((at * 997) % 40_000),
  }));
  writeFileSync(join(dir, "149"), randomBytes(100_000));
  const told: string[] = [];
  const writing = createWriting();
  for (const { path, bytes } of files) {
    const half = bytes.length >> 1;
    await writing.take(path, [bytes.subarray(0, half), bytes.subarray(half)], (sha256) =>
      told.push(`${path} ${sha256}`),
    );
  }
  await writing.end();
  expect(told.toSorted()).toEqual(files.map(({ path, bytes }) => `${path} ${hashOf(bytes)}`).toSorted());
  expect(files.every(({ path, bytes }) => readFileSync(path).equals(bytes))).toBe(true);
});

test("what cannot be written is told to be not, and nothing more is taken", async () => {
  writeFileSync(join(dir, "file"), "");
  const writing = createWriting();
  const told: (string | null)[] = [];
  const take = (path: string): Promise<void> => writing.take(path, [Buffer.from("x")], (sha256) => told.push(sha256));
  await take(join(dir, "file", "beneath"));
  await expect(writing.end()).rejects.toMatchObject({ code: "ENOTDIR" });
  expect(told).toEqual([null]);
  await expect(take(join(dir, "later"))).rejects.toMatchObject({ code: "ENOTDIR" });
});
