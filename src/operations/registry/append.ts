// Adds an assignment to a stage's chain: the next number, sealed to the tag before it.
import { MvError } from "../../errors.ts";
import { formatAssignmentMessage, formatAssignmentTag } from "../../model/assignment.ts";
import { continueRollout } from "../../model/continue-rollout.ts";
import type { EventRef, Share } from "../../model/events.ts";
import type { Project } from "../project.ts";
import type { Registry, Standing } from "../registry.ts";
import type { Releases } from "../releases.ts";
import { readStageRules } from "../stage-rules.ts";
import { makeEvent } from "./make-event.ts";

export interface NewAssignment {
  model: string;
  stage: string;
  /** One of the rollout's versions. */
  baseline: string;
  /** Where the slots are follows from what runs now. */
  rollout: readonly Omit<Share, "slots">[];
  /** Of a rollback: the assignment whose state comes back. */
  returns: EventRef | null;
  reason: string;
  /** What to type again where somebody else was first. */
  again: string;
}

/**
 * Makes the tag, on the commit of the baseline's release; signed where the stage says so, else as Git is set up. Fails with
 * incomplete where the chain's newest tag lost its object, race where the number is taken, commit-failed.
 */
export async function appendAssignment(
  project: Project,
  releases: Releases,
  registry: Registry,
  wanted: NewAssignment,
): Promise<Standing> {
  const { model, stage, baseline, returns, reason, again } = wanted;
  const top = registry.top(model, stage);
  if (top !== null && top.type !== "tag") {
    throw new MvError("incomplete", `${top.name} is a plain tag here, so the next assignment cannot seal it`, {
      hint: `git fetch --force origin 'refs/tags/${model}#${stage}#*:refs/tags/${model}#${stage}#*'`,
      details: { tag: top.name },
    });
  }
  const release = releases.find(model, baseline);
  if (!release)
    throw new MvError("unknown-version", `${model} ${baseline} is no release here`, { hint: "git fetch --tags" });
  const number = registry.nextNumber(model, stage);
  const tag = formatAssignmentTag(model, stage, number);
  const { rollout, rollout_id } = continued(await registry.latest(model, stage), wanted.rollout, tag);
  const seal = top === null ? null : { assignment: top.name, tag: top.oid };
  const message = formatAssignmentMessage({
    model,
    stage,
    number,
    baseline,
    rollout,
    rollout_id,
    seal,
    returns,
    reason,
  });
  const { signed } = await readStageRules(project, stage);
  const making = { signed, failed: "Nothing was assigned", again };
  const oid = await makeEvent(project, { name: tag, target: release.commit, message }, making);
  const standing = await readBack(project, oid);
  const said = { model, stage, number, baseline, rollout, rollout_id, seal, returns, reason };
  return { ...said, tag, oid, commit: release.commit, by: "mversion", ...standing };
}

/** The rollout with its slots, so that no key changes its version without need. */
function continued(
  before: Standing | null,
  wanted: NewAssignment["rollout"],
  tag: string,
): Pick<Standing, "rollout" | "rollout_id"> {
  const shares = wanted.map(({ version, tag: release, weight }): Share => ({ version, tag: release, weight }));
  const running = before && before.rollout.length > 0 ? { id: before.rollout_id, variants: before.rollout } : null;
  const { id, slots } = continueRollout(running, shares, tag);
  if (slots === null) return { rollout: shares, rollout_id: id };
  return { rollout: shares.map((share, at) => ({ ...share, slots: slots[at] ?? [] })), rollout_id: id };
}

/** Who made it and when, as Git wrote it. */
async function readBack(project: Project, oid: string): Promise<Pick<Standing, "tagger" | "signed">> {
  const { readTagObject } = await import("../../model/tag-object.ts");
  const bytes = (await project.git.readObjects([oid])).get(oid)?.bytes;
  const object = bytes ? readTagObject(bytes) : null;
  return { tagger: object?.tagger ?? null, signed: object?.signed ?? false };
}
