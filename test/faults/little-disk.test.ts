// A folder that fills most of the disk: added, pushed, evicted, and brought back, though there is room for one copy only.
import { execFileSync } from "node:child_process";
import { createHash, randomBytes } from "node:crypto";
import {
  chmodSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, test } from "vitest";
import { play, run } from "../helpers/cli.ts";
import { createRepo, repoAt, scratchDir, type TestRepo } from "../helpers/git.ts";

const SHARDS = 30;
const SHARD_BYTES = 200_000;
const isRoot = process.getuid?.() === 0;

function onDisk(bytes: number, use: (disk: string) => Promise<void>): Promise<void> {
  const disk = mkdtempSync(join(tmpdir(), "mv-disk-"));
  execFileSync("mount", ["-t", "tmpfs", "-o", `size=${bytes}`, "tmpfs", disk]);
  return use(disk).finally(() => {
    execFileSync("umount", [disk]);
    rmSync(disk, { recursive: true });
  });
}

function repoWithShards(disk: string): TestRepo {
  mkdirSync(join(disk, "repo", "shards"), { recursive: true });
  const repo = repoAt(join(disk, "repo"));
  repo.git("init", "--quiet", "--initial-branch=main");
  for (let at = 0; at < SHARDS; at++) writeFileSync(repo.path(`shards/${at}.bin`), randomBytes(SHARD_BYTES));
  return repo;
}

/** SHA-256 of all files, and their modes. */
function contentOf(folder: string): string[] {
  const digest = (name: string): string =>
    createHash("sha256")
      .update(readFileSync(join(folder, name)))
      .digest("hex");
  return readdirSync(folder)
    .toSorted()
    .map((name) => `${name} ${digest(name)} ${(statSync(join(folder, name)).mode & 0o777).toString(8)}`);
}

const cached = (repo: TestRepo): number => {
  const folder = repo.path(".git/mversion/cache/objects");
  const sizes = (readdirSync(folder, { recursive: true }) as string[]).map((name) => statSync(join(folder, name)));
  return sizes.filter((stats) => stats.isFile() && stats.size === SHARD_BYTES).length;
};

test.skipIf(!isRoot)("60 of 70: add --move, push, evict, pull", { timeout: 240_000 }, () =>
  onDisk(7_000_000, async (disk) => {
    const origin = createRepo({ bare: true });
    const store = scratchDir("store");
    const repo = repoWithShards(disk);
    repo.git("remote", "add", "origin", `file://${origin.dir}`);
    chmodSync(repo.path("shards/7.bin"), 0o755);
    const before = contentOf(repo.path("shards"));
    await play(repo, "mv init --model big --no-hooks", `mv remote add store ${store}`);
    expect(await run(repo, "mv add shards")).toMatchObject({ status: 1, stderr: expect.stringContaining("--move") });
    expect(contentOf(repo.path("shards"))).toEqual(before);
    await play(repo, "mv add --move shards", "mv tag v1.0.0 -m first", "mv push", "mv evict shards");
    // Linked to the cache, they were made read-only.
    const noModes = (lines: string[]): string[] => lines.map((line) => line.slice(0, -4));
    expect([cached(repo), noModes(contentOf(repo.path("shards")))]).toEqual([0, noModes(before)]);

    rmSync(repo.path("shards"), { recursive: true });
    await play(repo, "mv pull");
    expect([cached(repo), contentOf(repo.path("shards"))]).toEqual([0, before]);
    expect((await run(repo, "mv status")).stdout).toContain("shards  model  unchanged");
    await play(repo, "mv verify");

    // What left the cache counts as stored, as a store confirms it.
    rmSync(repo.path("shards/3.bin"));
    await play(repo, "mv restore shards");
    expect(contentOf(repo.path("shards"))).toEqual(before);
  }),
);

test.skipIf(!isRoot)("without a store that holds the bytes, nothing leaves the cache", { timeout: 240_000 }, () =>
  onDisk(7_000_000, async (disk) => {
    const repo = repoWithShards(disk);
    await play(repo, "mv init --model big --no-hooks", "mv add --move shards");
    rmSync(repo.path("shards"), { recursive: true });
    expect(await run(repo, "mv restore shards")).toMatchObject({
      status: 1,
      stderr: expect.stringContaining("are free"),
    });
    expect([cached(repo), existsSync(repo.path("shards"))]).toEqual([SHARDS, false]);
  }),
);

test.skipIf(!isRoot)("a store that is full is said to be it, and no ref goes out", { timeout: 240_000 }, () =>
  onDisk(300_000, async (store) => {
    const origin = createRepo({ bare: true });
    const repo = repoWithShards(scratchDir("repo"));
    repo.git("remote", "add", "origin", `file://${origin.dir}`);
    await play(
      repo,
      "mv init --model big --no-hooks",
      `mv remote add store ${store}`,
      "mv add shards",
      "mv tag v1.0.0 -m first",
    );
    const { status, stderr } = await run(repo, "mv push");
    expect([status, stderr]).toEqual([
      1,
      expect.stringMatching(/store: .* has no room: [^]*Next: mv gc --remote store/),
    ]);
    expect(origin.git("for-each-ref")).toBe("");
  }),
);
