import type { RestoreResult } from "../../operations/restore.ts";
import type { Here } from "../here.ts";
import { printable } from "../terminal.ts";
import { absentNotes, affectedNotes, savedNotes } from "./saved.ts";

export function restoreView(result: RestoreResult, here: Here): { out: string; notes: string[] } {
  const from = result.from === null ? "" : `  from ${printable(result.from)}`;
  const lines = [
    ...result.written.map((path) => `${here.shown(path)}${from}`),
    ...result.removed.map((path) => `${here.shown(path)}  removed`),
  ];
  const notes = savedNotes(result.saved, here);
  if (result.version !== null) {
    const declares = `The record declares ${result.model} ${result.version}, staged`;
    notes.push(result.next === null ? declares : `${declares}; that is released with other bytes`);
  }
  notes.push(...affectedNotes(result.affected));
  notes.push(...absentNotes(result.absent, here));
  if (result.next !== null) notes.push(`Next: ${printable(result.next.tag)}, or ${printable(result.next.draft)}`);
  return { out: lines.length > 0 ? lines.join("\n") : nothing(result), notes };
}

function nothing({ unchanged, version }: RestoreResult): string {
  if (version !== null) return "The bytes are here already";
  return unchanged > 0 ? "Nothing to restore: everything is as its pointer says" : "Nothing to restore";
}
