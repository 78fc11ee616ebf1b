// Which objects a bucket holds: the ones asked for are looked up one by one where they are few among many, else in listings.
import { OBJECTS, objectAt, objectPath } from "../layout.ts";
import { MvError } from "../../errors.ts";
import type { ObjectRef } from "../remote.ts";
import { together } from "../together.ts";
import type { Bucket } from "./bucket.ts";
import { hasStatus } from "./failure.ts";

/** Up to as many are asked for one by one at once. */
const FEW = 4;
/** A page of a listing costs about as much as that many single requests. */
const WORTH_A_PAGE = 8;
const AT_ONCE = 16;
/** Listings side by side, each over a part of the names, and the least that is worth one. */
const LANES = 8;
const PER_LANE = 1000;

/**
 * The SHA-256 of those that are there with the right size. Requests: never more than objects asked for, and never more than
 * one for every thousand objects of the store (and one for each lane).
 */
export async function findObjects(
  bucket: Bucket,
  objects: readonly ObjectRef[],
  signal?: AbortSignal,
): Promise<Set<string>> {
  const wanted = [
    ...new Map(objects.map((object) => [`${objectPath(object.sha256)} ${object.size}`, object])).values(),
  ];
  wanted.sort((a, b) => (a.sha256 < b.sha256 ? -1 : 1));
  const held = new Set<string>();
  if (wanted.length <= FEW) {
    await askEach(bucket, wanted, held, signal);
    return held;
  }
  const lanes = Math.max(1, Math.min(LANES, Math.floor(wanted.length / PER_LANE)));
  const size = Math.ceil(wanted.length / lanes);
  const slices = Array.from({ length: lanes }, (_, lane) => wanted.slice(lane * size, (lane + 1) * size));
  await together(slices, { jobs: lanes, signal }, (slice) => walk(bucket, slice, held, signal));
  return held;
}

/** Lists from one wanted name to the next; names are spread evenly, so that the first page tells what the others will give. */
async function walk(bucket: Bucket, wanted: ObjectRef[], held: Set<string>, signal?: AbortSignal): Promise<void> {
  for (let at = 0; at < wanted.length;) {
    const first = (wanted[at] as ObjectRef).sha256;
    const page = await listFrom(bucket, first, signal);
    if (page === "denied") return askEach(bucket, wanted.slice(at), held, signal);
    const before = at;
    for (let next = wanted[at]; next && (page.last === null || next.sha256 <= page.last); next = wanted[at]) {
      if (page.sizes.get(next.sha256) === next.size) held.add(next.sha256);
      at += 1;
    }
    if (at - before < WORTH_A_PAGE) return askEach(bucket, wanted.slice(at), held, signal);
  }
}

interface Page {
  sizes: Map<string, number>;
  /** The listing is complete up to here; null: to its end. */
  last: string | null;
}

async function listFrom(bucket: Bucket, sha256: string, signal?: AbortSignal): Promise<Page | "denied"> {
  const { Bucket, Key } = bucket.at(objectPath(sha256));
  // The last name before the wanted one: StartAfter leaves out what it names.
  const StartAfter = `${Key.slice(0, -1)}${String.fromCodePoint((Key.codePointAt(Key.length - 1) ?? 1) - 1)}`;
  const Prefix = bucket.at(`${OBJECTS}/`).Key;
  const page = await bucket.run(
    (client, options) => client.send(new bucket.sdk.ListObjectsV2Command({ Bucket, Prefix, StartAfter }), options),
    signal,
    (error) => (hasStatus(error, 403, 501) ? ({ denied: true } as const) : undefined),
  );
  if ("denied" in page) return "denied";
  const sizes = new Map<string, number>();
  let last: string | null = null;
  for (const { Key: key = "", Size: size = -1 } of page.Contents ?? []) {
    const found = objectAt(key.slice(bucket.prefix.length));
    if (found === null) continue;
    sizes.set(found, size);
    last = found;
  }
  return { sizes, last: page.IsTruncated === true ? (last ?? sha256) : null };
}

async function askEach(
  bucket: Bucket,
  wanted: readonly ObjectRef[],
  held: Set<string>,
  signal?: AbortSignal,
): Promise<void> {
  await together(wanted, { jobs: AT_ONCE, signal }, async ({ sha256, size }) => {
    if ((await sizeOf(bucket, objectPath(sha256), signal)) === size) held.add(sha256);
  });
}

/** The size of what lies at a path of the store; null where nothing does. */
export async function sizeOf(bucket: Bucket, path: string, signal?: AbortSignal): Promise<number | null> {
  const answer = await bucket.run(
    (client, options) => client.send(new bucket.sdk.HeadObjectCommand(bucket.at(path)), options),
    signal,
    (error) => {
      if (hasStatus(error, 404)) return { ContentLength: undefined };
      // The answer to HEAD has no body, so no reason: one that has is asked for below.
      return hasStatus(error, 400, 403) ? ("refused" as const) : undefined;
    },
  );
  if (answer !== "refused") return answer.ContentLength ?? null;
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
