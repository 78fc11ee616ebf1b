import type { CheckoutResult } from "../../operations/checkout.ts";
import { printable } from "../terminal.ts";
import { savedNotes } from "./saved.ts";

export function checkoutView(result: CheckoutResult): { out: string; notes: string[] } {
  const files = `${result.files} ${result.files === 1 ? "file" : "files"}`;
  const notes = savedNotes(result.saved);
  if (result.absent.length > 0)
    notes.push(`Not in the cache, left as pointers: ${result.absent.map(printable).join(", ")}`);
  if (result.left !== null) notes.push(`Detached; back: git switch ${result.left}`);
  const as = result.version === null ? "" : " as released";
  return { out: `${printable(result.name)}  commit ${result.commit.slice(0, 7)}  ${files}${as}`, notes };
}
