// Files on their way into the cache: copied, hashed and checked first, then made durable and named all together.
import { chmodSync, closeSync, fsyncSync, linkSync, lstatSync, openSync, renameSync, rmSync, statSync } from "node:fs";
import { dirname, join } from "node:path";
import { MvError } from "../errors.ts";
import { cloneFile } from "../platform/clone.ts";
import { systemCode, writeError } from "../platform/file-errors.ts";
import { type Digests, loadHashing } from "../platform/hashing.ts";
import { assertUnchanged, fileStat, type FileStat, lstatOrNull, openRegular } from "../platform/stat.ts";
import { streamFile } from "../platform/stream.ts";
import { SYNC_ALL_FROM, syncFile, syncFileSystem, syncFolder } from "../platform/sync.ts";
import { tempName } from "../platform/temp.ts";
import { makeFolder, writeWhole } from "../platform/files.ts";
import type { Workers } from "../platform/workers.ts";
import type { Sha } from "./bytes.ts";
import type { Arrival, Objects } from "./objects.ts";
import { CLONED_FROM } from "./room.ts";

/** A file as it was hashed: what the hashes belong to. */
export type Hashed = Digests & { stat: FileStat };

export interface Source {
  path: string;
  size: number;
}

export interface Intake {
  /** Copies and hashes files; the results are in their order. Throws file-changing, no-read, no-space, no-write. */
  files(sources: readonly Source[], onBytes: (bytes: number) => void): Promise<Hashed[]>;
  /** Makes the file itself the object; the path is a read-only hard link to it then. The stat is that of the link. */
  move(path: string, onBytes: (bytes: number) => void): Promise<Hashed>;
  bytes(data: Uint8Array): Promise<Sha>;
  /** Makes everything durable and gives it its names. */
  finish(): Promise<void>;
  /** Removes what `finish` did not name. */
  discard(): void;
}

const READ_ONLY = 0o444;
/** Bytes of many small files that keep the disk busy for a while. */
const EARLY_FROM = 64 * 1024 * 1024;

export function createIntake(objects: Objects, workers: Workers, shared: boolean): Intake {
  let arrivals: Arrival[] = [];
  let stage: string | null = null;
  /** Whether all that was staged is on the disk now; false where the file system could not be synced as a whole. */
  let syncing: Promise<boolean> = Promise.resolve(false);
  makeFolder(objects.folder);

  async function small(sources: readonly Source[], onBytes: (bytes: number) => void): Promise<Hashed[]> {
    if (sources.length === 0) return [];
    stage ??= join(objects.folder, tempName());
    const into = { folder: objects.folder, stage, sync: sources.length < SYNC_ALL_FROM, chmod: shared };
    const results: Hashed[] = Array.from({ length: sources.length });
    const total = sources.reduce((sum, source) => sum + source.size, 0);
    let [copied, early] = [0, Promise.resolve(true)];
    await workers.each([...sources.keys()], {
      job: "absorb",
      input: (portion) => ({ files: portion.map((at) => sources[at]?.path ?? ""), into }),
      bytes: total,
      done(portion, output) {
        // The disk writes the first half while the second is copied.
        const isHalf = copied < total / 2 && total > EARLY_FROM && !into.sync;
        for (const { stat } of output) copied += stat.size;
        if (isHalf && copied >= total / 2) early = syncFileSystem(objects.folder);
        portion.forEach((at, place) => {
          const absorbed = output[place];
          if (absorbed === undefined) return;
          results[at] = absorbed;
          const { sha256, staged, rotten, stat } = absorbed;
          if (staged) arrivals.push({ sha256, temp: inStage(into.stage, sha256), rotten, synced: into.sync });
          onBytes(stat.size);
        });
      },
    });
    // The disk is busy with them while the manifest is made. An error is told to the first who asks, so both must be content.
    syncing = into.sync
      ? Promise.resolve(false)
      : Promise.all([syncFileSystem(objects.folder), early]).then(([last, first]) => last && first);
    return results;
  }

  async function large(path: string, onBytes: (bytes: number) => void): Promise<Hashed> {
    const temp = join(objects.folder, tempName());
    try {
      const hashed = cloneFile(path, temp)
        ? await hashClone(path, temp, onBytes)
        : await streamFile(path, { to: { path: temp, mode: READ_ONLY }, onBytes });
      const exists = lstatSync(objects.path(hashed.sha256), { throwIfNoEntry: false }) !== undefined;
      if (exists && (await objects.isGood(hashed.sha256))) rmSync(temp, { force: true });
      else {
        if (shared) chmodSync(temp, READ_ONLY);
        arrivals.push({ sha256: hashed.sha256, temp, rotten: exists, synced: true });
      }
      return hashed;
    } catch (error) {
      rmSync(temp, { force: true });
      throw writeError(error, temp);
    }
  }

  return {
    async files(sources, onBytes) {
      // They have a stream each, which shows progress while it is read.
      const isLarge = (source: Source): boolean => source.size >= CLONED_FROM;
      const results: Hashed[] = await small(
        sources.filter((source) => !isLarge(source)),
        onBytes,
      );
      const ordered: Hashed[] = [];
      let next = 0;
      for (const source of sources) {
        const hashed = isLarge(source) ? await large(source.path, onBytes) : results[next++];
        if (hashed) ordered.push(hashed);
      }
      return ordered;
    },
    async move(path, onBytes) {
      const hashed = await streamFile(path, { onBytes });
      if (statSync(path).dev !== statSync(objects.folder).dev) throw otherDisk(path);
      const object = objects.path(hashed.sha256);
      makeFolder(dirname(object));
      if (lstatSync(object, { throwIfNoEntry: false }) !== undefined) {
        if (await objects.isGood(hashed.sha256)) {
          // The link has the object's mode, which an executable file cannot do with.
          if (!hashed.stat.executable) replaceByLink(object, path);
          return { ...hashed, stat: statNow(path) };
        }
        objects.reject(hashed.sha256);
      }
      // A second name instead of a rename: the path is never without its file.
      chmodSync(path, hashed.stat.executable ? 0o555 : READ_ONLY);
      syncFile(path);
      try {
        linkSync(path, object);
      } catch (error) {
        if (["EXDEV", "EPERM", "ENOTSUP", "EOPNOTSUPP", "EMLINK"].includes(systemCode(error))) throw otherDisk(path);
        throw writeError(error, object);
      }
      syncFolder(dirname(object));
      syncFolder(objects.folder);
      return { ...hashed, stat: statNow(path) };
    },
    async bytes(data) {
      const { sha256 } = (await loadHashing()).of(data, "sha256");
      const exists = lstatSync(objects.path(sha256), { throwIfNoEntry: false }) !== undefined;
      if (exists && (await objects.isGood(sha256))) return sha256;
      const temp = join(objects.folder, tempName());
      try {
        const fd = openSync(temp, "wx", READ_ONLY);
        try {
          writeWhole(fd, data);
          fsyncSync(fd);
        } finally {
          closeSync(fd);
        }
        if (shared) chmodSync(temp, READ_ONLY);
      } catch (error) {
        rmSync(temp, { force: true });
        throw writeError(error, temp);
      }
      arrivals.push({ sha256, temp, rotten: exists, synced: true });
      return sha256;
    },
    async finish() {
      const synced = await syncing;
      const ready = arrivals;
      if (synced) for (const arrival of ready) arrival.synced = true;
      arrivals = [];
      await objects.settle(ready, stage === null ? undefined : { folder: stage, synced });
    },
    discard() {
      for (const { temp } of arrivals) rmSync(temp, { force: true });
      if (stage !== null) rmSync(stage, { recursive: true, force: true });
      arrivals = [];
      stage = null;
    },
  };
}

function inStage(stage: string, sha256: Sha): string {
  return `${stage}/${sha256.slice(0, 2)}/${sha256}`;
}

/** The clone's own bytes are hashed. A source that changed while it was cloned is told by its stat. */
async function hashClone(source: string, temp: string, onBytes: (bytes: number) => void): Promise<Hashed> {
  const { fd, stat } = openRegular(source);
  try {
    const digests = await streamFile(temp, { onBytes });
    assertUnchanged(source, stat);
    chmodSync(temp, READ_ONLY);
    syncFile(temp);
    return { ...digests, stat };
  } finally {
    closeSync(fd);
  }
}

function replaceByLink(object: string, path: string): void {
  const temp = join(dirname(path), tempName());
  try {
    linkSync(object, temp);
    renameSync(temp, path);
  } catch (error) {
    throw writeError(error, path);
  } finally {
    // Renaming a link onto another name of the same file does nothing and leaves both.
    rmSync(temp, { force: true });
  }
}

function statNow(path: string): FileStat {
  const stats = lstatOrNull(path);
  if (stats === null) throw new MvError("file-changing", `${path} went away while it was added`, { details: { path } });
  return fileStat(stats);
}

function otherDisk(path: string): MvError {
  return new MvError(
    "no-write",
    `${path} cannot be moved into the cache: it is on another disk, or that disk has no links`,
    {
      hint: "add it without --move, or put the cache on that disk: git config mversion.cache FOLDER",
      details: { path },
    },
  );
}
