// Many objects in portions: the next portion's answers are asked for while those of the one before are used.
import { requireGoing } from "../together.ts";

export interface Flow<T> {
  readonly jobs: number;
  readonly signal?: AbortSignal | undefined;
  work(item: T): Promise<void>;
}

/**
 * Runs `work` for every item that `prepare` makes of the portions, `jobs` at once; no item is begun before the first portion is
 * prepared. After a failure no further one is begun; the first failure is thrown once those under way have ended.
 */
export async function flow<P, T>(
  portions: readonly P[],
  prepare: (portion: P) => Promise<readonly T[]>,
  { jobs, signal, work }: Flow<T>,
): Promise<void> {
  const ready: T[] = [];
  const failures: unknown[] = [];
  let preparing: Promise<void> | null = null;
  let at = 0;

  const attempt = async (what: () => Promise<void>): Promise<void> => {
    try {
      requireGoing(signal);
      await what();
    } catch (error) {
      failures.push(error);
    }
  };

  function prepareNext(): void {
    const portion = portions[at] as P;
    at += 1;
    preparing = attempt(async () => {
      ready.push(...(await prepare(portion)));
    }).finally(() => (preparing = null));
  }

  async function next(): Promise<{ item: T } | null> {
    while (failures.length === 0) {
      if (preparing === null && at < portions.length && ready.length <= jobs) prepareNext();
      if (ready.length > 0) return { item: ready.shift() as T };
      if (preparing === null) return null;
      await preparing;
    }
    return null;
  }

  async function serve(): Promise<void> {
    for (let taken = await next(); taken !== null; taken = await next()) {
      const { item } = taken;
      await attempt(() => work(item));
    }
  }

  await Promise.all(Array.from({ length: Math.max(1, jobs) }, serve));
  await preparing;
  if (failures.length > 0) throw failures[0];
}
