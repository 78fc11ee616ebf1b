// A remote whose passing failures are repeated, with longer and longer waits. What is done already is not done again.
import { isMvError, type MvError } from "../errors.ts";
import type { ObjectRef, Remote, Transfer, TransferOptions } from "./remote.ts";
import { requireGoing } from "./together.ts";

/** Attempts in a row that bring nothing; with the waits between them about half a minute. */
const ATTEMPTS = 8;
const FIRST_WAIT_MS = 250;
/** A server may ask for any wait; longer than this is not waited for at a time, and no longer than that in all. */
const MAX_WAIT_MS = 60_000;
const MAX_WAITED_MS = 300_000;

export interface RetryOptions {
  /** Told before each wait. */
  onRetry?: ((error: MvError, waitMs: number) => void) | undefined;
  /** Waits; a test passes its own. */
  wait?: (milliseconds: number, signal?: AbortSignal) => Promise<void>;
}

/** The remote with every method repeated after failures whose details say `transient`. Others are thrown at once. */
export function withRetry(remote: Remote, options: RetryOptions = {}): Remote {
  const { unfinished } = remote;
  const again = <T>(work: () => Promise<T>, signal?: AbortSignal): Promise<T> => repeat(work, options, { signal });

  async function transfer(
    objects: readonly Transfer[],
    given: TransferOptions,
    work: (objects: readonly Transfer[], options: TransferOptions) => Promise<void>,
  ): Promise<void> {
    const left = new Set(objects);
    const progress = createProgress();
    const counted: TransferOptions = {
      ...given,
      onBytes(count) {
        progress.moved(count);
        given.onBytes?.(count);
      },
      onDone(object, sha256) {
        left.delete(object);
        progress.done();
        given.onDone?.(object, sha256);
      },
    };
    await repeat(() => work([...left], counted), options, { signal: given.signal, hasProgressed: progress.take });
  }

  return {
    ...remote,
    has: (objects, signal) => again(() => remote.has(objects, signal), signal),
    send: (objects, given) => transfer(objects, given, remote.send),
    receive: (objects, given) => transfer(objects, given, remote.receive),
    read: (sha256, maxBytes) => again(() => remote.read(sha256, maxBytes)),
    list: () => listAgain(remote, options),
    remove: (sha256s) => again(() => remote.remove(sha256s)),
    unfinished: unfinished && {
      list: () => again(unfinished.list),
      abort: (upload) => again(() => unfinished.abort(upload)),
    },
    readFile: (path, maxBytes) => again(() => remote.readFile(path, maxBytes)),
    async writeFile(path, bytes, expect) {
      let isRepeated = false;
      const written = await again(async () => {
        const repeated = isRepeated;
        isRepeated = true;
        if (await remote.writeFile(path, bytes, expect)) return true;
        // The attempt before may have been carried out and only its answer lost: then the file has these bytes.
        const now = repeated ? await remote.readFile(path, bytes.length).catch(unlessTransient) : null;
        return now?.bytes.equals(bytes) === true;
      });
      return written;
    },
    listFiles: (folder) => again(() => remote.listFiles(folder)),
    removeFile: (path) => again(() => remote.removeFile(path)),
  };
}

interface Course {
  signal?: AbortSignal | undefined;
  /** Whether the last attempt brought anything: then the count starts anew. */
  hasProgressed?: () => boolean;
}

/** Repeats work while it fails in passing. Throws what it threw last, or MvError interrupted. */
export async function repeat<T>(work: () => Promise<T>, options: RetryOptions = {}, course: Course = {}): Promise<T> {
  const wait = options.wait ?? pause;
  let [attempts, waited] = [0, 0];
  for (;;) {
    try {
      return await work();
    } catch (error) {
      if (!isTransient(error)) throw error;
      if (course.hasProgressed?.() === true) [attempts, waited] = [0, 0];
      attempts += 1;
      const milliseconds = waitFor(error, attempts);
      if (attempts >= ATTEMPTS || waited + milliseconds > MAX_WAITED_MS) throw error;
      waited += milliseconds;
      options.onRetry?.(error, milliseconds);
      await wait(milliseconds, course.signal);
      requireGoing(course.signal);
    }
  }
}

function isTransient(error: unknown): error is MvError {
  return isMvError(error) && error.details["transient"] === true;
}

/** A file that grew beyond ours is another's. */
function unlessTransient(error: unknown): null {
  if (isTransient(error)) throw error;
  return null;
}

/** The wait that the server asks for, else one that doubles, less up to half of it so that many do not come at once. */
function waitFor(error: MvError, attempts: number): number {
  const asked = error.details["retryAfterMs"];
  const own = FIRST_WAIT_MS * 2 ** (attempts - 1) * (1 - Math.random() / 2);
  return Math.round(Math.min(MAX_WAIT_MS, typeof asked === "number" && asked > 0 ? asked : own));
}

async function pause(milliseconds: number, signal?: AbortSignal): Promise<void> {
  await new Promise<void>((resolve) => {
    const timer = setTimeout(end, milliseconds);
    function end(): void {
      clearTimeout(timer);
      signal?.removeEventListener("abort", end);
      resolve();
    }
    signal?.addEventListener("abort", end);
    if (signal?.aborted === true) end();
  });
}

/** Tells progress from going round: an object done, or more bytes over the wire than ever, those taken back not counted. */
function createProgress(): { moved(count: number): void; done(): void; take(): boolean } {
  let [net, most, progressed] = [0, 0, false];
  return {
    moved(count) {
      net += count;
    },
    done() {
      progressed = true;
    },
    take() {
      const result = progressed || net > most;
      most = Math.max(most, net);
      progressed = false;
      return result;
    },
  };
}

async function* listAgain(remote: Remote, options: RetryOptions): AsyncGenerator<ObjectRef & { modified: Date }> {
  const seen = new Set<string>();
  let listing: AsyncIterator<ObjectRef & { modified: Date }> | null = null;
  let before = 0;
  for (;;) {
    const { value, done } = await repeat(
      async () => {
        try {
          listing ??= remote.list()[Symbol.asyncIterator]();
          let next = await listing.next();
          while (next.done !== true && seen.has(next.value.sha256)) next = await listing.next();
          return next;
        } catch (error) {
          listing = null;
          throw error;
        }
      },
      options,
      {
        hasProgressed() {
          const progressed = seen.size > before;
          before = seen.size;
          return progressed;
        },
      },
    );
    if (done === true) return;
    seen.add(value.sha256);
    yield value;
  }
}
