// Objects out of a bucket: small ones in one request each, large ones in pieces that are fetched side by side and written in order.
import { open, writeFile } from "node:fs/promises";
import { isMvError, MvError } from "../../errors.ts";
import { systemCode, writeError } from "../../platform/file-errors.ts";
import { lstatOrNull } from "../../platform/stat.ts";
import { type Budget, createBudget } from "../budget.ts";
import { objectPath } from "../layout.ts";
import type { ObjectRef, Transfer, TransferOptions } from "../remote.ts";
import { requireGoing, together } from "../together.ts";
import type { Bucket } from "./bucket.ts";
import { hasCode, hasStatus } from "./failure.ts";
import { networkFailure } from "../network.ts";

const PIECE = 8 * 1024 * 1024;
const PIECES_AT_ONCE = 6;
/** Bytes of all downloads in memory. */
const MEMORY = 64 * 1024 * 1024;

export async function receiveObjects(
  bucket: Bucket,
  objects: readonly Transfer[],
  options: TransferOptions,
): Promise<void> {
  const budget = createBudget(MEMORY);
  await together(objects, options, async (object) => {
    try {
      await receiveObject(bucket, object, budget, options);
    } catch (error) {
      throw systemCode(error) === "" ? error : writeError(error, object.file);
    }
    options.onDone?.(object);
  });
}

async function receiveObject(
  bucket: Bucket,
  object: Transfer,
  budget: Budget,
  options: TransferOptions,
): Promise<void> {
  const have = Number(lstatOrNull(object.file)?.size ?? -1);
  if (have === object.size) return;
  const from = have > object.size ? 0 : Math.max(0, have);
  if (object.size - from <= PIECE) await receiveRest(bucket, object, from, budget, options);
  else await receivePieces(bucket, object, from, budget, options);
}

async function receiveRest(
  bucket: Bucket,
  object: Transfer,
  from: number,
  budget: Budget,
  { signal, onBytes }: TransferOptions,
): Promise<void> {
  const release = await budget.take(object.size - from);
  try {
    const bytes = await fetchPiece(bucket, object, from, object.size - from, signal);
    if (from === 0) await writeFile(object.file, bytes);
    else {
      const file = await open(object.file, "r+");
      try {
        await file.write(bytes, 0, bytes.length, from);
      } finally {
        await file.close();
      }
    }
    onBytes?.(bytes.length);
  } finally {
    release();
  }
}

/** What is in the file is always a first part of the object, so that an interrupted one is gone on with. */
async function receivePieces(
  bucket: Bucket,
  object: Transfer,
  from: number,
  budget: Budget,
  { signal, onBytes }: TransferOptions,
): Promise<void> {
  const file = await open(object.file, from > 0 ? "r+" : "w");
  const coming: { bytes: Promise<Buffer>; release: () => void }[] = [];
  let asked = from;
  try {
    for (let at = from; at < object.size;) {
      while (coming.length < PIECES_AT_ONCE && asked < object.size) {
        const length = Math.min(PIECE, object.size - asked);
        // Only the piece that is written next is waited for; others come if there is room.
        const release = await budget.take(length);
        const bytes = fetchPiece(bucket, object, asked, length, signal);
        bytes.catch(() => undefined);
        coming.push({ bytes, release });
        asked += length;
      }
      const next = coming[0];
      if (next === undefined) break;
      requireGoing(signal);
      const bytes = await next.bytes;
      for (let done = 0; done < bytes.length;) {
        done += (await file.write(bytes, done, bytes.length - done, at + done)).bytesWritten;
      }
      coming.shift();
      next.release();
      at += bytes.length;
      onBytes?.(bytes.length);
    }
  } finally {
    await Promise.allSettled(coming.map(({ bytes }) => bytes));
    for (const { release } of coming) release();
    await file.close();
  }
}

/** Bytes of an object. Throws MvError object-missing, bytes-wrong where the object there has another size. */
async function fetchPiece(
  bucket: Bucket,
  object: ObjectRef,
  from: number,
  length: number,
  signal: AbortSignal | undefined,
): Promise<Buffer> {
  const isWhole = from === 0 && length === object.size;
  const Range = isWhole ? {} : { Range: `bytes=${from}-${from + length - 1}` };
  const answer = await bucket.run(
    (client, options) =>
      client.send(new bucket.sdk.GetObjectCommand({ ...bucket.at(objectPath(object.sha256)), ...Range }), options),
    signal,
    (error) => {
      if (hasCode(error, "NoSuchKey")) return missing(bucket, object);
      // The object there ends before the range begins.
      return hasStatus(error, 416) ? wrongSize(bucket, object) : undefined;
    },
  );
  if (isMvError(answer)) throw answer;
  const [, start, total] = /^bytes (\d+)-\d+\/(\d+)$/.exec(answer.ContentRange ?? "") ?? [];
  const there = Number(total ?? answer.ContentLength);
  const isRight = there === object.size && (isWhole || Number(start) === from) && answer.ContentLength === length;
  const body = answer.Body as NodeJS.ReadableStream & { destroy(): void };
  if (!isRight) {
    body.destroy();
    throw wrongSize(bucket, object);
  }
  const bytes = Buffer.allocUnsafe(length);
  let at = 0;
  try {
    for await (const chunk of body) {
      const part = chunk as Buffer;
      if (at + part.length > length) throw wrongSize(bucket, object);
      at += part.copy(bytes, at);
    }
  } catch (error) {
    throw networkFailure(bucket, error, true);
  }
  if (at === length) return bytes;
  throw networkFailure(bucket, Object.assign(new Error("the answer ended early"), { code: "ECONNRESET" }), true);
}

function missing(bucket: Bucket, { sha256 }: ObjectRef): MvError {
  return new MvError("object-missing", `${bucket.name} has no object ${sha256.slice(0, 12)}`, {
    hint: "mv push where it was added",
    details: { remote: bucket.name, sha256 },
  });
}

function wrongSize(bucket: Bucket, { sha256, size }: ObjectRef): MvError {
  return new MvError("bytes-wrong", `${bucket.name}: object ${sha256.slice(0, 12)} does not have its ${size} bytes`, {
    hint: "mv push where the bytes are, which heals it",
    details: { remote: bucket.name, sha256 },
  });
}
