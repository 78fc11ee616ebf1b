import type { RemoveResult } from "../../operations/remove.ts";
import type { Here } from "../here.ts";
import { savedNotes } from "./saved.ts";

export function removeView(result: RemoveResult, here: Here): { out: string; notes: string[] } {
  const notes = savedNotes(result.saved, here);
  if (result.left.length > 0)
    notes.push(`Still on disk, and Git sees it now: ${result.left.map(here.shown).join(", ")}`);
  for (const item of result.models)
    notes.push(`${item.model} ${item.version}: one artifact less. Next: mv bump draft, or mv tag`);
  return { out: result.removed.map((path) => `${here.shown(path)}  no longer tracked`).join("\n"), notes };
}
