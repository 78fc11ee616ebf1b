// promote --repo that is interrupted while the server keeps it waiting: nothing of it stays, least of all the address.
import { spawn } from "node:child_process";
import { chmodSync, existsSync, readdirSync, writeFileSync } from "node:fs";
import { once } from "node:events";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import { expect, test } from "vitest";
import { scratchDir, testEnv } from "../helpers/git.ts";

const PROGRAM = fileURLToPath(new URL("../../bin/mversion.js", import.meta.url));

test("Ctrl-C leaves no scratch folder", async () => {
  const tmp = scratchDir("tmp");
  const ssh = join(scratchDir("ssh"), "ssh");
  writeFileSync(ssh, `#!/bin/sh\n: > '${ssh}.called'\nexec sleep 60\n`);
  chmodSync(ssh, 0o755);
  const args = [PROGRAM, "rollback", "production", "--repo", "ssh://git@git.example.org/team/churn.git", "-m", "Night"];
  const child = spawn(process.execPath, args, {
    env: testEnv({ TMPDIR: tmp, GIT_SSH: ssh }),
    // A group of its own, which a terminal's Ctrl-C reaches as a whole.
    detached: true,
  });
  const ended = once(child, "exit");
  while (!existsSync(`${ssh}.called`)) await sleep(20);
  expect(readdirSync(tmp)).toHaveLength(1);
  process.kill(-(child.pid ?? 0), "SIGINT");
  expect((await ended)[0]).toBe(130);
  expect(readdirSync(tmp)).toEqual([]);
});
