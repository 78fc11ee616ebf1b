// The bytes of one object into one path: how what --force stored comes back.
import { MvError } from "../../errors.ts";
import { MANIFEST_MAX_BYTES, parseManifest } from "../../model/manifest.ts";
import type { Wanted } from "../materialize.ts";
import type { Project } from "../project.ts";

export function isObjectName(word: string): boolean {
  return /^[0-9a-f]{64}$/.test(word);
}

/** What the path holds with the object's bytes. `asFolder`: the object is a folder's manifest. Fails with object-missing. */
export async function objectWanted(project: Project, sha256: string, asFolder: boolean): Promise<Wanted> {
  const store = await project.store();
  const [lacking] = await store.missing([sha256]);
  if (lacking !== undefined) {
    throw new MvError("object-missing", `The cache has no object ${sha256}`, { hint: `mv identify ${sha256}` });
  }
  if (!asFolder) return { kind: "file", sha256, size: await store.sizeOf(sha256) };
  const { files } = parseManifest(await store.readBytes(sha256, MANIFEST_MAX_BYTES), sha256);
  const size = files.reduce((sum, entry) => sum + ("size" in entry ? entry.size : 0), 0);
  return { kind: "directory", sha256, size };
}
