// One large object in parts, several of them under way at once, going on with what an interrupted upload left there.
import { createHash, hash } from "node:crypto";
import { crc32 } from "node:zlib";
import { isMvError, MvError } from "../../errors.ts";
import type { Budget } from "../budget.ts";
import { objectPath } from "../layout.ts";
import { wrongBytes } from "../object-errors.ts";
import type { Transfer, TransferOptions } from "../remote.ts";
import { requireGoing } from "../together.ts";
import { discard } from "../web/client.ts";
import type { Bucket } from "./bucket.ts";
import { headKey } from "./keys.ts";
import { openSource } from "./source.ts";
import { abortUpload, type HeldPart, isGone, openUpload } from "./uploads.ts";

const MiB = 1024 * 1024;
const PART = 8 * MiB;
/** https://docs.aws.amazon.com/AmazonS3/latest/userguide/qfacts.html */
const MOST_PARTS = 10_000;
const PARTS_AT_ONCE = 6;

/** Bytes of each part but the last, the same in every attempt; above 64 MiB (objects of 640 GiB) memory grows with it. */
export function partSizeOf(size: number): number {
  return Math.max(PART, Math.ceil(size / MOST_PARTS / MiB) * MiB);
}

interface DonePart {
  PartNumber: number;
  ETag: string;
  ChecksumCRC32?: string;
}

/**
 * Sends an object of more than one part. Whole or absent: the key appears when the last request completes the upload. What an
 * interruption leaves is gone on with next time, each part checked against the file.
 */
export async function sendParts(
  bucket: Bucket,
  object: Transfer,
  budget: Budget,
  options: TransferOptions,
): Promise<void> {
  const path = objectPath(object.sha256);
  const upload = await openUpload(bucket, path, options.signal);
  try {
    const parts = await uploadParts(bucket, object, upload, budget, options);
    if (parts !== null) await complete(bucket, path, upload.id, parts, options.signal);
  } catch (error) {
    if (isMvError(error) && error.code === "bytes-wrong" && error.details["transient"] !== true) {
      await abortUpload(bucket, path, upload.id);
    }
    throw error;
  }
  // Two writers of the same object share an upload: the one that was ahead may have completed it.
  if ((await headKey(bucket, path, options.signal))?.size === object.size) return;
  throw new MvError("unreachable", `${bucket.name}: the upload of object ${object.sha256.slice(0, 12)} was ended`, {
    hint: "repeat the command",
    details: { remote: bucket.name, sha256: object.sha256, transient: true },
  });
}

/** Null where another has ended the upload meanwhile. */
async function uploadParts(
  bucket: Bucket,
  object: Transfer,
  upload: { id: string; parts: ReadonlyMap<number, HeldPart> },
  budget: Budget,
  { signal, onBytes }: TransferOptions,
): Promise<DonePart[] | null> {
  const path = objectPath(object.sha256);
  const size = partSizeOf(object.size);
  const source = openSource(object);
  const whole = createHash("sha256");
  const done: DonePart[] = [];
  const failures: unknown[] = [];
  const underWay = new Set<Promise<void>>();
  let isEnded = false;

  async function send(number: number, body: Buffer, release: () => void): Promise<void> {
    try {
      const checksum = checksumOf(body);
      const held = upload.parts.get(number);
      if (held && isSame(held, body, checksum)) {
        done.push(donePart(number, held.etag, held.crc32));
        return;
      }
      const sent = await bucket.ask(
        {
          method: "PUT",
          path,
          query: { partNumber: String(number), uploadId: upload.id },
          headers: { "x-amz-checksum-crc32": checksum },
          body: { bytes: body, sha256: hash("sha256", body, "hex") },
          signal,
        },
        (error) => (isGone(error) ? ("gone" as const) : undefined),
      );
      if (sent === "gone") {
        isEnded = true;
        return;
      }
      discard(sent);
      onBytes?.(body.length);
      const kept = sent.headers["x-amz-checksum-crc32"];
      // A server that leaves the checksum out may not know it later.
      done.push(donePart(number, sent.headers.etag ?? "", typeof kept === "string" ? kept : undefined));
    } catch (error) {
      failures.push(error);
    } finally {
      release();
    }
  }

  try {
    for (let at = 0, number = 1; at < object.size && failures.length === 0 && !isEnded; at += size, number += 1) {
      requireGoing(signal);
      while (underWay.size >= PARTS_AT_ONCE) await Promise.race(underWay);
      const length = Math.min(size, object.size - at);
      const release = await budget.take(length);
      const body = readOr(release, () => source.read(at, length));
      whole.update(body);
      const sending: Promise<void> = send(number, body, release).finally(() => underWay.delete(sending));
      underWay.add(sending);
    }
  } catch (error) {
    failures.push(error);
  } finally {
    await Promise.all(underWay);
    source.close();
  }
  if (failures.length > 0) throw failures[0];
  if (isEnded) return null;
  if (whole.digest("hex") !== object.sha256) throw wrongBytes(object);
  return done.toSorted((a, b) => a.PartNumber - b.PartNumber);
}

function readOr(release: () => void, read: () => Buffer): Buffer {
  try {
    return read();
  } catch (error) {
    release();
    throw error;
  }
}

function donePart(number: number, etag: string, checksum: string | undefined): DonePart {
  return { PartNumber: number, ETag: etag, ...(checksum === undefined ? {} : { ChecksumCRC32: checksum }) };
}

/**
 * Base64 of a part's CRC-32, which a server keeps for us. That nothing was changed on the way the signed SHA-256 tells; a second one
 * to keep would cost the server as much again.
 */
function checksumOf(body: Buffer): string {
  const bytes = Buffer.alloc(4);
  bytes.writeUInt32BE(crc32(body));
  return bytes.toString("base64");
}

/** Whether the part that the server holds has these bytes; where it keeps no checksum, its ETag is the MD5 if anything. */
function isSame(held: HeldPart, body: Buffer, checksum: string): boolean {
  if (held.size !== body.length) return false;
  if (held.crc32 !== undefined) return held.crc32 === checksum;
  return held.etag.replaceAll('"', "") === hash("md5", body, "hex");
}

async function complete(
  bucket: Bucket,
  path: string,
  id: string,
  parts: DonePart[],
  signal: AbortSignal | undefined,
): Promise<void> {
  const command = new bucket.sdk.CompleteMultipartUploadCommand({
    ...bucket.at(path),
    UploadId: id,
    MultipartUpload: { Parts: parts },
  });
  await bucket.run(
    async (client, options) => void (await client.send(command, options)),
    signal,
    (error) => (isGone(error) ? null : undefined),
  );
}
