import type { RestoreResult } from "../../operations/restore.ts";
import { printable } from "../terminal.ts";
import { savedNotes } from "./saved.ts";

export function restoreView(result: RestoreResult): { out: string; notes: string[] } {
  const lines = result.written.map(
    (path) => `${printable(path)}${result.from === null ? "" : `  from ${printable(result.from)}`}`,
  );
  for (const path of result.removed) lines.push(`${printable(path)}  removed`);
  if (lines.length === 0) lines.push("Nothing to restore");
  const notes = savedNotes(result.saved);
  if (result.version !== null) notes.push(`The record declares ${result.model} ${result.version}, staged`);
  for (const item of result.affected) notes.push(`${item.model} ${item.version}: its artifact changed too`);
  if (result.absent.length > 0)
    notes.push(`Not in the cache, left as pointers: ${result.absent.map(printable).join(", ")}`);
  return { out: lines.join("\n"), notes };
}
