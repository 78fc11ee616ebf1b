import { showRollout } from "../../model/assignment.ts";
import type { PromoteResult } from "../../operations/promote.ts";
import type { RollbackResult } from "../../operations/rollback.ts";
import { printable } from "../terminal.ts";
import { standsWords } from "./stages.ts";

/** What a promotion or a rollback put on a stage, and what it replaced. */
export function changedStageView(result: PromoteResult | RollbackResult): { out: string; notes: string[] } {
  const { model, stage, changed, assigned, before } = result;
  const where = `${model} ${showRollout(assigned.rollout)} on ${stage}`;
  if (!changed) return { out: printable(`${where} already`), notes: [printable(`Since ${standsWords(assigned)}`)] };
  return {
    out: printable(`${where}  tag ${assigned.tag}`),
    notes: [printable(`Before: ${before ? standing(before) : "nothing"}`)],
  };
}

function standing({ baseline, rollout }: NonNullable<PromoteResult["before"]>): string {
  return baseline === null ? "nothing" : showRollout(rollout);
}
