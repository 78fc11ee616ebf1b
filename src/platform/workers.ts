// Worker threads for many files: started when there is enough to do, gone when there is nothing, never in the way of exit.
import { existsSync } from "node:fs";
import { availableParallelism } from "node:os";
import { fileURLToPath } from "node:url";
import { Worker } from "node:worker_threads";
import { createJobs, type Jobs } from "./jobs.ts";
import { loadHashing } from "./hashing.ts";
import { unpackError, type Answer, type Order } from "./messages.ts";

type JobName = keyof Jobs;
type Input<N extends JobName> = Parameters<Jobs[N]>[0];
type Output<N extends JobName> = ReturnType<Jobs[N]>;

interface Work<N extends JobName, Item> {
  job: N;
  input: (portion: readonly Item[]) => Input<N>;
  /** How much there is to read, in bytes: decides whether starting threads pays. */
  bytes: number;
  /** Called for every finished portion, also when another one fails. */
  done: (portion: readonly Item[], output: Output<N>) => void;
}

export interface Workers {
  /** Runs a job over all items, in portions. After a failure the portions under way are finished, then it is thrown. */
  each<N extends JobName, Item>(items: readonly Item[], work: Work<N, Item>): Promise<void>;
}

/** Starting threads costs about 40 ms: less work than that is done here. */
const SMALL_COUNT = 1500;
const SMALL_BYTES = 48 * 1024 * 1024;
const PORTION = 250;
/** Longer than the sync between writing many files and naming them. */
const IDLE_MS = 10_000;

/** At most `limit` threads (0: one per core), and never more than two per core. */
export function createWorkers(limit: number): Workers {
  const cores = availableParallelism();
  const most = Math.max(1, Math.min(limit > 0 ? Math.floor(limit) : cores, 2 * cores));
  const idle: Thread[] = [];

  async function withThread<T>(use: (thread: Thread) => Promise<T>): Promise<T> {
    const thread = idle.pop() ?? startThread((gone) => remove(idle, gone));
    thread.hold();
    try {
      return await use(thread);
    } finally {
      thread.release();
      if (thread.isAlive()) idle.push(thread);
    }
  }

  return {
    async each(items, work) {
      const portions = cut(items, most);
      const small = items.length < SMALL_COUNT && work.bytes < SMALL_BYTES;
      if (small || portions.length < 2 || workerFile() === null) {
        const jobs = createJobs(await loadHashing());
        for (const portion of portions) {
          work.done(portion, (jobs[work.job] as (input: unknown) => never)(work.input(portion)));
          // Lets the terminal draw and signals arrive.
          await new Promise(setImmediate);
        }
        return;
      }
      let next = 0;
      const errors: unknown[] = [];
      const serve = (): Promise<void> =>
        withThread(async (thread) => {
          for (let portion = portions[next++]; portion && errors.length === 0; portion = portions[next++]) {
            work.done(portion, await thread.run(work.job, work.input(portion)));
          }
        }).catch((error: unknown) => void errors.push(error));
      await Promise.all(Array.from({ length: Math.min(most, portions.length) }, serve));
      if (errors.length > 0) throw errors[0];
    },
  };
}

function cut<Item>(items: readonly Item[], threads: number): Item[][] {
  const size = Math.max(1, Math.min(PORTION, Math.ceil(items.length / threads)));
  const portions: Item[][] = [];
  for (let at = 0; at < items.length; at += size) portions.push(items.slice(at, at + size));
  return portions;
}

interface Thread {
  run<N extends JobName>(job: N, input: Input<N>): Promise<Output<N>>;
  hold(): void;
  release(): void;
  isAlive(): boolean;
}

function startThread(onGone: (thread: Thread) => void): Thread {
  const worker = new Worker(workerFile() ?? "");
  let waiting: { resolve: (output: never) => void; reject: (error: unknown) => void } | null = null;
  let failure: Error | null = null;
  let timer: NodeJS.Timeout | undefined;
  const fail = (error: Error): void => {
    failure ??= error;
    waiting?.reject(failure);
    waiting = null;
    onGone(thread);
  };
  worker.on("message", (answer: Answer) => {
    const asked = waiting;
    waiting = null;
    if ("error" in answer) asked?.reject(unpackError(answer.error));
    else asked?.resolve(answer.result as never);
  });
  worker.on("error", fail);
  worker.on("exit", () => fail(new Error("a worker thread ended")));
  const thread: Thread = {
    run: (name, input) =>
      new Promise((resolve, reject) => {
        if (failure) return void reject(failure);
        waiting = { resolve, reject };
        worker.postMessage({ name, input } satisfies Order, []);
      }),
    hold() {
      clearTimeout(timer);
      worker.ref();
    },
    release() {
      worker.unref();
      timer = setTimeout(() => {
        fail(new Error("the worker thread was idle"));
        void worker.terminate();
      }, IDLE_MS).unref();
    },
    isAlive: () => failure === null,
  };
  return thread;
}

function remove<Item>(list: Item[], item: Item): void {
  const at = list.indexOf(item);
  if (at >= 0) list.splice(at, 1);
}

let found: string | null | undefined;

/** The built worker: from a bundle's chunk anywhere in dist/, and from the sources. Null where it is not built. */
function workerFile(): string | null {
  found ??=
    [
      "./hash-worker.js",
      "./platform/hash-worker.js",
      "../platform/hash-worker.js",
      "../../dist/platform/hash-worker.js",
    ]
      .map((candidate) => fileURLToPath(new URL(candidate, import.meta.url)))
      .find((path) => existsSync(path)) ?? null;
  return found;
}
