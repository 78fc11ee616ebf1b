// What the store promises when the process is killed, the disk is full or the disk fails. Needs strace, and root for a full disk.
import { execFileSync, spawn, spawnSync } from "node:child_process";
import { cpSync, existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { buildSync } from "esbuild";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { isTempName } from "../../src/platform/temp.ts";
import { type Bytes, createStore, type Store } from "../../src/store/store.ts";
import { sha } from "../unit/store/shop.ts";
import { hasStrace } from "../helpers/strace.ts";

const home = mkdtempSync(join(tmpdir(), "mv-faults-"));
const driver = join(home, "driver.mjs");
const isRoot = process.getuid?.() === 0;

beforeAll(() => {
  const entryPoints = [join(import.meta.dirname, "store-driver.ts")];
  buildSync({ entryPoints, bundle: true, platform: "node", format: "esm", outfile: driver });
});
afterAll(() => rmSync(home, { recursive: true, force: true }));

const OLD = { file: "old", "folder/same": "s", "folder/changed": "1", "folder/gone": "2" };
const NEW = { file: "new", "folder/same": "s", "folder/changed": "one", "folder/added/deep": "3" };

function write(dir: string, tree: Record<string, string>): void {
  for (const [path, text] of Object.entries(tree)) {
    mkdirSync(join(dir, "root", path, ".."), { recursive: true });
    writeFileSync(join(dir, "root", path), text);
  }
}

function openStore(dir: string): Store {
  return createStore({ cacheDir: join(dir, "cache"), stateDir: join(dir, "state"), link: "copy", shared: false });
}

function run(act: string, dir: string, env: Record<string, string> = {}): { status: number | null; stderr: string } {
  return spawnSync(process.execPath, [driver, act, dir], { encoding: "utf8", env: { ...process.env, ...env } });
}

/** Runs an act that strace kills at the nth of these calls. True where it came so far. */
function isKilled(act: string, dir: string, calls: string, nth: number): boolean {
  const inject = `inject=${calls}:signal=KILL:when=${nth}`;
  const args = [
    "-f",
    "-qq",
    "-o",
    "/dev/null",
    "-e",
    `trace=${calls}`,
    "-e",
    inject,
    process.execPath,
    driver,
    act,
    dir,
  ];
  const { signal, status } = spawnSync("strace", args);
  expect(signal === "SIGKILL" || status === 137 || status === 0).toBe(true);
  return status !== 0;
}

/** Every name in the cache holds the bytes it says. */
function assertCache(dir: string): void {
  for (const name of readdirSync(join(dir, "cache", "objects"), { recursive: true }).map(String)) {
    const base = name.split("/").at(-1) ?? "";
    if (base.length === 64) expect(sha(readFileSync(join(dir, "cache", "objects", name)))).toBe(base);
    else expect(base.length === 2 || isTempName(base)).toBe(true);
  }
}

const CALLS = { rename: "rename,renameat,renameat2", fsync: "fsync,fdatasync", link: "linkat,link,unlink,unlinkat" };

describe.skipIf(!hasStrace)("kill -9", () => {
  test.each(Object.entries(CALLS).filter(([name]) => name !== "link"))(
    "at every %s of add",
    { timeout: 120_000 },
    (_, calls) => {
      let nth = 1;
      for (; nth < 60; nth++) {
        const dir = mkdtempSync(join(home, "add-"));
        write(dir, OLD);
        const killed = isKilled("add", dir, calls, nth);
        assertCache(dir);
        expect(run("add", dir)).toMatchObject({ status: 0 });
        assertCache(dir);
        const held = readdirSync(join(dir, "cache", "objects"), { recursive: true }).map(String);
        for (const text of Object.values(OLD)) expect(held).toContain(`${sha(text).slice(0, 2)}/${sha(text)}`);
        if (!killed) break;
      }
      expect(nth).toBeGreaterThan(3);
      expect(nth).toBeLessThan(60);
    },
  );

  test.each(Object.entries(CALLS))("at every %s of place", { timeout: 120_000 }, async (_, calls) => {
    const start = mkdtempSync(join(home, "place-"));
    const store = openStore(start);
    const wanted: Record<string, Bytes> = {};
    write(start, NEW);
    for (const key of ["file", "folder"]) wanted[key] = await store.add(join(start, "root", key), key);
    rmSync(join(start, "root"), { recursive: true });
    write(start, OLD);
    for (const key of ["file", "folder"]) await store.add(join(start, "root", key), key);
    writeFileSync(join(start, "wanted.json"), JSON.stringify(wanted));
    let nth = 1;
    for (; nth < 60; nth++) {
      const dir = mkdtempSync(join(home, "place-"));
      cpSync(start, dir, { recursive: true, preserveTimestamps: true });
      const killed = isKilled("place", dir, calls, nth);
      assertCache(dir);
      // Each path holds wholly what it held, or wholly what it shall hold.
      for (const name of new Set([...Object.keys(OLD), ...Object.keys(NEW)])) {
        const path = join(dir, "root", name);
        const texts = [OLD[name as keyof typeof OLD], NEW[name as keyof typeof NEW]];
        expect(texts).toContain(existsSync(path) ? readFileSync(path, "utf8") : undefined);
      }
      expect(run("place", dir)).toMatchObject({ status: 0, stderr: "" });
      const looked = await openStore(dir).look(join(dir, "root", "folder"), "folder", { precise: true });
      expect(looked).toEqual(wanted["folder"]);
      expect(readFileSync(join(dir, "root", "file"), "utf8")).toBe("new");
      expect(readdirSync(join(dir, "root")).toSorted()).toEqual(["file", "folder"]);
      if (!killed) break;
    }
    expect(nth).toBeGreaterThan(1);
    expect(nth).toBeLessThan(60);
  });
});

describe.skipIf(!hasStrace)("a failing disk", () => {
  test.each([1, 2, 3])("EIO from fsync number %i is reported, and nothing gets a name it has not earned", (nth) => {
    const dir = mkdtempSync(join(home, "eio-"));
    write(dir, OLD);
    const inject = `inject=fsync,fdatasync:error=EIO:when=${nth}`;
    const args = [
      "-f",
      "-qq",
      "-o",
      "/dev/null",
      "-e",
      "trace=fsync,fdatasync",
      "-e",
      inject,
      process.execPath,
      driver,
    ];
    const failed = spawnSync("strace", [...args, "add", dir], { encoding: "utf8" });
    expect(failed.status).toBe(1);
    expect(failed.stderr).toMatch(/^no-write: .*EIO/);
    assertCache(dir);
    expect(
      readdirSync(join(dir, "cache", "objects"), { recursive: true })
        .map(String)
        .filter((name) => name.endsWith(".tmp")),
    ).toEqual([]);
    expect(run("add", dir)).toMatchObject({ status: 0 });
  });
});

describe.skipIf(!isRoot)("a full disk", () => {
  function onSmallDisk(use: (disk: string) => void | Promise<void>, bytes = 2 << 20): Promise<void> {
    const disk = mkdtempSync(join(home, "disk-"));
    execFileSync("mount", ["-t", "tmpfs", "-o", `size=${bytes}`, "tmpfs", disk]);
    return Promise.resolve(use(disk)).finally(() => execFileSync("umount", [disk]));
  }

  test("of the cache: refused before the first byte, and what was there is intact", () =>
    onSmallDisk((disk) => {
      const dir = mkdtempSync(join(home, "full-"));
      write(dir, OLD);
      const env = { MV_CACHE: join(disk, "cache") };
      expect(run("add", dir, env)).toMatchObject({ status: 0 });
      const before = readdirSync(join(disk, "cache"), { recursive: true }).toSorted();
      for (const size of [3 << 20, 9 << 20]) {
        writeFileSync(join(dir, "root", "file"), Buffer.alloc(size, "x"));
        const failed = run("add-file", dir, env);
        expect(failed).toMatchObject({ status: 1 });
        expect(failed.stderr).toMatch(new RegExp(`^no-space: ${size} bytes are to come into ${disk}/.* are free`));
        expect(readdirSync(join(disk, "cache"), { recursive: true }).toSorted()).toEqual(before);
      }
    }));

  // Blocks of small files are more than their bytes: what is added up beforehand fits, and the disk is full all the same.
  test.each([
    ["at a small file", 0, 1000],
    ["at a large file", 9 << 20, 700],
  ])("of the cache, filled meanwhile %s: said, and cleaned up", (_, large, small) =>
    onSmallDisk(
      (disk) => {
        const dir = mkdtempSync(join(home, "full-"));
        write(dir, OLD);
        const env = { MV_CACHE: join(disk, "cache") };
        expect(run("add", dir, env)).toMatchObject({ status: 0 });
        const before = readdirSync(join(disk, "cache"), { recursive: true }).toSorted();
        for (let at = 0; at < small; at++) writeFileSync(join(dir, "root", "folder", String(at)), String(at));
        writeFileSync(join(dir, "root", "folder", "large"), Buffer.alloc(large, "x"));
        const failed = run("add", dir, env);
        expect(failed).toMatchObject({ status: 1 });
        expect(failed.stderr).toMatch(/^no-space: .*full/);
        expect(failed.stderr).toContain(disk);
        expect(readdirSync(join(disk, "cache"), { recursive: true }).toSorted()).toEqual(before);
      },
      large + (2 << 20),
    ),
  );

  test("of the working tree: refused before the first byte", () =>
    onSmallDisk(async (disk) => {
      const dir = mkdtempSync(join(home, "full-"));
      const store = openStore(dir);
      write(dir, { file: "" });
      writeFileSync(join(dir, "root", "file"), Buffer.alloc(3 << 20, "x"));
      const bytes = await store.add(join(dir, "root", "file"), "file");
      writeFileSync(join(disk, "file"), "old");
      const current = await store.look(join(disk, "file"), "file");
      const { kind, sha256, size } = bytes;
      const item = { absolute: join(disk, "file"), key: "file", kind, sha256, size, current };
      await expect(store.place([item])).rejects.toMatchObject({ code: "no-space" });
      expect(readdirSync(disk)).toEqual(["file"]);
      expect(readFileSync(join(disk, "file"), "utf8")).toBe("old");
    }));
});

test.skipIf(!isRoot)("a read-only cache serves a checkout, and says that it takes nothing", async () => {
  const dir = mkdtempSync(join(home, "ro-"));
  write(dir, OLD);
  const store = openStore(dir);
  const wanted = await store.add(join(dir, "root", "folder"), "folder");
  rmSync(join(dir, "root", "folder"), { recursive: true });
  const cache = join(dir, "cache");
  execFileSync("mount", ["--bind", cache, cache]);
  try {
    execFileSync("mount", ["-o", "remount,bind,ro", cache]);
    writeFileSync(join(dir, "wanted.json"), JSON.stringify({ folder: wanted }));
    expect(run("place", dir)).toMatchObject({ status: 0, stderr: "" });
    expect(readFileSync(join(dir, "root", "folder", "changed"), "utf8")).toBe("1");
    const failed = run("add-file", dir);
    expect(failed).toMatchObject({ status: 1 });
    expect(failed.stderr).toMatch(/^no-write: .*read-only/);
  } finally {
    execFileSync("umount", [cache]);
  }
});

test("eight adds of one file at once make one object and agree", async () => {
  const dir = mkdtempSync(join(home, "eight-"));
  write(dir, { file: "x" });
  writeFileSync(join(dir, "root", "file"), Buffer.alloc(9 << 20, "same"));
  const statuses = await Promise.all(
    Array.from(
      { length: 8 },
      () =>
        new Promise((resolve) => {
          spawn(process.execPath, [driver, "add-file", dir], { stdio: "inherit" }).once("exit", resolve);
        }),
    ),
  );
  expect(statuses).toEqual(Array.from({ length: 8 }, () => 0));
  const answers = readdirSync(dir).filter((name) => name.startsWith("out-"));
  expect(new Set(answers.map((name) => readFileSync(join(dir, name), "utf8"))).size).toBe(1);
  assertCache(dir);
  const held = readdirSync(join(dir, "cache", "objects"), { recursive: true }).map(String);
  expect(held.filter((name) => name.includes("/") || name.endsWith(".tmp"))).toHaveLength(1);
  expect(existsSync(join(dir, "cache", "quarantine"))).toBe(false);
});
