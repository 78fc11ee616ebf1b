// All jobs by name. Hash functions are loaded where a job needs them: looking at files must start quickly.
import type { ByteJobs } from "./jobs.ts";
import { type StatJobs, statJobs } from "./stat-jobs.ts";

/** The jobs of a worker: plain data in, plain data out. The first failure ends a job. */
export type Jobs = StatJobs & ByteJobs;
export type JobName = keyof Jobs;
export type Input<N extends JobName> = Parameters<Jobs[N]>[0];
export type Output<N extends JobName> = ReturnType<Jobs[N]>;

let byteJobs: Promise<ByteJobs> | undefined;

async function loadByteJobs(): Promise<ByteJobs> {
  const [{ createJobs }, { loadHashing }] = await Promise.all([import("./jobs.ts"), import("./hashing.ts")]);
  return createJobs(await loadHashing());
}

function isStatJob(name: JobName): name is keyof StatJobs {
  return Object.hasOwn(statJobs, name);
}

/** A job, to be run on this thread. */
export async function loadJob(name: JobName): Promise<(input: unknown) => unknown> {
  const jobs: Partial<Jobs> = isStatJob(name) ? statJobs : await (byteJobs ??= loadByteJobs());
  return jobs[name] as (input: unknown) => unknown;
}
