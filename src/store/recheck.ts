// Compares a folder with what the stat index says of it, without listing its files anew: what an unchanged folder costs.
import { readlinkSync } from "node:fs";
import type { Workers } from "../platform/workers.ts";
import type { Ignored } from "./bytes.ts";
import type { KnownArtifact } from "./stat-index.ts";
import { CHUNK } from "./stat-table.ts";

export interface Rechecked {
  /** For each row of the table 1 where the file still is what was hashed. */
  rows: Uint8Array;
  /** Nothing was added, removed or changed: the folder is what the index says. */
  isSame: boolean;
}

/** What a folder may hold to change which of its files count. */
const RULES = ".mvignore";

/**
 * Looks at every file that the stat index knows and counts the names in every folder that changed. Where all of those files are
 * there and no folder has more names, there are no others. Never fails: what cannot be looked at is not the same.
 */
export async function recheck(
  { workers, absolute }: { workers: Workers; absolute: string },
  known: KnownArtifact,
  ignored: Ignored | undefined,
): Promise<Rechecked> {
  const { table, links } = known;
  // A thread takes a while to start; meanwhile the folders are looked at here.
  const hasNames = await haveTheirNames(workers, absolute, known.folders);
  const rows = new Uint8Array(table.count);
  await workers.each([...table.chunks.keys()], {
    job: "match",
    input: ([at = 0]) => ({ folder: absolute, ...table.chunk(at) }),
    bytes: 0,
    files: table.count,
    portion: 1,
    done: ([at = 0], matches) => rows.set(matches, at * CHUNK),
  });
  const isSame =
    hasNames &&
    known.files === table.count &&
    !rows.includes(0) &&
    links.every(([path, target]) => linkAt(`${absolute}/${path}`) === target) &&
    (ignored === undefined || (ignored.isOff === true && !table.mentions(RULES)));
  return { rows, isSame };
}

async function haveTheirNames(workers: Workers, absolute: string, folders: KnownArtifact["folders"]): Promise<boolean> {
  let same = true;
  await workers.each(folders, {
    job: "named",
    input: (portion) => ({
      folders: portion.map(([folder, names, stamp]) => ({
        path: folder === "" ? absolute : `${absolute}/${folder}`,
        names,
        stamp,
      })),
    }),
    bytes: 0,
    done(_, hasNames) {
      same &&= !hasNames.includes(0);
    },
  });
  return same;
}

function linkAt(path: string): string | null {
  try {
    return readlinkSync(path);
  } catch {
    return null;
  }
}
