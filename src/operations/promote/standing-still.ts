// Whether what somebody wants on a stage stands there already, so that no assignment is to be made.
import type { Share } from "../../model/assignment.ts";
import type { Project } from "../project.ts";
import type { Standing } from "../registry.ts";
import { readStageRules } from "../stage-rules.ts";
import { checkSignature, readSigners } from "../trust/signature.ts";

interface Wanted {
  baseline: string;
  rollout: readonly Pick<Share, "tag" | "weight">[];
}

/**
 * The same versions at the same shares. Where the stage asks for signatures, an assignment whose signature does not hold is to be
 * made again; one whose signer nothing here names is left, as the next one would be no better known.
 */
export async function standsAlready(project: Project, current: Standing | null, wanted: Wanted): Promise<boolean> {
  if (current === null || !isSame(current, wanted)) return false;
  if (!(await readStageRules(project, current.stage)).signed) return true;
  const signers = await readSigners(project);
  const { state } = await checkSignature(project, current.oid, signers);
  return state === "good" || (state === "unknown-signer" && signers.source === null);
}

function isSame(before: Standing, wanted: Wanted): boolean {
  return (
    before.baseline === wanted.baseline &&
    before.rollout.length === wanted.rollout.length &&
    wanted.rollout.every(({ tag, weight }) =>
      before.rollout.some((share) => share.tag === tag && share.weight === weight),
    )
  );
}
