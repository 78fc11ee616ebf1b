// Whether there are hooks here at all: asked by every command, so it reads and loads next to nothing.
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import type { Git } from "../../git/git.ts";
import { lstatOrNull } from "../../platform/stat.ts";
import { scriptVersion } from "./events.ts";
import { isConfigured, scriptsDir } from "./git-config.ts";

/**
 * Whether this clone has none of our hooks: two small reads at most. One hook stands for all: reference-transaction, which
 * no hook manager takes over.
 */
export async function hooksMissing(git: Git): Promise<boolean> {
  const hook = "reference-transaction";
  if ((await git.config(`hook.mversion-${hook}.command`)) !== null && (await isConfigured(git, hook))) {
    return lstatOrNull(join(scriptsDir(git), hook)) === null;
  }
  const text = await readFile(join(await git.hooksDir(), hook), "latin1").catch(() => "");
  return scriptVersion(text) === null;
}
