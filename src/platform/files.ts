// Small files read whole and written whole-or-absent, and paths that must stay inside the working tree.
import {
  accessSync,
  chmodSync,
  closeSync,
  constants,
  fchmodSync,
  fsyncSync,
  mkdirSync,
  openSync,
  readSync,
  renameSync,
  rmSync,
  statSync,
  unlinkSync,
  writeSync,
} from "node:fs";
import { statfs } from "node:fs/promises";
import { dirname, isAbsolute, join } from "node:path";
import { MvError } from "../errors.ts";
import { isAbsent, systemCode, writeError } from "./file-errors.ts";
import { lstatOrNull, openRegular } from "./stat.ts";
import { syncFolder } from "./sync.ts";
import { tempName } from "./temp.ts";

interface WriteOptions {
  /** Of a new file, lowered by the umask; an existing file keeps its own unless given. Default 0o666. */
  mode?: number;
  /** Survives a power cut, not only the end of the process. Default true. */
  durable?: boolean;
}

/**
 * Writes a file through a temp file beside it: the path holds wholly the old or wholly the new bytes, always. A symbolic link
 * at the path is replaced, not followed. The folder must exist. Throws MvError no-space or no-write.
 */
export async function writeFileAtomic(
  path: string,
  data: string | Uint8Array,
  options: WriteOptions = {},
): Promise<void> {
  const folder = dirname(path);
  const temp = join(folder, tempName());
  const durable = options.durable ?? true;
  try {
    const old = lstatOrNull(path);
    const fd = openSync(temp, constants.O_WRONLY | constants.O_CREAT | constants.O_EXCL, options.mode ?? 0o666);
    try {
      if (options.mode === undefined && old?.isFile()) fchmodSync(fd, Number(old.mode & 0o777n));
      writeWhole(fd, typeof data === "string" ? Buffer.from(data) : data);
      if (durable) fsyncSync(fd);
    } finally {
      closeSync(fd);
    }
    renameSync(temp, path);
    if (durable) syncFolder(folder);
  } catch (error) {
    rmSync(temp, { force: true });
    throw writeError(error, path);
  }
}

/**
 * Gives paths the permissions of the folder `root`, and no more than `most`: where several people write, their umasks do not
 * count. What belongs to others stays as it is, and so does all on disks without permissions.
 */
export function openAs(root: string, paths: Iterable<string>, most = 0o7777): void {
  const wanted = statSync(root).mode & most;
  for (const path of paths) {
    try {
      if ((statSync(path).mode & 0o7777) !== wanted) chmodSync(path, wanted);
    } catch (error) {
      if (!["EPERM", "ENOENT", "EROFS", "ENOTSUP", "EOPNOTSUPP", "EINVAL"].includes(systemCode(error))) throw error;
    }
  }
}

/** Makes a folder and those above it, where they are missing. Throws MvError no-space or no-write. */
export function makeFolder(folder: string): void {
  try {
    const stats = lstatOrNull(folder);
    if (stats?.isDirectory()) return;
    // One by one: on a read-only disk the recursive call says that the parent is missing.
    if (stats === null && dirname(folder) !== folder) makeFolder(dirname(folder));
    mkdirSync(folder);
  } catch (error) {
    // Made by another process meanwhile, or a link to a folder.
    if (systemCode(error) === "EEXIST" && statSync(folder).isDirectory()) return;
    throw writeError(error, folder);
  }
}

/**
 * Removes a file or a link, never what a link leads to; nothing where there is none. Not rmSync: that of Node 24 fails on a link to
 * a folder.
 */
export function removeFile(path: string): void {
  try {
    unlinkSync(path);
  } catch (error) {
    if (systemCode(error) !== "ENOENT") throw error;
  }
}

/** Writes all of it: a single write may be short. */
export function writeWhole(fd: number, data: Uint8Array): void {
  for (let at = 0; at < data.length;) at += writeSync(fd, data, at, data.length - at);
}

/**
 * The text of a UTF-8 file, or null where there is none. A symbolic link, FIFO or folder is refused, and so is a file above
 * `maxBytes`: throws MvError invalid-file.
 */
export async function readTextFile(path: string, maxBytes: number): Promise<string | null> {
  return readTextFileSync(path, maxBytes);
}

/** As readTextFile, for many small files: the promises would cost more than the reading. */
export function readTextFileSync(path: string, maxBytes: number): string | null {
  const bytes = readBytesFile(path, maxBytes);
  if (bytes === null) return null;
  try {
    return new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(bytes);
  } catch (error) {
    throw invalid(path, "it is not UTF-8", error);
  }
}

/** As readTextFile, without decoding. */
export function readBytesFile(path: string, maxBytes: number): Buffer | null {
  const stats = lstatOrNull(path);
  if (stats === null) return null;
  if (!stats.isFile()) throw invalid(path, "it is not a regular file");
  if (stats.size > maxBytes) throw invalid(path, `it is larger than ${maxBytes} bytes`);
  const { fd, stat } = openRegular(path);
  try {
    // One byte more than it should have tells a file that grew.
    const buffer = Buffer.allocUnsafe(Math.min(stat.size, maxBytes) + 1);
    let length = 0;
    for (let read = -1; read !== 0 && length < buffer.length; length += read) {
      read = readSync(fd, buffer, length, buffer.length - length, null);
    }
    if (length > maxBytes) throw invalid(path, `it is larger than ${maxBytes} bytes`);
    if (length > stat.size) throw invalid(path, "it grew while it was read");
    return buffer.subarray(0, length);
  } finally {
    closeSync(fd);
  }
}

function invalid(path: string, why: string, cause?: unknown): MvError {
  const hint = `put ${path} back as it was, from Git (git restore) where it is committed`;
  return new MvError("invalid-file", `${path}: ${why}`, { hint, details: { path }, cause });
}

/** Whether this user may write into a folder, or make it where it is not there. */
export function canWriteInto(folder: string): boolean {
  try {
    accessSync(folder, constants.W_OK);
    return true;
  } catch (error) {
    return isAbsent(error) && dirname(folder) !== folder && canWriteInto(dirname(folder));
  }
}

/** Bytes that this user may still write on the disk of a folder, which need not exist yet. */
export async function freeBytes(dir: string): Promise<number> {
  for (let folder = dir; ; folder = dirname(folder)) {
    try {
      const disk = await statfs(folder);
      // Mounted buckets and the like do not know, and say that the whole disk has nothing.
      return disk.blocks === 0 ? Number.MAX_SAFE_INTEGER : disk.bavail * disk.bsize;
    } catch (error) {
      if (!isAbsent(error) || folder === dirname(folder)) throw error;
    }
  }
}

/**
 * The absolute path of a root-relative one. Throws MvError bad-path where the path leaves the root by its text, or where one
 * of its parents is a symbolic link or no folder. The root itself may be reached through links.
 */
export async function insideTree(root: string, path: string): Promise<string> {
  const segments = path.split("/");
  if (isAbsolute(path) || path.includes("\0") || segments.some((segment) => ["", ".", ".."].includes(segment))) {
    throw new MvError("bad-path", `${path} is not a path inside ${root}`, { details: { path } });
  }
  let folder = root;
  for (const segment of segments.slice(0, -1)) {
    folder = join(folder, segment);
    const stats = lstatOrNull(folder);
    if (stats === null) break;
    if (stats.isDirectory()) continue;
    const what = stats.isSymbolicLink() ? "a symbolic link" : "not a folder";
    throw new MvError("bad-path", `${path}: ${folder} is ${what}`, {
      hint: `replace ${folder} with a real folder`,
      details: { path, parent: folder },
    });
  }
  return join(root, path);
}
