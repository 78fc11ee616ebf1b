// Opens the repository that Git runs a hook in: also on a branch without settings, with broken ones, and in a bare repository.
import { join } from "node:path";
import { isMvError } from "../../errors.ts";
import { openGit } from "../../git/git.ts";
import { readTextFile } from "../../platform/files.ts";
import { CONFIG_FILE, type Project, projectWith, type Surroundings } from "../project.ts";

const CONFIG_MAX_BYTES = 1 << 20;

/** The same for a hook, which Git runs at the top of the working tree: `cwd` is the folder of the person who typed the command. */
export async function openInHook(around: Surroundings): Promise<Project> {
  const project = await openHere(around);
  // githooks(5) does not name it; Git's setup.c sets it for everything that a command starts.
  const prefix = around.env["GIT_PREFIX"] ?? "";
  return prefix === "" ? project : { ...project, cwd: join(project.root, prefix) };
}

/** The repository with the settings of its working tree; the defaults where there are none that can be read. */
export async function openHere(around: Surroundings): Promise<Project> {
  const git = await openGit(around.cwd);
  if (git.bare) return projectWith(git, null, around);
  try {
    return projectWith(git, await readTextFile(join(git.root, CONFIG_FILE), CONFIG_MAX_BYTES), around);
  } catch (error) {
    // A broken file is a finding where it is staged or committed; elsewhere it must not stand in the way.
    if (isMvError(error)) return projectWith(git, null, around);
    throw error;
  }
}
