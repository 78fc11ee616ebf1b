// What a release measured and changed, in a few words for each part. Made once and kept: a thousand releases are listed without
// looking at what lies behind the words.
import { showValue } from "../../model/value.ts";
import { leavesOf } from "../../model/diff.ts";
import { changeRows, changeText } from "../diff/rows.ts";
import type { Facts, LogChanges } from "./changes.ts";

/** Things of one part that are named before the rest is counted. */
const MOST_THINGS = 4;

/** "metrics": "accuracy 0.91, auc 0.7". */
export interface Summary {
  part: string;
  words: string;
}

export function summaryOf(facts: Facts | null, changes: LogChanges | null): Summary[] {
  const parts = new Map<string, string[]>();
  const add = (part: string, words: string): void => {
    parts.set(part, [...(parts.get(part) ?? []), words]);
  };
  for (const { key, value } of leavesOf(facts?.metrics).values()) add("metrics", `${key} ${showValue(value)}`);
  for (const row of changes === null ? [] : changeRows(changes))
    add(row.section, [row.thing, changeText(row)].filter(Boolean).join(" "));
  return [...parts].map(([part, things]) => ({
    part,
    words: listed(part === "metrics" ? things.length : MOST_THINGS, things),
  }));
}

function listed(most: number, things: readonly string[]): string {
  const rest = things.length - most;
  return [...things.slice(0, most), ...(rest > 0 ? [`and ${rest} more`] : [])].join(", ");
}
