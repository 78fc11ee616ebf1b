import type { CheckoutResult } from "../../operations/checkout.ts";
import type { Here } from "../here.ts";
import { printable } from "../terminal.ts";
import { absentNotes, savedNotes } from "./saved.ts";

export function checkoutView(result: CheckoutResult, here: Here): { out: string; notes: string[] } {
  const files = `${result.files} ${result.files === 1 ? "file" : "files"}`;
  const as = result.version === null ? "" : " as released";
  const isSame = !result.switched && result.written.length + result.removed.length === 0;
  const notes = savedNotes(result.saved, here);
  if (result.removed.length > 0)
    notes.push(`Not in this version, removed: ${result.removed.map(here.shown).join(", ")}`);
  notes.push(...absentNotes(result.absent, here));
  if (result.left !== null) notes.push(`Detached; back: git switch ${printable(result.left)}`);
  const out = `${printable(result.name)}  commit ${result.commit.slice(0, 7)}  ${files}${as}${isSame ? ", already here" : ""}`;
  return { out, notes };
}
