import type { GcResult } from "../../operations/gc.ts";
import { bytes, printable } from "../terminal.ts";

export function gcView(result: GcResult): { out: string; notes: string[] } {
  const { removed, kept, young, quarantined, dry_run: dryRun, repositories, forgotten } = result;
  const would = dryRun ? "would be removed" : "removed";
  const notes: string[] = [];
  if (young > 0)
    notes.push(`${young} that nothing needs ${young === 1 ? "is" : "are"} younger than the grace age, and kept`);
  if (quarantined > 0) notes.push(`${bytes(quarantined)} of rotten objects ${would} from quarantine`);
  if (repositories.length > 1) notes.push(`The cache is used by ${repositories.map(printable).join(", ")}`);
  for (const path of forgotten) notes.push(`${printable(path)} is asked no more`);
  if (dryRun && removed.length > 0) notes.push("Next: the same with --yes in place of --dry-run");
  const rows = dryRun ? removed.map(({ sha256, size }) => `${sha256}  ${bytes(size)}`) : [];
  const what = removed.length === 1 ? "1 object" : `${removed.length} objects`;
  const out = [...rows, `${what} (${bytes(result.bytes)}) ${would}, ${kept} kept (${bytes(result.kept_bytes)})`];
  return { out: out.join("\n"), notes };
}
