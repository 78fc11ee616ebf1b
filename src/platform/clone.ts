// Reflinks: a second file that shares the blocks of the first until either is written to.
import { constants, copyFileSync, rmSync, statSync } from "node:fs";
import { dirname } from "node:path";
import { systemCode, writeError } from "./file-errors.ts";

/** What file systems answer that cannot clone at all, or not between these two places. */
const CANNOT = ["ENOTSUP", "EOPNOTSUPP", "EXDEV", "ENOSYS", "EINVAL", "ENOTTY"];

/** Pairs of devices that could not. Asked anew by the next process: a mount may change. */
const refused = new Set<string>();

/**
 * Clones a file to a new name, with the mode of the source. False where the file systems cannot: nothing is left then.
 * Throws MvError no-space, no-write.
 */
export function cloneFile(from: string, to: string): boolean {
  const pair = `${statSync(from).dev}:${statSync(dirname(to)).dev}`;
  if (refused.has(pair)) return false;
  try {
    copyFileSync(from, to, constants.COPYFILE_FICLONE_FORCE | constants.COPYFILE_EXCL);
    return true;
  } catch (error) {
    if (systemCode(error) !== "EEXIST") rmSync(to, { force: true });
    if (!CANNOT.includes(systemCode(error))) throw writeError(error, to);
    refused.add(pair);
    return false;
  }
}
