// What commands that bring other bytes say in the same words: what was stored first, and whom it concerns too.
import type { SavedBytes } from "../../operations/materialize.ts";
import type { Here } from "../here.ts";
import { short } from "../terminal.ts";

/** What --force stored before it was overwritten, and how it comes back. */
export function savedNotes(saved: readonly SavedBytes[], here: Here): string[] {
  return saved.map(({ path, kind, sha256 }) => {
    const operand = `${here.typed(path)}${kind === "directory" ? "/" : ""}`;
    return `Stored ${here.shown(path)} as ${short(sha256)}; back: mv restore ${sha256} ${operand}`;
  });
}

/** Other models that got other bytes with a shared artifact. */
export function affectedNotes(affected: readonly { model: string; version: string }[]): string[] {
  return affected.map(({ model, version }) => `${model} ${version}: its artifact changed too`);
}

export function absentNotes(absent: readonly string[], here: Here): string[] {
  return absent.length > 0 ? [`Not in the cache, left as pointers: ${absent.map(here.shown).join(", ")}`] : [];
}
