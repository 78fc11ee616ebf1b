// How long a release has been on a stage, by the assignments of that stage.

/** An assignment as far as time is concerned. */
export interface Stay {
  /** Oids of the release tags that it put there, alone or in a split. */
  releases: readonly string[];
  /** Seconds since 1970, by the tagger's clock. */
  date: number;
}

export interface TimeOn {
  seconds: number;
  /** Where it is there now: since when by the newest assignment's clock, which may be ahead. Else null. */
  since: number | null;
}

/**
 * The time that a release was on a stage, all its stays together; null where it never was. Assignments follow each other by
 * number, whatever their clocks say: one that is dated before its predecessor counts from there, so that nobody dates a stay
 * back beyond it, and around one of the future no time counts until the next.
 */
export function secondsOn(stays: readonly Stay[], release: string, now: number): TimeOn | null {
  let seconds = 0;
  let from = Number.NEGATIVE_INFINITY;
  let since: number | null = null;
  let [counts, wasThere] = [false, false];
  for (const { releases, date } of stays) {
    const isThere = releases.includes(release);
    since = isThere ? date : null;
    wasThere ||= isThere;
    if (date <= now) {
      const begin = Math.max(from, date);
      if (counts) seconds += begin - from;
      from = begin;
    }
    counts = isThere && date <= now;
  }
  if (!wasThere) return null;
  return { seconds: counts ? seconds + now - from : seconds, since };
}
