// What must still be done when the user interrupts the program: telling others that we do not go on, before the process ends.
import { sleep } from "./clock.ts";

type Work = () => Promise<void>;

/** One for the process: in the built program this module is in several files, and the one that registers is not the one that asks. */
const WORKS = Symbol.for("git-mversion interrupts");
const shared = globalThis as { [WORKS]?: Set<Work> };
const works = (shared[WORKS] ??= new Set<Work>());

/** Registers work for an interruption; returns how to take it back. */
export function onInterrupt(work: Work): () => void {
  works.add(work);
  return () => works.delete(work);
}

/** Does what was registered, at the latest until `mostMs` have passed. Never fails. */
export async function settleInterrupts(mostMs: number): Promise<void> {
  const all = [...works].map((work) => work());
  works.clear();
  if (all.length > 0) await Promise.race([Promise.allSettled(all), sleep(mostMs)]);
}
