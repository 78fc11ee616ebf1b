// Which objects a bucket holds: the ones asked for are looked up one by one where they are few among many, else in listings.
import { MvError } from "../../errors.ts";
import { OBJECTS, objectAt, objectPath } from "../layout.ts";
import type { ObjectRef } from "../remote.ts";
import { together } from "../together.ts";
import { readAll } from "../web/client.ts";
import type { Bucket } from "./bucket.ts";
import { hasStatus } from "./failure.ts";
import { headKey } from "./keys.ts";

/** Up to as many are asked for one by one at once. */
const FEW = 4;
/** A page of a listing costs about as much as that many single requests. */
const WORTH_A_PAGE = 8;
const AT_ONCE = 16;
/** Listings side by side, each over a part of the names, and the least that is worth one. */
const LANES = 8;
const PER_LANE = 1000;
const PAGE_MAX_BYTES = 8 * 1024 * 1024;
const OBJECT_PATH_LENGTH = objectPath("0".repeat(64)).length;

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
  const { Key } = bucket.at(objectPath(sha256));
  // The last name before the wanted one: what is named is left out.
  const after = `${Key.slice(0, -1)}${String.fromCodePoint((Key.codePointAt(Key.length - 1) ?? 1) - 1)}`;
  const query = { "list-type": "2", prefix: bucket.at(`${OBJECTS}/`).Key, "start-after": after };
  const reply = await bucket.ask({ method: "GET", path: null, query, signal }, (error) =>
    hasStatus(error, 403, 501) ? ("denied" as const) : undefined,
  );
  if (reply === "denied") return "denied";
  const bytes = await readAll(reply.body, PAGE_MAX_BYTES).catch((error: unknown) => {
    throw bucket.broken(error);
  });
  return readPage(bucket, bytes?.toString("utf8") ?? "", sha256);
}

/**
 * What a page of a listing says of objects. An object's key has nothing that XML writes in another way, so no more than its elements
 * are looked for: to read a page as the SDK does takes ten times as long, which is most of the time of a push.
 */
function readPage(bucket: Bucket, page: string, first: string): Page {
  const [, isTruncated] = /<IsTruncated>\s*(true|false)\s*<\/IsTruncated>/.exec(page) ?? [];
  if (isTruncated === undefined) {
    throw new MvError("unreachable", `${bucket.name}: ${bucket.url} does not list its objects as S3 does`, {
      hint: `mv remote test ${bucket.name}`,
      details: { remote: bucket.name },
    });
  }
  const sizes = new Map<string, number>();
  let last: string | null = null;
  for (const [, entry = ""] of page.matchAll(/<Contents>(.*?)<\/Contents>/gs)) {
    const [, key = ""] = /<Key>([^<]*)<\/Key>/.exec(entry) ?? [];
    const [, size = ""] = /<Size>(\d+)<\/Size>/.exec(entry) ?? [];
    const found = objectAt(key.slice(-OBJECT_PATH_LENGTH));
    if (found === null || size === "") continue;
    sizes.set(found, Number(size));
    last = found;
  }
  return { sizes, last: isTruncated === "true" ? (last ?? first) : null };
}

async function askEach(
  bucket: Bucket,
  wanted: readonly ObjectRef[],
  held: Set<string>,
  signal?: AbortSignal,
): Promise<void> {
  await together(wanted, { jobs: AT_ONCE, signal }, async ({ sha256, size }) => {
    if ((await headKey(bucket, objectPath(sha256), signal))?.size === size) held.add(sha256);
  });
}
