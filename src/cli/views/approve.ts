import type { ApproveResult } from "../../operations/approve.ts";
import { printable } from "../terminal.ts";

export function approveView(result: ApproveResult): { out: string; notes: string[] } {
  const { model, version, stage, changed, approval, unmet } = result;
  const what = `${model} ${version} approved for ${stage}`;
  const out = `${what}${changed ? "" : ` already, by ${approval.by}`}  tag ${approval.tag}`;
  const open = unmet.map((rule) => `${rule.what} (${rule.set}). Next: ${rule.next}`);
  return { out: printable(out), notes: [...open, ...eventNotes(result)].map(printable) };
}

/** Who else knows of an event. */
export function eventNotes({ pushed, share }: { pushed: string | null; share: string | null }): string[] {
  if (pushed !== null) return [`Pushed to ${pushed}`];
  return share === null ? [] : [`Nobody else knows yet. Next: ${share}`];
}
