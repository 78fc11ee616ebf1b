import type { InitResult } from "../../operations/init.ts";
import { printable } from "../terminal.ts";
import { installedNotes, installedWords } from "./hooks.ts";

export function initView(result: InitResult): { out: string; notes: string[] } {
  const { model, tag, models, hooks, hooksBlocked } = result;
  const named =
    model === null
      ? `Models: ${models.join(", ")}.`
      : `Model ${model}, released as ${tag?.replace("{model}", model) ?? ""}.`;
  const notes = [
    ...(result.createdRepository ? [`Made a Git repository in ${printable(result.root)}.`] : []),
    ...(hooks ? installedNotes(hooks) : []),
  ];
  if (hooksBlocked) {
    notes.push(`mversion: warning: the hooks are not installed: ${printable(hooksBlocked.message)}`);
    if (hooksBlocked.hint) notes.push(`Next: ${printable(hooksBlocked.hint)}`);
  }
  return { out: hooks ? `${named} ${installedWords(hooks)}` : named, notes };
}
