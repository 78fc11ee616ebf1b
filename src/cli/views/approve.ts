import type { ApproveResult } from "../../operations/approve.ts";
import { quoted } from "../../operations/targets.ts";
import { printable } from "../terminal.ts";

export function approveView(result: ApproveResult): { out: string; notes: string[] } {
  const { model, version, stage, changed, approval, unmet, remotes } = result;
  const what = `${model} ${version} approved for ${stage}`;
  const notes = unmet.map((rule) => `${rule.what} (${rule.set}). Next: ${rule.next}`);
  if (!changed) return shown(`${what} already, by ${approval.by}  tag ${approval.tag}`, notes);
  const push = remotes.slice(0, 1).map((remote) => `Next: git push ${remote} ${quoted(approval.tag)}`);
  return shown(`${what}  tag ${approval.tag}`, [...notes, ...push]);
}

function shown(out: string, notes: readonly string[]): { out: string; notes: string[] } {
  return { out: printable(out), notes: notes.map(printable) };
}
