// A look at a large folder that begins before it is asked for: most commands first wait for Git, and the files are compared
// meanwhile.
import type { Workers } from "../platform/workers.ts";
import { compareFiles, type Compared } from "./recheck.ts";
import type { KnownArtifact, StatIndex } from "./stat-index.ts";

export interface EarlyLook {
  /** Begins with the first folder of many files that is known in this working tree; nothing where there is none. */
  begin(root: string): void;
  /** What was begun for just this entry of the stat index; once, since a second look must be a new one. */
  take(known: KnownArtifact): Promise<Compared> | null;
}

export function createEarlyLook(index: StatIndex, workers: Workers): EarlyLook {
  let begun: { known: KnownArtifact; compared: Promise<Compared> } | null = null;
  return {
    begin(root) {
      const found = index.findMany(root);
      if (found === null) return;
      workers.start();
      const compared = compareFiles({ workers, absolute: found.absolute }, found.known);
      // Its failure is seen by who takes it; until then nobody listens.
      compared.catch(() => undefined);
      begun = { known: found.known, compared };
    },
    take(known) {
      if (begun?.known !== known) return null;
      const { compared } = begun;
      begun = null;
      return compared;
    },
  };
}
