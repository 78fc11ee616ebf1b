// An object out of a folder into a local file, going on where an earlier attempt ended.
import { constants, rmSync } from "node:fs";
import { type FileHandle, open } from "node:fs/promises";
import { isMvError, MvError } from "../../errors.ts";
import { cloneFile } from "../../platform/clone.ts";
import { copyUntrusted } from "../../platform/copy.ts";
import { systemCode, writeError } from "../../platform/file-errors.ts";
import { lstatOrNull } from "../../platform/stat.ts";
import type { Transfer, TransferOptions } from "../remote.ts";
import { requireGoing } from "../together.ts";
import type { Place } from "./place.ts";

/** From that size on a second thread pays. */
const LARGE = 8 * 1024 * 1024;
/** Larger writes are slower on ext4. */
const BLOCK = 1024 * 1024;

/**
 * Copies the object at `path` to `object.file`. Throws MvError object-missing, bytes-wrong where it is of another size, denied,
 * no-space, interrupted; what was copied stays for the next attempt.
 */
export async function receiveFile(
  place: Place,
  path: string,
  object: Transfer,
  options: TransferOptions,
): Promise<void> {
  await place.guard(async () => requireSize(place, path, object));
  const have = Number(lstatOrNull(object.file)?.size ?? 0);
  if (have === 0 && object.size >= LARGE) {
    rmSync(object.file, { force: true });
    if (!cloneFile(path, object.file)) {
      const sha256 = await copyWhole(place, path, object, options);
      return options.onDone?.(object, sha256);
    }
    options.onBytes?.(object.size);
  } else if (have !== object.size || have === 0) {
    await copyFrom(place, path, object, have > object.size ? 0 : have, options);
  }
  options.onDone?.(object);
}

/** Copies all of it. Returns the SHA-256 of the copy, where it was computed meanwhile. */
async function copyWhole(
  place: Place,
  path: string,
  object: Transfer,
  options: TransferOptions,
): Promise<string | undefined> {
  try {
    const sha256 = await copyUntrusted(path, object.file, object.size, (count) => {
      requireGoing(options.signal);
      options.onBytes?.(count);
    });
    return sha256 ?? undefined;
  } catch (error) {
    if (isMvError(error) && error.code === "file-changing") throw shrunk(place, object);
    throw place.failure(error);
  }
}

function requireSize(place: Place, path: string, { sha256, size }: Transfer): void {
  const stats = lstatOrNull(path);
  if (stats === null) {
    throw new MvError("object-missing", `${place.name} has no object ${sha256.slice(0, 12)}`, {
      hint: "mv push where it was added",
      details: { remote: place.name, sha256 },
    });
  }
  if (stats.isFile() && Number(stats.size) === size) return;
  throw new MvError("bytes-wrong", `${place.name}: object ${sha256.slice(0, 12)} does not have its ${size} bytes`, {
    hint: "mv push where the bytes are, which heals it",
    details: { remote: place.name, sha256 },
  });
}

async function copyFrom(
  place: Place,
  path: string,
  object: Transfer,
  from: number,
  options: TransferOptions,
): Promise<void> {
  const source = await place.guard(() => open(path, constants.O_RDONLY | constants.O_NOFOLLOW));
  let target: FileHandle | undefined;
  try {
    target = await open(object.file, from > 0 ? "r+" : "w");
    const buffer = Buffer.allocUnsafe(Math.min(BLOCK, Math.max(1, object.size - from)));
    for (let at = from; at < object.size;) {
      requireGoing(options.signal);
      const { bytesRead } = await place.guard(() => source.read(buffer, 0, buffer.length, at));
      if (bytesRead === 0) throw shrunk(place, object);
      const length = Math.min(bytesRead, object.size - at);
      await writeAll(target, buffer, length, at);
      at += length;
      options.onBytes?.(length);
    }
  } catch (error) {
    throw systemCode(error) === "" ? error : writeError(error, object.file);
  } finally {
    await source.close();
    await target?.close();
  }
}

/** A single write may be short. */
async function writeAll(target: FileHandle, buffer: Buffer, length: number, at: number): Promise<void> {
  for (let done = 0; done < length;) {
    done += (await target.write(buffer, done, length - done, at + done)).bytesWritten;
  }
}

function shrunk(place: Place, { sha256 }: Transfer): MvError {
  return new MvError("bytes-wrong", `${place.name}: object ${sha256.slice(0, 12)} became shorter while it was read`, {
    hint: "repeat the command",
    details: { remote: place.name, sha256 },
  });
}
