import { execFileSync } from "node:child_process";
import {
  chmodSync,
  existsSync,
  lstatSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { beforeEach, describe, expect, test } from "vitest";
import { freeBytes, insideTree, makeFolder, readTextFile, writeFileAtomic } from "../../../src/platform/files.ts";

let dir: string;
beforeEach(() => {
  dir = mkdtempSync(join(tmpdir(), "mv-files-"));
});
const at = (name: string): string => join(dir, name);

describe("writeFileAtomic", () => {
  test("writes, replaces, keeps the mode of what was there, and leaves no temp file", async () => {
    await writeFileAtomic(at("a"), "one");
    chmodSync(at("a"), 0o640);
    await writeFileAtomic(at("a"), new TextEncoder().encode("two"), { durable: false });
    expect(readFileSync(at("a"), "utf8")).toBe("two");
    expect(lstatSync(at("a")).mode & 0o777).toBe(0o640);
    await writeFileAtomic(at("x"), "#!/bin/sh\n", { mode: 0o755 });
    expect(lstatSync(at("x")).mode & 0o100).toBe(0o100);
    expect(readdirSync(dir).toSorted()).toEqual(["a", "x"]);
  });

  test("replaces a symbolic link instead of writing through it", async () => {
    writeFileSync(at("outside"), "safe");
    symlinkSync(at("outside"), at("link"));
    await writeFileAtomic(at("link"), "new");
    expect(lstatSync(at("link")).isFile()).toBe(true);
    expect(readFileSync(at("outside"), "utf8")).toBe("safe");
  });

  test("a failure leaves what was there, and no temp file", async () => {
    mkdirSync(at("folder"));
    writeFileSync(join(at("folder"), "inside"), "");
    await expect(writeFileAtomic(at("folder"), "new")).rejects.toThrow();
    expect(readdirSync(dir)).toEqual(["folder"]);
  });
});

describe("readTextFile", () => {
  test("gives the text, and null where there is none", async () => {
    writeFileSync(at("a"), "\ufeffé\n");
    expect(await readTextFile(at("a"), 100)).toBe("\ufeffé\n");
    expect(await readTextFile(at("none"), 100)).toBeNull();
    expect(await readTextFile(join(at("a"), "below"), 100)).toBeNull();
  });

  test("refuses what is no file, too large or not UTF-8, without hanging", async () => {
    writeFileSync(at("big"), "12345");
    writeFileSync(at("latin"), Buffer.from([0xe9]));
    symlinkSync("big", at("link"));
    mkdirSync(at("folder"));
    execFileSync("mkfifo", [at("fifo")]);
    for (const name of ["big", "latin", "link", "folder", "fifo"]) {
      const hint = expect.stringContaining("git restore") as string;
      await expect(readTextFile(at(name), 4)).rejects.toMatchObject({ code: "invalid-file", hint });
    }
    expect(await readTextFile(at("big"), 5)).toBe("12345");
  });
});

describe("insideTree", () => {
  test("joins a path, whether or not it exists", async () => {
    mkdirSync(at("real"));
    expect(await insideTree(dir, "real/a")).toBe(at("real/a"));
    expect(await insideTree(dir, "new/deeper/a")).toBe(at("new/deeper/a"));
  });

  test("a root that is reached through a link is fine", async () => {
    mkdirSync(at("real"));
    symlinkSync("real", at("root"));
    expect(await insideTree(at("root"), "a")).toBe(at("root/a"));
  });

  test.each(["../a", "/a", "a/../../b", "a//b", "", ".", "a/", "a\0b"])("refuses %j", async (path) => {
    await expect(insideTree(dir, path)).rejects.toMatchObject({ code: "bad-path" });
  });

  test("refuses parents that are links or files", async () => {
    symlinkSync(tmpdir(), at("out"));
    writeFileSync(at("file"), "");
    await expect(insideTree(dir, "out/a")).rejects.toMatchObject({ code: "bad-path" });
    await expect(insideTree(dir, "file/a")).rejects.toMatchObject({ code: "bad-path" });
  });
});

test("makeFolder makes what is missing, takes what is there, and says what is in the way", () => {
  makeFolder(at("a/b/c"));
  makeFolder(at("a/b/c"));
  symlinkSync("a", at("link"));
  makeFolder(at("link"));
  expect(existsSync(at("a/b/c"))).toBe(true);
  writeFileSync(at("file"), "");
  expect(() => makeFolder(at("file"))).toThrow(/EEXIST/);
});

test("freeBytes asks the nearest folder that exists", async () => {
  expect(await freeBytes(at("not/there/yet"))).toBeGreaterThan(0);
});
