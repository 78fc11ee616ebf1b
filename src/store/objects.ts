// The objects of the cache: CACHE/objects/ab/abcdef…, each wholly there under its SHA-256 or not at all, read-only.
import { lstatSync, mkdirSync, readdirSync, renameSync, rmSync } from "node:fs";
import { basename, dirname, join } from "node:path";
import { MvError } from "../errors.ts";
import { isSha } from "../model/content.ts";
import type { Sha } from "./bytes.ts";
import { systemCode, writeError } from "../platform/file-errors.ts";
import { openAs, readBytesFile } from "../platform/files.ts";
import { loadHashing } from "../platform/hashing.ts";
import { streamFile } from "../platform/stream.ts";
import { SYNC_ALL_FROM, syncFiles, syncFileSystem, syncFolders } from "../platform/sync.ts";
import { sweepTemps } from "../platform/temp.ts";
import type { Workers } from "../platform/workers.ts";
import { quarantine } from "./quarantine.ts";

/** A written temp file on its way to its name. */
export interface Arrival {
  sha256: Sha;
  temp: string;
  /** Something else stands in its place. */
  rotten: boolean;
  synced: boolean;
}

/** A temp folder that is laid out as the objects are; nothing but arrivals is in it. */
export interface Stage {
  folder: string;
  /** The whole of it is on the disk, names too. */
  synced: boolean;
}

/** Where objects are, and how they get there. */
export interface Objects {
  readonly folder: string;
  /** Throws MvError invalid-file unless it is 64 lower-case hex digits. */
  path(sha256: Sha): string;
  /** The SHA-256 in the path of an object of this cache, or null. */
  named(path: string): Sha | null;
  /** Size and times of an object; null where no regular file has its name. */
  stat(sha256: Sha): { size: number; changedMs: number } | null;
  missing(shas: Iterable<Sha>): Sha[];
  /** Whether the object's bytes have its SHA-256. False also for what is absent or no regular file. */
  isGood(sha256: Sha, onBytes?: (bytes: number) => void): Promise<boolean>;
  /** Reads a small object and verifies it. Throws MvError object-missing, bytes-wrong (the object is in quarantine then). */
  read(sha256: Sha, maxBytes: number): Promise<Buffer>;
  /** Puts a rotten object away and returns the error that says so; `path` is what it was wanted for. */
  reject(sha256: Sha, path?: string): MvError;
  /** Gives arrivals their names, durably; on failure all their temp files are removed. */
  settle(arrivals: readonly Arrival[], stage?: Stage): Promise<void>;
}

/** From that many on, listing the 256 folders beats asking for each name. */
const LIST_FROM = 2000;
/** Other machines may be writing to a shared cache: their temp files are left alone that long. */
const SWEEP_MS = 60 * 60 * 1000;

export function createObjects(cacheDir: string, workers: Workers): Objects {
  const folder = join(cacheDir, "objects");

  function path(sha256: Sha): string {
    if (!isSha(sha256)) throw new MvError("invalid-file", `${JSON.stringify(sha256.slice(0, 80))} is not a SHA-256`);
    return join(folder, sha256.slice(0, 2), sha256);
  }

  function stat(sha256: Sha): { size: number; changedMs: number } | null {
    const stats = lstatSync(path(sha256), { throwIfNoEntry: false });
    return stats?.isFile() ? { size: stats.size, changedMs: Math.max(stats.mtimeMs, stats.ctimeMs) } : null;
  }

  function reject(sha256: Sha, wantedFor?: string): MvError {
    const to = quarantine(cacheDir, path(sha256), sha256);
    const subject = wantedFor === undefined ? `Object ${sha256}` : `${wantedFor}: its object ${sha256.slice(0, 12)}`;
    const now = to === null ? "" : "; it is in quarantine now";
    return new MvError("bytes-wrong", `${subject} does not hold the bytes of its name${now}`, {
      hint: "mv add a good copy of the file, which heals the cache, then repeat",
      details: { sha256, quarantined: to, ...(wantedFor === undefined ? {} : { path: wantedFor }) },
    });
  }

  function placeOf(sha256: Sha): string {
    return join(folder, sha256.slice(0, 2));
  }

  /** Moves folders of a stage into places where there are none yet: one rename for many files. Returns those it moved. */
  function moveWhole(stage: string, arrivals: readonly Arrival[]): Set<string> {
    const moved = new Set<string>();
    for (const prefix of new Set(arrivals.map(({ sha256 }) => sha256.slice(0, 2)))) {
      const [from, to] = [join(stage, prefix), join(folder, prefix)];
      if (lstatSync(to, { throwIfNoEntry: false }) || !lstatSync(from, { throwIfNoEntry: false })) continue;
      try {
        renameSync(from, to);
        moved.add(from);
      } catch (error) {
        // Another process was faster.
        if (!["ENOTEMPTY", "EEXIST", "ENOTDIR"].includes(systemCode(error))) throw error;
      }
    }
    return moved;
  }

  async function sync(arrivals: readonly Arrival[], stage: Stage | undefined): Promise<void> {
    const files = arrivals.filter((arrival) => !arrival.synced).map((arrival) => arrival.temp);
    // Where a stage could not be synced as a whole, each file must say for itself what failed: a second try might be silent.
    if (!stage && files.length >= SYNC_ALL_FROM && (await syncFileSystem(folder))) return;
    await syncFiles(files);
  }

  return {
    folder,
    path,
    stat,
    reject,
    named(target) {
      const sha256 = target.slice(-64);
      return isSha(sha256) && target === path(sha256) ? sha256 : null;
    },
    missing(shas) {
      const wanted = [...new Set(shas)];
      if (wanted.length < LIST_FROM) return wanted.filter((sha256) => stat(sha256) === null);
      const present = new Set<string>();
      for (const prefix of new Set(wanted.map((sha256) => path(sha256) && sha256.slice(0, 2)))) {
        for (const entry of listFolder(join(folder, prefix))) if (entry.isFile()) present.add(entry.name);
      }
      return wanted.filter((sha256) => !present.has(sha256));
    },
    async isGood(sha256, onBytes) {
      if (stat(sha256) === null) return false;
      return (await streamFile(path(sha256), { want: "sha256", onBytes })).sha256 === sha256;
    },
    async read(sha256, maxBytes) {
      const object = path(sha256);
      if (lstatSync(object, { throwIfNoEntry: false }) === undefined) throw absent(sha256);
      if (stat(sha256) === null) throw reject(sha256);
      const bytes = readBytesFile(object, maxBytes) ?? Buffer.alloc(0);
      if ((await loadHashing()).of(bytes, "sha256").sha256 !== sha256) throw reject(sha256);
      return bytes;
    },
    async settle(arrivals, stage) {
      if (arrivals.length === 0) return;
      const first = new Map<Sha, Arrival>();
      for (const arrival of arrivals) {
        const same = first.get(arrival.sha256);
        // The same bytes twice in one folder; in a stage they are one file.
        if (!same) first.set(arrival.sha256, arrival);
        else if (same.temp !== arrival.temp) rmSync(arrival.temp, { force: true });
      }
      const unique = [...first.values()];
      try {
        await sync(unique, stage);
        for (const { sha256, rotten } of unique) if (rotten) quarantine(cacheDir, path(sha256), sha256);
        const whole = stage ? moveWhole(stage.folder, unique) : new Set<string>();
        const single = unique.filter(({ temp }) => !whole.has(dirname(temp)));
        const made = [...whole].map((staged) => join(folder, basename(staged)));
        const places = new Set(single.map(({ sha256 }) => placeOf(sha256)));
        for (const place of places) mkdirSync(place, { recursive: true });
        openAs(cacheDir, [folder, ...places, ...made]);
        await workers.each(single, {
          job: "rename",
          input: (portion) => ({ pairs: portion.map(({ temp, sha256 }) => [temp, path(sha256)] as const) }),
          bytes: 0,
          done: () => {},
        });
        for (const place of places) sweepTemps(place, SWEEP_MS);
        sweepTemps(folder, SWEEP_MS);
        // The names in a folder that was moved whole were synced with its files.
        if (!stage?.synced) for (const place of made) places.add(place);
        await syncFolders([folder, ...places]);
      } catch (error) {
        for (const { temp } of unique) rmSync(temp, { force: true });
        throw writeError(error, folder);
      }
    },
  };
}

export function absent(sha256: Sha, details: { path?: string; missing?: readonly Sha[] } = {}): MvError {
  const { path } = details;
  const why = `object ${sha256.slice(0, 12)} is not in the cache`;
  return new MvError("object-missing", path === undefined ? why : `${path} cannot be brought back: ${why}`, {
    hint: "mv push where it was added, or copy its objects into the cache",
    details: { sha256, ...details },
  });
}

function listFolder(folder: string): { name: string; isFile(): boolean }[] {
  try {
    return readdirSync(folder, { withFileTypes: true });
  } catch {
    return [];
  }
}
