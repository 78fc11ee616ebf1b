// Which files inside changed folders differ, told by their manifests.
import type { Artifact } from "../../model/content.ts";
import { type Change, diffArtifacts, type RecordDiff } from "../../model/diff.ts";
import { MANIFEST_MAX_BYTES, type ManifestEntry, parseManifest } from "../../model/manifest.ts";
import type { Project } from "../project.ts";
import type { DiskChange, Entries } from "./disk.ts";

/** A file of a folder: its hash, or for a symbolic link "link to TARGET". */
export interface Member {
  path: string;
  sha256: string;
  /** Bytes; null for a link. */
  size: number | null;
  executable: boolean;
}

export interface FolderDiff {
  path: string;
  /** Null where a manifest is not in the cache, so that the files cannot be told. */
  files: Change<Member>[] | null;
}

/** The folders that differ between the two sides, or between the pointer and the disk. */
export async function folderDiffs(
  project: Project,
  changes: Pick<RecordDiff, "artifacts" | "datasets">,
  disk: readonly (DiskChange & Entries)[],
): Promise<FolderDiff[]> {
  const found: FolderDiff[] = [];
  const changed = [...changes.artifacts, ...changes.datasets];
  for (const { path, from, to } of changed) {
    if (from?.sha256 === to?.sha256) continue;
    if (from?.kind !== "directory" && to?.kind !== "directory") continue;
    const now = disk.find((item) => item.path === path && item.state !== "absent");
    const [before, after] = [
      await membersOf(project, from),
      now ? members(now.entries ?? []) : await membersOf(project, to),
    ];
    found.push({ path, files: before && after && compareMembers(before, after) });
  }
  for (const { path, state, kind, pointer, entries } of disk) {
    if (state === "absent" || kind !== "directory" || changed.some((change) => change.path === path)) continue;
    const before = await membersOf(project, { kind, sha256: pointer });
    found.push({ path, files: before && compareMembers(before, members(entries ?? [])) });
  }
  return found;
}

/** The members of a folder's manifest; none of a file or of nothing; null where the manifest is not here. */
async function membersOf(
  project: Project,
  artifact: Pick<Artifact, "kind" | "sha256"> | null,
): Promise<Member[] | null> {
  if (artifact?.kind !== "directory") return [];
  const store = await project.store();
  if ((await store.missing([artifact.sha256])).length > 0) return null;
  return members(parseManifest(await store.readBytes(artifact.sha256, MANIFEST_MAX_BYTES), artifact.sha256).files);
}

function members(entries: readonly ManifestEntry[]): Member[] {
  return entries.map((entry) =>
    "link" in entry
      ? { path: entry.path, sha256: `link to ${entry.link}`, size: null, executable: false }
      : { path: entry.path, sha256: entry.sha256, size: entry.size, executable: entry.executable },
  );
}

function compareMembers(before: readonly Member[], after: readonly Member[]): Change<Member>[] {
  const old = new Map(before.map((member) => [member.path, member]));
  const modes = after.flatMap((to): Change<Member>[] => {
    const from = old.get(to.path);
    return from?.sha256 === to.sha256 && from.executable !== to.executable ? [{ path: to.path, from, to }] : [];
  });
  return [...diffArtifacts(before, after), ...modes].sort((a, b) => (a.path < b.path ? -1 : 1));
}
