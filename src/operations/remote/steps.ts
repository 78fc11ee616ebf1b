// The steps of `mv remote test`: each is carried out, and what came of it is written down.
import { isMvError, MvError } from "../../errors.ts";

export type CheckName =
  | "put"
  | "refuse"
  | "has"
  | "get"
  | "resume"
  | "read"
  | "list"
  | "files"
  | "conditional"
  | "remove";

export interface Check {
  check: CheckName;
  /** unable: this kind of remote cannot do it, by its nature. untested: there was nothing to try it with. */
  state: "ok" | "failed" | "unable" | "untested";
  words: string;
  /** What to do about a failure, where that is known. */
  next: string | null;
}

export interface Steps {
  readonly checks: readonly Check[];
  /** Runs a step; it returns what to say of it. Its failure is written down, unless the user interrupted it. */
  run(check: CheckName, work: () => Promise<string>): Promise<void>;
  skip(check: CheckName, state: "unable" | "untested", words: string): void;
}

export function createSteps(): Steps {
  const checks: Check[] = [];
  return {
    checks,
    async run(check, work) {
      try {
        checks.push({ check, state: "ok", words: await work(), next: null });
      } catch (error) {
        if (!isMvError(error) || error.code === "interrupted") throw error;
        checks.push({ check, state: "failed", words: error.message, next: error.hint ?? null });
      }
    },
    skip: (check, state, words) => void checks.push({ check, state, words, next: null }),
  };
}

/** The failure of a step whose remote did what it must not do. */
export function wrong(why: string): MvError {
  return new MvError("bytes-wrong", why);
}

/** Bytes per second of a transfer; null where it was too short to tell. */
export async function rate(bytes: number, work: () => Promise<void>): Promise<number | null> {
  const start = performance.now();
  await work();
  const seconds = (performance.now() - start) / 1000;
  return seconds < 0.001 ? null : Math.round(bytes / seconds);
}
