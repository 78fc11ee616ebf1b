// A push's hold on a store: from before it asks what the store has until Git has its refs, no gc takes away what it relies on.
// The push writes what it relies on and then looks for a gc; the gc says that it runs and then looks for pushes: one sees the other.
import { randomBytes } from "node:crypto";
import { isMvError, MvError } from "../../errors.ts";
import { formatPushLock, LOCK_MAX_BYTES, newPushLock, PUSH_LIVES_MS } from "../../model/store-lock.ts";
import { sleep } from "../../platform/clock.ts";
import type { Remote } from "../../remotes/remote.ts";
import type { Project } from "../project.ts";
import { declareEnded, gcIsRunning, isRunning, readGcState } from "./gc-state.ts";
import { thisHolder } from "./holder.ts";
import { leaveLockName, takeLockName } from "./lock-names.ts";
import type { PushUnderWay } from "./push-end.ts";

const WAIT_SECONDS = 60;
const POLL_MS = 500;

export interface StoreHold {
  /** The last gc of the store when the hold began; null where none ever ran there, or the store has no named files. */
  readonly gc: string | null;
  /**
   * Call it before what relies on the hold goes out. Throws MvError push-incomplete where the hold was lost: it lasted longer than
   * locks live, and a gc came.
   */
  requireHeld(): Promise<void>;
  /** Whether a gc may have taken something all the same: only where the store could not be written to. */
  isBroken(): Promise<boolean>;
  /** Ends it. Never fails: what cannot be removed is ignored after a day. */
  release(): Promise<void>;
  /** Leaves it to a push that goes on after us, as that of a hook; null where nothing is known of it. */
  leave(push: PushUnderWay | null): Promise<void>;
}

const NOTHING: StoreHold = {
  gc: null,
  requireHeld: async () => undefined,
  isBroken: async () => false,
  release: async () => undefined,
  leave: async () => undefined,
};

/**
 * Holds objects of a store, there already or still to come. Waits a minute (`git config mversion.wait SECONDS`) for a gc that
 * runs. Throws MvError locked, naming it, and what the remote throws.
 */
export async function holdOnStore(project: Project, remote: Remote, shas: readonly string[]): Promise<StoreHold> {
  // Git LFS cannot delete: nobody cleans it.
  if (!remote.abilities.files) return NOTHING;
  const holder = await thisHolder(project);
  const text = Buffer.from(formatPushLock(newPushLock(holder, shas)));
  const path = remote.abilities.write ? await writeLock(project, remote, text) : null;
  const began = Date.now();
  const release = async (): Promise<void> => {
    if (path !== null) await dropLock(project, remote, path, formatPushLock(newPushLock(holder, [])));
  };
  try {
    const gc = await waitForGc(project, remote, path);
    const hasGcRun = async (): Promise<boolean> => {
      const now = await readGcState(remote);
      return now?.lock.state === "running" || (now?.lock.id ?? null) !== gc;
    };
    return {
      gc,
      release,
      async requireHeld() {
        if (path === null || Date.now() - began < PUSH_LIVES_MS / 2) return;
        await remote.writeFile(path, text);
        if (await hasGcRun()) throw lost(remote);
      },
      isBroken: async () => path === null && (await hasGcRun()),
      async leave(push) {
        if (path !== null) await leaveLockName(project, remote.url, path, push);
      },
    };
  } catch (error) {
    await release();
    throw error;
  }
}

/** Null where this key may not write: then nothing is sent either, and the push looks again afterwards. */
async function writeLock(project: Project, remote: Remote, text: Uint8Array): Promise<string | null> {
  const path = await takeLockName(project, remote.url);
  try {
    await remote.writeFile(path, text);
    return path;
  } catch (error) {
    if (isMvError(error) && error.code === "denied") return null;
    throw error;
  }
}

async function dropLock(project: Project, remote: Remote, path: string, empty: string): Promise<void> {
  try {
    await remote.removeFile(path);
  } catch (error) {
    if (!isMvError(error)) throw error;
    // Without the right to delete: one that holds nothing.
    const isEmptied = await remote.writeFile(path, Buffer.from(empty)).catch(() => false);
    await leaveLockName(project, remote.url, path, isEmptied ? "nobody" : null);
  }
}

/** Returns the id of the last gc, once none runs. */
async function waitForGc(project: Project, remote: Remote, own: string | null): Promise<string | null> {
  const seconds = Number((await project.git.config("mversion.wait")) ?? WAIT_SECONDS);
  const until = Date.now() + (seconds >= 0 ? seconds : WAIT_SECONDS) * 1000;
  let isTold = false;
  for (;;) {
    const state = await readGcState(remote);
    if (state?.lock.state !== "running") return state?.lock.id ?? null;
    const now = own === null ? null : ((await remote.readFile(own, LOCK_MAX_BYTES))?.modified ?? null);
    if (!isRunning(state, now)) {
      if (own === null) return state.lock.id;
      await declareEnded(remote, state, randomBytes(8).toString("hex"));
      continue;
    }
    if (Date.now() >= until) throw gcIsRunning(remote, state);
    if (!isTold) project.warn(`${remote.name} is being cleaned by ${state.lock.by}; waiting for it`);
    isTold = true;
    await sleep(POLL_MS);
  }
}

function lost(remote: Remote): MvError {
  return new MvError("push-incomplete", `${remote.name} was cleaned while this push took longer than a lock lives`, {
    hint: "repeat the command: what is there already is not sent again",
    details: { remote: remote.name },
  });
}
