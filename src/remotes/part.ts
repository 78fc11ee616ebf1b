// The file that an object is received into, behind the bytes of an earlier attempt: hashed while it is written, and given to the
// disk early.
import { closeSync, fdatasync, ftruncateSync, openSync } from "node:fs";
import { promisify } from "node:util";
import { isMvError, MvError } from "../errors.ts";
import { hashTail } from "../platform/along.ts";
import { writeError } from "../platform/file-errors.ts";
import { writeWhole } from "../platform/files.ts";
import { loadHashing } from "../platform/hashing.ts";
import { lstatOrNull } from "../platform/stat.ts";
import type { Transfer } from "./remote.ts";

export interface Part {
  /** Bytes behind those that are there. Throws MvError no-space, no-write. */
  write(bytes: Uint8Array): void;
  /** Nobody goes on behind bytes that are another object's. */
  clear(): void;
  /** The SHA-256 of all that is in the file, where it was computed on the way. To be called before `close`. */
  finish(): Promise<string | undefined>;
  close(): Promise<void>;
}

const syncAsync = promisify(fdatasync);

/** Larger writes are slower on ext4. */
const BLOCK = 1024 * 1024;
/** Another thread is told that there is more to hash. */
const TURN = 8 * BLOCK;
/** Unsynced bytes at which writing out starts: the kernel alone waits for a tenth of memory while the disk idles. */
const SYNC_EVERY = 256 * BLOCK;

/** How many bytes of an object are in its file already; -1 where there is no file, 0 where there are more than it has. */
export function bytesThere({ file, size }: Transfer): number {
  const there = Number(lstatOrNull(file)?.size ?? -1);
  return there > size ? 0 : there;
}

/** Writes all of a small object's bytes at once. Returns their SHA-256. Throws MvError no-space, no-write. */
export async function writePart({ file }: Transfer, pieces: readonly Uint8Array[]): Promise<string> {
  const digest = (await loadHashing()).start("sha256");
  const fd = onDisk(file, () => openSync(file, "w"));
  try {
    for (const piece of pieces) {
      onDisk(file, () => writeWhole(fd, piece));
      digest.update(piece);
    }
    return digest.finish().sha256;
  } finally {
    closeSync(fd);
  }
}

/** Opens the file of an object to go on behind `from` bytes; 0: anew. Throws MvError no-space, no-write. */
export async function openPart(object: Transfer, from: number): Promise<Part> {
  const { file, size } = object;
  const hashing = await loadHashing();
  const fd = onDisk(file, () => openSync(file, from > 0 ? "a" : "w"));
  const tail = hashTail(file, size);
  const digest = tail === null && from === 0 ? hashing.start("sha256") : null;
  let [turn, unsynced] = [0, 0];
  let syncing: Promise<void> | null = null;

  function written(count: number): void {
    [turn, unsynced] = [turn + count, unsynced + count];
    if (turn >= TURN) {
      tail?.wrote();
      turn = 0;
    }
    if (unsynced < SYNC_EVERY || syncing !== null) return;
    unsynced = 0;
    // A failure is met again by whoever makes the whole file durable.
    syncing = syncAsync(fd).then(
      () => void (syncing = null),
      () => undefined,
    );
  }

  return {
    write(bytes) {
      for (let at = 0; at < bytes.length; at += BLOCK) {
        const block = bytes.subarray(at, at + BLOCK);
        onDisk(file, () => writeWhole(fd, block));
        digest?.update(block);
        written(block.length);
      }
    },
    clear: () => ftruncateSync(fd, 0),
    async finish() {
      return digest?.finish().sha256 ?? (await tail?.finish());
    },
    async close() {
      // Nothing may still use the descriptor, or read the file.
      await tail?.stop();
      await syncing;
      closeSync(fd);
    },
  };
}

function onDisk<T>(file: string, work: () => T): T {
  try {
    return work();
  } catch (error) {
    throw diskError(error, file);
  }
}

/** What the system said of a file that is received into, as MvError no-space or no-write. */
export function diskError(error: unknown, file: string): MvError {
  const known = writeError(error, file);
  if (isMvError(known)) return known;
  const words = error instanceof Error ? error.message : String(error);
  return new MvError("no-write", `${file} cannot be written: ${words}`, { details: { path: file }, cause: error });
}
