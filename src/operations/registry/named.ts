// A stage's name where a version is asked for: `churn@production`, or `production` where no tag or branch is called so.
import { MvError } from "../../errors.ts";
import { checkStageName } from "../../model/assignment.ts";
import type { Release } from "../../model/release.ts";
import type { Project } from "../project.ts";
import { readRegistry, type StageName } from "../registry.ts";
import type { Releases } from "../releases.ts";

/**
 * The release that a stage's name means: the baseline of its newest assignment. Null where the word is no stage's name. Fails with
 * unknown-version where nothing stands there, incomplete or seal-broken where its release is not here as it was assigned.
 */
export async function namedStage(
  project: Project,
  releases: Releases,
  word: string,
  model: string | undefined,
): Promise<Release | null> {
  const registry = readRegistry(project, releases);
  const name = stageOf(project, word, model);
  if (name === null) return null;
  const isAssigned = registry.stages.some((known) => known.model === name.model && known.stage === name.stage);
  if (!isAssigned && !Object.hasOwn(project.settings.stages, name.stage)) return null;
  const shadow = await shadowOf(project, word);
  if (shadow !== null) {
    if (isAssigned) project.warn(`${word} is the ${shadow}; the stage is ${name.model}@${name.stage}`);
    return null;
  }
  const standing = await registry.latest(name.model, name.stage);
  const share = standing?.rollout.find(({ version }) => version === standing.baseline);
  if (!standing || !share) {
    throw new MvError("unknown-version", `Nothing is on ${name.model}@${name.stage}`, {
      hint: `mv promote VERSION ${word} -m WHY`,
    });
  }
  const release = releases.find(name.model, share.version);
  if (release?.oid === share.tag) {
    if (standing.rollout.length > 1) project.warn(`${word} is split: ${share.version} is its baseline`);
    return release;
  }
  if (release === undefined) {
    throw new MvError("incomplete", `${name.model} ${share.version}, which ${standing.tag} names, is not here`, {
      hint: "git fetch --tags",
      details: { version: share.version, tag: share.tag },
    });
  }
  throw new MvError("seal-broken", `${release.tag} is not the release that ${standing.tag} put on ${name.stage}`, {
    hint: "mv verify --all",
    details: { assigned: share.tag, found: release.oid },
  });
}

function stageOf(project: Project, word: string, model: string | undefined): StageName | null {
  const models = Object.keys(project.settings.models);
  const at = word.lastIndexOf("@");
  const stage = word.slice(at + 1);
  if (checkStageName(stage) !== null) return null;
  const [only, ...others] = models;
  const named = at > 0 ? word.slice(0, at) : (model ?? (others.length === 0 ? only : undefined));
  return named !== undefined && models.includes(named) ? { model: named, stage } : null;
}

/** Tags and branches come first, whatever they are called. */
async function shadowOf(project: Project, word: string): Promise<string | null> {
  const [tag, branch] = await Promise.all(["tags", "heads"].map((kind) => project.git.readRef(`refs/${kind}/${word}`)));
  return tag !== null ? `tag ${word}` : branch !== null ? `branch ${word}` : null;
}
