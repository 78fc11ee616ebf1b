// What a new assignment takes over from the one before it, so that no key changes its version without need.
import type { Rollout } from "./route.ts";
import { moveSlots, ownersOf, type SlotRange, slotsOf, type Variant } from "./slots.ts";

/** Id and slots that an assignment is written with. */
export interface Continued {
  /** That of the experiment that goes on, or `tag`: the name of the assignment that begins one. */
  id: string;
  /** The slots of each version, in the order of the list; null where they are simply one after the other. */
  slots: SlotRange[][] | null;
}

/**
 * Whether keys stay where they are, and in which slots. An experiment goes on as long as one list of versions contains the
 * other: weights change, a version joins, a version leaves. Anything else begins a new one, which deals the keys anew:
 * a stage that had one version alone, and a candidate that takes another's place.
 * @param tag name of the new assignment's tag, which becomes the id of an experiment that it begins
 */
export function continueRollout(
  before: Pick<Rollout, "id" | "variants"> | null,
  next: readonly Variant[],
  tag: string,
): Continued {
  const fresh = ownersOf(next.map(({ version, weight }) => ({ version, weight })));
  if (before === null || !goesOn(before.variants, next)) return { id: tag, slots: null };
  const owners = moveSlots(ownersOf(before.variants), next);
  const isPlain = owners.every((owner, slot) => owner === fresh[slot]);
  return { id: before.id, slots: isPlain ? null : next.map(({ version }) => slotsOf(owners, version)) };
}

function goesOn(before: readonly Variant[], next: readonly Variant[]): boolean {
  if (before.length < 2 || next.length < 2) return false;
  const [few, many] = before.length < next.length ? [before, next] : [next, before];
  const versions = new Set(many.map(({ version }) => version));
  return few.every(({ version }) => versions.has(version));
}
