// SHA-256 on a second thread while this one writes a large file: of the copy, as it grows.
import { COPYING, countTurn, createPace, isAhead, type Pace, releasePace, stopPace } from "./pace.ts";
import { canThread, startThread, type Thread } from "./thread.ts";

/** The hash of a file that this thread writes. */
export interface Tail {
  /** A turn more of it is written. */
  wrote(): void;
  /** Whether the hash is so far behind that what it has not read might leave the memory; waits a little if so. */
  isAhead(): boolean;
  /** SHA-256 of all of it, once it is written. Throws what the other thread met: no-read. */
  finish(): Promise<string>;
  /** Makes the other thread stop, and waits until it has. */
  stop(): Promise<void>;
}

/** Below that size starting a thread takes longer than it saves. */
const ALONG_FROM = 64 * 1024 * 1024;

let idle: Thread | null = null;

/** Gets the second thread ready, where one of these sizes is worth it: it takes 50 ms to start, while this one finds out more. */
export function expectTail(sizes: Iterable<number>): void {
  if (idle?.isAlive() || !canThread()) return;
  for (const size of sizes) {
    if (size < ALONG_FROM) continue;
    idle = startThread(() => undefined);
    // What a job needs is loaded by the first one.
    idle.run("digest", { files: [] }).catch(() => undefined);
    idle.release();
    return;
  }
}

/** Starts to hash a file that exists and will have `size` bytes; null where that does not pay, or where there are no threads. */
export function hashTail(file: string, size: number): Tail | null {
  if (size < ALONG_FROM || !canThread()) return null;
  const thread = idle?.isAlive() ? idle : startThread(() => undefined);
  idle = null;
  const pace: Pace = createPace();
  thread.hold();
  const digesting = thread.run("tail", { file, size, pace }).finally(() => {
    // Whether it is done or has failed, nobody needs to wait for it any more.
    releasePace(pace);
    thread.release();
    idle = thread;
  });
  // Its failure is seen by `finish`; until then nobody listens.
  digesting.catch(() => undefined);
  return {
    wrote: () => countTurn(pace, COPYING),
    isAhead: () => isAhead(pace),
    finish() {
      releasePace(pace);
      return digesting;
    },
    async stop() {
      stopPace(pace);
      await digesting.catch(() => undefined);
    },
  };
}
