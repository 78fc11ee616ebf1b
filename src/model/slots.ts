// The hundred slots of a split stage: which version has which of them, and how they move when weights change. Keys fall into
// slots (route.ts), so a slot that stays where it was leaves its keys where they were.
import { MvError } from "../errors.ts";

/** One slot is one percent of the keys. */
export const SLOTS = 100;

/** A run of slots, both ends included: [75, 99]. */
export type SlotRange = readonly [first: number, last: number];

/** A version and its share in percent. Without slots it has the next ones in the order of the list. */
export interface Variant {
  version: string;
  weight: number;
  slots?: readonly SlotRange[] | undefined;
}

/** The version of each slot. Throws MvError invalid-file where weights or slots do not make a whole. */
export function ownersOf(variants: readonly Variant[]): string[] {
  const why = problemOf(variants);
  if (why !== null) throw new MvError("invalid-file", `The rollout is not well formed: ${why}`);
  return layOut(variants);
}

function layOut(variants: readonly Variant[]): string[] {
  const isPlain = variants.every(({ slots }) => slots === undefined);
  if (isPlain) return variants.flatMap(({ version, weight }) => Array.from({ length: weight }, () => version));
  const owners = Array.from({ length: SLOTS }, () => "");
  for (const { version, slots = [] } of variants) {
    for (const [first, last] of slots) owners.fill(version, first, last + 1);
  }
  return owners;
}

/** Why versions, weights and slots cannot be a rollout, or null. */
export function problemOf(variants: readonly Variant[]): string | null {
  const versions = new Set(variants.map(({ version }) => version));
  if (versions.size < variants.length) return "a version stands in it twice";
  for (const { version, weight } of variants) {
    if (!Number.isInteger(weight) || weight < 1)
      return `the weight of ${version} is no whole number from 1 to ${SLOTS}`;
  }
  const sum = variants.reduce((total, { weight }) => total + weight, 0);
  if (sum !== SLOTS) return `the weights make ${sum}, not ${SLOTS}`;
  return variants.every(({ slots }) => slots === undefined) ? null : slotProblem(variants);
}

function slotProblem(variants: readonly Variant[]): string | null {
  const taken = new Set<number>();
  for (const { version, weight, slots = [] } of variants) {
    const before = taken.size;
    let count = 0;
    for (const [first, last] of slots) {
      const isRange = Number.isInteger(first) && Number.isInteger(last) && first >= 0 && first <= last && last < SLOTS;
      if (!isRange) return `${version} has slots that are not within 0 to ${SLOTS - 1}`;
      for (let slot = first; slot <= last; slot += 1) taken.add(slot);
      count += last - first + 1;
    }
    if (count !== weight) return `${version} has ${count} slots, and ${weight} percent`;
    if (taken.size - before !== count) return `a slot of ${version} is another's too`;
  }
  return null;
}

/** Owners as the runs of slots of each version, in ascending order. */
export function slotsOf(owners: readonly string[], version: string): SlotRange[] {
  const ranges: [number, number][] = [];
  owners.forEach((owner, slot) => {
    const open = ranges.at(-1);
    if (owner !== version) return;
    if (open?.[1] === slot - 1) open[1] = slot;
    else ranges.push([slot, slot]);
  });
  return ranges;
}

/**
 * The slots of new weights, with the fewest of them moved that a layout can move: a version that loses weight gives up just what it
 * loses, one that gains keeps all it had. The first version of the list gives up its highest slots and the others their
 * lowest, so that a canary that grows and shrinks again has its first keys back. Gainers take the free slots from the lowest
 * up, in the order of the list.
 */
export function moveSlots(owners: readonly string[], next: readonly Variant[]): string[] {
  const moved = owners.map((): string | null => null);
  const wanting = next.map(({ version, weight }, at) => {
    const had = owners.flatMap((owner, slot) => (owner === version ? [slot] : []));
    const kept = at === 0 ? had.slice(0, weight) : had.slice(Math.max(0, had.length - weight));
    for (const slot of kept) moved[slot] = version;
    return { version, missing: weight - kept.length };
  });
  const takers = wanting.flatMap(({ version, missing }) => Array.from({ length: missing }, () => version));
  return moved.map((owner) => owner ?? takers.shift() ?? "");
}
