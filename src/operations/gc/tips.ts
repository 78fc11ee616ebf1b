// The folders that branches and release tags name as they are now: without their lists of files nobody may conclude anything.
import { isMvError } from "../../errors.ts";
import { branchTips } from "../../git/changes.ts";
import type { Git } from "../../git/git.ts";
import { POINTER_SUFFIX } from "../../model/paths.ts";
import { parsePointer } from "../../model/pointer.ts";
import { parseTagObject } from "../../model/release.ts";

/** SHA-256 of manifests. What cannot be read names nothing here; history's texts are searched all the same. */
export async function namedAtTips(git: Git): Promise<Set<string>> {
  const folders = new Set<string>();
  const blobs = new Map<string, string>();
  for (const tip of await branchTips(git)) {
    for (const { oid, path } of await git.listFiles(tip, [POINTER_SUFFIX])) blobs.set(oid, path);
  }
  for (const [oid, { type, bytes }] of await git.readObjects([...blobs.keys()])) {
    const pointer = type === "blob" ? read(() => parsePointer(bytes.toString("utf8"), blobs.get(oid) ?? oid)) : null;
    if (pointer?.kind === "directory") folders.add(pointer.sha256);
  }
  const tags = (await git.tags()).filter(({ type }) => type === "tag");
  for (const [oid, { bytes }] of await git.readObjects(tags.map((tag) => tag.oid))) {
    const reading = read(() => parseTagObject(bytes, oid));
    if (reading?.kind !== "release") continue;
    const { artifacts, datasets } = reading.release;
    for (const { kind, sha256 } of [...artifacts, ...datasets]) if (kind === "directory") folders.add(sha256);
  }
  return folders;
}

function read<T>(parse: () => T): T | null {
  try {
    return parse();
  } catch (error) {
    if (isMvError(error)) return null;
    throw error;
  }
}
