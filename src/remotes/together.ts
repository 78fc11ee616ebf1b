// Several objects at once, with one rule for failures that all remotes share.
import { MvError } from "../errors.ts";

/**
 * Runs `work` for every item, at most `jobs` at once. After a failure, or when the signal fires, no further one is begun; the
 * first failure is thrown once those under way have ended.
 */
export async function together<T>(
  items: readonly T[],
  { jobs, signal }: { jobs: number; signal?: AbortSignal | undefined },
  work: (item: T) => Promise<void>,
): Promise<void> {
  let next = 0;
  const failures: unknown[] = [];
  const serve = async (): Promise<void> => {
    while (next < items.length && failures.length === 0) {
      const item = items[next++] as T;
      try {
        requireGoing(signal);
        await work(item);
      } catch (error) {
        failures.push(error);
      }
    }
  };
  await Promise.all(Array.from({ length: Math.max(1, Math.min(jobs, items.length)) }, serve));
  if (failures.length > 0) throw failures[0];
}

/** Throws MvError interrupted once the signal has fired. */
export function requireGoing(signal: AbortSignal | undefined): void {
  if (signal?.aborted === true) throw new MvError("interrupted", "Interrupted");
}
