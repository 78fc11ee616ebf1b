// The cache and what comes out of it: one façade over objects, stat index and placing.
import { join } from "node:path";
import type { ManifestEntry } from "../model/manifest.ts";
import type { EntryChange } from "../model/manifest-changes.ts";
import { MvError } from "../errors.ts";
import { writeError } from "../platform/file-errors.ts";
import { removeFile } from "../platform/files.ts";
import { createWorkers } from "../platform/workers.ts";
import type { Bytes, Ignored, Progress, Sha } from "./bytes.ts";
import { createObjects } from "./objects.ts";
import { checkObjects } from "./check.ts";
import { requireHeld } from "./held.ts";
import { createEarlyLook } from "./early-look.ts";
import { type Adopted, createIncoming, type IncomingObject } from "./incoming.ts";
import { createIntake } from "./intake.ts";
import { createManifests, entriesNow } from "./manifests.ts";
import { type Placing, prepare, type Prepared, removeEmptyFolders } from "./place.ts";
import type { Link, Placement } from "./place-plan.ts";
import { readPath } from "./read.ts";
import { requireRoomForAll } from "./room.ts";
import { emptyQuarantine, removeStored, startsWith, type Stored, storedObjects } from "./sweep.ts";
import { createStatIndex } from "./stat-index.ts";

export type { Bytes, Progress, Sha } from "./bytes.ts";
export type { Adopted, IncomingObject } from "./incoming.ts";
export type { Prepared } from "./place.ts";
export type { Stored } from "./sweep.ts";
export type { Placement } from "./place-plan.ts";

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
  /** Throws no-space where the cache's disk cannot hold what several files would bring into it; `add` asks for each path itself. */
  requireRoomToAdd(artifacts: readonly { absolute: string; key: string }[]): Promise<void>;
  /** What a path holds now; null where there is nothing. Hashes only what the stat index does not know. */
  look(absolute: string, key: string, options?: LookOptions): Promise<Bytes | null>;
  /** Begins to look at a folder of many files that is known in this working tree: `look` will be asked for it. */
  expectLooks(root: string): void;
  /** What the stat index last recorded for the key: what we added or placed there. */
  known(key: string): Promise<{ sha256: Sha } | null>;
  forget(key: string): Promise<void>;
  putBytes(data: Uint8Array): Promise<Sha>;
  /** A small object's bytes, checked. */
  readBytes(sha: Sha, maxBytes: number): Promise<Buffer>;
  /** The files and links of a folder version. Throws object-missing, bytes-wrong, invalid-file. */
  manifest(sha: Sha): Promise<readonly ManifestEntry[]>;
  /** What differs between what a path holds, as `look` said, and a folder version, in order. Throws as `manifest`. */
  changes(current: Bytes | null, sha: Sha): Promise<readonly EntryChange[]>;
  /** All objects of a version of an artifact: itself, or the manifest and its members. */
  need(target: { kind: "file" | "directory" | "external"; sha256: Sha }): Promise<{ sha256: Sha; size: number }[]>;
  /** Where a fetched object's bytes are gathered; an interrupted fetch may have left a first part there. */
  incoming(sha: Sha): string;
  /** Throws no-space where the cache's disk cannot hold what is still to come of these. */
  requireRoom(objects: readonly IncomingObject[]): Promise<void>;
  /**
   * Takes gathered files in, if their SHA-256 is right, durably and all together. Other bytes go to quarantine. Throws
   * no-space, no-write, no-read.
   */
  adopt(objects: readonly IncomingObject[], progress?: Progress): Promise<Adopted[]>;
  /** Leaves parts that are not whole to the next fetch; call it when a fetch ends, well or not. */
  leaveIncoming(): void;
  /** Re-reads objects with SHA-256; rotten ones go to quarantine. */
  check(shas: readonly Sha[], progress?: Progress): Promise<{ sha256: Sha; state: "ok" | "absent" | "rotten" }[]>;
  /** Writes objects beside their places and checks them; nothing in the tree changes before `commit`. */
  prepare(items: readonly Placement[], options?: PrepareOptions): Promise<Prepared>;
  /** `prepare` and `commit`. */
  place(items: readonly Placement[], options?: PrepareOptions): Promise<void>;
  /** All objects of the cache, in no order. */
  list(): Iterable<Stored>;
  /** Whether an object begins as a manifest does. */
  looksLikeManifest(sha: Sha): boolean;
  /** Removes objects from the cache unless they were used since they were listed. Returns those that went. */
  drop(objects: readonly Stored[]): Stored[];
  /** Empties the quarantine of what is older than a time, in milliseconds; returns its bytes. */
  emptyQuarantine(olderThanMs: number, dryRun: boolean): number;
  /** Removes a file, or a folder's known files and the folders that are empty then; other files stay. */
  remove(absolute: string, key: string, old: Bytes): Promise<void>;
}

export interface LookOptions {
  ignored?: Ignored;
  /** Hash everything, whatever the stat index says. */
  precise?: boolean;
  progress?: Progress;
}

export interface AddOptions extends LookOptions {
  move?: boolean;
}

export interface PrepareOptions {
  progress?: Progress;
  /** Asked where the disk has no room for object and file: which of these may leave the cache and become the files. */
  spare?: Placing["spare"];
}

export interface StoreOptions {
  cacheDir: string;
  /** Of this repository: the stat index. */
  stateDir: string;
  link: Link;
  /** Worker threads for many files; 0: one per core. */
  jobs?: number;
  /** Others write to the cache too: nothing but SHA-256 is trusted. */
  shared: boolean;
}

export function createStore({ cacheDir, stateDir, link, jobs = 0, shared }: StoreOptions): Store {
  const workers = createWorkers(jobs);
  const objects = createObjects(cacheDir, workers);
  const index = createStatIndex(stateDir);
  const early = createEarlyLook(index, workers);
  const manifests = createManifests(objects);
  const incoming = createIncoming({ cacheDir, objects, workers });
  const store: Store = {
    dir: cacheDir,
    objectPath: objects.path,
    missing: async (shas) => objects.missing(shas),
    sizeOf: async (sha) => objects.stat(sha)?.size ?? 0,
    async add(absolute, key, options = {}) {
      const intake = createIntake(objects, workers, shared);
      try {
        const bytes = await readPath({ objects, index, workers, early: null, absolute, key, options }, intake);
        if (bytes === null) throw new MvError("nothing-found", `${key} is not there`, { details: { path: key } });
        return bytes;
      } finally {
        intake.discard();
      }
    },
    requireRoomToAdd: (artifacts) => requireRoomForAll({ objects, index }, artifacts),
    look: (absolute, key, options = {}) => readPath({ objects, index, workers, early, absolute, key, options }, null),
    expectLooks: early.begin,
    async known(key) {
      const artifact = await index.newest(key);
      return artifact && { sha256: artifact.sha256 };
    },
    forget: async (key) => index.forget(key),
    async putBytes(data) {
      const intake = createIntake(objects, workers, shared);
      try {
        const sha = await intake.bytes(data);
        await intake.finish();
        return sha;
      } finally {
        intake.discard();
      }
    },
    readBytes: (sha, maxBytes) => objects.read(sha, maxBytes),
    manifest: manifests.read,
    changes: manifests.changes,
    async need({ kind, sha256 }) {
      if (kind === "external") return [];
      const self = { sha256, size: objects.stat(sha256)?.size ?? 0 };
      if (kind === "file") return [self];
      const files = await manifests.read(sha256);
      const sizes = new Map(files.flatMap((entry) => ("sha256" in entry ? [[entry.sha256, entry.size] as const] : [])));
      return [self, ...[...sizes].map(([member, size]) => ({ sha256: member, size }))];
    },
    incoming: incoming.path,
    requireRoom: incoming.requireRoom,
    adopt(wanted, progress) {
      const total = wanted.reduce((sum, { size }) => sum + size, 0);
      let bytes = 0;
      return incoming.adopt(wanted, (count) =>
        progress?.({ phase: "Checking", bytes: (bytes += count), total, files: wanted.length }),
      );
    },
    leaveIncoming: incoming.leave,
    check: (shas, progress) => checkObjects({ objects, workers }, shas, progress),
    list: () => storedObjects(objects.folder),
    looksLikeManifest: (sha) => startsWith(objects.path(sha), '{"files":['),
    drop: (stored) => removeStored(objects.folder, stored),
    emptyQuarantine: (olderThanMs, dryRun) => emptyQuarantine(join(cacheDir, "quarantine"), olderThanMs, dryRun),
    prepare: (items, options = {}) =>
      prepare(
        { objects, manifests, index, workers, link, shared, progress: options.progress, spare: options.spare },
        items,
      ),
    async place(items, options) {
      await (await store.prepare(items, options)).commit();
    },
    async remove(absolute, key, old) {
      const entries = entriesNow(old);
      await requireHeld({ objects, index, workers }, { absolute, key }, entries);
      const paths = entries.map((entry) => entry.path);
      try {
        for (const path of paths) removeFile(path === "" ? absolute : join(absolute, path));
      } catch (error) {
        throw writeError(error, absolute);
      }
      if (old.kind === "directory") removeEmptyFolders(absolute, paths);
      index.forget(key);
    },
  };
  return store;
}
