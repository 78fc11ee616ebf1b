// One thing that doctor looked at.

export interface Check {
  /** programs, mv, repository, hooks, history, left over, cache, disk, remotes. */
  area: string;
  ok: boolean;
  text: string;
  /** What to type or do; null where all is well. */
  remedy: string | null;
}

export function ok(area: string, text: string): Check {
  return { area, ok: true, text, remedy: null };
}

export function finding(area: string, text: string, remedy: string): Check {
  return { area, ok: false, text, remedy };
}
