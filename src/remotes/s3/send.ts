// Objects into a bucket: small ones in one request each, large ones in parts. What is there already is left.
import { loadHashing } from "../../platform/hashing.ts";
import { createBudget } from "../budget.ts";
import { objectPath } from "../layout.ts";
import { wrongBytes } from "../object-errors.ts";
import type { Transfer, TransferOptions } from "../remote.ts";
import { requireGoing, together } from "../together.ts";
import type { Bucket } from "./bucket.ts";
import { findObjects } from "./find.ts";
import { putHashed } from "./keys.ts";
import { sendParts } from "./multipart.ts";
import { openSource } from "./source.ts";

/** Up to that size an object is sent whole: nothing is won by parts, which S3 takes from 5 MiB on. */
const WHOLE = 8 * 1024 * 1024;
/** Bytes of all uploads in memory. */
const MEMORY = 64 * 1024 * 1024;

export async function sendObjects(
  bucket: Bucket,
  objects: readonly Transfer[],
  options: TransferOptions,
): Promise<void> {
  requireGoing(options.signal);
  const isKnown = options.replace === true || options.areLacking === true;
  const held = isKnown ? new Set<string>() : await findObjects(bucket, objects, options.signal);
  const budget = createBudget(MEMORY);
  const hashing = await loadHashing();
  await together(objects, options, async (object) => {
    if (held.has(object.sha256)) {
      options.onDone?.(object);
      return;
    }
    if (object.size > WHOLE) await sendParts(bucket, object, budget, options);
    else {
      const release = await budget.take(object.size);
      try {
        await sendWhole(bucket, object, options, (bytes) => hashing.of(bytes, "sha256").sha256);
      } finally {
        release();
      }
    }
    options.onDone?.(object);
  });
}

async function sendWhole(
  bucket: Bucket,
  object: Transfer,
  { signal, onBytes }: TransferOptions,
  hash: (bytes: Uint8Array) => string,
): Promise<void> {
  requireGoing(signal);
  const { sha256, size } = object;
  const source = openSource(object);
  let body;
  try {
    body = source.read(0, size);
  } finally {
    source.close();
  }
  if (hash(body) !== sha256) throw wrongBytes(object);
  await putHashed(bucket, { path: objectPath(sha256), bytes: body, sha256, signal });
  onBytes?.(size);
}
