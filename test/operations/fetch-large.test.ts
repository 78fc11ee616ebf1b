// An object that is hashed while it is copied out of a store is no less hostile than any other.
import { chmodSync, existsSync, mkdirSync, openSync, readdirSync, rmSync, writeSync, closeSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { fetchTargets } from "../../src/operations/objects/fetch.ts";
import { init } from "../../src/operations/init.ts";
import { push } from "../../src/operations/push.ts";
import { remoteAdd } from "../../src/operations/remote.ts";
import { createRepo, scratchDir, testEnv } from "../helpers/git.ts";
import { addTo, openRepo } from "../helpers/project.ts";

const SIZE = 65 * 1024 * 1024;

test("one wrong byte of a large object: quarantine, not the cache; the right ones come in", async () => {
  const repo = createRepo();
  await init({ cwd: repo.dir, env: testEnv() }, { model: "churn", createRepository: false, hooks: false, program: "" });
  const store = join(scratchDir("store"), "store");
  mkdirSync(store);
  repo.write("model.bin", Buffer.alloc(SIZE, "model"));
  const { artifacts } = await addTo(repo, "model.bin");
  const { sha256 = "" } = artifacts[0] ?? {};
  await remoteAdd(await openRepo(repo), { name: "store", url: store });
  repo.commit("all");
  await push(await openRepo(repo), { words: [], noGit: true });
  const cache = repo.path(".git/mversion/cache");
  rmSync(cache, { recursive: true });

  const object = join(store, "objects", sha256.slice(0, 2), sha256);
  const write = (byte: string): void => {
    chmodSync(object, 0o644);
    const fd = openSync(object, "r+");
    writeSync(fd, byte, SIZE / 2);
    closeSync(fd);
  };
  const target = { path: "model.bin", kind: "file" as const, sha256, size: SIZE };
  const right = "model"[(SIZE / 2) % 5] ?? "";
  write("!");
  const first = await fetchTargets(await openRepo(repo), [target]);
  expect(first.wrong).toEqual([{ path: "model.bin", sha256, remote: "store" }]);
  expect(existsSync(join(cache, "objects", sha256.slice(0, 2), sha256))).toBe(false);
  expect(readdirSync(join(cache, "quarantine"))).toHaveLength(1);

  write(right);
  const second = await fetchTargets(await openRepo(repo), [target]);
  expect(second).toMatchObject({ objects: 1, bytes: SIZE, from: ["store"], missing: [], wrong: [] });
  expect(existsSync(join(cache, "objects", sha256.slice(0, 2), sha256))).toBe(true);
});
