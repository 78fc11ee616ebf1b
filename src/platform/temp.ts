// Names of temp files: told from all others, and their owner known, so that what a killed process left can be swept.
import { randomBytes } from "node:crypto";
import { readdirSync, rmSync } from "node:fs";
import { join } from "node:path";
import { isAbsent } from "./file-errors.ts";
import { isRunning } from "./processes.ts";
import { lstatOrNull } from "./stat.ts";

// One per thread: worker threads share the pid.
const nonce = randomBytes(6).toString("hex");
let count = 0;

const TEMP = /^\.mv-(\d{1,10})-[0-9a-f]{12}-[0-9a-z]+\.tmp$/;
/** Beyond that age the name is swept whatever its pid: it came from another machine, or the pid was given anew. */
const OLD_MS = 24 * 60 * 60 * 1000;

/** A name no other process or thread uses, of at most 50 bytes: `.mv-PID-….tmp`. */
export function tempName(): string {
  count += 1;
  return `.mv-${process.pid}-${nonce}-${count.toString(36)}.tmp`;
}

/** Whether the name is of a temp file or temp folder of ours. */
export function isTempName(name: string): boolean {
  return TEMP.test(name);
}

/**
 * Removes what killed processes left in a folder: temp files and folders whose process is gone and that are older than
 * `graceMs` (other machines and containers may use the folder too, and their processes are not seen here). Never fails.
 */
export function sweepTemps(folder: string, graceMs: number): number {
  let swept = 0;
  try {
    for (const name of readdirSync(folder)) {
      const pid = TEMP.exec(name)?.[1];
      if (pid === undefined) continue;
      const path = join(folder, name);
      const age = Date.now() - Number(lstatOrNull(path)?.mtimeMs ?? Date.now());
      if (age < graceMs || (isRunning(Number(pid)) && age < OLD_MS)) continue;
      rmSync(path, { recursive: true, force: true });
      swept += 1;
    }
  } catch (error) {
    // Sweeping is a courtesy: a folder that is absent or not ours to change is left as it is.
    if (!isAbsent(error)) return swept;
  }
  return swept;
}
