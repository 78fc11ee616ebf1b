// What one user may not read of another's: it is said to be that, and no missing program or repository.
import { execFileSync, spawnSync } from "node:child_process";
import { chmodSync, mkdirSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { expect, test } from "vitest";
import { play, sampleProject } from "../helpers/cli.ts";
import { scratchDir, testEnv } from "../helpers/git.ts";

const PROGRAM = join(dirname(fileURLToPath(import.meta.url)), "..", "..", "bin", "mversion.js");
const NOBODY = 65_534;
const isRoot = process.getuid?.() === 0;

/** Types a command as a user without rights, and gives all that it prints, errors first. */
function asNobody(cwd: string, ...args: string[]): string {
  const env = { ...testEnv(), HOME: "/nonexistent" };
  const options = { cwd, env, uid: NOBODY, gid: NOBODY, encoding: "utf8" } as const;
  const { stderr, stdout } = spawnSync(process.execPath, [PROGRAM, ...args], options);
  return stderr + stdout;
}

test.skipIf(!isRoot)("get, of a store and a repository in a folder that is closed", async () => {
  const [closed, open] = [scratchDir("closed"), scratchDir("open")];
  mkdirSync(join(closed, "store"));
  chmodSync(closed, 0o700);
  chmodSync(open, 0o777);
  for (const source of [closed, join(closed, "store"), join(closed, "team.git")])
    expect(asNobody("/", "get", source, "churn", "-o", join(open, "model"))).toContain(
      `mversion: refused: ${source} cannot be read: permission denied`,
    );
});

test.skipIf(!isRoot)("gc, of a repository that uses the cache too", async () => {
  const cache = scratchDir("cache");
  const [theirs, own] = [await sampleProject({ until: "1.0.0" }), await sampleProject({ until: "1.0.0" })];
  for (const repo of [theirs, own]) {
    repo.git("config", "mversion.cache", cache);
    await play(repo, "mv set owner=risk");
  }
  execFileSync("chown", ["-R", `${NOBODY}`, own.dir, cache]);
  chmodSync(dirname(own.dir), 0o755);
  expect(asNobody(own.dir, "gc", "--dry-run")).toMatch(
    /^mversion: refused: (\S+) uses the cache too, and cannot be asked what it needs: \1 cannot be read: permission denied\nNext: it is another user's/,
  );
});

test.skipIf(!isRoot)("doctor, of a cache that is not mounted", async () => {
  const repo = await sampleProject({ until: "1.0.0" });
  const closed = scratchDir("mounts");
  chmodSync(closed, 0o755);
  repo.git("config", "mversion.cache", join(closed, "shared/cache"));
  execFileSync("chown", ["-R", `${NOBODY}`, repo.dir]);
  chmodSync(dirname(repo.dir), 0o755);
  expect(asNobody(repo.dir, "doctor")).toContain(
    `!!  cache      ${closed}/shared/cache is not there, and cannot be made in ${closed}`,
  );
});
