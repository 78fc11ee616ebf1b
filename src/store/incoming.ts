// Objects on their way from a remote: gathered under CACHE/incoming and hostile until their SHA-256 matches. What an
// interrupted fetch leaves there, the next one goes on with.
import {
  chmodSync,
  fdatasync,
  closeSync,
  lstatSync,
  mkdirSync,
  openSync,
  readdirSync,
  renameSync,
  rmSync,
  writeFileSync,
} from "node:fs";
import { randomBytes } from "node:crypto";
import { join } from "node:path";
import { promisify } from "node:util";
import { MvError } from "../errors.ts";
import { isSha } from "../model/content.ts";
import { isAbsent, writeError } from "../platform/file-errors.ts";
import { freeBytes, makeFolder, openAs, readTextFileSync } from "../platform/files.ts";
import { hasEnded, thisProcess, type ProcessIdentity } from "../platform/processes.ts";
import { streamFile } from "../platform/stream.ts";
import type { Workers } from "../platform/workers.ts";
import type { Sha } from "./bytes.ts";
import { hashFiles } from "./hash-files.ts";
import type { Arrival, Objects } from "./objects.ts";
import { quarantine } from "./quarantine.ts";

/** An object as it is asked of a remote. */
export interface IncomingObject {
  sha256: Sha;
  size: number;
  /** The SHA-256 of the gathered file, where this process hashed it while it wrote it: then it is not read again. */
  hashed?: Sha | undefined;
}

export interface Adopted {
  sha256: Sha;
  /** wrong: other bytes came; they are in quarantine. */
  state: "ok" | "wrong";
}

export interface Incoming {
  /** Where an object's bytes are to be gathered; a part of an earlier fetch may be there already. */
  path(sha256: Sha): string;
  /** Throws MvError no-space where the disk of the cache cannot hold what is still to come of these. */
  requireRoom(objects: readonly IncomingObject[]): Promise<void>;
  /** Hashes gathered files and gives those that are right their names among the objects, durably and all together. */
  adopt(objects: readonly IncomingObject[], onBytes?: (bytes: number) => void): Promise<Adopted[]>;
  /** Leaves the parts that are not whole to the next fetch. */
  leave(): void;
}

/** From that size on a file has a stream of its own, which is written out while it is hashed. */
const LARGE = 64 * 1024 * 1024;
/** Parts that nobody came back for. */
const OLD_MS = 14 * 24 * 60 * 60 * 1000;
const OWNER = "owner.json";
const WORK = /^work-\d{1,10}-[0-9a-f]{12}$/;

const syncAsync = promisify(fdatasync);

interface Surroundings {
  cacheDir: string;
  objects: Objects;
  workers: Workers;
}

/**
 * Each process gathers in a folder of its own, so that two that fetch the same object never write into one file; a part is
 * taken from the shared folder, and given back to it, by a rename.
 */
export function createIncoming({ cacheDir, objects, workers }: Surroundings): Incoming {
  const shared = join(cacheDir, "incoming");
  let own: string | null = null;
  /** What earlier fetches have left. */
  let parts = new Set<string>();
  /** Whose file may be there: a part of an earlier fetch, or what a remote was told to write. */
  const begun = new Set<Sha>();

  function open(): string {
    if (own !== null) return own;
    const folder = join(shared, `work-${process.pid}-${randomBytes(6).toString("hex")}`);
    makeFolder(shared);
    openAs(cacheDir, [shared]);
    gatherParts(shared);
    parts = new Set(readdirSync(shared));
    try {
      mkdirSync(folder, { mode: 0o700 });
      writeFileSync(join(folder, OWNER), JSON.stringify(thisProcess()));
    } catch (error) {
      throw writeError(error, folder);
    }
    return (own = folder);
  }

  /** The file of an object, with the part of an earlier fetch in it where there is one. */
  function fileOf(sha256: Sha): string {
    objects.path(sha256);
    const file = join(open(), sha256);
    if (!parts.delete(sha256)) return file;
    const part = join(shared, sha256);
    if (isOwnPart(part)) rename(part, file);
    begun.add(sha256);
    return file;
  }

  /** Most objects are begun anew: nothing is asked of the disk then. */
  function bytesHere(sha256: Sha): number {
    const file = fileOf(sha256);
    return begun.has(sha256) ? sizeOf(file) : 0;
  }

  async function hashesOf(
    present: readonly { path: string; size: number; hashed?: Sha | undefined }[],
    onBytes: (bytes: number) => void,
  ) {
    const small = present.filter(({ size, hashed }) => size < LARGE && hashed === undefined);
    const hashes = await hashFiles(workers, small, onBytes, "sha256");
    const found = new Map(small.map((file, at) => [file.path, hashes[at]?.sha256 ?? ""]));
    for (const { path: file, size, hashed } of present) {
      if (size >= LARGE) found.set(file, await hashLarge(file, onBytes, hashed));
      else if (hashed !== undefined) found.set(file, hashed);
    }
    return found;
  }

  return {
    path(sha256) {
      const file = fileOf(sha256);
      begun.add(sha256);
      return file;
    },
    async requireRoom(wanted) {
      const needed = wanted.reduce((sum, { sha256, size }) => sum + Math.max(0, size - bytesHere(sha256)), 0);
      const free = needed === 0 ? 0 : await freeBytes(cacheDir);
      if (needed <= free) return;
      throw new MvError("no-space", `${needed} bytes are to come into ${cacheDir}, and ${free} are free`, {
        hint: "free some space, then repeat; or another disk: git config mversion.cache FOLDER",
        details: { needed, free },
      });
    },
    async adopt(wanted, onBytes = () => undefined) {
      const files = wanted.map(({ sha256, size, hashed }) => ({ sha256, size, hashed, path: fileOf(sha256) }));
      const whole = files.filter(({ path, size }) => isRegular(path, size));
      const hashes = await hashesOf(whole, onBytes);
      const arrivals: Arrival[] = [];
      const adopted = files.map(({ sha256, size, path: temp }): Adopted => {
        if (hashes.get(temp) !== sha256) {
          quarantine(cacheDir, temp, sha256);
          return { sha256, state: "wrong" };
        }
        chmodSync(temp, 0o444);
        arrivals.push({ sha256, temp, rotten: false, synced: size >= LARGE });
        return { sha256, state: "ok" };
      });
      makeFolder(objects.folder);
      await objects.settle(arrivals);
      return adopted;
    },
    leave() {
      if (own !== null) giveBack(shared, own);
      own = null;
      begun.clear();
    },
  };
}

/** Hashes a file, unless its hash is known, while the disk writes it out. */
async function hashLarge(path: string, onBytes: (bytes: number) => void, hashed?: Sha): Promise<Sha> {
  const fd = openSync(path, "r");
  const syncing = syncAsync(fd);
  syncing.catch(() => undefined);
  try {
    const sha256 = hashed ?? (await streamFile(path, { want: "sha256", onBytes })).sha256;
    await syncing;
    return sha256;
  } catch (error) {
    throw writeError(error, path);
  } finally {
    await Promise.allSettled([syncing]);
    closeSync(fd);
  }
}

/** Takes over what killed processes have left, and removes what is old. */
function gatherParts(shared: string): void {
  for (const name of readdirSync(shared)) {
    const path = join(shared, name);
    if (WORK.test(name)) {
      if (isLeft(path)) giveBack(shared, path);
    } else if (isOld(path)) rmSync(path, { recursive: true, force: true });
  }
}

function isLeft(folder: string): boolean {
  try {
    const text = readTextFileSync(join(folder, OWNER), 4096);
    return text === null ? isOld(folder) : hasEnded(JSON.parse(text) as ProcessIdentity);
  } catch {
    // Another user's, or half written.
    return isOld(folder);
  }
}

function isOld(path: string): boolean {
  const stats = lstatSync(path, { throwIfNoEntry: false });
  return stats !== undefined && Date.now() - stats.mtimeMs > OLD_MS;
}

/** A courtesy: what cannot be given back is fetched again. */
function giveBack(shared: string, folder: string): void {
  try {
    for (const name of readdirSync(folder)) {
      if (isSha(name) && sizeOf(join(folder, name)) > 0) rename(join(folder, name), join(shared, name));
    }
    rmSync(folder, { recursive: true, force: true });
  } catch {
    // Said above.
  }
}

/** Others may write to a shared cache: a link to something else must not be written through. */
function isOwnPart(path: string): boolean {
  const stats = lstatSync(path, { throwIfNoEntry: false });
  return stats?.isFile() === true && stats.nlink === 1 && (process.getuid?.() ?? stats.uid) === stats.uid;
}

function rename(from: string, to: string): void {
  try {
    renameSync(from, to);
  } catch (error) {
    // Another process was faster.
    if (!isAbsent(error)) throw writeError(error, to);
  }
}

function isRegular(path: string, size: number): boolean {
  const stats = lstatSync(path, { throwIfNoEntry: false });
  return stats?.isFile() === true && stats.size === size;
}

function sizeOf(path: string): number {
  return lstatSync(path, { throwIfNoEntry: false })?.size ?? 0;
}
