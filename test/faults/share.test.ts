// kill -9 at every rename, link, unlink and fsync of push and fetch: no ref and no release file ever names bytes that the store
// lacks, nothing wrong enters a cache, and repeating the command ends where an uninterrupted one does.
import { spawnSync } from "node:child_process";
import { createHash } from "node:crypto";
import { cpSync, existsSync, readdirSync, readFileSync, renameSync } from "node:fs";
import { join } from "node:path";
import { beforeAll, describe, expect, test } from "vitest";
import { parseReleaseFile } from "../../src/model/release-file.ts";
import { parsePointer } from "../../src/model/pointer.ts";
import { parseTagObject } from "../../src/model/release.ts";
import { BYTES, MODEL, play, sampleProject, trained } from "../helpers/cli.ts";
import { createRepo, repoAt, scratchDir, type TestRepo } from "../helpers/git.ts";
import { cacheOf, objectFile } from "../helpers/shared.ts";
import { hasStrace, isKilledAt } from "../helpers/strace.ts";

const CALLS = ["rename,renameat2,link,linkat,unlink,unlinkat", "fsync,fdatasync"];

/** A folder with the repository, origin and the store side by side, so that all three can be copied together. */
interface World {
  dir: string;
  repo: TestRepo;
  origin: TestRepo;
  store: string;
}

function worldAt(dir: string): World {
  return { dir, repo: repoAt(join(dir, "repo")), origin: repoAt(join(dir, "origin.git")), store: join(dir, "store") };
}

function fork(world: World): World {
  const dir = join(scratchDir("world"), "world");
  cpSync(world.dir, dir, { recursive: true, preserveTimestamps: true, verbatimSymlinks: true });
  return worldAt(dir);
}

async function newWorld(): Promise<World> {
  const dir = scratchDir("world");
  const sample = await sampleProject({ until: "1.0.0" });
  const bare = createRepo({ bare: true });
  renameSync(bare.dir, join(dir, "origin.git"));
  cpSync(sample.dir, join(dir, "repo"), { recursive: true, preserveTimestamps: true, verbatimSymlinks: true });
  cpSync(scratchDir("store"), join(dir, "store"), { recursive: true });
  const world = worldAt(dir);
  const { repo } = world;
  repo.git("remote", "add", "origin", "../origin.git");
  repo.write(".mversion.yaml", `${repo.read(".mversion.yaml")}id: 7d0c8f1e\nremotes:\n  store: {url: ../store}\n`);
  repo.git("commit", "-qam", "A store");
  return world;
}

function requireHeld(folder: string, sha256: string, where: string): void {
  const file = objectFile(folder, sha256);
  expect(existsSync(file), `${where}: ${sha256}`).toBe(true);
  expect(createHash("sha256").update(readFileSync(file)).digest("hex"), where).toBe(sha256);
}

/** Everything that a ref of origin or a release file of the store names is in the store. */
function requireConsistent({ origin, store }: World, where: string): void {
  for (const line of origin.git("for-each-ref", "--format=%(objectname) %(objecttype)").split("\n").filter(Boolean)) {
    const [oid = "", type] = line.split(" ");
    if (type === "tag") {
      const raw = spawnSync("git", ["cat-file", "tag", oid], { cwd: origin.dir }).stdout;
      const reading = parseTagObject(raw, oid);
      const release = reading?.kind === "release" ? reading.release : null;
      for (const { sha256 } of [...(release?.artifacts ?? []), ...(release?.datasets ?? [])])
        requireHeld(store, sha256, where);
    }
    const files = origin.git("ls-tree", "-r", "--name-only", `${oid}^{commit}`).split("\n");
    for (const file of files.filter((name) => name.endsWith(".mv.yaml"))) {
      const { sha256 } = parsePointer(`${origin.git("show", `${oid}^{commit}:${file}`)}\n`, file);
      requireHeld(store, sha256, where);
    }
  }
  const releases = join(store, "models/churn/releases");
  for (const name of existsSync(releases) ? readdirSync(releases) : []) {
    if (!name.endsWith(".json")) continue;
    const { release } = parseReleaseFile(readFileSync(join(releases, name)), name);
    for (const { sha256 } of [...release.artifacts, ...release.datasets]) requireHeld(store, sha256, where);
  }
}

/** What a store and a bare repository hold, whoever wrote it when. */
function stateOf({ origin, store }: World): unknown {
  const files = readdirSync(store, { recursive: true, withFileTypes: true });
  return {
    refs: origin.git("for-each-ref", "--format=%(refname) %(objectname)"),
    files: files
      .filter((entry) => entry.isFile() && !/\.tmp$|\.lock$/.test(entry.name))
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
