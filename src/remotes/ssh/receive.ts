// Objects out of a store behind SFTP: read ahead, written in order, going on where an earlier attempt ended.
import { type FileHandle, open } from "node:fs/promises";
import { MvError } from "../../errors.ts";
import { systemCode, writeError } from "../../platform/file-errors.ts";
import { lstatOrNull } from "../../platform/stat.ts";
import { objectPath } from "../layout.ts";
import type { Transfer, TransferOptions } from "../remote.ts";
import { requireGoing } from "../together.ts";
import { StatusError } from "./failures.ts";
import { OPEN, STATUS } from "./packets.ts";
import { pathIn } from "./place.ts";
import type { Store } from "./session.ts";
import type { Handle } from "./sftp.ts";
import { createWindow } from "./window.ts";

/** Bytes asked for ahead: 50 MB/s over a line of 80 ms. */
export const AHEAD_BYTES = 4 * 1024 * 1024;

/** Copies an object to `object.file`. Throws MvError object-missing, bytes-wrong where it is of another size, interrupted. */
export async function receiveObject(store: Store, object: Transfer, options: TransferOptions): Promise<void> {
  const path = pathIn(store, objectPath(object.sha256));
  const found = await store.sftp.lstat(path);
  if (found === null) throw missing(store, object);
  if (found.kind === "folder" || found.kind === "other" || found.size !== object.size) throw wrongSize(store, object);
  const have = Number(lstatOrNull(object.file)?.size ?? -1);
  if (have !== object.size) {
    await copy(store, path, object, have > object.size ? 0 : Math.max(0, have), options);
  }
  options.onDone?.(object);
}

async function copy(
  store: Store,
  path: string,
  object: Transfer,
  from: number,
  options: TransferOptions,
): Promise<void> {
  const target = await openTarget(object.file, from);
  try {
    if (from === object.size) return;
    await withHandle(store, object, path, (source) =>
      readRange(store, source, [from, object.size], async (block, at) => {
        requireGoing(options.signal);
        await writeAll(target, block, at, object.file);
        options.onBytes?.(block.length);
      }),
    );
  } finally {
    await target.close();
  }
}

async function withHandle(
  store: Store,
  object: Transfer,
  path: string,
  work: (handle: Handle) => Promise<void>,
): Promise<void> {
  let handle: Handle;
  try {
    handle = await store.sftp.open(path, OPEN.read);
  } catch (error) {
    if (error instanceof StatusError && error.status === STATUS.noSuchFile) throw missing(store, object);
    throw error;
  }
  try {
    await work(handle);
  } finally {
    await store.sftp.close(handle).catch(() => undefined);
  }
}

/**
 * Reads the bytes from `from` to `to` and hands them over in order. Throws MvError bytes-wrong where the file ends before.
 */
export async function readRange(
  store: Store,
  handle: Handle,
  [from, to]: readonly [from: number, to: number],
  take: (block: Buffer, at: number) => void | Promise<void>,
): Promise<void> {
  const { sftp } = store;
  const window = createWindow(Math.max(1, Math.ceil(AHEAD_BYTES / sftp.block)));
  for (let at = from; at < to; at += sftp.block) {
    const start = at;
    const length = Math.min(sftp.block, to - at);
    await window.add(sftp.read(handle, start, length), async (first) => {
      let block = first;
      // A server may give less than was asked for.
      for (let got = 0; ; block = await sftp.read(handle, start + got, length - got)) {
        if (block === null || block.length === 0) throw ended(store, handle.path);
        await take(block, start + got);
        got += block.length;
        if (got >= length) return;
      }
    });
  }
  await window.drain();
}

async function openTarget(file: string, from: number): Promise<FileHandle> {
  try {
    return await open(file, from > 0 ? "r+" : "w");
  } catch (error) {
    throw writeError(error, file);
  }
}

/** A single write may be short. */
async function writeAll(target: FileHandle, block: Buffer, at: number, file: string): Promise<void> {
  try {
    for (let done = 0; done < block.length;) {
      done += (await target.write(block, done, block.length - done, at + done)).bytesWritten;
    }
  } catch (error) {
    throw systemCode(error) === "" ? error : writeError(error, file);
  }
}

function missing(store: Store, { sha256 }: Transfer): MvError {
  return new MvError("object-missing", `${store.name} has no object ${sha256.slice(0, 12)}`, {
    hint: "mv push where it was added",
    details: { remote: store.name, sha256 },
  });
}

function wrongSize(store: Store, { sha256, size }: Transfer): MvError {
  return new MvError("bytes-wrong", `${store.name}: object ${sha256.slice(0, 12)} does not have its ${size} bytes`, {
    hint: "mv push where the bytes are, which heals it",
    details: { remote: store.name, sha256 },
  });
}

function ended(store: Store, path: string): MvError {
  return new MvError("bytes-wrong", `${store.name}: ${path} became shorter while it was read`, {
    hint: "repeat the command",
    details: { remote: store.name, path },
  });
}
