// Two threads at one large file: one writes it, the other reads it. The reader waits for what is not written yet, and the writer
// does not get far ahead, so that what it wrote is still in memory, however large the file.

/** How many turns each side is through, and how it goes on: 0 side by side, 1 each as fast as it can, 2 not at all. */
export type Pace = Int32Array<SharedArrayBuffer>;

export const COPYING = 0;
const HASHING = 1;
const STATE = 2;
const RELEASED = 1;
const STOPPED = 2;

/** Bytes of a turn, and how many turns the writer may be ahead. */
export const TURN = 8 * 1024 * 1024;
const LEAD = 32;
const WAIT_MS = 50;

export function createPace(): Pace {
  return new Int32Array(new SharedArrayBuffer(3 * 4));
}

/** Counts a turn of one side. */
export function countTurn(pace: Pace, side: number): void {
  Atomics.add(pace, side, 1);
  Atomics.notify(pace, side);
}

/** Whether the writer is too far ahead; waits a little if so. */
export function isAhead(pace: Pace): boolean {
  const seen = Atomics.load(pace, HASHING);
  if (Atomics.load(pace, STATE) !== 0 || Atomics.load(pace, COPYING) - seen <= LEAD) return false;
  Atomics.wait(pace, HASHING, seen, WAIT_MS);
  return true;
}

/** Lets each side run on at its own pace: the other is done. */
export function releasePace(pace: Pace): void {
  Atomics.compareExchange(pace, STATE, 0, RELEASED);
}

/** Ends the reader's work: nobody wants its result any more. */
export function stopPace(pace: Pace): void {
  Atomics.store(pace, STATE, STOPPED);
}

/** Told the bytes that the reader is through with, counts its turns; throws where it is stopped. */
export function readerOf(pace: Pace): (bytes: number) => void {
  let turn = 0;
  return (bytes) => {
    turn += bytes;
    if (turn < TURN) return;
    turn -= TURN;
    countTurn(pace, HASHING);
    if (Atomics.load(pace, STATE) === STOPPED) throw new Error("stopped");
  };
}

/** Waits for the writer's next turn; throws where the reader is stopped. */
export function waitForMore(pace: Pace): void {
  if (Atomics.load(pace, STATE) === STOPPED) throw new Error("stopped");
  Atomics.wait(pace, COPYING, Atomics.load(pace, COPYING), WAIT_MS);
}
