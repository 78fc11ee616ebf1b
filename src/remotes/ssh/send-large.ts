// One large object into a store behind SFTP: many writes on their way, durable part by part, so that a lost connection costs little.
import { createHash } from "node:crypto";
import { open } from "node:fs/promises";
import { objectPath } from "../layout.ts";
import type { Transfer, TransferOptions } from "../remote.ts";
import { requireGoing } from "../together.ts";
import { discard, isThere, newTemp, READ_ONLY, settle, wrongBytes } from "./arrival.ts";
import { StatusError } from "./failures.ts";
import { OPEN } from "./packets.ts";
import { finishFile, parentOf, pathIn, syncFolder } from "./place.ts";
import { AHEAD_BYTES } from "./receive.ts";
import type { Store } from "./session.ts";
import type { Handle, Sftp } from "./sftp.ts";
import { createWindow } from "./window.ts";

/** So much of a large object is durable at a time, and need not be sent again after the connection was lost. */
const SYNC_EVERY = 64 * 1024 * 1024;

/** What an object's temp file is known to hold for good, by the object's SHA-256. */
export type Parts = Map<string, { readonly temp: string; durable: number }>;

/** Sends an object unless it is there. Throws MvError bytes-wrong where the file does not hold its bytes. */
export async function sendLarge(store: Store, parts: Parts, object: Transfer, options: TransferOptions): Promise<void> {
  const { sftp } = store;
  const path = objectPath(object.sha256);
  const final = pathIn(store, path);
  if (options.replace !== true && (await isThere(store, final, object))) {
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
    const reason = await store.explain(error);
    const kept = sftp.hasEnded() ? part.durable : 0;
    options.onBytes?.(kept - sent);
    if (kept === 0) {
      await sftp.close(handle).catch(() => undefined);
      await forget(sftp, parts, object);
    }
    throw reason;
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

async function forget(sftp: Sftp, parts: Parts, { sha256 }: Transfer): Promise<void> {
  const part = parts.get(sha256);
  parts.delete(sha256);
  if (part) await discard(sftp, part.temp);
}
