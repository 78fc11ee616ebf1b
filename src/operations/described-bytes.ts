// Whose bytes a record's fields describe: those that were added, which need not be those on disk after a retraining.
import { BYTES_FIELDS, type ModelRecord } from "../model/record.ts";
import { bytesAt } from "./on-disk.ts";
import type { Project } from "./project.ts";
import type { Snapshot } from "./snapshot.ts";
import { fromHere } from "./targets.ts";

/** Warns where one of the keys tells of the bytes, and an artifact on disk has others than the record: a measure of the wrong ones. */
export async function warnOfOtherBytes(
  project: Project,
  { pointers }: Snapshot,
  record: ModelRecord,
  keys: readonly string[],
): Promise<void> {
  const told = keys.filter((key) => BYTES_FIELDS.includes(key.split(".")[0] ?? ""));
  if (told.length === 0) return;
  for (const { path, sha256 } of record.artifacts) {
    const pointer = pointers.get(path)?.pointer;
    const bytes = pointer ? await bytesAt(project, path, pointer) : null;
    if (bytes === null || bytes.sha256 === sha256) continue;
    project.warn(
      `${told.join(", ")} tells of ${path} as it was added, ${sha256.slice(0, 8)}, which is not what is there now; for that: mv add ${fromHere(project, path)}, then the same again`,
    );
  }
}
