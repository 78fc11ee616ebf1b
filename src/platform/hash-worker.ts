// The entry of a worker thread: runs one job after the other and answers in plain data. Bundled by itself.
import { parentPort } from "node:worker_threads";
import { packError, type Answer, type Order } from "./messages.ts";
import { loadJob } from "./run-job.ts";

async function answer({ name, input }: Order): Promise<Answer> {
  try {
    const run = await loadJob(name);
    return { result: run(input) };
  } catch (error) {
    return { error: packError(error) };
  }
}

// Answers come in the order of the orders.
let last: Promise<void> = Promise.resolve();

parentPort?.on("message", (order: Order) => {
  last = last.then(async () => parentPort?.postMessage(await answer(order), []));
});
