// How many bytes may be in memory at once, whatever the number of objects under way.

export interface Budget {
  /** Waits until so many bytes are free; what is larger than all of them waits until it is alone. Call the result when done. */
  take(bytes: number): Promise<() => void>;
}

export function createBudget(limit: number): Budget {
  let taken = 0;
  const waiting: { bytes: number; go: () => void }[] = [];

  function serve(): void {
    for (let next = waiting[0]; next && (taken === 0 || taken + next.bytes <= limit); next = waiting[0]) {
      waiting.shift();
      taken += next.bytes;
      next.go();
    }
  }

  return {
    async take(bytes) {
      await new Promise<void>((go) => {
        waiting.push({ bytes, go });
        serve();
      });
      let isHeld = true;
      return () => {
        if (isHeld) taken -= bytes;
        isHeld = false;
        serve();
      };
    },
  };
}
