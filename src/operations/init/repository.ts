// The repository to set up: the one around the folder, or a new one where there is none.
import { access } from "node:fs/promises";
import { dirname, join } from "node:path";
import { isMvError } from "../../errors.ts";
import { type Git, openGit } from "../../git/git.ts";

/** The repository around a folder, null where there is none. One that Git refuses to read (another's, damaged) fails as always. */
export async function findRepository(cwd: string): Promise<Git | null> {
  try {
    return await openGit(cwd);
  } catch (error) {
    if (isMvError(error) && error.code === "no-repository" && !(await hasTrace(cwd))) return null;
    throw error;
  }
}

/** Whether a folder is inside something that looks like a repository, so that `git init` would put one into another. */
async function hasTrace(cwd: string): Promise<boolean> {
  for (let folder = cwd; ; folder = dirname(folder)) {
    if (await exists(join(folder, ".git"))) return true;
    if ((await exists(join(folder, "HEAD"))) && (await exists(join(folder, "objects")))) return true;
    if (folder === dirname(folder)) return false;
  }
}

function exists(path: string): Promise<boolean> {
  return access(path).then(
    () => true,
    () => false,
  );
}
