// Objects into a store behind SFTP: a temp file beside the final name, hashed on the way, made durable, then renamed.
import { createHash } from "node:crypto";
import { readBytesFile } from "../../platform/files.ts";
import { lstatOrNull } from "../../platform/stat.ts";
import { objectPath } from "../layout.ts";
import type { Transfer, TransferOptions } from "../remote.ts";
import { together } from "../together.ts";
import { discard, isThere, newTemp, READ_ONLY, settle, wrongBytes } from "./arrival.ts";
import { finishFile, parentOf, pathIn, sweep, syncFolder } from "./place.ts";
import { type Parts, sendLarge } from "./send-large.ts";
import type { Store } from "./session.ts";

/** Up to that size an object is read at once, and many go at once: they wait for answers, not for each other. */
const SMALL = 128 * 1024;
const SMALL_AT_ONCE = 64;
/** Small objects share the syncs of their folders: as many as these at a time. */
const BATCH = 1024;

/** Sends what the store lacks. All share one connection, so `jobs` counts only for large ones. */
export async function sendObjects(
  store: Store,
  parts: Parts,
  objects: readonly Transfer[],
  options: TransferOptions,
): Promise<void> {
  const small = objects.filter(({ size }) => size <= SMALL);
  for (let at = 0; at < small.length; at += BATCH) await sendBatch(store, small.slice(at, at + BATCH), options);
  const large = objects.filter(({ size }) => size > SMALL);
  await together(large, options, (object) => sendLarge(store, parts, object, options));
  for (const folder of new Set(large.map(({ sha256 }) => parentOf(pathIn(store, objectPath(sha256)))))) {
    await sweep(store, folder);
  }
}

async function sendBatch(store: Store, objects: readonly Transfer[], options: TransferOptions): Promise<void> {
  const arrived: Transfer[] = [];
  const folders = new Set<string>();
  try {
    await together(objects, { jobs: SMALL_AT_ONCE, signal: options.signal }, async (object) => {
      const path = objectPath(object.sha256);
      const isHeld = options.replace !== true && (await isThere(store, pathIn(store, path), object));
      if (isHeld) return void options.onDone?.(object);
      const isWhole = Number(lstatOrNull(object.file)?.size ?? -1) === object.size;
      const bytes = isWhole ? readBytesFile(object.file, SMALL) : null;
      if (bytes === null || sha(bytes) !== object.sha256) throw wrongBytes(object);
      await sendBytes(store, path, bytes);
      options.onBytes?.(bytes.length);
      folders.add(parentOf(pathIn(store, path)));
      arrived.push(object);
    });
  } finally {
    // After a failure too: those that have their names already are done.
    await together([...folders], { jobs: SMALL_AT_ONCE }, (folder) => syncFolder(store, folder));
    for (const object of arrived) options.onDone?.(object);
  }
}

async function sendBytes(store: Store, path: string, bytes: Buffer): Promise<void> {
  const { sftp } = store;
  const { temp, handle } = await newTemp(store, path);
  try {
    const writes = [];
    for (let at = 0; at < bytes.length; at += sftp.block) {
      writes.push(sftp.write(handle, at, bytes.subarray(at, at + sftp.block)));
    }
    for (const result of await Promise.allSettled([...writes, finishFile(store, handle, READ_ONLY)])) {
      if (result.status === "rejected") throw result.reason;
    }
    await settle(store, temp, pathIn(store, path));
  } catch (error) {
    const reason = await store.explain(error);
    await discard(sftp, temp);
    throw reason;
  }
}

function sha(bytes: Uint8Array): string {
  return createHash("sha256").update(bytes).digest("hex");
}
