// Which rules hold for a stage: those of the default branch, so that nobody loosens them on a branch of their own.
import { parseSettings, type StageSettings } from "../../config/config.ts";
import { CONFIG_FILE, type Project } from "../project.ts";

export interface RulesInForce {
  rules: StageSettings;
  /** Where they are set: ".mversion.yaml", or ".mversion.yaml of origin/main". */
  file: string;
}

/**
 * The rules of the default branch as it was last fetched, and those of the working tree where that is not behind it: so a branch
 * can add to them and not take away, and a checkout of an old version does not bring old rules back. Of a repository without
 * such a branch, those of the working tree. All of them have to be met. Throws invalid-file.
 */
export async function rulesInForce(project: Project, stage: string): Promise<RulesInForce[]> {
  const branch = await defaultBranch(project);
  const [text] = branch ? await project.git.readPaths([{ rev: branch.tip, path: CONFIG_FILE }]) : [];
  const own: RulesInForce[] = rulesOf(project.settings.stages, stage, CONFIG_FILE);
  if (!branch || !text) return own;
  const file = `${CONFIG_FILE} of ${branch.name}`;
  const shared = rulesOf(parseSettings(text.toString("utf8"), file).settings.stages, stage, file);
  const { oid: head } = await project.git.head();
  const isCurrent = head === null || (await project.git.isAncestor(branch.tip, head));
  if (!isCurrent) return shared;
  // The same rules are said once, by the file that the user can see.
  return isSame(shared, own) ? own : [...shared, ...own];
}

function rulesOf(stages: Readonly<Record<string, StageSettings>>, stage: string, file: string): RulesInForce[] {
  const rules = Object.hasOwn(stages, stage) ? stages[stage] : undefined;
  return rules ? [{ rules, file }] : [];
}

function isSame([a]: readonly RulesInForce[], [b]: readonly RulesInForce[]): boolean {
  return JSON.stringify(a?.rules) === JSON.stringify(b?.rules);
}

/** That of the remote, `origin` before others; of a repository without a remote, main or master. Null where there is neither. */
async function defaultBranch({ git }: Project): Promise<{ name: string; tip: string } | null> {
  const remotes = await git.remotes();
  const remote = remotes.includes("origin") ? "origin" : remotes[0];
  const shared = remote === undefined ? [] : ["HEAD", "main", "master"].map((name) => `refs/remotes/${remote}/${name}`);
  for (const ref of [...shared, "refs/heads/main", "refs/heads/master"]) {
    const tip = await git.resolveCommit(ref);
    if (tip !== null) return { name: ref.replace(/^refs\/(?:heads|remotes)\//, "").replace(/\/HEAD$/, ""), tip };
  }
  return null;
}
