import { createHash } from "node:crypto";
import { execFileSync } from "node:child_process";
import {
  appendFileSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  statSync,
  symlinkSync,
  truncateSync,
  utimesSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { beforeEach, describe, expect, test } from "vitest";
import { loadHashing } from "../../../src/platform/hashing.ts";
import { streamFile } from "../../../src/platform/stream.ts";
import { createWorkers } from "../../../src/platform/workers.ts";

let dir: string;
beforeEach(() => {
  dir = mkdtempSync(join(tmpdir(), "mv-hash-"));
});
const at = (name: string): string => join(dir, name);
const sha = (data: string | Uint8Array): string => createHash("sha256").update(data).digest("hex");
const BLOCK = 128 * 1024;

test("known hashes", async () => {
  const hashing = await loadHashing();
  // xxhsum and sha256sum of "model B\n" and of nothing.
  expect(hashing.of(Buffer.from("model B\n"))).toEqual({
    sha256: "14148f94a8b3cfb68a156366ac5a16257a5326be700550db29dc8629553a4f6b",
    xxh64: "c2511630d872d595",
  });
  expect(hashing.of(Buffer.alloc(0)).xxh64).toBe("ef46db3751d8e999");
  const running = hashing.start();
  for (const part of ["mod", "", "el B\n"]) running.update(Buffer.from(part));
  expect(running.finish().xxh64).toBe("c2511630d872d595");
});

describe("streamFile", () => {
  test.each([0, 1, BLOCK - 1, BLOCK, BLOCK + 1, 3 * BLOCK])("copies and hashes %i bytes", async (size) => {
    const data = Buffer.alloc(size, "mv");
    writeFileSync(at("a"), data);
    let seen = 0;
    const found = await streamFile(at("a"), {
      to: { path: at("b"), mode: 0o444 },
      onBytes: (bytes) => (seen += bytes),
    });
    expect(found).toMatchObject({ sha256: sha(data), stat: { size } });
    expect(found.xxh64).toBe((await loadHashing()).of(data).xxh64);
    expect(readFileSync(at("b")).equals(data)).toBe(true);
    expect(seen).toBe(size);
  });

  test("a file that changes meanwhile is refused", async () => {
    // Larger than a turn, so that the change comes in the middle.
    writeFileSync(at("a"), Buffer.alloc(40 * 1024 * 1024));
    const change = (): void => appendFileSync(at("a"), "more");
    await expect(streamFile(at("a"), { onBytes: change })).rejects.toMatchObject({ code: "file-changing" });
    // As long as before, and with its old mtime.
    const { mtime } = statSync(at("a"));
    const rewrite = (): void => {
      writeFileSync(at("a"), "other", { flag: "r+" });
      utimesSync(at("a"), mtime, mtime);
    };
    utimesSync(at("a"), mtime, mtime);
    await expect(streamFile(at("a"), { onBytes: rewrite })).rejects.toMatchObject({ code: "file-changing" });
  });

  test("a large file goes through two threads, several times and at once", async () => {
    const data = Buffer.alloc(65 * 1024 * 1024 + 1, "large");
    writeFileSync(at("a"), data);
    const expected = { sha256: sha(data), xxh64: (await loadHashing()).of(data).xxh64 };
    for (const names of [["b"], ["c", "d"]]) {
      const found = await Promise.all(
        names.map((name) => streamFile(at("a"), { to: { path: at(name), mode: 0o444 } })),
      );
      for (const one of found) expect(one).toMatchObject(expected);
      for (const name of names) expect(readFileSync(at(name)).equals(data)).toBe(true);
    }
    expect(await streamFile(at("a"), { want: "sha256" })).toMatchObject({ sha256: expected.sha256, xxh64: "" });
    expect(await streamFile(at("a"), { want: "xxh64" })).toMatchObject({ sha256: "", xxh64: expected.xxh64 });
    const change = (): void => appendFileSync(at("a"), "more");
    await expect(streamFile(at("a"), { onBytes: change })).rejects.toMatchObject({ code: "file-changing" });
    const halt = (): never => {
      throw new Error("halt");
    };
    await expect(streamFile(at("a"), { onBytes: halt })).rejects.toThrow("halt");
    expect(await streamFile(at("b"))).toMatchObject(expected);
  });

  test("a large file that grows or shrinks while it is copied is refused, and no thread waits for the rest", async () => {
    const size = 80 * 1024 * 1024;
    for (const [name, change] of [
      ["longer", (path: string) => appendFileSync(path, "more")],
      ["shorter", (path: string) => truncateSync(path, size / 2)],
      ["rewritten", (path: string) => writeFileSync(path, "other", { flag: "r+" })],
    ] as const) {
      writeFileSync(at("a"), Buffer.alloc(size, name));
      const to = { path: at(`copy-${name}`), mode: 0o644 };
      let turns = 0;
      const onBytes = (): void => {
        turns += 1;
        if (turns === 7) change(at("a"));
      };
      await expect(streamFile(at("a"), { to, onBytes })).rejects.toMatchObject({ code: "file-changing" });
      expect(turns).toBeGreaterThan(6);
    }
  });

  test("a FIFO, a folder and a link are no files", async () => {
    execFileSync("mkfifo", [at("fifo")]);
    symlinkSync("fifo", at("link"));
    for (const path of [at("fifo"), dir, at("link")]) {
      await expect(streamFile(path)).rejects.toMatchObject({ code: "no-read" });
    }
    await expect(streamFile(at("none"))).rejects.toMatchObject({ code: "file-changing" });
  });

  test("a target that exists is not touched", async () => {
    writeFileSync(at("a"), "new");
    writeFileSync(at("b"), "old");
    await expect(streamFile(at("a"), { to: { path: at("b"), mode: 0o644 } })).rejects.toMatchObject({ code: "EEXIST" });
    expect(readFileSync(at("b"), "utf8")).toBe("old");
  });
});

describe("workers", () => {
  const files = (count: number): string[] =>
    Array.from({ length: count }, (_, n) => {
      writeFileSync(at(`f${n}`), `file ${n}`);
      return at(`f${n}`);
    });

  async function digest(paths: readonly string[], bytes: number): Promise<Map<string, string>> {
    const found = new Map<string, string>();
    await createWorkers(2).each(paths, {
      job: "digest",
      input: (portion) => ({ files: portion }),
      bytes,
      done: (portion, output) => portion.forEach((path, n) => found.set(path, output[n]?.sha256 ?? "")),
    });
    return found;
  }

  test("threads and the main thread agree", async () => {
    const paths = files(600);
    const expected = new Map(paths.map((path) => [path, sha(readFileSync(path))]));
    expect(await digest(paths, 0)).toEqual(expected);
    // Beyond the bytes from which on threads are started.
    expect(await digest(paths, 2 ** 40)).toEqual(expected);
  });

  test("an error keeps its code on the way from a thread", async () => {
    const paths = [...files(600), dir];
    await expect(digest(paths, 2 ** 40)).rejects.toMatchObject({ name: "MvError", code: "no-read" });
  });

  test("a failed job gives nothing a name", async () => {
    const folder = mkdtempSync(join(dir, "objects-"));
    const paths = [...files(3), at("none")];
    const into = { folder, stage: join(dir, "stage"), sync: false, chmod: false };
    const absorbed = createWorkers(1).each(paths, {
      job: "absorb",
      input: (portion) => ({ files: portion, into }),
      bytes: 0,
      done: () => undefined,
    });
    await expect(absorbed).rejects.toMatchObject({ code: "file-changing" });
    expect(readdirSync(folder)).toEqual([]);
  });
});
