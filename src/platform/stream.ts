// One large file in one pass: every block is read, hashed and written while it is in the processor's cache.
import { closeSync, fdatasync, fsyncSync, openSync, readSync } from "node:fs";
import { promisify } from "node:util";
import { hashAlong } from "./along.ts";
import { readError, writeError } from "./file-errors.ts";
import { writeWhole } from "./files.ts";
import { loadHashing, type Digests, type Want } from "./hashing.ts";
import { COPYING, countTurn, isAhead, type Pace, TURN } from "./pace.ts";
import { assertUnchanged, changing, openRegular, type FileStat } from "./stat.ts";

const syncAsync = promisify(fdatasync);

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
    const isSplit = target !== null && want !== "xxh64";
    const digests = isSplit ? await copySplit(path, fd, target, stat, options) : null;
    const found = digests ?? (await copyAlone(fd, target, options));
    if (found.size !== stat.size) throw changing(path);
    if (target !== null) fsyncSync(target);
    assertUnchanged(path, stat);
    return { sha256: found.sha256, xxh64: found.xxh64, stat };
  } catch (error) {
    throw options.to ? writeError(error, options.to.path) : readError(error, path);
  } finally {
    closeSync(fd);
    if (target !== null) closeSync(target);
  }
}

type Copied = Digests & { size: number };

async function copyAlone(source: number, target: number | null, { want, onBytes }: StreamOptions): Promise<Copied> {
  const digest = (await loadHashing()).start(want);
  const size = await pump(source, target, null, (block) => digest.update(block), onBytes);
  return { ...digest.finish(), size };
}

/**
 * Copies here and computes SHA-256 on a second thread, which reads the file for itself (from memory: cheaper than handing the
 * blocks over). XXH64 is computed on both sides and proves that both have read the same bytes. Null where that does not pay.
 */
async function copySplit(
  path: string,
  source: number,
  target: number | null,
  stat: FileStat,
  { onBytes }: StreamOptions,
): Promise<Copied | null> {
  const along = hashAlong(path, stat.size);
  if (along === null) return null;
  try {
    const digest = (await loadHashing()).start("xxh64");
    const size = await pump(source, target, along.pace, (block) => digest.update(block), onBytes);
    const hashed = await along.finish();
    if (digest.finish().xxh64 !== hashed.xxh64) throw changing(path);
    return { sha256: hashed.sha256, xxh64: hashed.xxh64, size };
  } catch (error) {
    // The other thread must not read on while the caller goes ahead.
    await along.stop();
    throw error;
  }
}

async function pump(
  source: number,
  target: number | null,
  pace: Pace | null,
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
      // Others get a turn too: the terminal, signals, a second stream.
      await new Promise(setImmediate);
      if (pace) {
        countTurn(pace, COPYING);
        while (isAhead(pace, COPYING)) await new Promise(setImmediate);
      }
    }
    onBytes?.(turn);
    await syncing;
    return size;
  } finally {
    // The descriptors are closed after this: nothing may still use them.
    await Promise.allSettled([syncing]);
  }
}
