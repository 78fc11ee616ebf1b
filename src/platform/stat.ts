// What tells one state of a file from another without reading it, and opening a file that may be a trap.
import { constants, closeSync, fstatSync, lstatSync, openSync, type BigIntStats } from "node:fs";
import { MvError } from "../errors.ts";
import { isAbsent, readError, systemCode } from "./file-errors.ts";

/** The part of a stat that changes whenever the bytes do. Times in nanoseconds since 1970. */
export interface FileStat {
  size: number;
  mtimeNs: bigint;
  ctimeNs: bigint;
  ino: bigint;
  /** The owner may execute it. */
  executable: boolean;
}

export function fileStat(stats: BigIntStats): FileStat {
  return {
    size: Number(stats.size),
    mtimeNs: stats.mtimeNs,
    ctimeNs: stats.ctimeNs,
    ino: stats.ino,
    executable: (stats.mode & 0o100n) !== 0n,
  };
}

export function sameStat(a: FileStat, b: FileStat): boolean {
  return a.size === b.size && a.mtimeNs === b.mtimeNs && a.ctimeNs === b.ctimeNs && a.ino === b.ino;
}

const EXACT = { bigint: true, throwIfNoEntry: false } as const;

/** lstat, or null where nothing is at the path. Throws MvError no-read. */
export function lstatOrNull(path: string): BigIntStats | null {
  try {
    return lstatSync(path, EXACT) ?? null;
  } catch (error) {
    if (isAbsent(error)) return null;
    throw readError(error, path);
  }
}

/**
 * Opens a regular file for reading. A symbolic link is not followed and a FIFO does not hang.
 * Throws MvError file-changing where it is gone, no-read where it is not a regular file or may not be read.
 */
export function openRegular(path: string): { fd: number; stat: FileStat } {
  let fd: number;
  try {
    fd = openSync(path, constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK);
  } catch (error) {
    if (isAbsent(error)) throw changing(path, error);
    // A symbolic link, a socket or a device without a driver.
    if (["ELOOP", "ENXIO", "ENODEV"].includes(systemCode(error))) throw notRegular(path);
    throw readError(error, path);
  }
  try {
    const stats = fstatSync(fd, { bigint: true });
    if (!stats.isFile()) throw notRegular(path);
    return { fd, stat: fileStat(stats) };
  } catch (error) {
    closeSync(fd);
    throw error;
  }
}

/** Throws MvError file-changing unless the path still is the file that was opened (its inode is in the stat), unchanged. */
export function assertUnchanged(path: string, before: FileStat): void {
  const now = lstatOrNull(path);
  if (now === null || !now.isFile() || !sameStat(fileStat(now), before)) throw changing(path);
}

export function changing(path: string, cause?: unknown): MvError {
  return new MvError("file-changing", `${path} changed while it was read`, {
    hint: "repeat when its writer is done",
    details: { path },
    cause,
  });
}

function notRegular(path: string): MvError {
  return new MvError("no-read", `${path} is not a regular file`, { details: { path } });
}
