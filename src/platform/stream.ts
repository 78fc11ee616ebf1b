// One large file in one pass: every block is read, hashed and written while it is in the processor's cache.
import { closeSync, fdatasync, fsyncSync, openSync, readSync } from "node:fs";
import { promisify } from "node:util";
import { readError, writeError } from "./file-errors.ts";
import { writeWhole } from "./files.ts";
import { loadHashing, type Digests, type Want } from "./hashing.ts";
import { assertUnchanged, changing, openRegular, type FileStat } from "./stat.ts";

const syncAsync = promisify(fdatasync);

/**
 * Processor time for 4 GiB read, hashed and written (2 cores, ext4): 8 s in blocks of 128 KiB, 11 s in blocks of 256 KiB to
 * 1 MiB, 15 s and more where blocks go through a second thread. Write calls above 1 MiB are ten times slower still: ext4 looks
 * for huge pages then.
 */
const BLOCK = 128 * 1024;
/** After that many bytes others get a turn: the terminal, signals, a second stream. */
const TURN = 32 * 1024 * 1024;
/** Unsynced bytes at which writing out starts: the kernel alone waits for a tenth of memory while the disk idles. */
const SYNC_EVERY = 256 * 1024 * 1024;

export interface StreamOptions {
  /** A new file for the bytes; it must not exist. Synced when the promise resolves. */
  to?: { path: string; mode: number };
  want?: Want;
  onBytes?: ((bytes: number) => void) | undefined;
}

/**
 * Hashes a regular file, and copies it where `to` is given. Returns the hashes and the stat that they belong to.
 * Throws MvError file-changing where the file is not the same after as before, no-space, no-write, no-read; what was written
 * stays for the caller to remove.
 */
export async function streamFile(path: string, options: StreamOptions = {}): Promise<Digests & { stat: FileStat }> {
  const { fd, stat } = openRegular(path);
  let target: number | null = null;
  try {
    target = options.to ? openSync(options.to.path, "wx", options.to.mode) : null;
    const digest = (await loadHashing()).start(options.want);
    const size = await pump(fd, target, (block) => digest.update(block), options.onBytes);
    if (size !== stat.size) throw changing(path);
    if (target !== null) fsyncSync(target);
    assertUnchanged(path, stat);
    return { ...digest.finish(), stat };
  } catch (error) {
    throw options.to ? writeError(error, options.to.path) : readError(error, path);
  } finally {
    closeSync(fd);
    if (target !== null) closeSync(target);
  }
}

async function pump(
  source: number,
  target: number | null,
  use: (block: Uint8Array) => void,
  onBytes: StreamOptions["onBytes"],
): Promise<number> {
  const buffer = Buffer.allocUnsafe(BLOCK);
  let [size, turn, unsynced] = [0, 0, 0];
  let syncing: Promise<void> = Promise.resolve();
  try {
    for (;;) {
      const length = readSync(source, buffer, 0, BLOCK, null);
      if (length === 0) break;
      const block = buffer.subarray(0, length);
      use(block);
      if (target !== null) writeWhole(target, block);
      [size, turn, unsynced] = [size + length, turn + length, unsynced + length];
      if (turn < TURN) continue;
      onBytes?.(turn);
      turn = 0;
      if (target !== null && unsynced >= SYNC_EVERY) {
        await syncing;
        syncing = syncAsync(target);
        // Its failure is seen when it is awaited; until then nobody listens.
        syncing.catch(() => undefined);
        unsynced = 0;
      }
      await new Promise(setImmediate);
    }
    onBytes?.(turn);
    await syncing;
    return size;
  } finally {
    // The descriptors are closed after this: nothing may still use them.
    await Promise.allSettled([syncing]);
  }
}
