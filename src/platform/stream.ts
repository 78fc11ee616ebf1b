// One large file in one pass: read and hash on this thread while the bytes before are written on another.
import { closeSync, fdatasync, openSync, readSync, write } from "node:fs";
import { promisify } from "node:util";
import { readError, writeError } from "./file-errors.ts";
import { loadHashing, type Digests, type Want } from "./hashing.ts";
import { assertUnchanged, changing, openRegular, type FileStat } from "./stat.ts";

const writeAsync = promisify(write);
const syncAsync = promisify(fdatasync);

/**
 * Read and hashed at once, while it is in the processor's cache: reading 4 GiB took 0.7 s in blocks of 128 KiB, 2 to 4 s in
 * blocks of 1 MiB and more.
 */
const BLOCK = 256 * 1024;
/** Handed to the writing thread at once. Handing over every MiB cost seconds on a busy machine; two of these are held. */
const WINDOW = 16 * 1024 * 1024;
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
    if (target !== null) await syncAsync(target);
    assertUnchanged(path, fd, stat);
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
  const windows = [Buffer.allocUnsafe(WINDOW), Buffer.allocUnsafe(target === null ? 0 : WINDOW)] as const;
  let size = 0;
  let unsynced = 0;
  let writing: Promise<void> = Promise.resolve();
  let syncing: Promise<void> = Promise.resolve();
  try {
    for (let turn = 0; ; turn++) {
      const window = windows[target === null ? 0 : ((turn % 2) as 0 | 1)];
      const length = fill(source, window, use);
      if (length === 0) break;
      onBytes?.(length);
      await writing;
      if (target !== null) {
        writing = quiet(drain(target, window.subarray(0, length), size));
        unsynced += length;
        if (unsynced >= SYNC_EVERY) {
          await syncing;
          syncing = quiet(syncAsync(target));
          unsynced = 0;
        }
      } else {
        // Lets the terminal draw and signals arrive.
        await new Promise(setImmediate);
      }
      size += length;
    }
    await writing;
    await syncing;
    return size;
  } finally {
    // The descriptors are closed after this: nothing may still use them.
    await Promise.allSettled([writing, syncing]);
  }
}

/** A promise that may fail while another one is awaited: its failure is seen when it is awaited itself. */
function quiet<T>(promise: Promise<T>): Promise<T> {
  promise.catch(() => undefined);
  return promise;
}

function fill(fd: number, window: Buffer, use: (block: Uint8Array) => void): number {
  let length = 0;
  while (length < window.length) {
    const read = readSync(fd, window, length, Math.min(BLOCK, window.length - length), null);
    if (read === 0) break;
    use(window.subarray(length, length + read));
    length += read;
  }
  return length;
}

async function drain(fd: number, window: Buffer, at: number): Promise<void> {
  for (let done = 0; done < window.length; ) {
    const { bytesWritten } = await writeAsync(fd, window, done, window.length - done, at + done);
    done += bytesWritten;
  }
}
