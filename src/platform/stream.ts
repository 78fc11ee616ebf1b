// One large file in one pass: every block is read, hashed and written while it is in the processor's cache.
import { closeSync, fdatasync, fsync, openSync, readSync } from "node:fs";
import { promisify } from "node:util";
import { hashTail, type Tail } from "./along.ts";
import { readError, writeError } from "./file-errors.ts";
import { writeWhole } from "./files.ts";
import { loadHashing, type Digests, type Want } from "./hashing.ts";
import { TURN } from "./pace.ts";
import { assertUnchanged, changing, openRegular, type FileStat } from "./stat.ts";

const syncData = promisify(fdatasync);
const syncWhole = promisify(fsync);

/**
 * Read, hashed and written at once, in the processor's cache. Processor time for 1 GiB (2 cores, ext4): 1.65 s with blocks of
 * 128 KiB, 2.7 s with 256 KiB to 1 MiB, 2.5 s and more where blocks go to another thread in shared memory. Write calls above
 * 1 MiB are ten times slower, because ext4 looks for huge pages then.
 */
const BLOCK = 128 * 1024;
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
    const want = options.want ?? "both";
    const tail = options.to && want !== "xxh64" ? hashTail(options.to.path, stat.size) : null;
    const digests =
      tail && target !== null
        ? await copySplit(path, { source: fd, target, tail }, stat.size, options)
        : await copyAlone(path, { source: fd, target, tail: null }, stat.size, options);
    assertUnchanged(path, stat);
    return { ...digests, stat };
  } catch (error) {
    throw options.to ? writeError(error, options.to.path) : readError(error, path);
  } finally {
    closeSync(fd);
    if (target !== null) closeSync(target);
  }
}

/** What is read from, written to where there is a copy, and who hashes the copy on a second thread. */
interface Ends {
  source: number;
  target: number | null;
  tail: Tail | null;
}

async function copyAlone(path: string, ends: Ends, size: number, { want, onBytes }: StreamOptions): Promise<Digests> {
  const digest = (await loadHashing()).start(want);
  await pump(path, ends, size, (block) => digest.update(block), onBytes);
  if (ends.target !== null) await syncWhole(ends.target);
  return digest.finish();
}

/**
 * Copies here while the second thread computes SHA-256 of the copy: what is named is what was stored. It reads the copy from
 * memory, which is cheaper than handing the blocks over.
 */
async function copySplit(
  path: string,
  ends: Ends & { target: number; tail: Tail },
  size: number,
  { want, onBytes }: StreamOptions,
): Promise<Digests> {
  try {
    const digest = want === "sha256" ? null : (await loadHashing()).start("xxh64");
    await pump(path, ends, size, (block) => digest?.update(block), onBytes);
    // Both are waited for whatever becomes of one: the descriptor is closed after this.
    const syncing = syncWhole(ends.target);
    const sha256 = await ends.tail.finish().finally(() => Promise.allSettled([syncing]));
    await syncing;
    return { sha256, xxh64: digest?.finish().xxh64 ?? "" };
  } catch (error) {
    // The other thread must not read on while the caller goes ahead.
    await ends.tail.stop();
    throw error;
  }
}

/** Reads to the end, and writes. Throws MvError file-changing unless there are `size` bytes. */
async function pump(
  path: string,
  { source, target, tail }: Ends,
  expected: number,
  use: (block: Uint8Array) => void,
  onBytes: StreamOptions["onBytes"],
): Promise<void> {
  const buffer = Buffer.allocUnsafe(BLOCK);
  let [size, turn, unsynced] = [0, 0, 0];
  let syncing: Promise<void> = Promise.resolve();
  try {
    for (;;) {
      const length = readSync(source, buffer, 0, BLOCK, null);
      if (length === 0 || size > expected) break;
      const block = buffer.subarray(0, length);
      use(block);
      if (target !== null) writeWhole(target, block);
      [size, turn, unsynced] = [size + length, turn + length, unsynced + length];
      if (turn < TURN) continue;
      onBytes?.(turn);
      turn = 0;
      if (target !== null && unsynced >= SYNC_EVERY) {
        await syncing;
        syncing = syncData(target);
        // Its failure is seen when it is awaited; until then nobody listens.
        syncing.catch(() => undefined);
        unsynced = 0;
      }
      tail?.wrote();
      // Others get a turn too: the terminal, signals, a second stream.
      do await new Promise(setImmediate);
      while (tail?.isAhead());
    }
    onBytes?.(turn);
    await syncing;
    // The second thread would wait for bytes that never come.
    if (size !== expected) throw changing(path);
  } finally {
    // The descriptors are closed after this: nothing may still use them.
    await Promise.allSettled([syncing]);
  }
}
