// An assignment with the tagger's clock, for questions about time.
import type { Standing } from "../registry.ts";

export interface Dated {
  state: Standing;
  /** Seconds since 1970; null for a plain tag, which says nothing of its time. */
  date: number | null;
}

export function dated(state: Standing): Dated {
  return { state, date: state.tagger?.date ?? null };
}
