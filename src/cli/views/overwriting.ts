// What to type where declared numbers belong to other bytes: the same words after add and remove, and in status.
import type { NextCommands } from "../../operations/next-commands.ts";

export interface Overwriting {
  model: string;
  version: string;
  overwrites: "release" | "draft" | null;
  next: NextCommands | null;
}

export function overwritingNotes(models: readonly Overwriting[]): string[] {
  const found = models.filter(({ overwrites }) => overwrites !== null);
  if (found.length > 1) {
    const names = found.map(({ model, version }) => `${model} ${version}`).join(", ");
    return [`Declared for other bytes: ${names}. Next: mv bump --affected minor, or mv bump --affected draft`];
  }
  return found.map(({ version, overwrites, next }) => {
    const why = overwrites === "release" ? "is released" : "is committed with other bytes";
    return `${version} ${why}. Next: ${next?.tag ?? "mv tag"}, or ${next?.draft ?? "mv bump draft"}`;
  });
}
