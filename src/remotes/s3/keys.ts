// Single keys of a bucket: put with a condition, read, removed, listed.
import { hash } from "node:crypto";
import type { MarkedFile } from "../remote.ts";
import type { Bucket } from "./bucket.ts";
import { putCommand } from "./checked.ts";
import { hasCode, hasStatus } from "./failure.ts";

/** Puts bytes at a path. False where the condition does not hold. */
export async function put(
  bucket: Bucket,
  path: string,
  body: Uint8Array,
  expect: { IfMatch: string } | { IfNoneMatch: "*" } | undefined,
): Promise<boolean> {
  const command = putCommand(bucket, { path, body, sha256: hash("sha256", body, "hex"), expect });
  return bucket.run(
    async (client, options) => {
      await client.send(command, options);
      return true;
    },
    undefined,
    // What must be replaced may be gone: the condition does not hold either.
    (error) => (hasStatus(error, 412) || (expect !== undefined && hasCode(error, "NoSuchKey")) ? false : undefined),
  );
}

/** What lies at a path; null where nothing does. */
export async function readKey(bucket: Bucket, path: string, maxBytes: number): Promise<MarkedFile | "too-big" | null> {
  return bucket.run(
    async (client, options): Promise<MarkedFile | "too-big"> => {
      const answer = await client.send(new bucket.sdk.GetObjectCommand(bucket.at(path)), options);
      const body = answer.Body as NodeJS.ReadableStream & { destroy(): void };
      const chunks: Buffer[] = [];
      let length = answer.ContentLength ?? 0;
      if (length <= maxBytes) {
        length = 0;
        for await (const chunk of body) {
          chunks.push(chunk as Buffer);
          length += (chunk as Buffer).length;
          if (length > maxBytes) break;
        }
      }
      body.destroy();
      return length > maxBytes
        ? "too-big"
        : { bytes: Buffer.concat(chunks), mark: answer.ETag ?? "", modified: answer.LastModified ?? null };
    },
    undefined,
    (error) => (hasCode(error, "NoSuchKey") ? null : undefined),
  );
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
