// What `mv gc` keeps: everything that some state of some repository may still need.
import {
  chmodSync,
  chownSync,
  existsSync,
  mkdirSync,
  readdirSync,
  renameSync,
  rmSync,
  statSync,
  utimesSync,
  writeFileSync,
} from "node:fs";
import { join } from "node:path";
import { beforeEach, describe, expect, test } from "vitest";
import { gc, type GcInput, type GcResult } from "../../src/operations/gc.ts";
import { openProject } from "../../src/operations/project.ts";
import { withLock } from "../../src/platform/locks.ts";
import { MODEL, play, trained } from "../helpers/cli.ts";
import { createRepo, scratchDir, testEnv, type TestRepo } from "../helpers/git.ts";
import { sha256 as shaOf } from "../helpers/program.ts";

let repo: TestRepo;

beforeEach(async () => {
  repo = await start();
});

async function start(cache?: string): Promise<TestRepo> {
  const made = createRepo();
  if (cache !== undefined) made.git("config", "mversion.cache", cache);
  await play(made, "mv init --model churn --no-hooks");
  await commitTraining(made, "first");
  await play(made, "mv tag v1.0.0 -m First");
  return made;
}

async function commitTraining(on: TestRepo, bytes: string): Promise<void> {
  trained(on, MODEL, bytes);
  await play(on, `mv add ${MODEL}`, "mv bump draft");
  on.git("add", "--all");
  on.git("commit", "-qm", bytes);
}

/** Runs gc as if no object had been used for a month. */
async function clean(on: TestRepo, input: GcInput = { grace: 0 }): Promise<GcResult> {
  const now = () => new Date(Date.now() + 30 * 24 * 3600 * 1000);
  return gc(await openProject({ cwd: on.dir, env: testEnv(), now }), input);
}

const has = (on: TestRepo, bytes: string, cache = on.path(".git/mversion/cache")): boolean =>
  existsSync(join(cache, "objects", shaOf(bytes).slice(0, 2), shaOf(bytes)));

describe("is kept", () => {
  test.each<[string, (bytes: string) => Promise<void> | void]>([
    ["on a branch that is not pushed", () => repo.git("switch", "-qc", "other")],
    ["under a tag alone", () => void (repo.git("tag", "keep"), repo.git("reset", "-q", "--hard", "v1.0.0"))],
    ["under a stash", () => void (repo.git("reset", "-q", "--soft", "v1.0.0"), repo.git("stash", "-q"))],
    ["in a reflog alone", () => repo.git("reset", "-q", "--hard", "v1.0.0")],
    ["on a detached HEAD", () => void (repo.git("checkout", "-q", "--detach"), repo.git("branch", "-qD", "main"))],
    ["staged", () => void (repo.git("reset", "-q", "--soft", "v1.0.0"), expireReflogs())],
    ["in the working tree", () => void (repo.git("reset", "-q", "v1.0.0"), expireReflogs())],
    [
      "in another working tree",
      () => {
        repo.git("worktree", "add", "-q", "--detach", join(scratchDir(), "linked"));
        repo.git("reset", "-q", "--hard", "v1.0.0");
        expireReflogs();
      },
    ],
    [
      "on a side of a merge that took the other",
      async () => {
        repo.git("switch", "-qc", "side", "v1.0.0");
        await commitTraining(repo, "other side");
        repo.git("merge", "-q", "-s", "ours", "-m", "ours", "main");
        repo.git("branch", "-qD", "main");
        expireReflogs();
      },
    ],
  ])("%s", async (_, arrange) => {
    await commitTraining(repo, "second");
    await arrange("second");
    const result = await clean(repo);
    expect(result.removed).toEqual([]);
    expect([has(repo, "first"), has(repo, "second")]).toEqual([true, true]);
  });

  test("a folder's files, its manifest, and links", async () => {
    repo.write("models/tok/a.json", "a");
    repo.write("models/tok/b.json", "b");
    await play(repo, "mv add models/tok", "mv tag v1.1.0 -a -m Folder");
    await clean(repo);
    rmSync(repo.path("models/tok"), { recursive: true });
    await play(repo, "mv restore models/tok");
    expect(repo.read("models/tok/b.json")).toBe("b");
  });
});

function expireReflogs(): void {
  repo.git("reflog", "expire", "--expire=now", "--all");
}

describe("goes", () => {
  beforeEach(async () => {
    await commitTraining(repo, "second");
    repo.git("reset", "-q", "--hard", "v1.0.0");
    await play(repo, "mv restore");
    expireReflogs();
  });

  test("what nothing leads to, once it is old enough; a dry run says it first", async () => {
    const dry = await clean(repo, { grace: 0, dryRun: true });
    expect(dry).toMatchObject({ dry_run: true, removed: [{ sha256: shaOf("second"), size: 6 }], bytes: 6, kept: 1 });
    expect(has(repo, "second")).toBe(true);
    expect(await clean(repo, {})).toMatchObject({ removed: [{ sha256: shaOf("second") }] });
    expect([has(repo, "first"), has(repo, "second")]).toEqual([true, false]);
    await play(repo, "mv verify --all");
  });

  test("within the grace age of the settings it stays", async () => {
    const project = await openProject({ cwd: repo.dir, env: testEnv() });
    expect(await gc(project, {})).toMatchObject({ removed: [], young: 1 });
    expect(await gc(project, { grace: 3600_000 })).toMatchObject({ removed: [], young: 1 });
    const object = repo.path(".git/mversion/cache/objects", shaOf("second").slice(0, 2), shaOf("second"));
    utimesSync(object, 1, 1);
    // ctime cannot be set back: the clock has to go on.
    expect((await clean(repo, { grace: 29 * 24 * 3600_000 })).removed).toHaveLength(1);
  });

  test("rotten objects that were put away", async () => {
    mkdirSync(repo.path(".git/mversion/cache/quarantine"), { recursive: true });
    writeFileSync(repo.path(".git/mversion/cache/quarantine/x"), "rotten");
    expect((await clean(repo, { grace: 0, dryRun: true })).quarantined).toBe(6);
    await clean(repo);
    expect(readdirSync(repo.path(".git/mversion/cache/quarantine"))).toEqual([]);
  });
});

describe("nothing goes", () => {
  test("where a folder's manifest is not here", async () => {
    repo.write("models/tok/a.json", "a");
    await play(repo, "mv add models/tok", "mv tag v1.1.0 -a -m Folder");
    const [, sha = ""] = /^sha256: "(\w+)"/m.exec(repo.read("models/tok.mv.yaml")) ?? [];
    rmSync(repo.path(".git/mversion/cache/objects", sha.slice(0, 2), sha));
    await expect(clean(repo)).rejects.toMatchObject({ code: "gc-refused", hint: expect.stringContaining("mv fetch") });
    expect(has(repo, "a")).toBe(true);
  });

  test("where a working tree is not there", async () => {
    const linked = join(scratchDir(), "linked");
    repo.git("worktree", "add", "-q", "--detach", linked);
    rmSync(linked, { recursive: true });
    await expect(clean(repo)).rejects.toMatchObject({ code: "gc-refused", hint: expect.stringContaining("prune") });
  });
});

describe("a cache that repositories share", () => {
  let cache: string;
  let other: TestRepo;

  beforeEach(async () => {
    cache = scratchDir("cache");
    repo = await start(cache);
    other = createRepo();
    other.git("config", "mversion.cache", cache);
    await play(other, "mv init --model risk --no-hooks");
    trained(other, MODEL, "of the other");
    await play(other, `mv add ${MODEL}`);
  });

  test("keeps what the other one needs, committed or not", async () => {
    await commitTraining(repo, "second");
    repo.git("reset", "-q", "--hard", "v1.0.0");
    expireReflogs();
    const result = await clean(repo);
    expect(result.removed.map(({ sha256 }) => sha256)).toEqual([shaOf("second")]);
    expect(result.repositories).toEqual([repo.dir, other.dir]);
    expect([has(repo, "first", cache), has(repo, "of the other", cache)]).toEqual([true, true]);
  });

  test("is not cleaned where the other one cannot be asked, unless it is said to be gone", async () => {
    const away = `${other.dir}-away`;
    renameSync(other.dir, away);
    await expect(clean(repo)).rejects.toMatchObject({
      code: "gc-refused",
      hint: expect.stringContaining(`mv gc --forget ${other.dir}`),
    });
    expect(has(repo, "of the other", cache)).toBe(true);
    const result = await clean(repo, { grace: 0, forget: [other.dir] });
    expect(result).toMatchObject({ forgotten: [other.dir], repositories: [repo.dir] });
    expect(has(repo, "of the other", cache)).toBe(false);
  });

  test.skipIf(process.getuid?.() !== 0)("is not said to be gone where it is another user's", async () => {
    const nobody = 65_534;
    for (const path of [other.dir, other.path(".git")]) chownSync(path, nobody, nobody);
    await expect(clean(repo)).rejects.toMatchObject({
      code: "gc-refused",
      message: expect.stringContaining("dubious ownership"),
      hint: expect.not.stringContaining("--forget"),
    });
  });

  test("is as open to others as its folder, whatever the umask", async () => {
    const open = scratchDir("open");
    chmodSync(open, 0o2775);
    const mine = createRepo();
    mine.git("config", "mversion.cache", open);
    const umask = process.umask(0o077);
    try {
      await play(mine, "mv init --model ltv --no-hooks");
      trained(mine, MODEL, "mine");
      trained(mine, "models/other.bin", "mine too");
      await play(mine, `mv add ${MODEL} models/other.bin`);
    } finally {
      process.umask(umask);
    }
    const made = (readdirSync(open, { recursive: true }) as string[]).map((name) => [
      name.replace(/[0-9a-f]{64}$/, "object").replace(/[0-9a-f]{16}/, "id"),
      (statSync(join(open, name)).mode & 0o7777).toString(8),
    ]);
    const wanted: Record<string, string> = { object: "444", json: "664" };
    expect(made.filter(([name = "", mode]) => mode !== (wanted[name.split(/[./]/).at(-1) ?? ""] ?? "2775"))).toEqual(
      [],
    );
    expect(made.length).toBeGreaterThanOrEqual(6);
  });

  test("waits for the other one's commands", async () => {
    const waits = withLock(other.path(".git/mversion"), "write", async () => {
      await expect(clean(repo)).rejects.toMatchObject({ code: "locked" });
    });
    await waits;
  }, 20_000);
});
