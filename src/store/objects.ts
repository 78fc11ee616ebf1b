// The objects of the cache: objects/ab/abcdef…, read-only, named by the SHA-256 of their bytes, whole or absent.
import {
  closeSync,
  constants,
  copyFileSync,
  fsyncSync,
  linkSync,
  mkdirSync,
  openSync,
  readdirSync,
  renameSync,
  rmSync,
  chmodSync,
} from "node:fs";
import { dirname, join } from "node:path";
import { MvError } from "../errors.ts";
import { isAbsent, systemCode, writeError } from "../platform/file-errors.ts";
import { readBytesFile, writeWhole } from "../platform/files.ts";
import { type Digests, loadHashing } from "../platform/hashing.ts";
import { assertUnchanged, type FileStat, lstatOrNull, openRegular } from "../platform/stat.ts";
import { streamFile } from "../platform/stream.ts";
import { SYNC_ALL_FROM, syncFile, syncFileSystem, syncFolder } from "../platform/sync.ts";
import { sweepTemps, tempName } from "../platform/temp.ts";
import type { Workers } from "../platform/workers.ts";
import type { Sha } from "./bytes.ts";

const READ_ONLY = 0o444;
/** Looking up more objects than this reads the 256 folders instead of asking for each. */
const LIST_FROM = 2000;
/** Temp files of killed processes are swept after an hour: other containers may share the cache. */
const SWEEP_AFTER_MS = 60 * 60 * 1000;

/** A file as it was hashed: what the hashes belong to. */
export type Hashed = Digests & { stat: FileStat };

/** Objects that are written, and get their names together once all of them are on the disk. */
export interface Batch {
  /** Copies and hashes a file. Throws file-changing where it changed meanwhile. */
  file(source: string, size: number, onBytes?: (bytes: number) => void): Promise<Hashed>;
  /** Renames a file into the cache and leaves a read-only link to the object in its place. */
  move(source: string, onBytes?: (bytes: number) => void): Promise<Hashed>;
  /** Copies and hashes many files, in worker threads where there are enough; in the order given. */
  files(sources: readonly string[], bytes: number, onBytes: (bytes: number) => void): Promise<Hashed[]>;
  bytes(data: Uint8Array): Promise<Sha>;
  /** Makes everything durable and gives it its names. */
  finish(): Promise<void>;
  /** Removes what `finish` did not name. */
  discard(): void;
}

export interface Objects {
  path(sha: Sha): string;
  /** Those that are not there as a regular file. */
  missing(shas: Iterable<Sha>): Sha[];
  batch(): Batch;
  /** Bytes of a small object, checked. Throws bytes-wrong (and quarantines) or object-missing. */
  read(sha: Sha, maxBytes: number): Promise<Buffer>;
  check(sha: Sha, onBytes?: (bytes: number) => void): Promise<"ok" | "absent" | "rotten">;
  /** Takes a rotten object out of the way, so that it reaches no working tree and an add can heal it. */
  quarantine(sha: Sha): void;
}

/** Files up to this size are read into memory at once. */
const SMALL = 1 << 20;

export function createObjects(dir: string, workers: Workers): Objects {
  const objects: Objects = {
    path: (sha) => join(dir, "objects", sha.slice(0, 2), sha),
    missing: (shas) => findMissing(objects, dir, [...new Set(shas)]),
    batch: () => createBatch(objects, dir, workers),
    async read(sha, maxBytes) {
      const data = isRegular(objects.path(sha)) ? readBytesFile(objects.path(sha), maxBytes) : null;
      if (data === null)
        throw new MvError("object-missing", `The cache has no object ${sha}`, { hint: `mv identify ${sha}` });
      if ((await loadHashing()).of(data, "sha256").sha256 === sha) return data;
      objects.quarantine(sha);
      throw rotten(sha);
    },
    async check(sha, onBytes) {
      const path = objects.path(sha);
      const stat = lstatOrNull(path);
      if (stat === null) return "absent";
      const holds = stat.isFile() && (await streamFile(path, { want: "sha256", onBytes })).sha256 === sha;
      if (!holds) objects.quarantine(sha);
      return holds ? "ok" : "rotten";
    },
    quarantine(sha) {
      const folder = join(dir, "quarantine");
      mkdirSync(folder, { recursive: true });
      renameSync(objects.path(sha), join(folder, `${sha}-${Date.now().toString(36)}`));
    },
  };
  return objects;
}

export function rotten(sha: Sha, path?: string): MvError {
  const where = path === undefined ? `Object ${sha}` : `${path}: its object ${sha.slice(0, 12)}`;
  return new MvError("bytes-wrong", `${where} does not hold the bytes of its name; it is in quarantine now`, {
    hint: "mv add a good copy of the file, which heals the cache, then repeat",
    details: { sha256: sha, ...(path === undefined ? {} : { path }) },
  });
}

function isRegular(path: string): boolean {
  return lstatOrNull(path)?.isFile() === true;
}

function findMissing(objects: Objects, dir: string, shas: readonly Sha[]): Sha[] {
  if (shas.length < LIST_FROM) return shas.filter((sha) => !isRegular(objects.path(sha)));
  const held = new Set<string>();
  for (const prefix of new Set(shas.map((sha) => sha.slice(0, 2)))) {
    try {
      for (const item of readdirSync(join(dir, "objects", prefix), { withFileTypes: true }))
        if (item.isFile()) held.add(item.name);
    } catch (error) {
      if (!isAbsent(error)) throw error;
    }
  }
  return shas.filter((sha) => !held.has(sha));
}

function createBatch(objects: Objects, dir: string, workers: Workers): Batch {
  const incoming = join(dir, "incoming");
  const waiting = new Map<Sha, string>();
  const folders = new Set<string>();
  mkdirSync(incoming, { recursive: true });
  mkdirSync(join(dir, "objects"), { recursive: true });
  sweepTemps(incoming, SWEEP_AFTER_MS);

  const take = (temp: string, sha: Sha): void => {
    if (waiting.has(sha)) rmSync(temp, { force: true });
    else waiting.set(sha, temp);
  };
  const small = async (data: Uint8Array): Promise<Digests> => {
    const digests = (await loadHashing()).of(data);
    if (waiting.has(digests.sha256) || (await isWhole(objects, digests.sha256, data))) return digests;
    const temp = join(incoming, tempName());
    try {
      const fd = openSync(temp, "wx", READ_ONLY);
      try {
        writeWhole(fd, data);
      } finally {
        closeSync(fd);
      }
    } catch (error) {
      rmSync(temp, { force: true });
      throw writeError(error, temp);
    }
    clearWay(objects.path(digests.sha256));
    take(temp, digests.sha256);
    return digests;
  };

  return {
    async file(source, size, onBytes) {
      if (size <= SMALL) {
        const { data, stat } = readSmall(source);
        onBytes?.(data.length);
        return { ...(await small(data)), stat };
      }
      const temp = join(incoming, tempName());
      try {
        const hashed = cloned(source, temp)
          ? await hashClone(source, temp, onBytes)
          : await streamFile(source, { to: { path: temp, mode: 0o644 }, onBytes });
        chmodSync(temp, READ_ONLY);
        clearWay(objects.path(hashed.sha256));
        take(temp, hashed.sha256);
        return hashed;
      } catch (error) {
        rmSync(temp, { force: true });
        throw error;
      }
    },
    async move(source, onBytes) {
      const hashed = await streamFile(source, { onBytes });
      const target = objects.path(hashed.sha256);
      mkdirSync(dirname(target), { recursive: true });
      try {
        renameSync(source, target);
      } catch (error) {
        if (systemCode(error) !== "EXDEV") throw writeError(error, target);
        throw new MvError(
          "no-write",
          `${source} is on another disk than the cache, so it cannot be moved there by a rename`,
          {
            hint: "add it without --move, or put the cache on that disk: git config mversion.cache FOLDER",
          },
        );
      }
      chmodSync(target, hashed.stat.executable ? 0o555 : READ_ONLY);
      linkSync(target, source);
      syncFile(target);
      folders.add(dirname(target));
      return hashed;
    },
    async files(sources, bytes, onBytes) {
      const found: Hashed[] = [];
      const items = sources.map((path, at) => ({ path, at }));
      await workers.each(items, {
        job: "absorb",
        bytes,
        input: (portion) => ({
          files: portion.map(({ path }) => path),
          folder: join(dir, "objects"),
          sync: false,
          chmod: true,
        }),
        done: (portion, output) =>
          output.forEach((absorbed, nth) => {
            found[portion[nth]?.at ?? 0] = absorbed;
            onBytes(absorbed.stat.size);
            if (absorbed.rotten) clearWay(objects.path(absorbed.sha256));
            if (absorbed.temp !== null) take(absorbed.temp, absorbed.sha256);
          }),
      });
      return found;
    },
    bytes: async (data) => (await small(data)).sha256,
    async finish() {
      if (waiting.size < SYNC_ALL_FROM || !(await syncFileSystem(incoming))) {
        for (const temp of waiting.values()) syncFile(temp);
      }
      for (const sha of waiting.keys()) {
        const folder = dirname(objects.path(sha));
        if (!folders.has(folder)) mkdirSync(folder, { recursive: true });
        folders.add(folder);
      }
      const pairs = [...waiting].map(([sha, temp]): [string, string] => [temp, objects.path(sha)]);
      await workers.each(pairs, {
        job: "rename",
        bytes: 0,
        input: (portion) => ({ pairs: portion }),
        done: () => undefined,
      });
      waiting.clear();
      for (const folder of folders) syncFolder(folder);
      if (folders.size > 0) syncFolder(join(dir, "objects"));
    },
    discard() {
      for (const temp of waiting.values()) rmSync(temp, { force: true });
      waiting.clear();
    },
  };
}

// A folder in the place of an object is rot too; a rename replaces everything else.
function clearWay(target: string): void {
  if (lstatOrNull(target)?.isDirectory()) rmSync(target, { recursive: true, force: true });
}

async function isWhole(objects: Objects, sha: Sha, data: Uint8Array): Promise<boolean> {
  const path = objects.path(sha);
  const stat = lstatOrNull(path);
  if (!stat?.isFile() || Number(stat.size) !== data.length) return false;
  return readBytesFile(path, data.length)?.equals(data) === true;
}

function readSmall(source: string): { data: Buffer; stat: FileStat } {
  const { fd, stat } = openRegular(source);
  try {
    const data = readBytesFile(source, SMALL + 1) ?? Buffer.alloc(0);
    assertUnchanged(source, fd, stat);
    return { data, stat };
  } finally {
    closeSync(fd);
  }
}

function cloned(source: string, temp: string): boolean {
  try {
    copyFileSync(source, temp, constants.COPYFILE_EXCL | constants.COPYFILE_FICLONE_FORCE);
    return true;
  } catch {
    rmSync(temp, { force: true });
    return false;
  }
}

// The clone's own bytes are hashed: a source that changed after the clone does no harm, one that changed before is re-read.
async function hashClone(source: string, temp: string, onBytes?: (bytes: number) => void): Promise<Hashed> {
  const { fd, stat } = openRegular(source);
  try {
    const digests = await streamFile(temp, { onBytes });
    assertUnchanged(source, fd, stat);
    const synced = openSync(temp, "r");
    fsyncSync(synced);
    closeSync(synced);
    return { ...digests, stat };
  } finally {
    closeSync(fd);
  }
}
