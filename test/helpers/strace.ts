// Commands under strace, which kills them at a chosen system call. Where strace is missing the tests are left out; never in CI.
import { spawnSync } from "node:child_process";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { expect } from "vitest";
import { shellWords } from "./cli.ts";
import { testEnv, type TestRepo } from "./git.ts";
import { isMissing } from "./programs.ts";

const PROGRAM = join(fileURLToPath(import.meta.url), "../../../bin/mversion.js");

export const hasStrace = !isMissing("strace");

/** Runs a command line of mversion under strace with these flags. */
export function underStrace(repo: TestRepo, line: string, flags: readonly string[]) {
  const [, ...words] = shellWords(line);
  return spawnSync("strace", ["-qqq", ...flags, process.execPath, PROGRAM, ...words], {
    cwd: repo.dir,
    env: testEnv({ NO_COLOR: "1" }),
    encoding: "utf8",
  });
}

/** Runs a line and kills it when its main thread enters the n-th of these system calls; false where it came through. */
export function isKilledAt(repo: TestRepo, line: string, calls: string, nth: number): boolean {
  const inject = `inject=${calls}:signal=KILL:when=${nth}`;
  const done = underStrace(repo, line, ["-o", "/dev/null", "-e", `trace=${calls}`, "-e", inject]);
  if (done.signal === "SIGKILL" || done.status === 137) return true;
  expect(done.stderr + done.stdout, line).not.toContain("bug in mversion");
  expect(done.status, done.stderr + done.stdout).toBe(0);
  return false;
}
