// Orders releases by a metric, best first, as the policy says which way is better.
import { MvError } from "../../errors.ts";
import { leavesOf } from "../../model/diff.ts";
import { isNumberText, type ValueMap } from "../../model/value.ts";

export interface Order {
  metric: string;
  better: "higher" | "lower";
  /** False where the policy does not say which way is better, so that higher was assumed. */
  stated: boolean;
}

interface MetricRule {
  better?: "higher" | "lower" | undefined;
}

/** Best first; releases without the metric keep their order at the end. Fails with nothing-found where none has it. */
export function sortByMetric<T extends { metrics: ValueMap }>(
  releases: readonly T[],
  wanted: string,
  rules: Readonly<Record<string, MetricRule>>,
): { list: T[]; order: Order } {
  const metric = wanted.replace(/^metrics\./, "");
  const values = new Map<T, number>();
  const known = new Set<string>();
  for (const release of releases) {
    for (const { key, value } of leavesOf(release.metrics).values()) {
      known.add(key);
      // What is no number is not better than any.
      if (key === metric && isNumberText(value) && Number.isFinite(value.value)) values.set(release, value.value);
    }
  }
  if (values.size === 0) {
    const there = [...known].sort();
    throw new MvError("nothing-found", `No release has a number for the metric ${metric}`, {
      hint: there.length > 0 ? `mv log --sort ${there[0]}` : `mv add FILE --metric ${metric}=0.9`,
      details: { metrics: there },
    });
  }
  const better = Object.hasOwn(rules, metric) ? rules[metric]?.better : undefined;
  const sign = better === "lower" ? 1 : -1;
  const rank = (release: T): number => {
    const value = values.get(release);
    return value === undefined ? Number.POSITIVE_INFINITY : sign * value;
  };
  // Subtracting would make NaN of two infinities.
  const list = releases.toSorted((a, b) => (rank(a) === rank(b) ? 0 : rank(a) < rank(b) ? -1 : 1));
  return { list, order: { metric, better: better ?? "higher", stated: better !== undefined } };
}
