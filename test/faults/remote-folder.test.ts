// What a folder store promises when a writer is killed, the disk is full or the disk fails. Needs strace, and root for a full disk.
import { execFileSync, spawnSync } from "node:child_process";
import { createHash, randomBytes } from "node:crypto";
import { cpSync, existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { buildSync } from "esbuild";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { isTempName } from "../../src/platform/temp.ts";
import { hasStrace } from "../helpers/strace.ts";

const home = mkdtempSync(join(tmpdir(), "mv-remote-faults-"));
const driver = join(home, "remote-driver.mjs");
const isRoot = process.getuid?.() === 0;

beforeAll(() => {
  const entryPoints = [join(import.meta.dirname, "remote-driver.ts")];
  buildSync({
    entryPoints,
    bundle: true,
    splitting: true,
    platform: "node",
    format: "esm",
    outdir: home,
    outExtension: { ".js": ".mjs" },
  });
});
afterAll(() => rmSync(home, { recursive: true, force: true }));

const sha = (bytes: Uint8Array): string => createHash("sha256").update(bytes).digest("hex");

/** Three small files, which share their syncs, and one that goes alone. */
function newFolder(name: string): string {
  const dir = join(home, name);
  for (const folder of ["store", "in", "out"]) mkdirSync(join(dir, folder), { recursive: true });
  for (const text of ["one", "two", "three"]) writeFileSync(join(dir, "in", text), text);
  writeFileSync(join(dir, "in", "large"), randomBytes(8 * 1024 * 1024 + 1));
  return dir;
}

function run(act: string, dir: string): { status: number | null; stdout: string; stderr: string } {
  return spawnSync(process.execPath, [driver, act, dir], { encoding: "utf8" });
}

function withStrace(act: string, dir: string, calls: string, inject: string) {
  const flags = ["-f", "-qqq", "-o", join(dir, "strace.log"), "-e", `trace=${calls}`];
  const args = [...flags, "-e", `inject=${calls}:${inject}`, process.execPath, driver, act, dir];
  return spawnSync("strace", args, { encoding: "utf8" });
}

/** Every object of the store holds the bytes of its name; returns their names. */
function objectsOf(dir: string): string[] {
  const folder = join(dir, "store", "objects");
  if (!existsSync(folder)) return [];
  const found: string[] = [];
  for (const path of readdirSync(folder, { recursive: true }).map(String)) {
    const name = path.split("/").at(-1) ?? "";
    if (name.length === 64) {
      expect(sha(readFileSync(join(folder, path)))).toBe(name);
      found.push(name);
    } else expect(name.length === 2 || isTempName(name)).toBe(true);
  }
  return found;
}

function namesIn(dir: string): string[] {
  return readdirSync(join(dir, "in"))
    .map((name) => sha(readFileSync(join(dir, "in", name))))
    .toSorted();
}

const RENAMES = "rename,renameat2,link,linkat,unlink";
const SYNCS = "fsync,fdatasync";

describe.skipIf(!hasStrace)("kill -9", () => {
  test.for([RENAMES, SYNCS])("of a sender at every %s: whole or absent, and the next one finishes", (calls) => {
    const start = newFolder(`send-${calls.length}`);
    let kills = 0;
    for (let nth = 1; ; nth += 1) {
      const dir = join(home, `send-${calls.length}-${nth}`);
      cpSync(start, dir, { recursive: true });
      const { status, stdout } = withStrace("send", dir, calls, `signal=KILL:when=${nth}`);
      const told = stdout.split("\n").filter(Boolean);
      const found = objectsOf(dir);
      expect(told.every((name) => found.includes(name))).toBe(true);
      if (status === 0) break;
      kills += 1;
      expect(run("send", dir)).toMatchObject({ status: 0, stderr: "" });
      expect(objectsOf(dir).toSorted()).toEqual(namesIn(dir));
      rmSync(dir, { recursive: true });
    }
    expect(kills).toBeGreaterThan(3);
  });

  test("of a writer of named files: the old or the new, and the next one finishes", () => {
    const start = newFolder("write");
    writeFileSync(join(start, "store", "mversion.json"), "old");
    let kills = 0;
    for (let nth = 1; ; nth += 1) {
      const dir = join(home, `write-${nth}`);
      cpSync(start, dir, { recursive: true });
      const { status } = withStrace("write", dir, `${RENAMES},${SYNCS}`, `signal=KILL:when=${nth}`);
      expect(["old", "new"]).toContain(readFileSync(join(dir, "store", "mversion.json"), "utf8"));
      if (status === 0) break;
      kills += 1;
      expect(run("write", dir)).toMatchObject({ status: 0, stderr: "" });
      for (const path of ["mversion.json", "models/a/stages/p.json"]) {
        expect(readFileSync(join(dir, "store", path), "utf8")).toBe("new");
      }
      rmSync(dir, { recursive: true });
    }
    expect(kills).toBeGreaterThan(5);
  });

  test("of a receiver in the middle of a file: the next one goes on and has the right bytes", () => {
    const dir = newFolder("receive");
    expect(run("send", dir).status).toBe(0);
    const { stdout } = withStrace("receive", dir, "write,pwrite64", "signal=KILL:when=20");
    expect(stdout.split("\n").filter(Boolean).length).toBeLessThan(4);
    expect(run("receive", dir)).toMatchObject({ status: 0, stderr: "" });
    for (const name of namesIn(dir)) expect(sha(readFileSync(join(dir, "out", name)))).toBe(name);
  });
});

test.skipIf(!hasStrace)(
  "every object is on the disk before it has its name, and so is the name before it is told",
  () => {
    const dir = newFolder("order");
    const log = join(dir, "strace.log");
    const args = ["-f", "-y", "-s", "100", "-qqq", "-o", log, "-e", `trace=${SYNCS},rename,write`];
    expect(spawnSync("strace", [...args, process.execPath, driver, "send", dir]).status).toBe(0);
    const synced = new Set<string>();
    const renamed = new Map<string, string>();
    for (const line of readFileSync(log, "utf8").split("\n")) {
      const sync = /f(?:data)?sync\(\d+<([^>]*)>/.exec(line)?.[1];
      if (sync !== undefined) synced.add(sync);
      const [, from = "", to = ""] = /rename\("([^"]*)", "([^"]*)"/.exec(line) ?? [];
      if (from !== "") {
        expect(synced).toContain(from);
        renamed.set(to.slice(-64), join(to, ".."));
        synced.delete(join(to, ".."));
      }
      const told = /write\(1<[^>]*>, "([0-9a-f]{64})/.exec(line)?.[1];
      if (told !== undefined) expect(synced).toContain(renamed.get(told));
    }
    expect([...renamed.keys()].toSorted()).toEqual(namesIn(dir));
  },
);

test.skipIf(!hasStrace)("an fsync that fails is a failure, and no object appears that may not be on the disk", () => {
  const dir = newFolder("eio");
  const { status, stderr, stdout } = withStrace("send", dir, SYNCS, "error=EIO");
  expect(status).toBe(1);
  expect(stderr).toMatch(/^unreachable: store: .*EIO/);
  expect(stdout).toBe("");
  expect(objectsOf(dir)).toEqual([]);
});

test.skipIf(!isRoot)("a full disk: said, nothing half there, temp files gone; with room it goes on", () => {
  const dir = newFolder("full");
  const store = join(dir, "store");
  execFileSync("mount", ["-t", "tmpfs", "-o", "size=4m", "tmpfs", store]);
  try {
    const { status, stderr } = run("send", dir);
    expect(status).toBe(1);
    expect(stderr).toMatch(/^no-space: .*store.* cannot be written: the disk is full/);
    expect(
      readdirSync(store, { recursive: true })
        .map(String)
        .filter((path) => path.endsWith(".tmp")),
    ).toEqual([]);
    objectsOf(dir);
    execFileSync("mount", ["-o", "remount,size=40m", store]);
    expect(run("send", dir).status).toBe(0);
    expect(objectsOf(dir).toSorted()).toEqual(namesIn(dir));
  } finally {
    execFileSync("umount", [store]);
  }
});
