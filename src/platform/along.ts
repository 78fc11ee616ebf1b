// SHA-256 on a second thread while this one copies a large file.
import type { Digested } from "./jobs.ts";
import { createPace, type Pace, releasePace, stopPace } from "./pace.ts";
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
  if (size < ALONG_FROM || !canThread()) return null;
  const thread = idle?.isAlive() ? idle : startThread(() => undefined);
  idle = null;
  const pace = createPace();
  thread.hold();
  const digesting = thread.run("along", { file, pace }).finally(() => {
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
