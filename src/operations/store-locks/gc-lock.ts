// A gc's own lock on a store. While it is held no push begins; whoever holds it says every half minute that it lives, and touches
// nothing once it cannot be sure that others believe so.
import { randomBytes } from "node:crypto";
import { isMvError, MvError } from "../../errors.ts";
import { formatGcLock, formatPushLock, GC_FILE, type GcLock, LOCK_MAX_BYTES, LOCKS } from "../../model/store-lock.ts";
import { onInterrupt } from "../../platform/interrupts.ts";
import type { Remote } from "../../remotes/remote.ts";
import type { Project } from "../project.ts";
import { gcIsRunning, isRunning, readGcState } from "./gc-state.ts";
import { thisHolder } from "./holder.ts";

const ATTEMPTS = 5;
const BEAT_MS = 30_000;
/** Far below GC_LIVES_MS: what was begun by then, and is repeated by the remote, is over before others take the lock. */
const SURE_MS = 120_000;

export interface HeldGcLock {
  /** The time by the store's clock when the lock was taken; null where the store does not tell. */
  readonly taken: Date | null;
  /**
   * Runs a step that cannot be taken back. Others are not told that we have ended before it is over, an interruption included.
   * Throws MvError locked, before the step, where the lock may be another's by now.
   */
  whileHeld<S>(step: () => Promise<S>): Promise<S>;
}

/** Runs `work` while this process alone cleans the store. Throws MvError locked, naming who else does. */
export async function withGcLock<T>(
  project: Project,
  remote: Remote,
  work: (lock: HeldGcLock) => Promise<T>,
  { beatMs = BEAT_MS }: { beatMs?: number } = {},
): Promise<T> {
  const lock: GcLock = { ...(await thisHolder(project)), id: newId(), state: "running" };
  let { mark, modified } = await take(project, remote, lock);
  let [sure, isLost] = [Date.now(), false];
  let beating: Promise<void> | null = null;
  let stepping: Promise<unknown> | null = null;

  async function beat(): Promise<void> {
    const began = Date.now();
    if (!(await remote.writeFile(GC_FILE, Buffer.from(formatGcLock(lock)), mark))) {
      isLost = true;
      return;
    }
    const now = await readGcState(remote);
    if (now?.lock.id !== lock.id || now.lock.state !== "running") isLost = true;
    else [mark, sure] = [now.mark, began];
  }
  function beatOnce(): Promise<void> {
    return (beating ??= beat().finally(() => (beating = null)));
  }
  async function end(): Promise<void> {
    isLost = true;
    await Promise.allSettled([stepping, beating]);
    // Where it fails, others find out after a while that nobody is there any more.
    const ended = Buffer.from(formatGcLock({ ...lock, state: "ended" }));
    await remote.writeFile(GC_FILE, ended, mark).catch(unlessOurs);
  }

  const timer = setInterval(() => void beatOnce().catch(() => undefined), BEAT_MS);
  timer.unref();
  const forget = onInterrupt(end);
  try {
    return await work({
      taken: modified,
      async whileHeld(step) {
        if (Date.now() - sure >= beatMs) await beatOnce();
        if (isLost || Date.now() - sure > SURE_MS) throw lost(remote);
        const running = Promise.resolve().then(step);
        stepping = running;
        return running.finally(() => (stepping = null));
      },
    });
  } finally {
    clearInterval(timer);
    forget();
    await end();
  }
}

/** Says that no gc runs, whatever stands there, and removes the locks of pushes. For when their owners have certainly ended. */
export async function unlockStore(project: Project, remote: Remote): Promise<number> {
  const ended = formatGcLock({ ...(await thisHolder(project)), id: newId(), state: "ended" });
  await remote.writeFile(GC_FILE, Buffer.from(ended));
  const paths = (await remote.listFiles(LOCKS)).filter((path) => path !== GC_FILE);
  for (const path of paths) await remote.removeFile(path);
  return paths.length;
}

const newId = (): string => randomBytes(8).toString("hex");

async function take(
  project: Project,
  remote: Remote,
  lock: GcLock,
): Promise<{ mark: string | null; modified: Date | null }> {
  for (let attempt = 0; attempt < ATTEMPTS; attempt += 1) {
    const before = await readGcState(remote);
    if (before?.lock.state === "running" && isRunning(before, await storeTime(project, remote))) {
      throw gcIsRunning(remote, before);
    }
    if (!(await remote.writeFile(GC_FILE, Buffer.from(formatGcLock(lock)), before?.mark ?? null))) continue;
    const now = await readGcState(remote);
    if (now?.lock.id === lock.id) return now;
  }
  throw new MvError("locked", `${remote.name}: others begin to clean it all the time`, {
    hint: "repeat when they are done",
    details: { remote: remote.name },
  });
}

/** What time it is by the store's own clock: it is compared with the times of its files. */
async function storeTime(project: Project, remote: Remote): Promise<Date | null> {
  const path = `${LOCKS}/time-${newId()}.json`;
  const nothing = formatPushLock({ ...(await thisHolder(project)), objects: new Set() });
  await remote.writeFile(path, Buffer.from(nothing));
  const now = await remote.readFile(path, LOCK_MAX_BYTES);
  await remote.removeFile(path);
  return now?.modified ?? null;
}

function unlessOurs(error: unknown): void {
  if (!isMvError(error)) throw error;
}

function lost(remote: Remote): MvError {
  return new MvError("locked", `${remote.name} did not answer in time, so another may have taken the lock of this gc`, {
    hint: "repeat the command: what was removed until now was needed by nobody",
    details: { remote: remote.name },
  });
}
