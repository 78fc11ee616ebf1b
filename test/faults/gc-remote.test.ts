// kill -9 of a gc of a store at every removal and every word it says in the store, and of a push with a gc right behind it: no ref
// ever names an object that the store lacks, and repeating brings both to their end.
import { cpSync, existsSync, mkdirSync, readdirSync } from "node:fs";
import { dirname, join } from "node:path";
import { beforeAll, describe, expect, test } from "vitest";
import { BYTES, MODEL, play, trained } from "../helpers/cli.ts";
import { repoAt, type TestRepo } from "../helpers/git.ts";
import { sha256 } from "../helpers/program.ts";
import { cacheOf, objectFile } from "../helpers/shared.ts";
import { hasStrace, isKilledAt, underStrace } from "../helpers/strace.ts";
import { fork, newWorld, requireConsistent, type World } from "../helpers/world.ts";

const GC = "mv gc --remote store --grace 0 --yes";
const RELIED = BYTES.D;
const GARBAGE = [BYTES.C, BYTES.E, "more\n"];
const TIMEOUT = { timeout: 900_000 };

describe.runIf(hasStrace)("killed", () => {
  let start: World;

  /** A release whose bytes are in the store already is about to be pushed; other bytes there are nobody's. */
  beforeAll(async () => {
    start = await newWorld();
    const { repo, store } = start;
    await play(repo, "mv push");
    for (const bytes of [...GARBAGE, RELIED]) {
      trained(repo, MODEL, bytes);
      await play(repo, `mv add ${MODEL}`);
      const to = objectFile(store, sha256(bytes));
      mkdirSync(dirname(to), { recursive: true });
      cpSync(objectFile(cacheOf(repo), sha256(bytes)), to, { preserveTimestamps: true });
    }
    await play(repo, "mv tag v1.1.0 -a -m relied");
  }, 300_000);

  function scene(): World & { other: TestRepo } {
    const world = fork(start);
    world.origin.git("clone", "-q", ".", join(world.dir, "other"));
    return { ...world, other: repoAt(join(world.dir, "other")) };
  }

  const has = (on: World, bytes: string): boolean => existsSync(objectFile(on.store, sha256(bytes)));

  async function requireEnd(on: World & { other: TestRepo }, where: string): Promise<void> {
    requireConsistent(on, where);
    await play(on.repo, "mv push");
    requireConsistent(on, where);
    await play(on.other, GC);
    requireConsistent(on, where);
    expect([has(on, RELIED), ...GARBAGE.map((bytes) => has(on, bytes))], where).toEqual([true, false, false, false]);
    expect(
      readdirSync(join(on.store, "locks")).filter((name) => name.startsWith("push-")),
      where,
    ).toEqual([]);
  }

  test(
    "a gc at each removal of an object, and when it has said that it begins, and that it ends",
    TIMEOUT,
    async () => {
      const victims = [...GARBAGE, RELIED].map((bytes) => ({
        path: (on: World) => objectFile(on.store, sha256(bytes)),
        nth: 1,
      }));
      const words = [1, 2].map((nth) => ({ path: (on: World) => join(on.store, "locks/gc.json"), nth }));
      for (const [at, { path, nth }] of [...victims, ...words].entries()) {
        const on = scene();
        // What it says gets its permissions once it has its name.
        const calls = "unlink,unlinkat,chmod,fchmodat";
        const flags = ["-o", "/dev/null", "-P", path(on), "-e", `trace=${calls}`];
        const done = underStrace(on.other, GC, [...flags, "-e", `inject=${calls}:signal=KILL:when=${nth}`]);
        const where = `gc killed at ${at}`;
        expect(done.signal === "SIGKILL" || done.status === 137, `${where}\n${done.stderr}`).toBe(true);
        await requireEnd(on, where);
      }
    },
  );

  test("a push at its steps, with a gc right behind it", TIMEOUT, async () => {
    let kills = 0;
    for (let nth = 1; ; nth += 2) {
      const on = scene();
      const isKilled = isKilledAt(on.repo, "mv push", "rename,renameat2,link,linkat,unlink,unlinkat", nth);
      await play(on.other, GC);
      requireConsistent(on, `push killed at ${nth}, then a gc`);
      await play(on.repo, "mv push");
      requireConsistent(on, `push killed at ${nth}, then a gc and a push`);
      await play(on.other, GC);
      requireConsistent(on, `push killed at ${nth}, then all again`);
      expect(has(on, RELIED)).toBe(true);
      if (!isKilled) break;
      kills += 1;
    }
    expect(kills).toBeGreaterThan(3);
  });
});
