// What --force stored before it was overwritten, and how it comes back.
import { printable, short } from "../terminal.ts";

export function savedNotes(saved: readonly { path: string; sha256: string }[]): string[] {
  return saved.map(
    (item) =>
      `Stored ${printable(item.path)} as ${short(item.sha256)}; back: mv restore ${item.sha256} ${printable(item.path)}`,
  );
}
