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
import { json, play, run, screen } from "../helpers/cli.ts";
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

function filesIn(folder: string): string[] {
  if (!existsSync(folder)) return [];
  const names = readdirSync(folder, { recursive: true }) as string[];
  return names.filter((name) => statSync(join(folder, name)).isFile());
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
    const shown = await screen(repo, "mv add shards");
    expect(shown.replace(/and \d+ are free/, "and … are free")).toMatchInlineSnapshot(`
      "! mversion: refused: There is no room for a copy of shards in the cache: 6000000 bytes are to come into /repo/.git/mversion/cache/objects, and … are free
      ! Next: mv add --move shards, or mv add shards --to-remote NAME: neither needs a copy
      ! A cache on another disk: git config mversion.cache FOLDER
      exit 1"
    `);
    expect(filesIn(repo.path(".git/mversion/cache"))).toEqual([]);
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

test.skipIf(!isRoot)("several files are to fit together", () =>
  onDisk(7_000_000, async (disk) => {
    const repo = repoWithShards(disk);
    await play(repo, "mv init --model big --no-hooks");
    for (const name of ["one", "two"]) writeFileSync(repo.path(name), randomBytes(400_000));
    writeFileSync(repo.path("one"), randomBytes(400_000));
    const document = await json(repo, "mv add one two --json");
    expect(document).toMatchObject({ ok: false, error: { code: "no-space", details: { needed: 800_000 } } });
    expect(document.error?.details["free"]).toBeLessThan(300_000);
    expect((await screen(repo, "mv add one two")).replace(/and \d+ are free/, "and … are free")).toMatchInlineSnapshot(`
      "! mversion: refused: There is no room for copies of these 2 paths in the cache: 800000 bytes are to come into /repo/.git/mversion/cache/objects, and … are free
      ! Next: mv add --move PATH…, or mv add PATH… --to-remote NAME: neither needs a copy
      ! A cache on another disk: git config mversion.cache FOLDER
      exit 1"
    `);
    expect(filesIn(repo.path(".git/mversion/cache"))).toEqual([]);

    // What the cache has already takes no room again.
    rmSync(repo.path("shards"), { recursive: true });
    await play(repo, "mv add one two");
    for (let at = 0; at < 24; at++) writeFileSync(repo.path(`fill-${at}`), randomBytes(SHARD_BYTES));
    await play(repo, "mv add one two");
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
