// Objects into a store behind SFTP: a temp file beside the final name, hashed on the way, made durable, then renamed.
import { open } from "node:fs/promises";
import { createHash } from "node:crypto";
import { MvError } from "../../errors.ts";
import { readBytesFile } from "../../platform/files.ts";
import { objectPath } from "../layout.ts";
import type { Transfer, TransferOptions } from "../remote.ts";
import { requireGoing, together } from "../together.ts";
import { isAbsentThere, StatusError } from "./failures.ts";
import { OPEN } from "./packets.ts";
import { createFile, finishFile, makeFolder, parentOf, pathIn, sweep, syncFolder, tempBeside } from "./place.ts";
import { AHEAD_BYTES } from "./receive.ts";
import type { Store } from "./session.ts";
import type { Handle, Sftp } from "./sftp.ts";
import { createWindow } from "./window.ts";

/** Up to that size an object is read at once, and many go at once: they wait for answers, not for each other. */
const SMALL = 128 * 1024;
const SMALL_AT_ONCE = 64;
/** Small objects share the syncs of their folders: as many as these at a time. */
const BATCH = 1024;
/** So much of a large object is durable at a time, and need not be sent again after the connection was lost. */
const SYNC_EVERY = 64 * 1024 * 1024;
const READ_ONLY = 0o444;

/** What an object's temp file is known to hold for good, by the object's SHA-256. */
export type Parts = Map<string, { readonly temp: string; durable: number }>;

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
      if (await isThere(store, pathIn(store, path), object)) return void options.onDone?.(object);
      const bytes = readBytesFile(object.file, SMALL);
      if (bytes?.length !== object.size || sha(bytes) !== object.sha256) throw wrongBytes(object);
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
    await discard(sftp, temp);
    throw error;
  }
}

async function sendLarge(store: Store, parts: Parts, object: Transfer, options: TransferOptions): Promise<void> {
  const { sftp } = store;
  const path = objectPath(object.sha256);
  const final = pathIn(store, path);
  if (await isThere(store, final, object)) {
    await forget(sftp, parts, object);
    return void options.onDone?.(object);
  }
  const { part, handle } = await begin(store, parts, path, object, options);
  let sent = part.durable;
  try {
    const sha256 = await pump(sftp, handle, part, object, (count) => {
      requireGoing(options.signal);
      sent += count;
      options.onBytes?.(count);
    });
    if (sha256 !== object.sha256) throw wrongBytes(object);
    await finishFile(store, handle, READ_ONLY);
    await settle(store, part.temp, final);
    await syncFolder(store, parentOf(final));
  } catch (error) {
    // Where the connection is lost, what is durable stays for the next attempt.
    const kept = sftp.hasEnded() ? part.durable : 0;
    options.onBytes?.(kept - sent);
    if (kept === 0) {
      await sftp.close(handle).catch(() => undefined);
      await forget(sftp, parts, object);
    }
    throw error;
  }
  parts.delete(object.sha256);
  options.onDone?.(object);
}

interface Begun {
  part: { readonly temp: string; durable: number };
  handle: Handle;
}

/** The temp file of an attempt before, where it is as it was left, else a new one. */
async function begin(
  store: Store,
  parts: Parts,
  path: string,
  object: Transfer,
  options: TransferOptions,
): Promise<Begun> {
  const before = parts.get(object.sha256);
  if (before) {
    const handle = await reopen(store.sftp, before);
    if (handle !== null) return { part: before, handle };
    options.onBytes?.(-before.durable);
    await discard(store.sftp, before.temp);
  }
  const { temp, handle } = await newTemp(store, path);
  const part = { temp, durable: 0 };
  parts.set(object.sha256, part);
  return { part, handle };
}

/** Null where the temp file is gone, shorter, or complete already and read-only. */
async function reopen(sftp: Sftp, { temp, durable }: Begun["part"]): Promise<Handle | null> {
  const found = await sftp.lstat(temp);
  if (found?.kind !== "file" || (found.size ?? 0) < durable) return null;
  try {
    return await sftp.open(temp, OPEN.write);
  } catch (error) {
    if (error instanceof StatusError) return null;
    throw error;
  }
}

/** Writes the file from where the part ends, and returns the SHA-256 of all of it. */
async function pump(
  sftp: Sftp,
  handle: Handle,
  part: Begun["part"],
  object: Transfer,
  onSent: (count: number) => void,
): Promise<string> {
  const digest = createHash("sha256");
  const source = await open(object.file, "r");
  const window = createWindow(Math.max(1, Math.ceil(AHEAD_BYTES / sftp.block)));
  const from = part.durable;
  try {
    let unsynced = 0;
    for (let at = 0; ;) {
      // A new buffer for each block: the one before may still wait to be written.
      const { bytesRead, buffer } = await source.read(Buffer.allocUnsafe(sftp.block), 0, sftp.block, at);
      if (bytesRead === 0) break;
      const block = buffer.subarray(0, bytesRead);
      digest.update(block);
      const skip = Math.max(0, Math.min(bytesRead, from - at));
      const fresh = block.subarray(skip);
      const start = at + skip;
      at += bytesRead;
      if (at > object.size) throw wrongBytes(object);
      if (fresh.length === 0) continue;
      await window.add(sftp.write(handle, start, fresh), () => onSent(fresh.length));
      unsynced += fresh.length;
      if (unsynced < SYNC_EVERY || !sftp.canSync) continue;
      unsynced = 0;
      const end = at;
      await window.add(sftp.sync(handle), () => {
        part.durable = end;
      });
    }
    await window.drain();
    return digest.digest("hex");
  } finally {
    await source.close();
  }
}

async function newTemp(store: Store, path: string): Promise<{ temp: string; handle: Handle }> {
  const folder = parentOf(path);
  const temp = tempBeside(pathIn(store, path));
  await makeFolder(store, folder);
  try {
    return { temp, handle: await createFile(store, temp, READ_ONLY) };
  } catch (error) {
    if (!isAbsentThere(error)) throw error;
  }
  // Somebody removed the folder since this connection saw it.
  store.made.clear();
  await makeFolder(store, folder);
  return { temp, handle: await createFile(store, temp, READ_ONLY) };
}

async function isThere(store: Store, path: string, { size }: Transfer): Promise<boolean> {
  const found = await store.sftp.lstat(path);
  if (found?.kind === "folder") {
    throw new MvError("denied", `${store.name}: a folder lies where an object belongs: ${path}`, {
      hint: "remove it there",
      details: { remote: store.name, path },
    });
  }
  return found?.kind === "file" && found.size === size;
}

/** Gives a durable temp file its name. Another writer's object of that name holds the same bytes. */
async function settle(store: Store, temp: string, final: string): Promise<void> {
  // A plain rename replaces nothing; what is there is torn, or was put there a moment ago with the same bytes.
  if (!store.sftp.canReplace) await discard(store.sftp, final);
  await store.sftp.rename(temp, final);
}

async function forget(sftp: Sftp, parts: Parts, { sha256 }: Transfer): Promise<void> {
  const part = parts.get(sha256);
  parts.delete(sha256);
  if (part) await discard(sftp, part.temp);
}

async function discard(sftp: Sftp, path: string): Promise<void> {
  await sftp.remove(path).catch(() => undefined);
}

function sha(bytes: Uint8Array): string {
  return createHash("sha256").update(bytes).digest("hex");
}

function wrongBytes({ file, sha256 }: Transfer): MvError {
  return new MvError("bytes-wrong", `${file} does not hold the bytes of object ${sha256.slice(0, 12)}`, {
    hint: "mv verify",
    details: { sha256, path: file },
  });
}
