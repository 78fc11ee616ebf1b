// Objects into a folder: temp files beside the final names, hashed on the way, made durable, then renamed.
import { lstatSync, renameSync, rmSync } from "node:fs";
import { dirname, join } from "node:path";
import { MvError } from "../../errors.ts";
import { cloneFile } from "../../platform/clone.ts";
import { systemCode, writeError } from "../../platform/file-errors.ts";
import { streamFile } from "../../platform/stream.ts";
import { SYNC_ALL_FROM, syncFile, syncFiles, syncFileSystem, syncFolders } from "../../platform/sync.ts";
import { sweepTemps, tempName } from "../../platform/temp.ts";
import { createWorkers, type Workers } from "../../platform/workers.ts";
import { objectPath } from "../layout.ts";
import type { Transfer, TransferOptions } from "../remote.ts";
import { requireGoing } from "../together.ts";
import type { Place } from "./place.ts";

/** From that size on a file goes alone, so that progress shows and an interruption is heard. */
const LARGE = 8 * 1024 * 1024;
/** Small files share their syncs: as many as these at a time, or as many bytes. */
const BATCH_COUNT = 2000;
const BATCH_BYTES = 256 * 1024 * 1024;
const READ_ONLY = 0o444;
/** Other machines write to the store too: their temp files are left alone that long. */
const SWEEP_MS = 24 * 60 * 60 * 1000;

interface Arrival extends Transfer {
  readonly temp: string;
  readonly final: string;
}

/** Sends what the folder lacks. One large file saturates a disk, so `jobs` counts only for small ones. */
export async function sendFiles(place: Place, objects: readonly Transfer[], options: TransferOptions): Promise<void> {
  const workers = createWorkers(options.jobs);
  let batch: Transfer[] = [];
  let bytes = 0;
  const flush = async (): Promise<void> => {
    const ready = batch;
    [batch, bytes] = [[], 0];
    if (ready.length > 0) await sendSmall(place, workers, ready, options);
  };
  for (const object of objects) {
    requireGoing(options.signal);
    if (options.replace !== true && isThere(place, object)) {
      options.onDone?.(object);
      continue;
    }
    if (object.size >= LARGE) {
      await sendLarge(place, object, options);
      continue;
    }
    batch.push(object);
    bytes += object.size;
    if (batch.length >= BATCH_COUNT || bytes >= BATCH_BYTES) await flush();
  }
  await flush();
}

function isThere(place: Place, { sha256, size }: Transfer): boolean {
  const stats = lstatSync(join(place.folder, objectPath(sha256)), { throwIfNoEntry: false });
  return stats?.isFile() === true && stats.size === size;
}

function arrival(place: Place, object: Transfer): Arrival {
  const path = objectPath(object.sha256);
  const folder = place.makeFolder(dirname(path));
  return { ...object, temp: join(folder, tempName()), final: join(place.folder, path) };
}

async function sendLarge(place: Place, object: Transfer, options: TransferOptions): Promise<void> {
  const coming = arrival(place, object);
  let sent = 0;
  const onBytes = (count: number): void => {
    requireGoing(options.signal);
    sent += count;
    options.onBytes?.(count);
  };
  try {
    const isCloned = cloneFile(object.file, coming.temp);
    const { sha256, stat } = isCloned
      ? await streamFile(coming.temp, { want: "sha256", onBytes })
      : await streamFile(object.file, { to: { path: coming.temp, mode: READ_ONLY }, want: "sha256", onBytes });
    if (sha256 !== object.sha256 || stat.size !== object.size) throw wrongBytes(object);
    if (isCloned) syncFile(coming.temp);
    await settle(place, [coming]);
  } catch (error) {
    rmSync(coming.temp, { force: true });
    options.onBytes?.(-sent);
    throw writeError(error, coming.final);
  }
  options.onDone?.(object);
}

async function sendSmall(
  place: Place,
  workers: Workers,
  objects: readonly Transfer[],
  options: TransferOptions,
): Promise<void> {
  place.makeFolders(new Set(objects.map(({ sha256 }) => dirname(objectPath(sha256)))));
  const arrivals = objects.map((object) => arrival(place, object));
  let sent = 0;
  try {
    await workers.each(arrivals, {
      job: "copy",
      input: (portion) => ({
        items: portion.map(({ file, temp, sha256, size }) => ({ from: file, to: temp, mode: READ_ONLY, sha256, size })),
      }),
      bytes: arrivals.reduce((sum, { size }) => sum + size, 0),
      done(portion) {
        requireGoing(options.signal);
        const count = portion.reduce((sum, { size }) => sum + size, 0);
        sent += count;
        options.onBytes?.(count);
      },
    });
    const isMany = arrivals.length >= SYNC_ALL_FROM;
    if (!isMany || !(await syncFileSystem(place.folder))) await syncFiles(arrivals.map(({ temp }) => temp));
    requireGoing(options.signal);
    await settle(place, arrivals);
  } catch (error) {
    for (const { temp } of arrivals) rmSync(temp, { force: true });
    options.onBytes?.(-sent);
    throw writeError(error, place.folder);
  }
  for (const object of objects) options.onDone?.(object);
}

/** Gives synced temp files their names, durably. Another writer's object of that name holds the same bytes. */
async function settle(place: Place, arrivals: readonly Arrival[]): Promise<void> {
  place.open(
    arrivals.map(({ temp }) => temp),
    READ_ONLY,
  );
  for (const { temp, final } of arrivals) rename(temp, final);
  const folders = [...new Set(arrivals.map(({ final }) => dirname(final)))];
  await syncFolders(folders);
  for (const folder of folders) sweepTemps(folder, SWEEP_MS);
}

function rename(temp: string, final: string): void {
  try {
    renameSync(temp, final);
  } catch (error) {
    // A folder in an object's place is no object, and a rename does not replace it.
    if (!["EISDIR", "ENOTEMPTY", "EEXIST", "ENOTDIR"].includes(systemCode(error))) throw error;
    rmSync(final, { recursive: true });
    renameSync(temp, final);
  }
}

function wrongBytes(object: Transfer): MvError {
  return new MvError("bytes-wrong", `${object.file} does not hold the bytes of object ${object.sha256.slice(0, 12)}`, {
    hint: "mv verify",
    details: { sha256: object.sha256, path: object.file },
  });
}
