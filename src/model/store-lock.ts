// The files under locks/ of a store, by which pushes and gc keep out of each other's way: what a push that is under way relies
// on, and whether a gc runs. Whoever may write to the store writes them, so they are read as a stranger's.
import { MvError } from "../errors.ts";

export const LOCKS = "locks";
export const GC_FILE = `${LOCKS}/gc.json`;
export const LOCK_MAX_BYTES = 4 * 1024 * 1024;
/** A push that was killed protects what it relied on no longer than this, in milliseconds by the store's clock. */
export const PUSH_LIVES_MS = 24 * 60 * 60 * 1000;
/** A gc says so often that it lives; one that has been silent longer has ended, and touches nothing any more. */
export const GC_LIVES_MS = 15 * 60 * 1000;
/** So much of a SHA-256 names an object in a lock: one too many is kept, never one too few. */
const NAME_DIGITS = 16;
/** Above it a push relies on "everything": the list would be longer than LOCK_MAX_BYTES. */
const MOST_OBJECTS = 200_000;

/** Who holds a lock: a person for messages, and a process as another one on its machine recognises it. */
export interface LockHolder {
  /** "Ada, process 4711 on host". */
  readonly by: string;
  readonly pid: number;
  readonly host: string;
  readonly boot: string;
  readonly space: string;
  readonly start: string;
  /** ISO 8601, by the holder's clock: for messages. */
  readonly since: string;
}

export interface GcLock extends LockHolder {
  /** Another one for each gc, so that a push can tell whether one ran since. */
  readonly id: string;
  readonly state: "running" | "ended";
}

export interface PushLock extends LockHolder {
  /** What it relies on, by the first digits of the SHA-256; null: everything in the store. */
  readonly objects: ReadonlySet<string> | null;
}

export function newPushLock(holder: LockHolder, shas: readonly string[]): PushLock {
  const names = new Set(shas.map(lockName));
  return { ...holder, objects: names.size > MOST_OBJECTS ? null : names };
}

/** How a lock names an object. */
export function lockName(sha256: string): string {
  return sha256.slice(0, NAME_DIGITS);
}

export function formatGcLock(lock: GcLock): string {
  return `${JSON.stringify({ schema: 1, ...lock })}\n`;
}

export function formatPushLock({ objects, ...holder }: PushLock): string {
  const names = objects === null ? null : [...objects].toSorted().join("");
  return `${JSON.stringify({ schema: 1, ...holder, objects: names })}\n`;
}

/** Throws MvError invalid-file. */
export function parseGcLock(bytes: Uint8Array, store: string): GcLock {
  const { map, holder, refuse } = readLock(bytes, GC_FILE, store);
  const { id, state } = map;
  if (typeof id !== "string" || !/^[0-9a-f]{1,64}$/.test(id)) throw refuse("it has no id");
  if (state !== "running" && state !== "ended") throw refuse("its state is neither running nor ended");
  return { ...holder, id, state };
}

/** Throws MvError invalid-file. */
export function parsePushLock(bytes: Uint8Array, path: string, store: string): PushLock {
  const { map, holder, refuse } = readLock(bytes, path, store);
  const { objects } = map;
  if (objects === null) return { ...holder, objects: null };
  if (typeof objects !== "string" || !/^[0-9a-f]*$/.test(objects) || objects.length % NAME_DIGITS !== 0) {
    throw refuse("its objects cannot be read");
  }
  const names = new Set<string>();
  for (let at = 0; at < objects.length; at += NAME_DIGITS) names.add(objects.slice(at, at + NAME_DIGITS));
  return { ...holder, objects: names };
}

interface ReadLock {
  map: Record<string, unknown>;
  holder: LockHolder;
  refuse: (why: string) => MvError;
}

function readLock(bytes: Uint8Array, path: string, store: string): ReadLock {
  const refuse = (why: string): MvError =>
    new MvError("invalid-file", `${path} of ${store}: ${why}`, {
      hint: `where no push and no gc is under way: mv gc --remote ${store} --unlock`,
      details: { file: path, remote: store },
    });
  let map: unknown;
  try {
    map = JSON.parse(new TextDecoder("utf-8", { fatal: true }).decode(bytes));
  } catch {
    throw refuse("it is not JSON in UTF-8");
  }
  if (!isMap(map)) throw refuse("it is not an object");
  if (map["schema"] !== 1) throw refuse("it needs another mversion: schema 1 is expected");
  const { by, pid, host, boot, space, start, since } = map;
  const texts = [by, host, boot, space, start, since];
  if (!texts.every((text) => typeof text === "string" && text.length <= 500 && !/\p{Cc}/u.test(text))) {
    throw refuse("it does not say who holds it");
  }
  if (typeof pid !== "number" || !Number.isSafeInteger(pid) || pid <= 0) throw refuse("it names no process");
  return { map, holder: { by, pid, host, boot, space, start, since } as LockHolder, refuse };
}

function isMap(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
