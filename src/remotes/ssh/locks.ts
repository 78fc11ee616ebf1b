// Locks on a store's named files, in the form of platform/locks.ts, so that who reaches the same store as a mounted folder and
// who reaches it over SSH keep out of each other's way.
import { randomBytes } from "node:crypto";
import { MvError } from "../../errors.ts";
import { sleep } from "../../platform/clock.ts";
import { hasEnded, type ProcessIdentity, thisProcess } from "../../platform/processes.ts";
import { isUnnamed } from "./failures.ts";
import { OPEN } from "./packets.ts";
import { createFile, finishFile, tempBeside } from "./place.ts";
import type { Store } from "./session.ts";

interface Owner extends ProcessIdentity {
  readonly nonce: string;
  readonly since: string;
}

const POLL_MS = 50;
const MOST_ODD = 20;
const OWNER_MAX_BYTES = 4096;
/** Who works longer than this gives up: the lock could be taken over before the file has its name. */
const HOLD_MS = 20_000;
/** A lock of another machine's process that stays as it is so long has no owner any more: none holds it longer than HOLD_MS. */
const STALE_MS = 60_000;

/** Names of locks that this process lost with its connection. */
const lost = new Set<string>();

export interface LockTimes {
  readonly staleMs?: number;
}

/**
 * Runs `work` while nobody else holds the lock of the file at `path`. `work` calls `requireHeld` before what cannot be taken
 * back. Throws MvError locked where a live owner keeps it.
 */
export async function withFileLock<T>(
  store: Store,
  path: string,
  work: (requireHeld: () => void) => Promise<T>,
  { staleMs = STALE_MS }: LockTimes = {},
): Promise<T> {
  const lock = `${path}.lock`;
  const owner: Owner = { ...thisProcess(), nonce: randomBytes(8).toString("hex"), since: new Date().toISOString() };
  await take(store, lock, owner, staleMs);
  const taken = performance.now();
  const requireHeld = (): void => {
    if (performance.now() - taken <= HOLD_MS) return;
    throw new MvError("unreachable", `${store.name}: the server took too long`, {
      hint: "repeat the command",
      details: { remote: store.name, transient: true },
    });
  };
  try {
    return await work(requireHeld);
  } finally {
    await store.sftp.remove(lock).catch(() => lost.add(owner.nonce));
  }
}

async function take(store: Store, lock: string, owner: Owner, staleMs: number): Promise<void> {
  const until = performance.now() + staleMs * 1.25;
  let seen: string | null = null;
  let [since, odd] = [performance.now(), 0];
  for (;;) {
    try {
      if (await create(store, lock, owner)) return;
      const text = await read(store, lock);
      if (text !== seen) [seen, since] = [text, performance.now()];
      const isStale = text !== null && (isLeft(text) || performance.now() - since >= staleMs);
      if (isStale && (await takeOver(store, lock, text, owner))) return;
    } catch (error) {
      // "Failure" with nothing there: its owner was done a moment ago; or, time after time, something else.
      if (!isUnnamed(error) || (odd += 1) > MOST_ODD) throw error;
    }
    // One that has not changed yet becomes stale, however slow the server is.
    if (performance.now() >= until && since + staleMs > until) throw locked(store, lock, seen ?? "");
    await sleep(POLL_MS * (0.5 + Math.random()));
  }
}

/**
 * Takes the place of an owner that has ended. Only who holds the guard may remove another's lock: of two that both saw the dead
 * owner, the slower one would remove the lock of the faster.
 */
async function takeOver(store: Store, lock: string, text: string, owner: Owner): Promise<boolean> {
  const guard = `${lock}.takeover`;
  if (!(await create(store, guard, owner))) {
    const other = await read(store, guard);
    if (other !== null && isLeft(other)) await store.sftp.remove(guard).catch(() => undefined);
    return false;
  }
  try {
    if ((await read(store, lock)) === text) await store.sftp.remove(lock).catch(() => undefined);
    return await create(store, lock, owner);
  } finally {
    await store.sftp.remove(guard).catch(() => undefined);
  }
}

/** Creates the file with its text, in one step where the server knows hard links. False where it exists. */
async function create(store: Store, path: string, owner: Owner): Promise<boolean> {
  const { sftp } = store;
  const isLinked = sftp.canLink;
  const file = isLinked ? tempBeside(path) : path;
  try {
    const handle = await createFile(store, file, 0o666);
    await sftp.write(handle, 0, Buffer.from(JSON.stringify(owner)));
    await finishFile(store, handle, 0o666);
    if (isLinked) await sftp.link(file, path);
    return true;
  } catch (error) {
    // "Failure" is the word for "it exists", and for much else.
    if (isUnnamed(error) && (await sftp.lstat(path)) !== null) return false;
    throw error;
  } finally {
    if (isLinked) await sftp.remove(file).catch(() => undefined);
  }
}

/** Null where it is gone. */
async function read(store: Store, path: string): Promise<string | null> {
  const { sftp } = store;
  if ((await sftp.lstat(path)) === null) return null;
  try {
    const handle = await sftp.open(path, OPEN.read);
    try {
      return (await sftp.read(handle, 0, OWNER_MAX_BYTES))?.toString("utf8") ?? "";
    } finally {
      await sftp.close(handle);
    }
  } catch (error) {
    if ((await sftp.lstat(path)) === null) return null;
    throw error;
  }
}

function isLeft(text: string): boolean {
  const owner = ownerIn(text);
  return owner !== null && (lost.has(owner.nonce) || hasEnded(owner));
}

function ownerIn(text: string): Owner | null {
  try {
    const owner = JSON.parse(text) as Partial<Owner> | null;
    const { pid, host, boot, space, start, nonce } = owner ?? {};
    if (typeof pid !== "number" || !Number.isSafeInteger(pid) || pid <= 0) return null;
    if ([host, boot, space, start, nonce].some((word) => typeof word !== "string")) return null;
    return owner as Owner;
  } catch {
    return null;
  }
}

function locked(store: Store, lock: string, text: string): MvError {
  const owner = ownerIn(text);
  const who = owner === null ? "another process" : `process ${owner.pid} on ${owner.host}`;
  return new MvError("locked", `${store.name}: ${lock} is held by ${who}`, {
    hint: `repeat when it is done; if it has ended, remove ${lock} there`,
    details: { remote: store.name, path: lock },
  });
}
