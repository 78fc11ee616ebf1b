// The stats of many files, asked for in worker threads.
import { emptyColumns, EXECUTABLE, NUMBERS, type StatColumns } from "../platform/stat-columns.ts";
import type { Workers } from "../platform/workers.ts";
import type { StatTable } from "./stat-table.ts";

/** Rows of the stat index that were just seen to hold (1). */
interface Seen {
  table: StatTable;
  rows: Uint8Array;
}

/** lstat of each path below a folder, in their order; not of those that were just seen. Throws MvError no-read. */
export async function statFiles(
  workers: Workers,
  folder: string,
  paths: readonly string[],
  seen: Seen | null = null,
): Promise<StatColumns> {
  const all = emptyColumns(paths.length);
  const unseen: number[] = [];
  for (const [at, path] of paths.entries()) if (!seen || !copySeen(seen, path, all, at)) unseen.push(at);
  await workers.each(unseen, {
    job: "stat",
    // One long text goes to a thread faster than many short ones.
    input: (portion) => ({ folder, paths: portion.map((at) => paths[at]).join("\0") }),
    bytes: 0,
    done(portion, { numbers, flags }) {
      for (const [place, at] of portion.entries()) {
        all.numbers.set(numbers.subarray(place * NUMBERS, (place + 1) * NUMBERS), at * NUMBERS);
        all.flags[at] = flags[place] ?? 0;
      }
    },
  });
  return all;
}

function copySeen({ table, rows }: Seen, path: string, to: StatColumns, at: number): boolean {
  // Mostly nothing was added or removed, so the row is where it was.
  const row = table.paths[at] === path ? at : table.row(path);
  if (row < 0 || rows[row] !== 1) return false;
  to.numbers.set(table.columns.numbers.subarray(row * NUMBERS, (row + 1) * NUMBERS), at * NUMBERS);
  to.flags[at] = table.executable(row) ? EXECUTABLE : 0;
  return true;
}
