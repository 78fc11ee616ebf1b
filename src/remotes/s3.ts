// A bucket of Amazon S3, or of a server that speaks like it: s3://bucket/prefix.
import { hash } from "node:crypto";
import { MvError } from "../errors.ts";
import { OBJECTS, objectAt, objectPath } from "./layout.ts";
import { sayable } from "./network.ts";
import type { Remote, RemoteContext, RemoteSettings } from "./remote.ts";
import { type Bucket, openBucket } from "./s3/bucket.ts";
import { createBucketFiles } from "./s3/files.ts";
import { findObjects } from "./s3/find.ts";
import { listKeys, readKey } from "./s3/keys.ts";
import { receiveObjects } from "./s3/receive.ts";
import { sendObjects } from "./s3/send.ts";
import { createUnfinished } from "./s3/unfinished.ts";

/** The most that S3 removes in one request. */
const REMOVED_AT_ONCE = 1000;

/** Opens a bucket. Nothing is asked of it before it is used. Throws MvError usage for an address that names none. */
export async function openS3(name: string, settings: RemoteSettings, context: RemoteContext): Promise<Remote> {
  const bucket = await openBucket(name, settings, context);
  return {
    name,
    url: settings.url,
    abilities: { write: true, list: true, remove: true, files: true },
    has: (objects, signal) => findObjects(bucket, objects, signal),
    send: (objects, options) => sendObjects(bucket, objects, options),
    receive: (objects, options) => receiveObjects(bucket, objects, options),
    async read(sha256, maxBytes) {
      const found = await readKey(bucket, objectPath(sha256), maxBytes);
      if (found === null || found === "too-big") return null;
      return hash("sha256", found.bytes, "hex") === sha256 ? found.bytes : null;
    },
    async *list() {
      for await (const { path, size, modified } of listKeys(bucket, `${OBJECTS}/`)) {
        const sha256 = objectAt(path);
        if (sha256 !== null) yield { sha256, size, modified };
      }
    },
    async remove(sha256s) {
      for (let at = 0; at < sha256s.length; at += REMOVED_AT_ONCE) {
        await removeSome(bucket, sha256s.slice(at, at + REMOVED_AT_ONCE));
      }
    },
    unfinished: createUnfinished(bucket),
    ...createBucketFiles(bucket),
    close: async () => bucket.close(),
  };
}

async function removeSome(bucket: Bucket, sha256s: readonly string[]): Promise<void> {
  const Objects = sha256s.map((sha256) => ({ Key: bucket.at(objectPath(sha256)).Key }));
  const command = new bucket.sdk.DeleteObjectsCommand({ Bucket: bucket.bucket, Delete: { Objects, Quiet: true } });
  const { Errors = [] } = await bucket.run((client, options) => client.send(command, options));
  const [first] = Errors;
  if (first === undefined) return;
  const words = sayable(`${first.Message ?? "no reason given"} (${first.Code ?? "no code"})`);
  throw new MvError("denied", `${bucket.name}: ${Errors.length} of ${sha256s.length} objects stay: ${words}`, {
    hint: "the key needs s3:DeleteObject",
    details: { remote: bucket.name, code: first.Code },
  });
}
