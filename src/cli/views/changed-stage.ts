import { showRollout } from "../../model/assignment.ts";
import type { PromoteResult } from "../../operations/promote.ts";
import type { RollbackResult } from "../../operations/rollback.ts";
import { printable } from "../terminal.ts";
import { standsWords } from "./stages.ts";

/** What a promotion or a rollback put on a stage, what it replaced, and who knows of it. */
export function changedStageView(result: PromoteResult | RollbackResult): { out: string; notes: string[] } {
  const { model, stage, changed, assigned, before, published, share } = result;
  const where = `${model} ${showRollout(assigned.rollout)} on ${stage}`;
  const out = changed ? `${where}  tag ${assigned.tag}` : `${where} already`;
  const was = before === null || before.baseline === null ? "nothing" : showRollout(before.rollout);
  const notes = [
    changed ? `Before: ${was}` : `Since ${standsWords(assigned)}`,
    ...(published === null ? [] : publishedNotes(published)),
    ...(share === null ? [] : [`Nobody else knows yet. Next: ${share}`]),
  ];
  return { out: printable(out), notes: notes.map(printable) };
}

function publishedNotes({ remote, tags, store }: NonNullable<PromoteResult["published"]>): string[] {
  const pushed = `Pushed ${tags.join(", ")} to ${remote}`;
  if (store === null) return [pushed];
  const words = {
    written: `${store.remote} has it too`,
    there: `${store.remote} has it too`,
    newer: `${store.remote} has a newer assignment, which stays`,
    none: `${store.remote} keeps no file of it`,
  };
  return [`${pushed}; ${words[store.file]}`];
}
