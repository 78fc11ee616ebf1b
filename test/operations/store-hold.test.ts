// What a push leaves in a store, and what it does where it may not write or delete there.
import { spawnSync } from "node:child_process";
import { beforeEach, describe, expect, test } from "vitest";
import { MvError } from "../../src/errors.ts";
import { formatPushLock } from "../../src/model/store-lock.ts";
import { readPushes } from "../../src/operations/gc/pushes.ts";
import { gcRemote } from "../../src/operations/gc-remote.ts";
import { prePush } from "../../src/operations/hook/pre-push.ts";
import type { Project } from "../../src/operations/project.ts";
import { push } from "../../src/operations/push.ts";
import type { PushUnderWay } from "../../src/operations/store-locks/push-end.ts";
import { type ProcessIdentity, thisProcess } from "../../src/platform/processes.ts";
import { withGcLock } from "../../src/operations/store-locks/gc-lock.ts";
import { holdOnStore } from "../../src/operations/store-locks/hold.ts";
import { thisHolder } from "../../src/operations/store-locks/holder.ts";
import type { Remote } from "../../src/remotes/remote.ts";
import { BYTES, play } from "../helpers/cli.ts";
import { cloneOf, oneStore, type OneStore, openStore, retrain } from "../helpers/one-store.ts";
import { sha256 } from "../helpers/program.ts";
import { openRepo } from "../helpers/project.ts";
import { refusal } from "../helpers/refusal.ts";

let shared: OneStore;
let project: Project;
let remote: Remote;
const X = "a".repeat(64);
const HOUR = 60 * 60 * 1000;

beforeEach(async () => {
  shared = await oneStore();
  project = await openRepo(shared.churn.repo);
  remote = await openStore(shared.churn);
});

const locks = (): Promise<string[]> => remote.listFiles("locks");
const denied = async (): Promise<never> => {
  throw new MvError("denied", "store: no");
};

test("a push leaves nothing behind", async () => {
  expect(await locks()).toEqual([]);
});

test("the pre-push hook leaves its lock, which a push of the same clone takes again an hour later", async () => {
  const { repo } = shared.churn;
  await retrain(repo, BYTES.D);
  const line = `refs/heads/main ${repo.head()} refs/heads/main ${repo.git("rev-parse", "origin/main")}\n`;
  expect(await prePush(await openRepo(repo), ["origin", shared.churn.origin.dir], line)).toEqual([]);
  const [left = "", ...others] = await locks();
  expect([left, others]).toEqual([expect.stringMatching(/^locks\/push-[0-9a-f]{24}\.json$/), []]);
  const pushes = await readPushes(remote, null);
  expect(pushes.holds(sha256(BYTES.D))).toBe(true);
  // Git has no ref of it yet, and a gc of somebody else keeps it.
  const clean = async () => gcRemote(await openRepo(cloneOf(shared.risk)), { remote: "store", grace: 0 });
  expect(await clean()).toMatchObject({ removed: [], held: 1 });
  const soon = await holdOnStore(project, remote, [X]);
  expect(await locks()).toHaveLength(2);
  await soon.release();
  const later = await holdOnStore({ ...project, now: () => new Date(Date.now() + 2 * HOUR) }, remote, [X]);
  expect(await locks()).toEqual([left]);
  await later.release();
  expect(await locks()).toEqual([]);
  expect(await clean()).toMatchObject({ removed: [{ sha256: sha256(BYTES.D) }] });
});

describe("a lock of the pre-push hook is free", () => {
  const MINUTE = 60_000;
  const leave = async (processes: ProcessIdentity[], branches: PushUnderWay["branches"] = []): Promise<string> => {
    const hold = await holdOnStore(project, remote, [X]);
    await hold.leave({ processes, branches });
    const [path = ""] = await locks();
    return path;
  };
  /** Whether another push takes the name again, so long after. */
  const isFree = async (path: string, after: number): Promise<boolean> => {
    const hold = await holdOnStore({ ...project, now: () => new Date(Date.now() + after) }, remote, [X]);
    const isTaken = (await locks()).length === 1;
    await hold.release();
    return isTaken && !(await locks()).includes(path);
  };
  const ended = (): ProcessIdentity => ({ ...thisProcess(), pid: spawnSync("true").pid });

  test("when this clone's copy of the branch says that the remote took it", async () => {
    const { repo } = shared.churn;
    const to = repo.commit("code", { "train.py": "x = 1\n" });
    const path = await leave([ended()], [{ ref: "refs/remotes/origin/main", to }]);
    expect(await isFree(path, 0)).toBe(false);
    repo.git("push", "-q", "--no-verify", "origin", "main");
    expect(await isFree(path, 0)).toBe(true);
  });

  test("five minutes after the push was seen to have ended, whatever came of it", async () => {
    const path = await leave([ended()]);
    expect([await isFree(path, 4 * MINUTE), await isFree(path, 6 * MINUTE)]).toEqual([false, true]);
  });

  test("never while the push runs, and where nothing is known of it after an hour", async () => {
    const to = shared.churn.repo.git("rev-parse", "origin/main");
    const path = await leave([ended(), thisProcess()], [{ ref: "refs/remotes/origin/main", to }]);
    expect(await isFree(path, 50 * MINUTE)).toBe(false);
    expect(await isFree(path, 61 * MINUTE)).toBe(true);
  });

  test("for the next gc of this clone too, which removes it", async () => {
    const path = await leave(
      [],
      [{ ref: "refs/remotes/origin/main", to: shared.churn.repo.git("rev-parse", "origin/main") }],
    );
    await gcRemote(project, { remote: "store", grace: 0, dryRun: true });
    expect(await locks()).toEqual([path]);
    await gcRemote(project, { remote: "store", grace: 0 });
    expect(await locks()).toEqual([]);
  });
});

test("without the right to delete one that holds nothing stays, and is taken again", async () => {
  const careful = { ...remote, removeFile: denied };
  const hold = await holdOnStore(project, careful, [X]);
  const [path = ""] = await locks();
  await hold.release();
  expect(await locks()).toEqual([path]);
  expect(await readPushes(remote, null)).toMatchObject({ count: 0, dead: [] });
  expect((await readPushes(remote, new Date(Date.now() + 2 * HOUR))).dead).toEqual([path]);
  const again = await holdOnStore(project, careful, [X]);
  expect(await locks()).toEqual([path]);
  await again.release();
});

test("a lock is forgotten after a day, by the store's clock", async () => {
  await (await holdOnStore(project, remote, [X])).leave(null);
  expect((await readPushes(remote, new Date(Date.now() + 23 * HOUR))).holds(X)).toBe(true);
  const old = await readPushes(remote, new Date(Date.now() + 25 * HOUR));
  expect([old.holds(X), old.dead]).toEqual([false, await locks()]);
});

describe("without the right to write", () => {
  test("nothing is held, and it is told whether a gc came", async () => {
    const reader = { ...remote, writeFile: denied };
    const hold = await holdOnStore(project, reader, [X]);
    expect([await locks(), await hold.isBroken()]).toEqual([[], false]);
    await hold.requireHeld();
    await withGcLock(project, remote, async () => expect(await hold.isBroken()).toBe(true));
    expect(await hold.isBroken()).toBe(true);
    await hold.release();
  });
});

test("a push that relies on more than a lock can tell keeps a gc from its work, until it is unlocked", async () => {
  const all = formatPushLock({ ...(await thisHolder(project)), objects: null });
  await remote.writeFile("locks/push-1.json", Buffer.from(all));
  const failure = await refusal(gcRemote(project, { remote: "store", grace: 0 }));
  expect(failure).toMatchObject({
    code: "locked",
    message: expect.stringMatching(/^Ada, process \d+ on .* is pushing/),
  });
  await play(shared.churn.repo, "mv gc --remote store --unlock");
  expect(await gcRemote(project, { remote: "store", grace: 0 })).toMatchObject({ removed: [] });
});

test("what a commit of code needs is held too, though the store is asked nothing", async () => {
  const { repo } = shared.churn;
  repo.commit("code", { "train.py": "x = 1\n" });
  await push(await openRepo(repo), { words: [] });
  repo.commit("more code", { "train.py": "x = 2\n" });
  expect(await push(await openRepo(repo), { words: [] })).toMatchObject({ recorded: true });
  expect(await locks()).toEqual([]);
});
