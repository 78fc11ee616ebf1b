// Requests on their way without waiting for each answer, which makes a far server as fast as its line, within a bounded memory.

export interface Window {
  /** Waits until there is room, then takes the request; `done` runs in the order of adding. Throws the first failure. */
  add<T>(request: Promise<T>, done?: (answer: T) => void | Promise<void>): Promise<void>;
  /** Waits for all that were added. */
  drain(): Promise<void>;
}

/** At most `most` requests wait for their answers. */
export function createWindow(most: number): Window {
  const under: (() => Promise<void>)[] = [];
  const next = async (): Promise<void> => {
    await under.shift()?.();
  };
  return {
    async add(request, done) {
      // One that fails behind another's failure is never awaited.
      request.catch(() => undefined);
      under.push(async () => done?.(await request));
      if (under.length >= most) await next();
    },
    async drain() {
      while (under.length > 0) await next();
    },
  };
}
