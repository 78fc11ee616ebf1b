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
export function eventNotes({
  pushed,
  share,
  changed,
}: {
  pushed: string | null;
  share: string | null;
  changed: boolean;
}): string[] {
  if (pushed !== null) return [`Pushed to ${pushed}`];
  if (share === null) return [];
  // An earlier one may be out by now: no remote was asked.
  return [`${changed ? "Nobody else knows yet. Next" : "Where it was not pushed then. Next"}: ${share}`];
}
