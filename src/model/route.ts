// Which version a key gets on a split stage. docs/rollout-routing.md has it byte for byte, with test vectors, and
// templates/route.py says the same in Python.
import { ownersOf, SLOTS, type Variant } from "./slots.ts";

/** What routing has to know of a stage; rollout.json of `mv get --variants` is one. */
export interface Rollout {
  stage: string;
  /** Names the experiment: the same as long as only weights change, so that keys stay where they are. */
  id: string;
  variants: readonly Variant[];
}

/** XXH64 with seed 0, as an unsigned number. */
export type Xxh64 = (data: Uint8Array) => bigint;

/**
 * The slot of a key, 0 to 99: the upper half of XXH64 over the UTF-8 of stage, rollout id and key, a zero byte between them,
 * times 100, divided by 2^32.
 */
export function slotOf(xxh64: Xxh64, { stage, id }: Pick<Rollout, "stage" | "id">, key: string): number {
  const hash = xxh64(new TextEncoder().encode(`${stage}\0${id}\0${key}`));
  // At most 2^32 * 100: a number holds it exactly, and so does the quotient by a power of two.
  return Math.floor((Number(hash >> 32n) * SLOTS) / 2 ** 32);
}

/**
 * A function from keys to versions. The same key gets the same version for as long as its slot has one; a key is any text, an
 * empty one too. Throws MvError invalid-file where weights or slots are not well formed.
 */
export function routerOf(xxh64: Xxh64, rollout: Rollout): (key: string) => string {
  const owners = ownersOf(rollout.variants);
  const { stage, id } = rollout;
  return (key) => owners[slotOf(xxh64, { stage, id }, key)] ?? "";
}
