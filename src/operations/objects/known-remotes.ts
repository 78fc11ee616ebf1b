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
  const { settings } = project;
  if (Object.keys(settings.remotes).length > 0) return project;
  for (const ref of [...NEWEST, ...LOCAL]) {
    const newest = await settingsAt(project, ref);
    if (newest !== null && Object.keys(newest.remotes).length > 0) {
      const { id, remotes, default_remote } = newest;
      return { ...project, settings: { ...settings, id, remotes, default_remote } };
    }
  }
  return project;
}

/** Warns where a store that bytes went to is set up on this machine alone: whoever clones the branch would not find it. */
export async function warnOfUncommitted(project: Project, name: string): Promise<void> {
  const committed = await settingsAt(project, "HEAD");
  if (committed === null || committed.remotes[name]?.url === project.settings.remotes[name]?.url) return;
  // On a commit from before the store, the default branch has it.
  const known = await Promise.all(NEWEST.map((ref) => settingsAt(project, ref)));
  if (known.some((settings) => settings?.remotes[name]?.url === project.settings.remotes[name]?.url)) return;
  project.warn(
    `${name} is not in a commit yet, so others do not find it: git commit -m "A store for models" ${CONFIG_FILE}, then mv push`,
  );
}

async function settingsAt({ git }: Project, ref: string): Promise<Settings | null> {
  const commit = await git.resolveCommit(ref);
  const [blob] = commit === null ? [] : await git.readPaths([{ rev: commit, path: CONFIG_FILE }]);
  return blob ? read(blob.toString("utf8"), `${ref}:${CONFIG_FILE}`) : null;
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
