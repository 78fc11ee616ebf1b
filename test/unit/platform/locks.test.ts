import { spawnSync } from "node:child_process";
import { existsSync, mkdtempSync, readFileSync, utimesSync, writeFileSync } from "node:fs";
import { hostname, tmpdir } from "node:os";
import { join } from "node:path";
import { beforeEach, expect, test } from "vitest";
import { sleep } from "../../../src/platform/clock.ts";
import { withLock } from "../../../src/platform/locks.ts";
import { ancestors, hasEnded, isRunning, thisProcess } from "../../../src/platform/processes.ts";

let dir: string;
beforeEach(() => {
  dir = mkdtempSync(join(tmpdir(), "mv-locks-"));
});
const lock = (): string => join(dir, "write.lock");
const at = { nonce: "n", since: "2026-01-01T00:00:00.000Z" };
/** The pid of a process that has ended. */
const deadPid = (): number => spawnSync("true").pid;
const take = (): Promise<string> => withLock(dir, "write", async () => "done", { waitMs: 60 });

test("holds while the work runs, and lets go after it, also when it fails", async () => {
  await withLock(dir, "write", async () => {
    expect(JSON.parse(readFileSync(lock(), "utf8"))).toMatchObject({ pid: process.pid, host: hostname() });
    await expect(take()).rejects.toMatchObject({ code: "locked", details: { pid: process.pid } });
    expect(await withLock(dir, "other", async () => 1)).toBe(1);
  });
  expect(existsSync(lock())).toBe(false);
  await expect(withLock(dir, "write", () => Promise.reject(new Error("no")))).rejects.toThrow("no");
  expect(await take()).toBe("done");
});

test("waits for its turn", async () => {
  const order: number[] = [];
  const work = (n: number) => async (): Promise<void> => {
    order.push(n);
    await new Promise((resolve) => setTimeout(resolve, 5));
    order.push(n);
  };
  await Promise.all([1, 2, 3].map((n) => withLock(dir, "write", work(n))));
  expect(order).toHaveLength(6);
  for (let i = 0; i < 6; i += 2) expect(order[i]).toBe(order[i + 1]);
});

test("the wait is for one owner: while others take their turns, it begins anew", async () => {
  const waitMs = 600;
  const turn = (): Promise<void> => withLock(dir, "write", () => sleep(waitMs / 20), { waitMs });
  await Promise.all(Array.from({ length: 40 }, turn));
});

test("the lock of a dead process of this machine is taken over", async () => {
  writeFileSync(lock(), JSON.stringify({ ...thisProcess(), ...at, pid: deadPid() }));
  expect(await take()).toBe("done");
});

test("a pid that was given anew is not its old owner", async () => {
  writeFileSync(lock(), JSON.stringify({ ...thisProcess(), ...at, start: "1" }));
  expect(await take()).toBe("done");
  writeFileSync(lock(), JSON.stringify({ ...thisProcess(), ...at, boot: "another boot" }));
  expect(await take()).toBe("done");
});

test("a live owner, one on another machine and one in another container keep theirs", async () => {
  for (const owner of [
    thisProcess(),
    { ...thisProcess(), pid: deadPid(), host: "elsewhere" },
    { ...thisProcess(), pid: deadPid(), space: "pid:[1]" },
  ]) {
    writeFileSync(lock(), JSON.stringify({ ...owner, ...at }));
    await expect(take()).rejects.toMatchObject({ code: "locked", message: expect.stringContaining(String(owner.pid)) });
  }
  await expect(take()).rejects.toThrow(/process \d+/);
});

test("an empty lock file is a writer's at first, and a power cut's later", async () => {
  writeFileSync(lock(), "");
  await expect(take()).rejects.toMatchObject({ code: "locked" });
  utimesSync(lock(), 1, 1);
  expect(await take()).toBe("done");
});

test("a takeover that was killed does not block the next", async () => {
  const dead = JSON.stringify({ ...thisProcess(), ...at, pid: deadPid() });
  writeFileSync(lock(), dead);
  writeFileSync(`${lock()}.takeover`, dead);
  expect(await take()).toBe("done");
});

test("processes are told apart", () => {
  expect(isRunning(process.pid)).toBe(true);
  const pid = deadPid();
  expect(isRunning(pid)).toBe(false);
  expect(hasEnded(thisProcess())).toBe(false);
  expect(hasEnded({ ...thisProcess(), pid })).toBe(true);
});

test("knows the processes above this one, by the names of their programs", () => {
  const above = ancestors();
  expect(above[0]?.identity.pid).toBe(process.ppid);
  expect(above.every(({ name, identity }) => name !== "" && !hasEnded(identity))).toBe(true);
});
