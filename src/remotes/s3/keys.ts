// Single keys of a bucket: put with a condition, read, measured, removed, listed.
import { hash } from "node:crypto";
import { MvError } from "../../errors.ts";
import { dateOf } from "../network.ts";
import type { MarkedFile } from "../remote.ts";
import { discard, readAll } from "../web/client.ts";
import type { Bucket } from "./bucket.ts";
import { hasCode, hasStatus } from "./failure.ts";

/** Base64 of a hash in hex, as the checksum headers of S3 want it. */
function base64Of(hex: string): string {
  return Buffer.from(hex, "hex").toString("base64");
}

/** For a named file: what must still be there. */
type Condition = { "if-match": string } | { "if-none-match": "*" };

interface Upload {
  path: string;
  bytes: Uint8Array;
  /** Of the bytes, hex: the server refuses others, and answers only when it has these. */
  sha256: string;
  expect?: Condition | undefined;
  signal?: AbortSignal | undefined;
}

/** Puts bytes whose hash is known at a path. False where the condition does not hold. */
export async function putHashed(bucket: Bucket, { path, bytes, sha256, expect, signal }: Upload): Promise<boolean> {
  const headers = {
    ...expect,
    "content-type": path.endsWith(".json") ? "application/json" : "application/octet-stream",
    "x-amz-checksum-sha256": base64Of(sha256),
  };
  const reply = await bucket.ask(
    { method: "PUT", path, headers, body: { bytes, sha256 }, signal },
    // What must be replaced may be gone: the condition does not hold either.
    (error) => (hasStatus(error, 412) || (expect !== undefined && hasCode(error, "NoSuchKey")) ? false : undefined),
  );
  if (reply === false) return false;
  discard(reply);
  return true;
}

/** As putHashed, for bytes whose hash is not known yet. */
export async function put(
  bucket: Bucket,
  path: string,
  bytes: Uint8Array,
  expect: Condition | undefined,
): Promise<boolean> {
  return putHashed(bucket, { path, bytes, sha256: hash("sha256", bytes, "hex"), expect });
}

/** What lies at a path; null where nothing does. */
export async function readKey(bucket: Bucket, path: string, maxBytes: number): Promise<MarkedFile | "too-big" | null> {
  const reply = await bucket.ask({ method: "GET", path }, (error) => (hasCode(error, "NoSuchKey") ? null : undefined));
  if (reply === null) return null;
  const bytes = await readAll(reply.body, maxBytes).catch((error: unknown) => {
    throw bucket.broken(error);
  });
  return bytes === null
    ? "too-big"
    : { bytes, mark: reply.headers.etag ?? "", modified: dateOf(reply.headers["last-modified"]) };
}

/** What HEAD says of a path: bytes, and the mark of this state; null where nothing is there. Throws MvError denied. */
export async function headKey(
  bucket: Bucket,
  path: string,
  signal?: AbortSignal,
): Promise<{ size: number; mark: string } | null> {
  const reply = await bucket.ask({ method: "HEAD", path, signal }, (error) => {
    if (hasStatus(error, 404)) return "absent" as const;
    // The answer to HEAD has no body, so no reason: one that has is asked for below.
    return hasStatus(error, 400, 403) ? ("refused" as const) : undefined;
  });
  if (reply === "absent") return null;
  if (reply !== "refused") {
    reply.body.resume();
    return { size: Number(reply.headers["content-length"] ?? -1), mark: reply.headers.etag ?? "" };
  }
  await bucket.run(
    (client, options) =>
      client.send(
        new bucket.sdk.ListObjectsV2Command({ Bucket: bucket.bucket, Prefix: bucket.prefix, MaxKeys: 1 }),
        options,
      ),
    signal,
  );
  throw new MvError("denied", `${bucket.name}: ${bucket.bucket} may be listed, but ${path} may not be read`, {
    hint: "the key needs s3:GetObject",
    details: { remote: bucket.name },
  });
}

export interface ListedKey {
  /** Relative to the store. */
  path: string;
  size: number;
  modified: Date;
}

/** Every key below a path of the store, in their order, a thousand a request. */
export async function* listKeys(bucket: Bucket, below: string): AsyncGenerator<ListedKey> {
  const { Bucket, Key: Prefix } = bucket.at(below);
  for (let ContinuationToken: string | undefined; ;) {
    const command = new bucket.sdk.ListObjectsV2Command({ Bucket, Prefix, ContinuationToken });
    const page = await bucket.run((client, options) => client.send(command, options));
    for (const { Key = "", Size = 0, LastModified = new Date(0) } of page.Contents ?? []) {
      // Some consoles make a key of no bytes for a folder.
      if (Key.endsWith("/")) continue;
      yield { path: Key.slice(bucket.prefix.length), size: Size, modified: LastModified };
    }
    ContinuationToken = page.NextContinuationToken;
    if (page.IsTruncated !== true || ContinuationToken === undefined) return;
  }
}

/** Removes a key; one that is absent is no failure. */
export async function removeKey(bucket: Bucket, path: string): Promise<void> {
  const command = new bucket.sdk.DeleteObjectCommand(bucket.at(path));
  await bucket.run(async (client, options) => void (await client.send(command, options)));
}
