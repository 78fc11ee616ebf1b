// What a stage's chain of assignments means: which shares follow from a weight, what ran before, what ran at a time. The order
// of a chain is its numbers', whatever the clocks said.
import { MOST_SHARES, type Share } from "./assignment.ts";
import type { EventRef } from "./event-object.ts";

/** One assignment of a chain, as far as it matters here. */
export interface State {
  number: number;
  tag: string;
  oid: string;
  baseline: string | null;
  /** Empty where nothing runs. */
  rollout: readonly Share[];
  returns: EventRef | null;
}

/** Whether one version runs alone: a state to go back to. */
export function isWhole(state: Pick<State, "rollout">): boolean {
  return state.rollout.length === 1;
}

export type Weighing =
  | { rollout: Share[]; baseline: string }
  /** Nothing runs; the version runs alone, or is the baseline of a split; others run, and nobody said what they keep. */
  | { problem: "nothing" | "alone" | "baseline" | "others" };

/**
 * The shares where a version gets `weight` percent and what ran before the rest: the version that runs alone, or the baseline of a
 * split whose only other version this is.
 */
export function withWeight(
  before: Pick<State, "rollout" | "baseline"> | null,
  version: Pick<Share, "version" | "tag">,
  weight: number,
): Weighing {
  const running = before?.rollout ?? [];
  const baseline = running.find((share) => share.version === before?.baseline);
  if (baseline === undefined) return { problem: "nothing" };
  if (baseline.tag === version.tag) return { problem: running.length === 1 ? "alone" : "baseline" };
  const others = running.filter(({ tag }) => tag !== baseline.tag && tag !== version.tag);
  if (others.length > 0) return { problem: "others" };
  const rollout = [
    { ...baseline, weight: 100 - weight },
    { version: version.version, tag: version.tag, weight },
  ];
  return { rollout, baseline: baseline.version };
}

/** A split as typed, "v1.2.0=90,v1.3.0=10": words and whole percents; or, as a text, what is wrong with it. */
export function readSplit(text: string): { word: string; weight: number }[] | string {
  const shares = text.split(",").map((part) => {
    const [, word = "", weight = ""] = /^\s*(\S+)=(\d{1,3})\s*$/.exec(part) ?? [];
    return { part, word, weight: Number(weight) };
  });
  const unclear = shares.find(({ word, weight }) => word === "" || weight < 1);
  if (unclear) return `${unclear.part.trim() || "a part"} is not VERSION=PERCENT, a whole percent of 1 or more`;
  if (shares.length > MOST_SHARES) return `at most ${MOST_SHARES} versions share a stage`;
  const sum = shares.reduce((whole, { weight }) => whole + weight, 0);
  return sum === 100
    ? shares.map(({ word, weight }) => ({ word, weight }))
    : `the shares are ${sum} % together, not 100 %`;
}

/** The state that an assignment brought back, or itself. `chain` is any order. */
export function originOf<T extends State>(chain: readonly T[], state: T): T {
  let origin = state;
  for (;;) {
    const { returns, number } = origin;
    const earlier = returns && chain.find(({ tag, oid }) => tag === returns.assignment && oid === returns.tag);
    // A chain may be hostile: only what came before can come back, so this ends.
    if (!earlier || earlier.number >= number) return origin;
    origin = earlier;
  }
}

/**
 * Where a rollback leads: the newest state before the present one in which a usable version ran alone, and another one than runs
 * alone now. After a rollback the present state is the one that it brought back, so a second one goes further back, and what was
 * rolled back is never returned to. Null where there is none. `chain` is newest first.
 */
export function rollbackTarget<T extends State>(chain: readonly T[], isUsable: (share: Share) => boolean): T | null {
  const [current] = chain;
  if (current === undefined) return null;
  const alone = isWhole(current) ? current.rollout[0]?.tag : undefined;
  let before = originOf(chain, current).number;
  for (const state of chain) {
    if (state.number >= before) continue;
    const origin = originOf(chain, state);
    const [share] = isWhole(origin) ? origin.rollout : [];
    if (share !== undefined && share.tag !== alone && isUsable(share)) return origin;
    before = origin.number;
  }
  return null;
}

/** The newest state in which a version ran, alone before in a split; null where it never did. `chain` is newest first. */
export function lastRunOf<T extends State>(chain: readonly T[], version: string): T | null {
  const ran = chain.filter(({ rollout }) => rollout.some((share) => share.version === version));
  const found = ran.find(isWhole) ?? ran[0];
  return found === undefined ? null : originOf(chain, found);
}

/** Assignments that are dated before one that they follow: they count from when that one was made. `chain` is newest first. */
export function backdated<T extends { date: number | null }>(chain: readonly T[]): T[] {
  let latest = -Infinity;
  const found: T[] = [];
  for (const state of chain.toReversed()) {
    if (state.date === null) continue;
    if (state.date < latest) found.push(state);
    latest = Math.max(latest, state.date);
  }
  return found;
}

/**
 * What ran at a moment (seconds since 1970): the last assignment that was made by then, where no assignment counts as made before
 * one that it follows. One without a date counts as made with the one before it. Null before the first. `chain` is newest first.
 */
export function stateAt<T extends { date: number | null }>(chain: readonly T[], seconds: number): T | null {
  let found: T | null = null;
  for (const state of chain.toReversed()) {
    if ((state.date ?? -Infinity) > seconds) break;
    found = state;
  }
  return found;
}
