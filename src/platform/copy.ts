// Copies a large file from a place that is not trusted. The hash is that of the copy, not of what was read: the source may give
// one reader other bytes than the next.
import { closeSync, constants, fdatasync, openSync, readSync } from "node:fs";
import { promisify } from "node:util";
import { hashTail } from "./along.ts";
import { readError, writeError } from "./file-errors.ts";
import { writeWhole } from "./files.ts";
import { TURN } from "./pace.ts";
import { changing } from "./stat.ts";

const syncAsync = promisify(fdatasync);

/** A block that stays in the processor's cache. */
const BLOCK = 128 * 1024;
/** Unsynced bytes at which writing out starts: the kernel alone waits for a tenth of memory while the disk idles. */
const SYNC_EVERY = 256 * 1024 * 1024;

/**
 * Copies `size` bytes to a new file. Returns the SHA-256 of the copy, computed by a second thread meanwhile; null where there
 * are no threads or it would not pay. The copy is not synced. Throws MvError file-changing where the source is shorter, no-space,
 * no-write, no-read, and what `onBytes` throws; what was copied stays.
 */
export async function copyUntrusted(
  from: string,
  to: string,
  size: number,
  onBytes: (bytes: number) => void,
): Promise<string | null> {
  const source = openSync(from, constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK);
  let target: number | null = null;
  let syncing: Promise<void> = Promise.resolve();
  try {
    target = openForWriting(to);
    const tail = hashTail(to, size);
    try {
      const buffer = Buffer.allocUnsafe(BLOCK);
      let [at, turn, unsynced] = [0, 0, 0];
      while (at < size) {
        const length = read(source, buffer, Math.min(BLOCK, size - at), from);
        write(target, buffer.subarray(0, length), to);
        [at, turn, unsynced] = [at + length, turn + length, unsynced + length];
        if (turn < TURN && at < size) continue;
        tail?.wrote();
        onBytes(turn);
        turn = 0;
        if (unsynced >= SYNC_EVERY) {
          await syncing;
          syncing = syncAsync(target);
          // Its failure is seen when it is awaited; until then nobody listens.
          syncing.catch(() => undefined);
          unsynced = 0;
        }
        do await new Promise(setImmediate);
        while (tail?.isAhead());
      }
      await syncing;
      return tail === null ? null : await tail.finish();
    } catch (error) {
      // The other thread must not read on while the caller goes ahead.
      await tail?.stop();
      throw writeError(error, to);
    }
  } finally {
    // The descriptors are closed after this: nothing may still use them.
    await Promise.allSettled([syncing]);
    closeSync(source);
    if (target !== null) closeSync(target);
  }
}

function openForWriting(path: string): number {
  try {
    return openSync(path, "wx");
  } catch (error) {
    throw writeError(error, path);
  }
}

function read(fd: number, buffer: Buffer, length: number, path: string): number {
  try {
    const count = readSync(fd, buffer, 0, length, null);
    if (count === 0) throw changing(path);
    return count;
  } catch (error) {
    throw readError(error, path);
  }
}

function write(fd: number, bytes: Uint8Array, path: string): void {
  try {
    writeWhole(fd, bytes);
  } catch (error) {
    throw writeError(error, path);
  }
}
