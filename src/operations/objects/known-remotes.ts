// The shared stores of a repository, also on a commit that is older than their setting.
import { parseSettings, type Settings } from "../../config/config.ts";
import { isMvError } from "../../errors.ts";
import { CONFIG_FILE, type Project } from "../project.ts";

/** Where a team keeps its settings today, best first. */
const NEWEST = ["refs/remotes/origin/HEAD", "refs/remotes/origin/main", "refs/remotes/origin/master"];
const LOCAL = ["refs/heads/main", "refs/heads/master"];

/**
 * The project; where its working tree sets no remote up, as after a checkout of an old version, with the remotes that the
 * default branch sets up, of the Git remote first.
 */
export async function withKnownRemotes(project: Project): Promise<Project> {
  const { git, settings } = project;
  if (Object.keys(settings.remotes).length > 0) return project;
  for (const ref of [...NEWEST, ...LOCAL]) {
    const commit = await git.resolveCommit(ref);
    const [blob] = commit === null ? [] : await git.readPaths([{ rev: commit, path: CONFIG_FILE }]);
    const newest = blob ? read(blob.toString("utf8"), `${ref}:${CONFIG_FILE}`) : null;
    if (newest !== null && Object.keys(newest.remotes).length > 0) {
      const { id, remotes, default_remote } = newest;
      return { ...project, settings: { ...settings, id, remotes, default_remote } };
    }
  }
  return project;
}

function read(text: string, file: string): Settings | null {
  try {
    return parseSettings(text, file).settings;
  } catch (error) {
    // A branch whose settings cannot be read knows no remotes.
    if (isMvError(error)) return null;
    throw error;
  }
}
