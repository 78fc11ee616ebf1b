// The entry of a worker thread: runs one job after the other and answers in plain data. Bundled by itself.
import { parentPort } from "node:worker_threads";
import { createJobs } from "./jobs.ts";
import { loadHashing } from "./hashing.ts";
import { packError, type Answer, type Order } from "./messages.ts";

const jobs = createJobs(await loadHashing());

parentPort?.on("message", (order: Order) => {
  let answer: Answer;
  try {
    answer = { result: (jobs[order.name] as (input: unknown) => unknown)(order.input) };
  } catch (error) {
    answer = { error: packError(error) };
  }
  parentPort?.postMessage(answer, []);
});
