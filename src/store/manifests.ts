// The manifests of folder versions, read from the cache. The last few are kept: one command asks for the same one several times.
import { MANIFEST_MAX_BYTES, type ManifestEntry, parseManifest } from "../model/manifest.ts";
import type { Sha } from "./bytes.ts";
import type { Objects } from "./objects.ts";

/** The files and links of a folder version. Throws MvError object-missing, bytes-wrong, invalid-file. */
export type Manifests = (sha256: Sha) => Promise<readonly ManifestEntry[]>;

const KEPT = 2;

export function createManifests(objects: Objects): Manifests {
  const kept = new Map<Sha, readonly ManifestEntry[]>();
  return async (sha256) => {
    const known = kept.get(sha256);
    if (known) return known;
    const { files } = parseManifest(await objects.read(sha256, MANIFEST_MAX_BYTES), sha256);
    kept.set(sha256, files);
    for (const oldest of kept.keys()) if (kept.size > KEPT) kept.delete(oldest);
    return files;
  };
}
