// A remote that is asked for no more at once than it and this machine can take, and for nothing twice.
import type { Remote, Transfer } from "./remote.ts";

/** More connections than that make no transfer faster, and servers refuse them. */
const MOST_JOBS = 64;

/** The remote with `jobs` from 1 to 64, and objects that are named twice in one `send` sent once, each of them told. */
export function withLimits(remote: Remote): Remote {
  return {
    ...remote,
    async send(objects, options) {
      const twins = new Map<string, Transfer[]>();
      for (const object of objects) {
        const known = twins.get(object.sha256);
        if (known) known.push(object);
        else twins.set(object.sha256, [object]);
      }
      await remote.send(
        [...twins.values()].flatMap(([first]) => (first ? [first] : [])),
        {
          ...options,
          jobs: jobsOf(options.jobs),
          onDone({ sha256 }) {
            for (const object of twins.get(sha256) ?? []) options.onDone?.(object);
          },
        },
      );
    },
    receive: (objects, options) => remote.receive(objects, { ...options, jobs: jobsOf(options.jobs) }),
  };
}

function jobsOf(jobs: number): number {
  return Math.max(1, Math.min(MOST_JOBS, Math.floor(jobs) || 1));
}
