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

/** How the files and folders that the stat index knows compare with those on disk. */
export interface Compared {
  /** As in Rechecked. */
  rows: Uint8Array;
  /** Every folder has as many names as before. */
  hasNames: boolean;
}

interface Folder {
  workers: Workers;
  absolute: string;
}

/** What a folder may hold to change which of its files count. */
const RULES = ".mvignore";

/**
 * Looks at every file that the stat index knows and counts the names in every folder that changed. Where all of those files are
 * there and no folder has more names, there are no others. Never fails: what cannot be looked at is not the same.
 */
export async function recheck(
  folder: Folder,
  known: KnownArtifact,
  ignored: Ignored | undefined,
  compared: Promise<Compared> = compareFiles(folder, known),
): Promise<Rechecked> {
  const { table, links } = known;
  const { rows, hasNames } = await compared;
  const isSame =
    hasNames &&
    known.files === table.count &&
    !rows.includes(0) &&
    links.every(([path, target]) => linkAt(`${folder.absolute}/${path}`) === target) &&
    (ignored === undefined || (ignored.isOff === true && !table.mentions(RULES)));
  return { rows, isSame };
}

/** Looks at every file and folder of it. */
export async function compareFiles({ workers, absolute }: Folder, known: KnownArtifact): Promise<Compared> {
  const { table } = known;
  // A thread takes a while to start; meanwhile the folders are looked at here.
  const hasNames = await haveTheirNames(workers, absolute, known.folders);
  const rows = new Uint8Array(table.count);
  await workers.each([...table.chunks.keys()], {
    job: "match",
    input: (portion) => ({ folder: absolute, ...table.chunk(portion[0] ?? 0, portion.length) }),
    bytes: 0,
    files: table.count,
    // Enough for messages to cost little, and few enough for Git to be answered in time.
    portion: 2,
    done: ([at = 0], matches) => rows.set(matches, at * CHUNK),
  });
  return { rows, hasNames };
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
