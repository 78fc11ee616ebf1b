// A worker thread that runs jobs one after the other. It ends when it was idle for a while, and is never in the way of exit.
import { existsSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { Worker } from "node:worker_threads";
import { unpackError, type Answer, type Order } from "./messages.ts";
import type { Input, JobName, Output } from "./run-job.ts";

/** Longer than the sync between writing many files and naming them. */
const IDLE_MS = 10_000;

export interface Thread {
  run<N extends JobName>(job: N, input: Input<N>): Promise<Output<N>>;
  hold(): void;
  release(): void;
  isAlive(): boolean;
}

/** Throws where `canThread` is false. */
export function startThread(onGone: (thread: Thread) => void): Thread {
  const worker = new Worker(workerFile() ?? "");
  // Answers come in the order of the orders.
  const waiting: { resolve: (output: never) => void; reject: (error: unknown) => void }[] = [];
  let failure: Error | null = null;
  let timer: NodeJS.Timeout | undefined;
  const fail = (error: Error): void => {
    failure ??= error;
    for (const asked of waiting.splice(0)) asked.reject(failure);
    onGone(thread);
  };
  worker.on("message", (answer: Answer) => {
    const asked = waiting.shift();
    if ("error" in answer) asked?.reject(unpackError(answer.error));
    else asked?.resolve(answer.result as never);
  });
  worker.on("error", fail);
  worker.on("exit", () => fail(new Error("a worker thread ended")));
  const thread: Thread = {
    run: (name, input) =>
      new Promise((resolve, reject) => {
        if (failure) return void reject(failure);
        waiting.push({ resolve, reject });
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

/** Whether the worker's file is there: it comes with the build. */
export function canThread(): boolean {
  return workerFile() !== null;
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
