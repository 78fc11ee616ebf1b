import type { RemoveResult } from "../../operations/remove.ts";
import { printable } from "../terminal.ts";
import { savedNotes } from "./saved.ts";

export function removeView(result: RemoveResult): { out: string; notes: string[] } {
  const notes = savedNotes(result.saved);
  if (result.left.length > 0)
    notes.push(`Still on disk, and Git sees it now: ${result.left.map(printable).join(", ")}`);
  for (const item of result.models)
    notes.push(`${item.model} ${item.version}: one artifact less. Next: mv bump draft, or mv tag`);
  return { out: result.removed.map((path) => `${printable(path)}  no longer tracked`).join("\n"), notes };
}
