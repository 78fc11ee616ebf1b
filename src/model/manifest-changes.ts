// What differs between two lists of a folder's files.
import type { ManifestEntry } from "./manifest.ts";
import { compareBytes } from "./paths.ts";

/** One path of which the lists say different things. */
export interface EntryChange {
  path: string;
  /** Null where the path is new. */
  before: ManifestEntry | null;
  /** Null where the path is gone. */
  after: ManifestEntry | null;
}

/** Whether a file or link of a folder is the same in two versions. */
export function sameEntry(a: ManifestEntry, b: ManifestEntry): boolean {
  if ("link" in a || "link" in b) return "link" in a && "link" in b && a.link === b.link;
  return a.sha256 === b.sha256 && a.executable === b.executable;
}

/** The paths that differ, in order. Both lists are sorted by the bytes of their paths, as manifests are. */
export function manifestChanges(before: readonly ManifestEntry[], after: readonly ManifestEntry[]): EntryChange[] {
  const changes: EntryChange[] = [];
  let [left, right] = [0, 0];
  for (;;) {
    const [old, now] = [before[left] ?? null, after[right] ?? null];
    if (old === null && now === null) return changes;
    const order = old === null ? 1 : now === null ? -1 : old.path === now.path ? 0 : compareBytes(old.path, now.path);
    if (order <= 0) left += 1;
    if (order >= 0) right += 1;
    if (order === 0 && old && now && sameEntry(old, now)) continue;
    const path = (order <= 0 ? old : now)?.path ?? "";
    changes.push({ path, before: order <= 0 ? old : null, after: order >= 0 ? now : null });
  }
}
