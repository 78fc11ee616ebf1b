// Removing the hooks without a trace: what they ran before is in its place again, byte for byte.
import { readFile, rm, rmdir } from "node:fs/promises";
import { dirname, join } from "node:path";
import type { Git } from "../../git/git.ts";
import { isAbsent } from "../../platform/file-errors.ts";
import { writeFileAtomic } from "../../platform/files.ts";
import { removeBlocks } from "./blocks.ts";
import { HOOKS } from "./events.ts";
import { hookFiles, leavePlace } from "./folder.ts";
import { removeConfigHooks, scriptsDir } from "./git-config.ts";
import { isInside, readLayout } from "./layout.ts";
import { removeCommands } from "./personal.ts";

export interface UnhookResult {
  /** Files and folders that changed, absolute. */
  changed: string[];
}

/** Takes out everything that installHooks can have put in, wherever others have moved it since. Safe to repeat. */
export async function uninstallHooks(git: Git): Promise<UnhookResult> {
  const changed: string[] = [];
  await removeConfigHooks(git);
  for (const key of ["mversion.program", "mversion.node"]) {
    if ((await git.config(key)) !== null) await git.setConfig(key, null);
  }
  const { dir: configured, husky } = await readLayout(git);
  const own = [git.commonDir, git.root].some((folder) => isInside(configured, folder));
  const folders = new Set([join(git.commonDir, "hooks"), ...(own ? [configured] : [])]);
  for (const folder of folders) {
    for (const hook of HOOKS) changed.push(...(await leavePlace(hookFiles(folder, hook))));
  }
  if (own && husky) {
    for (const hook of HOOKS) changed.push(...(await removeHuskyLines(join(dirname(configured), hook))));
  }
  if (!git.bare) changed.push(...(await removeCommands(git)).map((name) => join(git.root, name)));
  await rm(scriptsDir(git), { recursive: true, force: true });
  // Made for the hooks alone where nothing was added yet.
  await rmdir(join(git.commonDir, "mversion")).catch(() => undefined);
  return { changed };
}

/** A script with nothing but our lines was made by us. */
async function removeHuskyLines(file: string): Promise<string[]> {
  const before = await readFile(file, "utf8").catch((error: unknown) => {
    if (isAbsent(error)) return null;
    throw error;
  });
  if (before === null) return [];
  const after = removeBlocks(before);
  if (after === before) return [];
  if (after.trim() === "") await rm(file);
  else await writeFileAtomic(file, after);
  return [file];
}
