// The manifests of folder versions, read from the cache, and what differs between a folder and one of them. The last few are kept:
// one command asks for the same ones several times.
import { MANIFEST_MAX_BYTES, type ManifestEntry, parseManifest } from "../model/manifest.ts";
import { replacedFiles } from "../model/manifest-bytes.ts";
import { type EntryChange, manifestChanges } from "../model/manifest-changes.ts";
import type { Bytes, Sha } from "./bytes.ts";
import type { Objects } from "./objects.ts";

export interface Manifests {
  /** The files and links of a folder version. Throws MvError object-missing, bytes-wrong, invalid-file. */
  read(sha256: Sha): Promise<readonly ManifestEntry[]>;
  /** What differs between what a path holds now and a folder version, in order. Throws as `read`. */
  changes(current: Bytes | null, sha256: Sha): Promise<readonly EntryChange[]>;
}

const KEPT = 2;
/** Below that reading all of both is quick enough. */
const LARGE = 256 * 1024;

export function createManifests(objects: Objects): Manifests {
  const kept = new Map<Sha, readonly ManifestEntry[]>();
  let last: { from: Bytes | null; to: Sha; changes: readonly EntryChange[] } | null = null;

  async function read(sha256: Sha): Promise<readonly ManifestEntry[]> {
    const known = kept.get(sha256);
    if (known) return known;
    const { files } = parseManifest(await objects.read(sha256, MANIFEST_MAX_BYTES), sha256);
    kept.set(sha256, files);
    for (const oldest of kept.keys()) if (kept.size > KEPT) kept.delete(oldest);
    return files;
  }

  /** By the bytes of two large manifests; null where that does not tell. */
  async function replaced(from: Sha, to: Sha): Promise<EntryChange[] | null> {
    const [before, after] = [objects.stat(from), objects.stat(to)];
    if (before === null || after === null || before.size < LARGE) return null;
    // What a folder holds now is a manifest, since its hash was made of one.
    const manifest = await objects.read(from, MANIFEST_MAX_BYTES).catch(() => null);
    return manifest && replacedFiles(manifest, await objects.read(to, MANIFEST_MAX_BYTES));
  }

  return {
    read,
    async changes(current, sha256) {
      if (last?.from === current && last.to === sha256) return last.changes;
      const quick = current?.kind === "directory" ? await replaced(current.sha256, sha256) : null;
      const changes = quick ?? manifestChanges(entriesNow(current), await read(sha256));
      last = { from: current, to: sha256, changes };
      return changes;
    },
  };
}

/** A file artifact is the entry of an empty path. */
export function entriesNow(current: Bytes | null): ManifestEntry[] {
  if (current === null) return [];
  if (current.kind === "directory") return current.entries;
  const { sha256, size, executable } = current;
  return [{ path: "", sha256, size, executable }];
}
