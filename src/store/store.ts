// The cache and what comes out of it: one façade over objects, stat index and placing.
import { rmSync } from "node:fs";
import { join } from "node:path";
import { MANIFEST_MAX_BYTES, type ManifestEntry, parseManifest } from "../model/manifest.ts";
import { lstatOrNull } from "../platform/stat.ts";
import { createWorkers } from "../platform/workers.ts";
import type { Bytes, Ignored, Progress, Sha } from "./bytes.ts";
import { createObjects } from "./objects.ts";
import { type Link, type Placement, prepare, type Prepared, removeEmptyFolders } from "./place.ts";
import { readPath } from "./read.ts";
import { createStatIndex } from "./stat-index.ts";

export type { Bytes, Progress, Sha } from "./bytes.ts";
export { type Placement, type Prepared, sameEntry } from "./place.ts";

export interface Store {
  readonly dir: string;
  objectPath(sha: Sha): string;
  /** Those that the cache does not have, by name alone. */
  missing(shas: Iterable<Sha>): Promise<Sha[]>;
  /** Bytes of an object; 0 where it is absent. */
  sizeOf(sha: Sha): Promise<number>;
  /**
   * Hashes a file or folder into the cache in one pass; a folder's manifest too. An object that exists is checked, and healed
   * where it is rotten. `move`: renamed instead of copied. Throws file-changing, link-leaves, bad-path, no-space.
   */
  add(absolute: string, key: string, options?: AddOptions): Promise<Bytes>;
  /** What a path holds now; null where there is nothing. Hashes only what the stat index does not know. */
  look(absolute: string, key: string, options?: LookOptions): Promise<Bytes | null>;
  /** What the stat index last recorded for the key: what we added or placed there. */
  known(key: string): Promise<{ sha256: Sha } | null>;
  forget(key: string): Promise<void>;
  putBytes(data: Uint8Array): Promise<Sha>;
  /** A small object's bytes, checked. */
  readBytes(sha: Sha, maxBytes: number): Promise<Buffer>;
  /** The files and links of a folder version. Throws object-missing, bytes-wrong, invalid-file. */
  manifest(sha: Sha): Promise<readonly ManifestEntry[]>;
  /** All objects of a version of an artifact: itself, or the manifest and its members. */
  need(target: { kind: "file" | "directory" | "external"; sha256: Sha }): Promise<{ sha256: Sha; size: number }[]>;
  /** Re-reads objects with SHA-256; rotten ones go to quarantine. */
  check(shas: readonly Sha[], progress?: Progress): Promise<{ sha256: Sha; state: "ok" | "absent" | "rotten" }[]>;
  /** Writes objects beside their places and checks them; nothing in the tree changes before `commit`. */
  prepare(items: readonly Placement[], options?: { progress?: Progress }): Promise<Prepared>;
  /** `prepare` and `commit`. */
  place(items: readonly Placement[], options?: { progress?: Progress }): Promise<void>;
  /** Removes a file, or a folder's known files and the folders that are empty then; other files stay. */
  remove(absolute: string, key: string, old: Bytes): Promise<void>;
}

export interface LookOptions {
  ignored?: Ignored;
  precise?: boolean;
  progress?: Progress;
}

export interface AddOptions extends LookOptions {
  move?: boolean;
}

export interface StoreOptions {
  cacheDir: string;
  /** Of this repository: stat index and journal. */
  stateDir: string;
  link: Link;
  /** Worker threads; 0: one a core. */
  jobs: number;
  /** Others write to the cache too: nothing but SHA-256 is trusted. */
  shared: boolean;
}

export function createStore({ cacheDir, stateDir, link, jobs, shared }: StoreOptions): Store {
  const workers = createWorkers(jobs);
  const objects = createObjects(cacheDir, workers);
  const index = createStatIndex(stateDir);
  let kept: { sha: Sha; entries: readonly ManifestEntry[] } | undefined;
  const store: Store = {
    dir: cacheDir,
    objectPath: objects.path,
    missing: async (shas) => objects.missing(shas),
    sizeOf: async (sha) => Number(lstatOrNull(objects.path(sha))?.size ?? 0),
    async add(absolute, key, options = {}) {
      const batch = objects.batch();
      try {
        const bytes = await readPath({ objects, index, workers, absolute, key, options }, batch);
        if (bytes === null)
          throw Object.assign(new Error(`no such file: ${absolute}`), { code: "ENOENT", path: absolute });
        return bytes;
      } finally {
        batch.discard();
      }
    },
    look: (absolute, key, options = {}) => readPath({ objects, index, workers, absolute, key, options }, null),
    async known(key) {
      const artifact = await index.read(key);
      return artifact && { sha256: artifact.sha256 };
    },
    forget: async (key) => index.forget(key),
    async putBytes(data) {
      const batch = objects.batch();
      const sha = await batch.bytes(data);
      await batch.finish();
      return sha;
    },
    readBytes: (sha, maxBytes) => objects.read(sha, maxBytes),
    async manifest(sha) {
      // The last one is kept: a checkout asks for it several times, and reading 50,000 entries takes a quarter of a second.
      if (kept?.sha !== sha)
        kept = { sha, entries: parseManifest(await objects.read(sha, MANIFEST_MAX_BYTES), sha).files };
      return kept.entries;
    },
    async need({ kind, sha256 }) {
      if (kind === "external") return [];
      const self = { sha256, size: await store.sizeOf(sha256) };
      if (kind === "file") return [self];
      const files = await store.manifest(sha256);
      return [
        self,
        ...files.flatMap((entry) => ("sha256" in entry ? [{ sha256: entry.sha256, size: entry.size }] : [])),
      ];
    },
    async check(shas, progress) {
      const total = shas.reduce((sum, sha) => sum + Number(lstatOrNull(objects.path(sha))?.size ?? 0), 0);
      let done = 0;
      const found: { sha256: Sha; state: "ok" | "absent" | "rotten" }[] = [];
      for (const sha256 of shas) {
        const state = await objects.check(sha256, (bytes) =>
          progress?.({ phase: "Verifying", bytes: (done += bytes), total }),
        );
        found.push({ sha256, state });
      }
      return found;
    },
    prepare: (items, options = {}) =>
      prepare({ objects, index, workers, manifest: store.manifest, link, shared, progress: options.progress }, items),
    async place(items, options) {
      await (await store.prepare(items, options)).commit();
    },
    async remove(absolute, key, old) {
      const paths = old.kind === "file" ? [""] : old.entries.map((entry) => entry.path);
      for (const path of paths) rmSync(path === "" ? absolute : join(absolute, path), { force: true });
      if (old.kind === "directory") removeEmptyFolders(absolute, paths);
      index.forget(key);
    },
  };
  return store;
}
