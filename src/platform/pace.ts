// Two threads that read one large file side by side: one copies, one hashes. Neither gets far ahead, so that what the first
// reads from the disk the second finds in memory, however large the file.

/** How many turns each side has read, and how it goes on: 0 side by side, 1 each as fast as it can, 2 not at all. */
export type Pace = Int32Array<SharedArrayBuffer>;

export const COPYING = 0;
const HASHING = 1;
const STATE = 2;
const RELEASED = 1;
const STOPPED = 2;

/** Bytes of a turn, and how many turns one may be ahead. */
export const TURN = 32 * 1024 * 1024;
const LEAD = 8;
const WAIT_MS = 50;

export function createPace(): Pace {
  return new Int32Array(new SharedArrayBuffer(3 * 4));
}

/** Counts a turn of one side. */
export function countTurn(pace: Pace, side: number): void {
  Atomics.add(pace, side, 1);
  Atomics.notify(pace, side);
}

/** Whether this side is too far ahead; waits a little if so. */
export function isAhead(pace: Pace, side: number): boolean {
  const other = 1 - side;
  const seen = Atomics.load(pace, other);
  if (Atomics.load(pace, STATE) !== 0 || Atomics.load(pace, side) - seen <= LEAD) return false;
  Atomics.wait(pace, other, seen, WAIT_MS);
  return true;
}

/** Lets each side run on at its own pace: the other is done. */
export function releasePace(pace: Pace): void {
  Atomics.compareExchange(pace, STATE, 0, RELEASED);
}

/** Ends the hashing side's work: nobody wants its result any more. */
export function stopPace(pace: Pace): void {
  Atomics.store(pace, STATE, STOPPED);
}

/** For each block of the hashing side: makes it wait where it is ahead, and throws where it is stopped. */
export function paced(pace: Pace): (block: Uint8Array) => void {
  let bytes = 0;
  return (block) => {
    bytes += block.length;
    if (bytes < TURN) return;
    bytes -= TURN;
    countTurn(pace, HASHING);
    while (isAhead(pace, HASHING));
    if (Atomics.load(pace, STATE) === STOPPED) throw new Error("stopped");
  };
}

/** For a side that reads what the other writes: waits for the next turn, and throws where it is stopped. */
export function waitForMore(pace: Pace): void {
  if (Atomics.load(pace, STATE) === STOPPED) throw new Error("stopped");
  Atomics.wait(pace, COPYING, Atomics.load(pace, COPYING), WAIT_MS);
}
