// Objects out of a bucket: small ones in one request each, large ones in pieces that are fetched side by side and written in order.
import { isMvError } from "../../errors.ts";
import { createWriting, type Writing } from "../../platform/writing.ts";
import { type Budget, createBudget } from "../budget.ts";
import { objectPath } from "../layout.ts";
import { missing, wrongSize } from "../object-errors.ts";
import { bytesThere, diskError, openPart, type Part, writePart } from "../part.ts";
import type { ObjectRef, Transfer, TransferOptions } from "../remote.ts";
import { requireGoing, together } from "../together.ts";
import type { Bucket } from "./bucket.ts";
import { hasCode, hasStatus } from "./failure.ts";

/** Bytes as they came: to put them together would be to copy all of them. */
type Piece = readonly Buffer[];

const PIECE = 8 * 1024 * 1024;
const PIECES_AT_ONCE = 6;
/** From as many objects on a second thread pays, which writes those up to that size. */
const MANY = 200;
const SMALL = 64 * 1024;
/** Bytes of all downloads in memory. */
const MEMORY = 64 * 1024 * 1024;

export async function receiveObjects(
  bucket: Bucket,
  objects: readonly Transfer[],
  options: TransferOptions,
): Promise<void> {
  const budget = createBudget(MEMORY);
  const writing = objects.length >= MANY ? createWriting() : null;
  try {
    await together(objects, options, async (object) => {
      if (writing !== null && object.size <= SMALL && bytesThere(object) <= 0) {
        await receiveSmall(bucket, object, writing, options);
        return;
      }
      const sha256 = await receiveObject(bucket, object, budget, options);
      options.onDone?.(object, sha256);
    });
  } finally {
    await writing?.end().catch((error: unknown) => {
      throw diskError(error, objects[0]?.file ?? "");
    });
  }
}

/** One of many: a second thread writes it, and what is asked for next does not wait for that. */
async function receiveSmall(
  bucket: Bucket,
  object: Transfer,
  writing: Writing,
  { signal, onBytes, onDone }: TransferOptions,
): Promise<void> {
  const piece = await fetchPiece(bucket, object, [0, object.size], signal);
  requireGoing(signal);
  await writing.take(object.file, piece, (sha256) => {
    if (sha256 === null) return;
    onBytes?.(object.size);
    onDone?.(object, sha256);
  });
}

/**
 * Returns the SHA-256 of the file, where it was hashed on the way. What is in the file is always a first part of the object, so
 * that an interrupted one is gone on with.
 */
async function receiveObject(
  bucket: Bucket,
  object: Transfer,
  budget: Budget,
  options: TransferOptions,
): Promise<string | undefined> {
  const have = bytesThere(object);
  if (have === object.size) return undefined;
  const from = Math.max(0, have);
  if (from === 0 && object.size <= PIECE) return receiveWhole(bucket, object, budget, options);
  let part: Part | undefined;
  try {
    for await (const piece of piecesFrom(bucket, object, from, budget, options)) {
      requireGoing(options.signal);
      // Until bytes come there is nothing to open a file for.
      part ??= await openPart(object, from);
      for (const bytes of piece) {
        part.write(bytes);
        options.onBytes?.(bytes.length);
      }
    }
    return await part?.finish();
  } finally {
    await part?.close();
  }
}

async function receiveWhole(
  bucket: Bucket,
  object: Transfer,
  budget: Budget,
  { signal, onBytes }: TransferOptions,
): Promise<string> {
  const release = await budget.take(object.size);
  try {
    const piece = await fetchPiece(bucket, object, [0, object.size], signal);
    requireGoing(signal);
    const sha256 = await writePart(object, piece);
    onBytes?.(object.size);
    return sha256;
  } finally {
    release();
  }
}

/** The pieces of an object in their order; the next ones are on their way meanwhile, as far as there is room. */
async function* piecesFrom(
  bucket: Bucket,
  object: Transfer,
  from: number,
  budget: Budget,
  { signal }: TransferOptions,
): AsyncGenerator<Piece> {
  const coming: { piece: Promise<Piece>; release: () => void }[] = [];
  let asked = from;
  try {
    do {
      while (coming.length < PIECES_AT_ONCE && (asked < object.size || object.size === 0)) {
        const length = Math.min(PIECE, object.size - asked);
        // Only the piece that is written next is waited for; others come if there is room.
        const release = await budget.take(length);
        const piece = fetchPiece(bucket, object, [asked, length], signal);
        piece.catch(() => undefined);
        coming.push({ piece, release });
        asked += length;
        if (object.size === 0) break;
      }
      const [next] = coming;
      if (next === undefined) return;
      yield await next.piece;
      coming.shift();
      next.release();
    } while (asked < object.size || coming.length > 0);
  } finally {
    await Promise.allSettled(coming.map(({ piece }) => piece));
    for (const { release } of coming) release();
  }
}

/** Bytes of an object. Throws MvError object-missing, bytes-wrong where the object there has another size. */
async function fetchPiece(
  bucket: Bucket,
  object: ObjectRef,
  [from, length]: readonly [from: number, length: number],
  signal: AbortSignal | undefined,
): Promise<Piece> {
  const isWhole = from === 0 && length === object.size;
  const answer = await bucket.ask(
    {
      method: "GET",
      path: objectPath(object.sha256),
      ...(isWhole ? {} : { headers: { range: `bytes=${from}-${from + length - 1}` } }),
      signal,
    },
    (error) => {
      if (hasCode(error, "NoSuchKey")) return missing(bucket.name, object);
      // The object there ends before the range begins.
      return hasStatus(error, 416) ? wrongSize(bucket.name, object) : undefined;
    },
  );
  if (isMvError(answer)) throw answer;
  const { headers, body } = answer;
  const [, start, total] = /^bytes (\d+)-\d+\/(\d+)$/.exec(headers["content-range"] ?? "") ?? [];
  const there = Number(total ?? headers["content-length"]);
  const isRight =
    there === object.size && (isWhole || Number(start) === from) && Number(headers["content-length"]) === length;
  if (isRight) return readExactly(bucket, body, length);
  body.on("error", () => undefined).destroy();
  throw wrongSize(bucket.name, object);
}

/** Node's parser ends a body at its length, so no more than that come. */
function readExactly(bucket: Bucket, body: NodeJS.ReadableStream, length: number): Promise<Piece> {
  return new Promise((resolve, reject) => {
    const piece: Buffer[] = [];
    let at = 0;
    const fail = (error: unknown): void => reject(bucket.broken(error));
    // Events: a loop over the stream takes twice the processor time.
    body.on("data", (chunk: Buffer) => {
      piece.push(chunk);
      at += chunk.length;
    });
    body.on("error", fail);
    body.on("end", () => {
      if (at === length) resolve(piece);
      else fail(Object.assign(new Error("the answer ended early"), { code: "ECONNRESET" }));
    });
  });
}
