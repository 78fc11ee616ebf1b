// Conditional writes. Most servers compare by themselves (If-Match, If-None-Match); where one ignores that, writers take turns
// by claims: each puts one, lists them, and goes on only if its own is alone. That is enough on a store whose listings are up to date.
import { randomUUID } from "node:crypto";
import { setTimeout as sleep } from "node:timers/promises";
import { MvError } from "../../errors.ts";
import type { Bucket } from "./bucket.ts";
import { listKeys, put, removeKey } from "./keys.ts";

/** A key of our own beside the objects: a write of it that must fail tells what the server does with conditions. */
const PROBE = "mversion-probe";
const CLAIMS = "mversion-claims";
/** A write takes seconds: an older claim was left by a process that was killed. */
const STALE_MS = 5 * 60_000;
const ATTEMPTS = 40;
const WAIT_MS = 100;

export interface Conditions {
  /** Whether the server keeps to conditions. Asked once. */
  areKept(): Promise<boolean>;
  /** Runs work while no other writer of the path does. Throws MvError locked where others never end. */
  alone<T>(path: string, work: () => Promise<T>): Promise<T>;
}

export function createConditions(bucket: Bucket): Conditions {
  let asked: Promise<boolean> | undefined;
  return {
    areKept() {
      asked ??= probe(bucket).catch((error: unknown) => {
        asked = undefined;
        throw error;
      });
      return asked;
    },
    alone: (path, work) => withClaim(bucket, path, work),
  };
}

async function probe(bucket: Bucket): Promise<boolean> {
  const text = Buffer.from("mversion writes this to learn whether the server keeps to conditions.\n");
  const isNew = await put(bucket, PROBE, text, { "if-none-match": "*" });
  if (isNew && (await put(bucket, PROBE, text, { "if-none-match": "*" }))) return false;
  return !(await put(bucket, PROBE, text, { "if-match": '"00000000000000000000000000000000"' }));
}

async function withClaim<T>(bucket: Bucket, path: string, work: () => Promise<T>): Promise<T> {
  const folder = `${CLAIMS}/${path}/`;
  const claim = `${folder}${randomUUID()}`;
  for (let attempt = 0; attempt < ATTEMPTS; attempt += 1) {
    await put(bucket, claim, Buffer.from("claim\n"), undefined);
    try {
      if (await isAlone(bucket, folder, claim)) return await work();
    } finally {
      await removeKey(bucket, claim);
    }
    await sleep(WAIT_MS * (1 + Math.random() * Math.min(attempt + 1, 10)));
  }
  throw new MvError("locked", `${bucket.name}: others keep writing ${path}`, {
    hint: "repeat the command",
    details: { remote: bucket.name, path },
  });
}

/** The server's clock counts: our own claim has its time. */
async function isAlone(bucket: Bucket, folder: string, claim: string): Promise<boolean> {
  const claims = [];
  for await (const found of listKeys(bucket, folder)) claims.push(found);
  const now = claims.find(({ path }) => path === claim)?.modified.getTime();
  if (now === undefined) return false;
  const others = claims.filter(({ path, modified }) => path !== claim && now - modified.getTime() < STALE_MS);
  const stale = claims.filter(({ path, modified }) => path !== claim && now - modified.getTime() >= STALE_MS);
  for (const { path } of stale) await removeKey(bucket, path);
  return others.length === 0;
}
