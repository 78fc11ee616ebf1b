// Files inside the folders of versions, told by the manifests that the cache has.
import { MANIFEST_MAX_BYTES, parseManifest } from "../../model/manifest.ts";
import type { Project } from "../project.ts";
import type { Holding, Listed } from "./holding.ts";

/** Different folders that are looked into, of the newest versions. */
const MOST_FOLDERS = 500;

/** Versions are given newest first. */
export async function memberHoldings(
  project: Project,
  versions: readonly Listed[],
  prefix: string,
): Promise<Holding[]> {
  const folders = new Map<string, Holding[]>();
  for (const { version, listing } of versions) {
    for (const part of ["artifacts", "datasets"] as const) {
      for (const { path, kind, sha256 } of listing[part]) {
        if (kind !== "directory" || (!folders.has(sha256) && folders.size >= MOST_FOLDERS)) continue;
        const holding: Holding = { ...version, as: "member", path, sha256 };
        folders.set(sha256, [...(folders.get(sha256) ?? []), holding]);
      }
    }
  }
  const store = await project.store();
  const missing = new Set(await store.missing(folders.keys()));
  const found: Holding[] = [];
  for (const [sha256, holdings] of folders) {
    if (missing.has(sha256)) continue;
    const { files } = parseManifest(await store.readBytes(sha256, MANIFEST_MAX_BYTES), sha256);
    for (const entry of files) {
      if ("link" in entry || !entry.sha256.startsWith(prefix)) continue;
      for (const holding of holdings)
        found.push({ ...holding, path: `${holding.path}/${entry.path}`, sha256: entry.sha256 });
    }
  }
  return found;
}
