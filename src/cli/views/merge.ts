import type { MergeResult } from "../../operations/merge.ts";
import { printable } from "../terminal.ts";
import { savedNotes } from "./saved.ts";

export function mergeView(result: MergeResult): { out: string; notes: string[] } {
  const out = result.models.map(
    (item) => `${item.model} ${item.version} from ${item.side === "ours" ? "this side" : printable(result.other)}`,
  );
  const notes = savedNotes(result.saved);
  for (const item of result.models) {
    if (item.lost.length > 0) notes.push(`Lost, in no release: ${item.lost.join(", ")}`);
    if (item.overruled.length > 0)
      notes.push(`Changed on both sides, taken with the bytes: ${item.overruled.map(printable).join(", ")}`);
  }
  if (result.absent.length > 0)
    notes.push(`Not in the cache, left as pointers: ${result.absent.map(printable).join(", ")}`);
  if (result.unmerged.length > 0) notes.push(`Still in conflict: ${result.unmerged.map(printable).join(", ")}`);
  notes.push(`Next: ${result.next}`);
  return { out: out.join("\n"), notes };
}
