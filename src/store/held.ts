// The last look before bytes are overwritten or removed: they must still be what they were taken for.
import { readlinkSync } from "node:fs";
import { join } from "node:path";
import { MvError } from "../errors.ts";
import type { ManifestEntry } from "../model/manifest.ts";
import { fileStat, lstatOrNull } from "../platform/stat.ts";
import type { Workers } from "../platform/workers.ts";
import { hashFiles } from "./hash-files.ts";
import type { Objects } from "./objects.ts";
import type { StatIndex } from "./stat-index.ts";

interface Held {
  objects: Objects;
  index: StatIndex;
  workers: Workers;
}

/**
 * Throws would-lose where a file or link below an artifact is not what `entries` say, because someone wrote to it since. What
 * is gone already is no loss. The stat index answers for most; the others are hashed.
 */
export async function requireHeld(
  { objects, index, workers }: Held,
  { absolute, key }: { absolute: string; key: string },
  entries: readonly ManifestEntry[],
): Promise<void> {
  if (entries.length === 0) return;
  const known = await index.read(absolute, key);
  const unsure: { path: string; size: number; entry: ManifestEntry & { sha256: string } }[] = [];
  for (const entry of entries) {
    const path = entry.path === "" ? absolute : join(absolute, entry.path);
    const stats = lstatOrNull(path);
    if (stats === null) continue;
    if (stats.isSymbolicLink()) {
      const target = readlinkSync(path);
      const holds = "link" in entry ? target === entry.link : objects.named(target) === entry.sha256;
      if (!holds) throw changed(join(key, entry.path));
      continue;
    }
    if ("link" in entry || !stats.isFile() || Number(stats.size) !== entry.size) throw changed(join(key, entry.path));
    const row = known ? known.table.row(entry.path) : -1;
    const isKnown = known && row >= 0 && known.table.sha256(row) === entry.sha256;
    if (!isKnown || !known.table.matches(row, fileStat(stats))) unsure.push({ path, size: entry.size, entry });
  }
  const hashed = await hashFiles(workers, unsure, () => {}, "sha256");
  const at = unsure.findIndex(({ entry }, place) => hashed[place]?.sha256 !== entry.sha256);
  const lost = unsure[at];
  if (lost) throw changed(join(key, lost.entry.path));
}

function changed(path: string): MvError {
  return new MvError("would-lose", `${path} was written to meanwhile`, {
    hint: `mv add ${path}, then repeat`,
    details: { path },
  });
}
