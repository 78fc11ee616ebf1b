// One durable note of what is under way in the working tree, so that the next command can finish or undo it.
import { mkdirSync, rmSync } from "node:fs";
import { join } from "node:path";
import { readTextFile, writeFileAtomic } from "../platform/files.ts";
import { syncFolder } from "../platform/sync.ts";

const MAX_BYTES = 1 << 24;

export interface Journal {
  begin(entry: object): Promise<void>;
  /** Null where nothing is under way. A note that cannot be read is none: it was never whole, so nothing had begun. */
  read(): Promise<object | null>;
  end(): Promise<void>;
}

export function createJournal(stateDir: string): Journal {
  const file = join(stateDir, "journal.json");
  return {
    async begin(entry) {
      mkdirSync(stateDir, { recursive: true });
      await writeFileAtomic(file, JSON.stringify(entry));
    },
    async read() {
      const text = await readTextFile(file, MAX_BYTES);
      if (text === null) return null;
      try {
        return JSON.parse(text) as object;
      } catch {
        return null;
      }
    },
    async end() {
      rmSync(file, { force: true });
      syncFolder(stateDir);
    },
  };
}
