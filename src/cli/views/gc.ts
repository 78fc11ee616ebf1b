import type { GcResult } from "../../operations/gc.ts";
import type { GcRemoteResult } from "../../operations/gc-remote.ts";
import { bytes, printable } from "../terminal.ts";

interface View {
  out: string;
  notes: string[];
}

export function gcView(result: GcResult): View {
  const { removed, young, quarantined, dry_run: dryRun, repositories, forgotten } = result;
  const notes = youngNotes(young);
  if (quarantined > 0) notes.push(`${bytes(quarantined)} of rotten objects ${going(dryRun)} from quarantine`);
  if (repositories.length > 1) notes.push(`The cache is used by ${repositories.map(printable).join(", ")}`);
  notes.push(...forgottenNotes(forgotten));
  if (dryRun && removed.length > 0) notes.push(NEXT);
  return { out: removedLines(result).join("\n"), notes };
}

export function gcRemoteView(result: GcRemoteResult): View {
  const { removed, young, held, lost, uploads, dry_run: dryRun, repositories, forgotten } = result;
  const notes = youngNotes(young);
  if (uploads.length > 0) {
    const what = uploads.length === 1 ? "1 upload" : `${uploads.length} uploads`;
    notes.push(`${what} that ${uploads.length === 1 ? "was" : "were"} never finished ${going(dryRun)}`);
  }
  if (held > 0) notes.push(`${held} that a push which is under way relies on ${held === 1 ? "is" : "are"} kept`);
  if (lost > 0)
    notes.push(`${lost} folders of old drafts have no list of files any more: what only they need is not kept`);
  notes.push(`Asked: ${repositories.map(printable).join(", ")}`, ...forgottenNotes(forgotten));
  if (dryRun && removed.length + uploads.length > 0) notes.push(NEXT);
  return { out: removedLines(result).join("\n"), notes };
}

export function unlockView({ remote, unlocked }: { remote: string; unlocked: number }): View {
  const pushes = unlocked === 1 ? "1 lock of a push" : `${unlocked} locks of pushes`;
  return {
    out: `${printable(remote)} is open: no gc runs there, and ${pushes} ${unlocked === 1 ? "is" : "are"} gone`,
    notes: [],
  };
}

const NEXT = "Next: the same with --yes in place of --dry-run";

const going = (dryRun: boolean): string => (dryRun ? "would be removed" : "removed");

function removedLines(result: Pick<GcResult, "removed" | "bytes" | "kept" | "kept_bytes" | "dry_run">): string[] {
  const { removed, kept, dry_run: dryRun } = result;
  const rows = dryRun ? removed.map(({ sha256, size }) => `${sha256}  ${bytes(size)}`) : [];
  const what = removed.length === 1 ? "1 object" : `${removed.length} objects`;
  return [...rows, `${what} (${bytes(result.bytes)}) ${going(dryRun)}, ${kept} kept (${bytes(result.kept_bytes)})`];
}

function youngNotes(young: number): string[] {
  if (young === 0) return [];
  return [`${young} that nothing needs ${young === 1 ? "is" : "are"} younger than the grace age, and kept`];
}

function forgottenNotes(forgotten: readonly string[]): string[] {
  return forgotten.map((where) => `${printable(where)} is asked no more`);
}
