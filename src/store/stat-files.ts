// The stats of many files, asked for in worker threads: most of what an unchanged folder costs.
import { emptyColumns, NUMBERS, type StatColumns } from "../platform/stat-columns.ts";
import type { Workers } from "../platform/workers.ts";

/** lstat of each path below a folder, in their order. Throws MvError no-read. */
export async function statFiles(workers: Workers, folder: string, paths: readonly string[]): Promise<StatColumns> {
  const all = emptyColumns(paths.length);
  await workers.each([...paths.keys()], {
    job: "stat",
    // One long text goes to a thread faster than many short ones.
    input: (portion) => ({ folder, paths: portion.map((at) => paths[at]).join("\0") }),
    bytes: 0,
    done([first = 0], { numbers, flags }) {
      all.numbers.set(numbers, first * NUMBERS);
      all.flags.set(flags, first);
    },
  });
  return all;
}
