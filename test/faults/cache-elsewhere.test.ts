// A cache on another disk: no link leads there, and one that is there to read alone still gives what it has.
import { execFileSync } from "node:child_process";
import { existsSync, mkdirSync, mkdtempSync, rmSync, statSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, test } from "vitest";
import { BYTES, json, MODEL, play, run, sampleProject, trained } from "../helpers/cli.ts";
import type { TestRepo } from "../helpers/git.ts";

test.skipIf(process.getuid?.() !== 0)("serves with any kind of link, and where it cannot be written", async () => {
  const disk = mkdtempSync(join(tmpdir(), "mv-disk-"));
  execFileSync("mount", ["-t", "tmpfs", "-o", "size=8m", "tmpfs", disk]);
  try {
    const repo = await sampleProject();
    repo.git("config", "mversion.cache", join(disk, "cache"));
    await play(repo, `mv add ${MODEL}`, 'mv tag v1.0.0 -a -m "first"');
    trained(repo, MODEL, BYTES.B, "2026-05-01");
    await play(repo, `mv add ${MODEL}`, 'mv tag v1.1.0 -a -m "second"');
    for (const link of ["hardlink", "symlink", "copy", "reflink"]) await bringsBack(repo, link);

    execFileSync("mount", ["-o", "remount,ro", disk]);
    // Nobody has written down in the cache that this repository uses it.
    const clone = repo.path("../clone");
    repo.git("clone", "--quiet", repo.dir, clone);
    repo.git("-C", clone, "config", "mversion.cache", join(disk, "cache"));
    expect((await run(repo, ["--cd", clone, "restore"])).status).toBe(0);
    expect(existsSync(join(clone, MODEL))).toBe(true);
    await bringsBack(repo, "copy");
    trained(repo, MODEL, BYTES.C, "2026-06-01");
    const added = await json(repo, `mv add ${MODEL} --json`);
    expect(added.error).toMatchObject({ code: "no-write", details: { path: join(disk, "cache", "objects") } });
    expect(added.error?.message).toBe(
      `${join(disk, "cache", "objects")} cannot be written: the file system is read-only`,
    );
    expect((await run(repo, "mv doctor")).stdout).toContain("is there to read alone");
  } finally {
    execFileSync("umount", [disk]);
    rmSync(disk, { recursive: true });
  }
});

test.skipIf(process.getuid?.() !== 0)("takes nothing where its gc could not learn who needs it", async () => {
  const cache = mkdtempSync(join(tmpdir(), "mv-disk-"));
  const list = join(cache, "repositories");
  mkdirSync(list);
  execFileSync("mount", ["-t", "tmpfs", "-o", "ro", "tmpfs", list]);
  try {
    const repo = await sampleProject();
    repo.git("config", "mversion.cache", cache);
    const added = await json(repo, `mv add ${MODEL} --json`);
    expect(added.error).toMatchObject({ code: "no-write" });
    expect(added.error?.message).toContain(list);
    expect(existsSync(join(cache, "objects"))).toBe(false);
  } finally {
    execFileSync("umount", [list]);
    rmSync(cache, { recursive: true });
  }
});

async function bringsBack(repo: TestRepo, link: string): Promise<void> {
  repo.git("config", "mversion.link", link);
  for (const [version, bytes] of [
    ["v1.0.0", BYTES.A],
    ["v1.1.0", BYTES.B],
  ] as const) {
    const done = await run(repo, `mv checkout ${version}`);
    expect(done.status, done.screen).toBe(0);
    expect(repo.read(MODEL)).toBe(bytes);
    expect(statSync(repo.path(MODEL)).mode & 0o400).toBe(0o400);
  }
  repo.git("switch", "--quiet", "main");
}
