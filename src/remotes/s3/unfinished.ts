// Multipart uploads that were begun below a store's objects and never ended: nobody reads them, and their parts are paid for.
import type { ListMultipartUploadsCommandOutput } from "./sdk.ts";
import { OBJECTS, objectAt, objectPath } from "../layout.ts";
import type { UnfinishedUpload, UnfinishedUploads } from "../remote.ts";
import type { Bucket } from "./bucket.ts";
import { hasStatus } from "./failure.ts";
import { isGone } from "./uploads.ts";

/** The uploads of a bucket. Of an object's key alone: what else is under way in the bucket is another program's. */
export function createUnfinished(bucket: Bucket): UnfinishedUploads {
  const page = (after: Markers): Promise<ListMultipartUploadsCommandOutput | "denied" | "unknown"> => {
    const { Bucket, Key: Prefix } = bucket.at(`${OBJECTS}/`);
    const command = new bucket.sdk.ListMultipartUploadsCommand({ Bucket, Prefix, ...after });
    return bucket.run<ListMultipartUploadsCommandOutput, "denied" | "unknown">(
      (client, options) => client.send(command, options),
      undefined,
      (error) => {
        if (hasStatus(error, 403)) return "denied";
        // A server that does not know the question keeps none that it could tell.
        return hasStatus(error, 405, 501) ? "unknown" : undefined;
      },
    );
  };

  return {
    async list() {
      const found: UnfinishedUpload[] = [];
      for (let next: Markers | null = {}; next !== null;) {
        const answer = await page(next);
        if (answer === "denied") return null;
        if (answer === "unknown") break;
        for (const { Key = "", UploadId: id, Initiated: begun } of answer.Uploads ?? []) {
          const sha256 = Key.startsWith(bucket.prefix) ? objectAt(Key.slice(bucket.prefix.length)) : null;
          if (sha256 !== null && id !== undefined && begun !== undefined) found.push({ sha256, id, begun });
        }
        next = markersOf(answer, next);
      }
      return found;
    },
    async abort({ sha256, id }) {
      const command = new bucket.sdk.AbortMultipartUploadCommand({ ...bucket.at(objectPath(sha256)), UploadId: id });
      await bucket.run(
        async (client, options) => void (await client.send(command, options)),
        undefined,
        (error) => (isGone(error) ? null : undefined),
      );
    },
  };
}

interface Markers {
  KeyMarker?: string;
  UploadIdMarker?: string;
}

/** Where the next page begins; null after the last one, also where a server says the same place again. */
function markersOf(page: ListMultipartUploadsCommandOutput, before: Markers): Markers | null {
  const { IsTruncated, NextKeyMarker: key, NextUploadIdMarker: id } = page;
  if (IsTruncated !== true || key === undefined) return null;
  if (key === before.KeyMarker && id === before.UploadIdMarker) return null;
  return { KeyMarker: key, ...(id === undefined ? {} : { UploadIdMarker: id }) };
}
