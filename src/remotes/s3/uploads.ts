// The multipart uploads of one object that are under way on the server: an interrupted one is gone on with.
import type { Bucket } from "./bucket.ts";
import { hasCode, hasStatus } from "./failure.ts";

export interface UploadUnderWay {
  readonly id: string;
  /** What the server holds of it, by the part's number. */
  readonly parts: ReadonlyMap<number, HeldPart>;
}

export interface HeldPart {
  readonly size: number;
  readonly etag: string;
  /** Base64, where the server keeps it. */
  readonly crc32: string | undefined;
}

/** The newest upload of that key that is under way, or a new one. */
export async function openUpload(bucket: Bucket, path: string, signal?: AbortSignal): Promise<UploadUnderWay> {
  const id = await findUpload(bucket, path, signal);
  const parts = id === null ? null : await listParts(bucket, path, id, signal);
  if (id !== null && parts !== null) return { id, parts };
  const command = new bucket.sdk.CreateMultipartUploadCommand({
    ...bucket.at(path),
    ContentType: "application/octet-stream",
    ChecksumAlgorithm: "CRC32",
  });
  const { UploadId = "" } = await bucket.run((client, options) => client.send(command, options), signal);
  return { id: UploadId, parts: new Map() };
}

async function findUpload(bucket: Bucket, path: string, signal?: AbortSignal): Promise<string | null> {
  const { Bucket, Key } = bucket.at(path);
  const { Uploads = [] } = await bucket.run(
    (client, options) => client.send(new bucket.sdk.ListMultipartUploadsCommand({ Bucket, Prefix: Key }), options),
    signal,
    // Who may not ask, or asks a server that cannot tell, sends all of it.
    (error) => (hasStatus(error, 403, 405, 501) ? { Uploads: [] } : undefined),
  );
  const ours = Uploads.filter((upload) => upload.Key === Key && upload.UploadId !== undefined);
  const age = (upload: { Initiated?: Date | undefined }): number => upload.Initiated?.getTime() ?? 0;
  return ours.toSorted((a, b) => age(b) - age(a))[0]?.UploadId ?? null;
}

/** Null where the upload is gone meanwhile. */
async function listParts(
  bucket: Bucket,
  path: string,
  id: string,
  signal?: AbortSignal,
): Promise<Map<number, HeldPart> | null> {
  const parts = new Map<number, HeldPart>();
  for (let PartNumberMarker: string | undefined; ;) {
    const command = new bucket.sdk.ListPartsCommand({ ...bucket.at(path), UploadId: id, PartNumberMarker });
    const page = await bucket.run(
      (client, options) => client.send(command, options),
      signal,
      (error) => (isGone(error) || hasStatus(error, 403) ? ("gone" as const) : undefined),
    );
    if (page === "gone") return null;
    for (const { PartNumber = 0, Size = -1, ETag = "", ChecksumCRC32 } of page.Parts ?? []) {
      parts.set(PartNumber, { size: Size, etag: ETag, crc32: ChecksumCRC32 });
    }
    const next = page.NextPartNumberMarker;
    if (page.IsTruncated !== true || next === undefined || next === PartNumberMarker) return parts;
    PartNumberMarker = next;
  }
}

/** Whether an upload has been ended by somebody else. */
export function isGone(error: unknown): boolean {
  return hasCode(error, "NoSuchUpload") || hasStatus(error, 404);
}

/** Takes an upload back. That it fails is no failure: the bucket's life cycle rule, or the next upload, takes it. */
export async function abortUpload(bucket: Bucket, path: string, id: string): Promise<void> {
  const command = new bucket.sdk.AbortMultipartUploadCommand({ ...bucket.at(path), UploadId: id });
  await bucket.run(
    async (client, options) => void (await client.send(command, options)),
    undefined,
    () => null,
  );
}
