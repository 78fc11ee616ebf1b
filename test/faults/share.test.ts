// kill -9 at every rename, link, unlink and fsync of push and fetch: no ref and no release file ever names bytes that the store
// lacks, nothing wrong enters a cache, and repeating the command ends where an uninterrupted one does.
import { createHash } from "node:crypto";
import { existsSync, readdirSync, renameSync } from "node:fs";
import { join } from "node:path";
import { beforeAll, describe, expect, test } from "vitest";
import { BYTES, MODEL, play, trained } from "../helpers/cli.ts";
import { cacheOf } from "../helpers/shared.ts";
import { hasStrace, isKilledAt } from "../helpers/strace.ts";
import { fork, newWorld, requireConsistent, requireHeld, type World } from "../helpers/world.ts";

const CALLS = ["rename,renameat2,link,linkat,unlink,unlinkat", "fsync,fdatasync"];

/** What a store and a bare repository hold, whoever wrote it when. */
function stateOf({ origin, store }: World): unknown {
  const files = readdirSync(store, { recursive: true, withFileTypes: true });
  return {
    refs: origin.git("for-each-ref", "--format=%(refname) %(objectname)"),
    files: files
      .filter((entry) => entry.isFile() && !/\.tmp$|\.lock$/.test(entry.name) && !entry.parentPath.endsWith("/locks"))
      .map((entry) => join(entry.parentPath, entry.name).slice(store.length))
      .toSorted(),
  };
}

describe.runIf(hasStrace)("killed at every step and repeated", () => {
  let pushed: World;
  let start: World;

  beforeAll(async () => {
    start = await newWorld();
    pushed = fork(start);
    await play(pushed.repo, "mv push");
  });

  test("mv push", { timeout: 900_000 }, async () => {
    let kills = 0;
    const expected = stateOf(pushed);
    for (const calls of CALLS) {
      for (let nth = 1; ; nth += 1) {
        const world = fork(start);
        const where = `mv push killed at the ${nth}. of ${calls}`;
        const isKilled = isKilledAt(world.repo, "mv push", calls, nth);
        requireConsistent(world, where);
        if (isKilled) await play(world.repo, "mv push");
        expect(stateOf(world), where).toEqual(expected);
        if (!isKilled) break;
        kills += 1;
      }
    }
    expect(kills).toBeGreaterThan(20);
  });

  test("mv push of a further release", { timeout: 900_000 }, async () => {
    const next = fork(pushed);
    trained(next.repo, MODEL, BYTES.C);
    await play(next.repo, `mv add ${MODEL}`, "mv tag v1.1.0 -a -m next");
    const whole = fork(next);
    await play(whole.repo, "mv push");
    const expected = stateOf(whole);
    for (let nth = 1; ; nth += 2) {
      const world = fork(next);
      const isKilled = isKilledAt(world.repo, "mv push", CALLS.join(","), nth);
      requireConsistent(world, `killed at the ${nth}.`);
      if (isKilled) await play(world.repo, "mv push");
      expect(stateOf(world), `killed at the ${nth}.`).toEqual(expected);
      if (!isKilled) break;
    }
  });

  test("mv fetch", { timeout: 900_000 }, async () => {
    let kills = 0;
    for (const calls of CALLS) {
      for (let nth = 1; ; nth += 1) {
        const world = fork(pushed);
        const { repo } = world;
        renameSync(cacheOf(repo), join(world.dir, "old-cache"));
        const isKilled = isKilledAt(repo, "mv fetch", calls, nth);
        const where = `mv fetch killed at the ${nth}. of ${calls}`;
        const objects = join(cacheOf(repo), "objects");
        const names = existsSync(objects) ? readdirSync(objects, { recursive: true }).map(String) : [];
        for (const name of names.map((path) => path.slice(-64)).filter((path) => /^[0-9a-f]{64}$/.test(path)))
          requireHeld(cacheOf(repo), name, where);
        if (isKilled) await play(repo, "mv fetch");
        requireHeld(cacheOf(repo), createHash("sha256").update(BYTES.B).digest("hex"), where);
        requireHeld(cacheOf(repo), createHash("sha256").update(BYTES.T).digest("hex"), where);
        // A folder that a killed process left empty goes with the next fetch that has something to do.
        const parts = readdirSync(join(cacheOf(repo), "incoming"), { recursive: true }).map(String);
        expect(
          parts.filter((path) => /[0-9a-f]{64}$/.test(path)),
          where,
        ).toEqual([]);
        if (!isKilled) break;
        kills += 1;
      }
    }
    expect(kills).toBeGreaterThan(3);
  });
});
