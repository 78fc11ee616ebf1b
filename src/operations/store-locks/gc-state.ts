// What locks/gc.json of a store says: whether a gc runs there, and which one was the last.
import { MvError } from "../../errors.ts";
import {
  formatGcLock,
  GC_FILE,
  GC_LIVES_MS,
  type GcLock,
  LOCK_MAX_BYTES,
  parseGcLock,
} from "../../model/store-lock.ts";
import { hasEnded } from "../../platform/processes.ts";
import type { MarkedFile, Remote } from "../../remotes/remote.ts";

export interface GcState extends Pick<MarkedFile, "mark" | "modified"> {
  readonly lock: GcLock;
}

/** Null where no gc ever ran. Throws MvError invalid-file. */
export async function readGcState(remote: Remote): Promise<GcState | null> {
  const file = await remote.readFile(GC_FILE, LOCK_MAX_BYTES);
  return file && { lock: parseGcLock(file.bytes, remote.name), mark: file.mark, modified: file.modified };
}

/** Whether a gc runs. `now`: by the store's clock; null where it is not known, which makes nobody of another machine end. */
export function isRunning(state: GcState | null, now: Date | null): boolean {
  if (state?.lock.state !== "running" || hasEnded(state.lock)) return false;
  if (now === null || state.modified === null) return true;
  return now.getTime() - state.modified.getTime() <= GC_LIVES_MS;
}

/**
 * Says that a gc has ended which did not say so itself, so that it touches nothing any more should it still be there. False where
 * somebody else wrote the file meanwhile.
 */
export function declareEnded(remote: Remote, { lock, mark }: GcState, id: string): Promise<boolean> {
  return remote.writeFile(GC_FILE, Buffer.from(formatGcLock({ ...lock, id, state: "ended" })), mark);
}

export function gcIsRunning(remote: Remote, { lock }: GcState): MvError {
  return new MvError("locked", `${remote.name} is being cleaned by ${lock.by} since ${lock.since}`, {
    hint: `repeat when it is done; if that gc has certainly ended: mv gc --remote ${remote.name} --unlock`,
    details: { remote: remote.name, host: lock.host, pid: lock.pid },
  });
}
