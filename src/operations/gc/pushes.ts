// The pushes that are under way, by their locks in the store: what they rely on is kept, whether Git knows of it yet or not.
import { isMvError, MvError } from "../../errors.ts";
import {
  GC_FILE,
  lockName,
  LOCK_MAX_BYTES,
  LOCKS,
  parsePushLock,
  PUSH_LIVES_MS,
  type PushLock,
} from "../../model/store-lock.ts";
import type { Remote } from "../../remotes/remote.ts";

/** An empty or dead lock is removed by gc no sooner than this after it was written: its clone may be about to take it again. */
const SWEEP_MS = 60 * 60 * 1000;

export interface Pushes {
  /** How many. */
  readonly count: number;
  holds(sha256: string): boolean;
  /** Locks that hold nothing any more. */
  readonly dead: readonly string[];
}

/**
 * Reads the locks. `now`: by the store's clock; null makes none of them old. Throws MvError locked where a push relies on more than
 * its lock can tell.
 */
export async function readPushes(remote: Remote, now: Date | null): Promise<Pushes> {
  const names = new Set<string>();
  const dead: string[] = [];
  let count = 0;
  for (const path of (await remote.listFiles(LOCKS)).filter((each) => each !== GC_FILE)) {
    const file = await remote.readFile(path, LOCK_MAX_BYTES);
    if (file === null) continue;
    const age = now === null || file.modified === null ? 0 : now.getTime() - file.modified.getTime();
    if (age > PUSH_LIVES_MS) {
      dead.push(path);
      continue;
    }
    const lock = parsePushLock(file.bytes, path, remote.name);
    if (lock.objects === null) throw reliesOnAll(remote, lock);
    if (lock.objects.size === 0) {
      if (age > SWEEP_MS) dead.push(path);
      continue;
    }
    count += 1;
    for (const name of lock.objects) names.add(name);
  }
  return { count, holds: (sha256) => names.has(lockName(sha256)), dead };
}

/** Removes locks that hold nothing. A courtesy: the next gc does it too. */
export async function sweepLocks(remote: Remote, { dead }: Pushes): Promise<void> {
  for (const path of dead) {
    await remote.removeFile(path).catch((error: unknown) => {
      if (!isMvError(error)) throw error;
    });
  }
}

function reliesOnAll(remote: Remote, { by, since }: PushLock): MvError {
  return new MvError("locked", `${by} is pushing to ${remote.name} since ${since}`, {
    hint: `repeat when it is done; if it has certainly ended: mv gc --remote ${remote.name} --unlock`,
    details: { remote: remote.name },
  });
}
