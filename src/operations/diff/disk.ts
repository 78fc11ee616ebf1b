// Artifacts whose bytes on disk are not what their pointers say.
import { join } from "node:path";
import type { ManifestEntry } from "../../model/manifest.ts";
import type { ModelRecord } from "../../model/record.ts";
import { wantedOf } from "../materialize.ts";
import { readIgnored } from "../mvignore.ts";
import type { Project } from "../project.ts";
import type { Snapshot } from "../snapshot.ts";

export interface DiskChange {
  path: string;
  part: "artifacts" | "datasets";
  /** modified: other bytes, not added. absent: only the pointer is there. */
  state: "modified" | "absent";
  kind: "file" | "directory";
  /** What the pointer says. */
  pointer: string;
  /** What the disk holds; null where it is absent. */
  sha256: string | null;
}

/** Looks at the artifacts and datasets of one record. `entries`: what a modified folder holds now. */
export async function diskChanges(
  project: Project,
  worktree: Snapshot,
  record: ModelRecord | null,
): Promise<(DiskChange & { entries: readonly ManifestEntry[] | null })[]> {
  if (record === null) return [];
  const store = await project.store();
  const changes: (DiskChange & { entries: readonly ManifestEntry[] | null })[] = [];
  for (const part of ["artifacts", "datasets"] as const) {
    for (const { path } of record[part]) {
      const pointer = worktree.pointers.get(path)?.pointer;
      const wanted = pointer ? wantedOf(pointer) : null;
      if (!wanted) continue;
      const ignored = wanted.kind === "directory" ? await readIgnored(project, path) : undefined;
      const bytes = await store.look(join(project.root, path), path, ignored ? { ignored } : {});
      if (bytes?.sha256 === wanted.sha256) continue;
      changes.push({
        path,
        part,
        state: bytes === null ? "absent" : "modified",
        kind: bytes?.kind ?? wanted.kind,
        pointer: wanted.sha256,
        sha256: bytes?.sha256 ?? null,
        entries: bytes?.kind === "directory" ? bytes.entries : null,
      });
    }
  }
  return changes;
}
