// Many files read, hashed and copied, by synchronous calls: for the worker threads, and the main thread where there is little to do.
// For 50,000 small files synchronous calls in two workers take seconds where promises take minutes.
import { closeSync, fchmodSync, fsyncSync, lstatSync, openSync, readSync, renameSync, rmSync } from "node:fs";
import { dirname, join } from "node:path";
import { MvError } from "../errors.ts";
import { readError, systemCode, writeError } from "./file-errors.ts";
import { makeFolder, writeWhole } from "./files.ts";
import type { Digests, Hashing, Want } from "./hashing.ts";
import { type Pace, readerOf, waitForMore } from "./pace.ts";
import { assertUnchanged, changing, openRegular, type FileStat } from "./stat.ts";
import { tempName } from "./temp.ts";
import { type FilesToWrite, writeFiles } from "./write-files.ts";

export interface Digested extends Digests {
  stat: FileStat;
}

export interface Absorbed extends Digested {
  /** STAGE/ab/abcdef… holds the bytes now; false where a good file of that name exists already, or is staged. */
  staged: boolean;
  /** A file of that name exists and holds other bytes. */
  rotten: boolean;
}

/** Where a job of `absorb` copies to. */
export interface AbsorbInto {
  /** The content-addressed folder, FOLDER/ab/abcdef…: a name that exists there is read and hashed. */
  folder: string;
  /** A temp folder laid out as it, for the copies; all jobs may share one. Whoever made it removes it after a failure. */
  stage: string;
  /** fsync each file. */
  sync: boolean;
  chmod: boolean;
}

export interface CopyItem {
  from: string;
  to: string;
  mode: number;
  /** What the bytes must be. */
  sha256: string;
  /** Checked instead where it is given; where it does not fit, SHA-256 decides. */
  xxh64?: string | undefined;
  size: number;
}

export interface ByteJobs {
  /** Hashes regular files. Throws MvError file-changing, no-read. */
  digest(input: { files: readonly string[]; want?: Want }): Digested[];
  /** Copies files to their SHA-256 in a stage. Throws MvError file-changing, no-read, no-space, no-write. */
  absorb(input: { files: readonly string[]; into: AbsorbInto }): Absorbed[];
  /** Copies files to new names and hashes on the way. Throws MvError bytes-wrong, with the SHA-256 in its details. */
  copy(input: { items: readonly CopyItem[] }): null;
  /** As writeFiles. */
  write(input: FilesToWrite): string[];
  rename(input: { pairs: readonly (readonly [string, string])[] }): null;
  /** SHA-256 of one large file of `size` bytes while another thread still writes it. Throws MvError no-read. */
  tail(input: { file: string; size: number; pace: Pace }): string;
}

const BLOCK = 128 * 1024;

/** Creates a new file for writing, and the folder it belongs in where that is missing. */
function create(path: string, mode: number): number {
  try {
    return openSync(path, "wx", mode);
  } catch (error) {
    if (systemCode(error) !== "ENOENT") throw error;
    makeFolder(dirname(path));
    return openSync(path, "wx", mode);
  }
}

/** Into a folder that is made where it is missing. */
function rename(from: string, to: string): void {
  makeFolder(dirname(to));
  renameSync(from, to);
}

/** As create; null where the file is there already: the same bytes twice. */
function createOnce(path: string, mode: number): number | null {
  try {
    return create(path, mode);
  } catch (error) {
    if (systemCode(error) === "EEXIST") return null;
    throw error;
  }
}

/** The jobs over the hash functions of this thread. */
export function createJobs(hashing: Hashing): ByteJobs {
  const buffer = Buffer.allocUnsafe(BLOCK);

  /** Reads a file whole where it fits into the buffer, else block by block; `each` gets the bytes. */
  function digestFile(path: string, want: Want, each?: (block: Uint8Array, isWhole: boolean) => void): Digested {
    const { fd, stat } = openRegular(path);
    try {
      const first = fill(fd, path, stat.size);
      let digests: Digests;
      if (first < BLOCK) {
        const data = buffer.subarray(0, first);
        digests = hashing.of(data, want);
        if (first !== stat.size) throw changing(path);
        each?.(data, true);
      } else {
        const digest = hashing.start(want);
        let size = 0;
        for (let length = first; length > 0; length = fill(fd, path, BLOCK)) {
          const block = buffer.subarray(0, length);
          digest.update(block);
          each?.(block, false);
          size += length;
        }
        if (size !== stat.size) throw changing(path);
        digests = digest.finish();
      }
      assertUnchanged(path, stat);
      return { ...digests, stat };
    } finally {
      closeSync(fd);
    }
  }

  /** Reads up to `enough` bytes. The end of a small file is not read for: its stat after reading tells whether it grew. */
  function fill(fd: number, path: string, enough: number): number {
    try {
      let length = 0;
      while (length < Math.min(enough, BLOCK)) {
        const read = readSync(fd, buffer, length, BLOCK - length, null);
        if (read === 0) break;
        length += read;
      }
      return length;
    } catch (error) {
      throw readError(error, path);
    }
  }

  function holds(path: string, sha256: string, size: number): boolean {
    const stats = lstatSync(path, { throwIfNoEntry: false });
    return stats?.isFile() === true && stats.size === size && digestFile(path, "sha256").sha256 === sha256;
  }

  function absorbOne(path: string, { folder, stage, sync, chmod }: AbsorbInto): Absorbed {
    // The name follows from the hash, known only at the end: what does not fit into the buffer gets another name first.
    let temp = "";
    let target = -1;
    let whole = -1;
    try {
      const digested = digestFile(path, "both", (block, isWhole) => {
        if (isWhole) whole = block.length;
        else {
          if (target < 0) target = create((temp = join(stage, tempName())), 0o444);
          writeWhole(target, block);
        }
      });
      const { sha256, stat } = digested;
      const name = `${sha256.slice(0, 2)}/${sha256}`;
      const exists = lstatSync(`${folder}/${name}`, { throwIfNoEntry: false }) !== undefined;
      // Checking it uses the buffer anew.
      const data = whole < 0 ? null : exists ? Buffer.from(buffer.subarray(0, whole)) : buffer.subarray(0, whole);
      if (exists && holds(`${folder}/${name}`, sha256, stat.size)) {
        if (temp !== "") rmSync(temp);
        return { ...digested, staged: false, rotten: false };
      }
      if (data !== null) {
        const fd = createOnce(`${stage}/${name}`, 0o444);
        if (fd === null) return { ...digested, staged: false, rotten: exists };
        target = fd;
        writeWhole(target, data);
      }
      if (chmod) fchmodSync(target, 0o444);
      if (sync) fsyncSync(target);
      if (temp !== "") rename(temp, `${stage}/${name}`);
      return { ...digested, staged: true, rotten: exists };
    } catch (error) {
      throw writeError(error, folder);
    } finally {
      if (target >= 0) closeSync(target);
    }
  }

  function copyOne(item: CopyItem): boolean {
    const fd = create(item.to, item.mode);
    try {
      const want = item.xxh64 === undefined ? "sha256" : "xxh64";
      const { stat, sha256, xxh64 } = digestFile(item.from, want, (block) => writeWhole(fd, block));
      const right = item.xxh64 === undefined ? sha256 === item.sha256 : xxh64 === item.xxh64;
      if (!right || stat.size !== item.size) return false;
      return true;
    } catch (error) {
      throw writeError(error, item.to);
    } finally {
      closeSync(fd);
    }
  }

  return {
    digest: ({ files, want }) => files.map((path) => digestFile(path, want ?? "both")),
    absorb: ({ files, into }) => files.map((path) => absorbOne(path, into)),
    copy({ items }) {
      for (const item of items) {
        if (copyOne(item)) continue;
        rmSync(item.to, { force: true });
        if (item.xxh64 !== undefined && copyOne({ ...item, xxh64: undefined })) continue;
        throw new MvError("bytes-wrong", `${item.from} does not hold its bytes`, { details: { sha256: item.sha256 } });
      }
      return null;
    },
    tail({ file, size, pace }) {
      const { fd } = openRegular(file);
      try {
        const digest = hashing.start("sha256");
        const wasRead = readerOf(pace);
        for (let at = 0; at < size;) {
          const length = readSync(fd, buffer, 0, Math.min(BLOCK, size - at), at);
          digest.update(buffer.subarray(0, length));
          at += length;
          wasRead(length);
          if (length === 0) waitForMore(pace);
        }
        return digest.finish().sha256;
      } catch (error) {
        throw readError(error, file);
      } finally {
        closeSync(fd);
      }
    },
    write: (input) => writeFiles(hashing, input),
    rename({ pairs }) {
      for (const [from, to] of pairs) {
        try {
          renameSync(from, to);
        } catch (error) {
          throw writeError(error, to);
        }
      }
      return null;
    },
  };
}
