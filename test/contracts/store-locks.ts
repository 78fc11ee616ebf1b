// How pushes and a gc keep out of each other's way on a store: the same on every remote that can be written to.
import { spawnSync } from "node:child_process";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { formatGcLock, type GcLock } from "../../src/model/store-lock.ts";
import { readPushes } from "../../src/operations/gc/pushes.ts";
import { projectWith, type Project } from "../../src/operations/project.ts";
import { unlockStore, withGcLock } from "../../src/operations/store-locks/gc-lock.ts";
import { readGcState } from "../../src/operations/store-locks/gc-state.ts";
import { holdOnStore } from "../../src/operations/store-locks/hold.ts";
import { openGit } from "../../src/git/git.ts";
import { settleInterrupts } from "../../src/platform/interrupts.ts";
import { thisProcess } from "../../src/platform/processes.ts";
import type { Remote } from "../../src/remotes/remote.ts";
import { createRepo, testEnv } from "../helpers/git.ts";
import type { RemoteUnderTest } from "./remote.ts";

const [X, Y] = ["a".repeat(64), "b".repeat(64)] as const;
const stranger = { by: "Bob on far", pid: 1, host: "far", boot: "b", space: "s", start: "1", since: "then" };
const running: GcLock = { ...stranger, id: "0a", state: "running" };

export function storeLockContract(name: string, open: () => Promise<RemoteUnderTest>): void {
  describe(`locks on ${name}`, () => {
    let project: Project;
    let remote: Remote;
    let again: () => Promise<Remote>;

    beforeEach(async () => {
      const repo = createRepo({ config: { "mversion.wait": "0" } });
      project = projectWith(await openGit(repo.dir), null, { cwd: repo.dir, env: testEnv() });
      ({ remote, again } = await open());
    });
    afterEach(() => remote.close());

    const say = (lock: GcLock): Promise<boolean> => remote.writeFile("locks/gc.json", Buffer.from(formatGcLock(lock)));

    test("a gc sees what a push holds, until it lets go", async () => {
      const hold = await holdOnStore(project, remote, [X]);
      expect(hold.gc).toBeNull();
      await withGcLock(project, await again(), async ({ taken }) => {
        const pushes = await readPushes(remote, taken);
        expect([pushes.count, pushes.holds(X), pushes.holds(Y)]).toEqual([1, true, false]);
      });
      await hold.requireHeld();
      await hold.release();
      expect((await readPushes(remote, null)).count).toBe(0);
      expect(await remote.listFiles("locks")).toEqual(["locks/gc.json"]);
    });

    test("no push begins while a gc runs, and the next one knows that one ran", async () => {
      await withGcLock(project, remote, async (lock) => {
        await lock.whileHeld(async () => undefined);
        await expect(holdOnStore(project, await again(), [X])).rejects.toMatchObject({ code: "locked" });
        expect(await remote.listFiles("locks")).toEqual(["locks/gc.json"]);
      });
      const first = await holdOnStore(project, remote, [X]);
      expect(first.gc).toMatch(/^[0-9a-f]{16}$/);
      await withGcLock(project, remote, async () => undefined);
      const second = await holdOnStore(project, remote, [X]);
      expect(second.gc).not.toBe(first.gc);
      await Promise.all([first.release(), second.release()]);
    });

    test("of four that clean at once, one does at a time", async () => {
      let [inside, most, done] = [0, 0, 0];
      const clean = async (): Promise<void> => {
        const own = await again();
        await withGcLock(project, own, async ({ whileHeld }) => {
          inside += 1;
          most = Math.max(most, inside);
          await whileHeld(async () => undefined);
          await new Promise((resolve) => setTimeout(resolve, 20));
          done += 1;
          inside -= 1;
        }).finally(() => own.close());
      };
      const results = await Promise.allSettled([clean(), clean(), clean(), clean()]);
      const refused = results.flatMap((result) => (result.status === "rejected" ? [result.reason as unknown] : []));
      expect([most, done + refused.length]).toEqual([1, 4]);
      for (const reason of refused) expect(reason).toMatchObject({ code: "locked" });
    });

    test("a gc of a process here that has ended is over at once; one elsewhere is not", async () => {
      await say(running);
      await expect(holdOnStore(project, remote, [X])).rejects.toMatchObject({ code: "locked" });
      await expect(withGcLock(project, remote, async () => undefined)).rejects.toMatchObject({ code: "locked" });
      const ended = { ...thisProcess(), pid: spawnSync(process.execPath, ["-e", ""]).pid };
      await say({ ...running, ...ended });
      const hold = await holdOnStore(project, remote, [X]);
      expect((await readGcState(remote))?.lock).toMatchObject({ state: "ended" });
      await hold.release();
      await say({ ...running, ...ended });
      expect(await withGcLock(project, remote, async () => "done")).toBe("done");
    });

    test("a gc that is interrupted says so before it ends, and goes no further", async () => {
      const cleaning = withGcLock(project, remote, async ({ whileHeld }) => {
        await settleInterrupts(10_000);
        expect((await readGcState(remote))?.lock.state).toBe("ended");
        await whileHeld(async () => expect.unreachable());
      });
      await expect(cleaning).rejects.toMatchObject({ code: "locked" });
    });

    test("a gc that is interrupted in the middle of removing lets nobody in before that is over", async () => {
      const cleaning = withGcLock(project, remote, async ({ whileHeld }) => {
        let interrupted = Promise.resolve();
        await whileHeld(async () => {
          interrupted = settleInterrupts(10_000);
          for (let look = 0; look < 3; look += 1) {
            expect((await readGcState(remote))?.lock.state).toBe("running");
          }
        });
        await interrupted;
        expect((await readGcState(remote))?.lock.state).toBe("ended");
      });
      await cleaning;
    });

    test("a gc whose lock was declared ended goes no further", async () => {
      const cleaning = withGcLock(
        project,
        remote,
        async ({ whileHeld }) => {
          await whileHeld(async () => undefined);
          await unlockStore(project, await again());
          await whileHeld(async () => expect.unreachable());
        },
        { beatMs: 0 },
      );
      await expect(cleaning).rejects.toMatchObject({ code: "locked" });
      // What stands there is the other's, not "ended" in our name.
      const hold = await holdOnStore(project, remote, [X]);
      expect(hold.gc).toBe((await readGcState(remote))?.lock.id);
      await hold.release();
    });
  });
}
