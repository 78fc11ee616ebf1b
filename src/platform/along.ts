// SHA-256 on a second thread while this one copies a large file: of what is copied, or of the copy as it grows.
import type { Digested } from "./jobs.ts";
import { COPYING, countTurn, createPace, type Pace, releasePace, stopPace } from "./pace.ts";
import { canThread, startThread, type Thread } from "./thread.ts";

export interface Along {
  pace: Pace;
  /** The hashes, once the other thread is through. Throws what it met: file-changing, no-read. */
  finish(): Promise<Digested>;
  /** Makes the other thread stop, and waits until it has. */
  stop(): Promise<void>;
}

/** Below that size starting a thread takes longer than it saves. */
const ALONG_FROM = 64 * 1024 * 1024;

let idle: Thread | null = null;

/** Starts to hash a file; null where that does not pay, or where there are no threads to be had. */
export function hashAlong(file: string, size: number): Along | null {
  const started = start(size, (thread, pace) => thread.run("along", { file, pace }));
  return started && { pace: started.pace, finish: started.finish, stop: started.stop };
}

/** The hash of a file that this thread writes. */
export interface Tail {
  /** More of it is written. */
  wrote(): void;
  /** SHA-256 of all of it, once it is written. */
  finish(): Promise<string>;
  stop(): Promise<void>;
}

/** Starts to hash a file that exists and will have `size` bytes; null as `hashAlong`. */
export function hashTail(file: string, size: number): Tail | null {
  const started = start(size, (thread, pace) => thread.run("tail", { file, size, pace }));
  return started && { wrote: () => countTurn(started.pace, COPYING), finish: started.finish, stop: started.stop };
}

function start<T>(
  size: number,
  run: (thread: Thread, pace: Pace) => Promise<T>,
): { pace: Pace; finish: () => Promise<T>; stop: () => Promise<void> } | null {
  if (size < ALONG_FROM || !canThread()) return null;
  const thread = idle?.isAlive() ? idle : startThread(() => undefined);
  idle = null;
  const pace = createPace();
  thread.hold();
  const digesting = run(thread, pace).finally(() => {
    // Whether it is done or has failed, nobody needs to wait for it any more.
    releasePace(pace);
    thread.release();
    idle = thread;
  });
  // Its failure is seen by `finish`; until then nobody listens.
  digesting.catch(() => undefined);
  return {
    pace,
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
