// Artifacts whose bytes on disk are not what their pointers say.
import type { ManifestEntry } from "../../model/manifest.ts";
import type { ModelRecord } from "../../model/record.ts";
import { bytesAt, compareBytes } from "../on-disk.ts";
import type { Project } from "../project.ts";
import type { Releases } from "../releases.ts";
import type { Snapshot } from "../snapshot.ts";

export interface DiskChange {
  path: string;
  part: "artifacts" | "datasets";
  /** modified: other bytes, not added. other-version: bytes that were added before. absent: only the pointer is there. */
  state: "modified" | "other-version" | "absent";
  /** For other-version: the release whose bytes are on disk, "churn 1.1.0", where one holds them. */
  holds?: string;
  /** For modified: the bytes are the pointer's, and executable bits alone differ. */
  only_executable?: true;
  kind: "file" | "directory";
  /** What the pointer says. */
  pointer: string;
  /** What the disk holds; null where it is absent. */
  sha256: string | null;
}

/** What a folder that differs holds now; null of a file. */
export interface Entries {
  entries: readonly ManifestEntry[] | null;
}

/** Looks at the artifacts and datasets of one record. */
export async function diskChanges(
  project: Project,
  releases: Releases,
  worktree: Snapshot,
  record: ModelRecord | null,
): Promise<(DiskChange & Entries)[]> {
  if (record === null) return [];
  const changes: (DiskChange & Entries)[] = [];
  for (const part of ["artifacts", "datasets"] as const) {
    for (const { path } of record[part]) {
      const pointer = worktree.pointers.get(path)?.pointer;
      if (!pointer || pointer.kind === "external") continue;
      const bytes = await bytesAt(project, path, pointer);
      const { state, ...words } = await compareBytes(project, releases, path, pointer, bytes);
      if (state === "unchanged" || state === "external") continue;
      changes.push({
        path,
        part,
        state,
        ...words,
        kind: bytes?.kind ?? pointer.kind,
        pointer: pointer.sha256,
        sha256: bytes?.sha256 ?? null,
        entries: bytes?.kind === "directory" ? bytes.entries : null,
      });
    }
  }
  return changes;
}
