// Worker threads for many files: started when there is enough to do.
import { availableParallelism } from "node:os";
import { type Input, type JobName, loadJob, type Output } from "./run-job.ts";
import { canThread, startThread, type Thread } from "./thread.ts";

interface Work<N extends JobName, Item> {
  job: N;
  input: (portion: readonly Item[]) => Input<N>;
  /** How much there is to read, in bytes: decides whether starting threads pays. */
  bytes: number;
  /** Called for every finished portion, also when another one fails. */
  done: (portion: readonly Item[], output: Output<N>) => void;
  /** Items that are handed over at once; less where there are few. Default 100. */
  portion?: number;
  /** Where an item stands for several files, how many files there are. */
  files?: number;
}

export interface Workers {
  /** Starts the threads, for work that is sure to come. */
  start(): void;
  /** Runs a job over all items, in portions. After a failure the portions under way are finished, then it is thrown. */
  each<N extends JobName, Item>(items: readonly Item[], work: Work<N, Item>): Promise<void>;
}

/** Starting threads costs about 40 ms: less work than that is done here. */
const SMALL_COUNT = 1500;
const SMALL_BYTES = 48 * 1024 * 1024;
const PORTION = 100;

/** At most `limit` threads (0: one per core), never more than two per core. The calling thread is one of them. */
export function createWorkers(limit: number): Workers {
  const cores = availableParallelism();
  const most = Math.max(1, Math.min(limit > 0 ? Math.floor(limit) : cores, 2 * cores));
  const idle: Thread[] = [];
  const alive = new Set<Thread>();

  function begin(): Thread {
    const thread = startThread((gone) => {
      remove(idle, gone);
      alive.delete(gone);
    });
    alive.add(thread);
    return thread;
  }

  async function withThread<T>(use: (thread: Thread) => Promise<T>): Promise<T> {
    const thread = idle.pop() ?? begin();
    thread.hold();
    try {
      return await use(thread);
    } finally {
      thread.release();
      if (thread.isAlive()) idle.push(thread);
    }
  }

  return {
    start() {
      while (canThread() && alive.size < most - 1) {
        const thread = begin();
        thread.release();
        idle.push(thread);
      }
    },
    async each(items, work) {
      const portions = cut(items, most, work.portion ?? PORTION);
      const job = await loadJob(work.job);
      const errors: unknown[] = [];
      let next = 0;
      const serve = async (run: (input: unknown) => unknown): Promise<void> => {
        try {
          for (let portion = portions[next++]; portion && errors.length === 0; portion = portions[next++]) {
            work.done(portion, (await run(work.input(portion))) as never);
          }
        } catch (error) {
          errors.push(error);
        }
      };
      const isSmall = (work.files ?? items.length) < SMALL_COUNT && work.bytes < SMALL_BYTES;
      const others = isSmall || !canThread() ? 0 : Math.min(most, portions.length) - 1;
      const threads = Array.from({ length: Math.max(0, others) }, () =>
        withThread(async (thread) => {
          const run = (input: unknown): Promise<unknown> => thread.run(work.job, input as Input<typeof work.job>);
          // One portion is waiting while another is done: this thread answers late, since it works too.
          await Promise.all([serve(run), serve(run)]);
        }),
      );
      const here = serve(async (input) => {
        const output = job(input);
        // Lets the terminal draw, and signals and answers arrive.
        await new Promise(setImmediate);
        return output;
      });
      await Promise.all([here, ...threads]);
      if (errors.length > 0) throw errors[0];
    },
  };
}

function cut<Item>(items: readonly Item[], threads: number, portion: number): Item[][] {
  const size = Math.max(1, Math.min(portion, Math.ceil(items.length / threads)));
  const portions: Item[][] = [];
  for (let at = 0; at < items.length; at += size) portions.push(items.slice(at, at + size));
  return portions;
}

function remove<Item>(list: Item[], item: Item): void {
  const at = list.indexOf(item);
  if (at >= 0) list.splice(at, 1);
}
