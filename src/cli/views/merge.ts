import type { MergeResult } from "../../operations/merge.ts";
import type { Here } from "../here.ts";
import { printable } from "../terminal.ts";
import { absentNotes, savedNotes } from "./saved.ts";

export function mergeView(result: MergeResult, here: Here): { out: string; notes: string[] } {
  const from = (side: "ours" | "theirs"): string => sideName(result, side);
  const out = [
    ...result.models.map(({ model, version, side }) =>
      version === null ? `${model} removed, as in ${from(side)}` : `${model} ${version} from ${from(side)}`,
    ),
    ...result.artifacts.map(({ path, side }) => `${here.shown(path)} from ${from(side)}`),
  ];
  const notes = savedNotes(result.saved, here);
  for (const item of result.models) {
    if (item.lost.length > 0) notes.push(`Lost, in no release: ${item.lost.map(printable).join(", ")}`);
    if (item.overruled.length > 0)
      notes.push(`Changed on both sides, taken with the bytes: ${item.overruled.map(printable).join(", ")}`);
  }
  notes.push(...absentNotes(result.absent, here));
  if (result.unmerged.length > 0) notes.push(`Still in conflict: ${result.unmerged.map(here.shown).join(", ")}`);
  notes.push(`Next: ${result.next}`);
  return { out: out.join("\n"), notes };
}

/** In a rebase Git's words are easily mistaken: ours is the branch that one's own commits are put on. */
function sideName({ cause, ours, theirs }: MergeResult, side: "ours" | "theirs"): string {
  if (side === "theirs") return printable(theirs);
  return cause === "rebase" ? `${printable(ours)}, which you rebase onto` : "this side";
}
