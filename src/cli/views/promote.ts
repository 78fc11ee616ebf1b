import { showRollout } from "../../model/assignment.ts";
import type { PromoteResult } from "../../operations/promote.ts";
import { printable } from "../terminal.ts";
import { standsWords } from "./stages.ts";

export function promoteView(result: PromoteResult): { out: string; notes: string[] } {
  const { model, stage, changed, assigned, before } = result;
  const where = `${model} ${showRollout(assigned.rollout)} on ${stage}`;
  if (!changed) return { out: `${where} already`, notes: [`Since ${printable(standsWords(assigned))}`] };
  const from = before === null ? "nothing" : before.baseline === null ? "nothing" : showRollout(before.rollout);
  return { out: printable(`${where}  tag ${assigned.tag}`), notes: [`Before: ${from}`] };
}
