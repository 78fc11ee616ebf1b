import type { MergeResult } from "../../operations/merge.ts";
import type { Here } from "../here.ts";
import { printable } from "../terminal.ts";
import { absentNotes, savedNotes } from "./saved.ts";

export function mergeView(result: MergeResult, here: Here): { out: string; notes: string[] } {
  const out = result.models.map(
    (item) => `${item.model} ${item.version} from ${item.side === "ours" ? "this side" : printable(result.other)}`,
  );
  const notes = savedNotes(result.saved, here);
  for (const item of result.models) {
    if (item.lost.length > 0) notes.push(`Lost, in no release: ${item.lost.join(", ")}`);
    if (item.overruled.length > 0)
      notes.push(`Changed on both sides, taken with the bytes: ${item.overruled.map(printable).join(", ")}`);
  }
  notes.push(...absentNotes(result.absent, here));
  if (result.unmerged.length > 0) notes.push(`Still in conflict: ${result.unmerged.map(here.shown).join(", ")}`);
  notes.push(`Next: ${result.next}`);
  return { out: out.join("\n"), notes };
}
