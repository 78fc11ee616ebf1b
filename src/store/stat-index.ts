// The stat index: what a path held when it was last hashed, so that `status` need not hash it again. One file for each
// artifact and working tree, replaced whole; a lost or torn one only costs hashing.
import { createHash } from "node:crypto";
import { mkdirSync, readdirSync, rmSync, statSync } from "node:fs";
import { join } from "node:path";
import { nowNs, sleep } from "../platform/clock.ts";
import { readBytesFile, writeFileAtomic } from "../platform/files.ts";
import { type FileStat, fileStat, lstatOrNull, sameStat } from "../platform/stat.ts";
import type { FolderStamp } from "../platform/stat-jobs.ts";
import type { Sha } from "./bytes.ts";
import { countNames, type FolderNames, stampFolders } from "./folder-counts.ts";
import { decodeTable, encodeTable, hasSameNames, pathsOf } from "./stat-codec.ts";
import type { Row, StatTable } from "./stat-table.ts";
import { MANY, type WalkedFolder } from "./walk.ts";

const MAX_BYTES = 1 << 29;
/** Of a file in an index, and how many indexes are looked at to learn whether one is large. */
const ROW_BYTES = 73;
const ASKED = 50;
/** Clocks of file systems tick every few milliseconds: a file younger than this may change without a sign. */
const TICK_NS = 20_000_000n;
/** Where times are whole seconds, the file system may count in steps of two. */
const COARSE_NS = 2_100_000_000n;
const SECOND_NS = 1_000_000_000n;

interface Head {
  key: string;
  /** The artifact's: the file's, or the manifest's. */
  sha256: Sha;
  size: number;
  /** Regular files, also those that have no row because they were too young. */
  files: number;
  /** Links of a folder: path and target. */
  links: readonly (readonly [string, string])[];
  /** When every object of it was last seen whole in the cache, in ms since 1970; 0: never. */
  checkedMs: number;
}

export interface KnownArtifact extends Head {
  /** The names in each folder of it: of files that have rows, links and folders. */
  folders: readonly FolderNames[];
  table: StatTable;
}

/** The folders as they were just walked, and the moment before, in nanoseconds since 1970. */
export interface Walk {
  folders: ReadonlyMap<string, WalkedFolder>;
  since: bigint;
}

export interface StatIndex {
  /** Null where nothing (or nothing readable) is recorded. */
  read(absolute: string, key: string): Promise<KnownArtifact | null>;
  /** Row numbers are of `before`. Never fails: a read-only repository can be looked at all the same. */
  write(absolute: string, head: Head, rows: readonly Row[], before: KnownArtifact | null, walk?: Walk): Promise<void>;
  /** What the newest entry for the key says, whatever working tree it is of. */
  newest(key: string): Promise<KnownArtifact | null>;
  forget(key: string): void;
  /** A folder of many files that is known in a working tree; of the first artifacts alone, since it is asked before any is. */
  findMany(root: string): { absolute: string; known: KnownArtifact } | null;
}

const digest = (text: string): string => createHash("sha256").update(text).digest("hex").slice(0, 32);

export function createStatIndex(stateDir: string): StatIndex {
  const folderOf = (key: string): string => join(stateDir, "stat", digest(key));
  const fileOf = (absolute: string, key: string): string => join(folderOf(key), digest(absolute));

  // One command asks for the same artifact several times. A replaced file has another inode.
  let last: { file: string; stat: FileStat; artifact: KnownArtifact | null } | null = null;

  function readFile(file: string, key: string | null): KnownArtifact | null {
    try {
      const data = readBytesFile(file, MAX_BYTES);
      const found = data && decodeTable(data);
      const head = found?.head as Omit<KnownArtifact, "table"> | undefined;
      return found && head && (key === null || head.key === key) ? { ...head, table: found.table } : null;
    } catch {
      return null;
    }
  }

  return {
    async read(absolute, key) {
      const file = fileOf(absolute, key);
      const stats = lstatOrNull(file);
      if (stats === null) return null;
      const stat = fileStat(stats);
      if (last && last.file === file && sameStat(last.stat, stat)) return last.artifact;
      const artifact = readFile(file, key);
      last = { file, stat, artifact };
      return artifact;
    },
    async write(absolute, head, rows, before, walk) {
      try {
        const table = before?.table ?? null;
        const counts =
          before && before.links === head.links && hasSameNames(rows, before.table)
            ? before.folders
            : countNames([...pathsOf(rows, table), ...head.links.map(([path]) => path)]);
        const folders = walk
          ? stampFolders(counts, walk.folders, (stamp) => !isRacy(timesOf(stamp), walk.since))
          : stampFolders(counts, namesBefore(before), () => true);
        const data = encodeTable({ ...head, folders }, rows, table);
        mkdirSync(folderOf(head.key), { recursive: true });
        await writeFileAtomic(fileOf(absolute, head.key), data, { durable: false });
      } catch {
        // Told above.
      }
    },
    async newest(key) {
      try {
        const files = readdirSync(folderOf(key)).map((name) => join(folderOf(key), name));
        const [file] = files.toSorted((a, b) => statSync(b).mtimeMs - statSync(a).mtimeMs);
        return file === undefined ? null : readFile(file, key);
      } catch {
        return null;
      }
    },
    forget: (key) => rmSync(folderOf(key), { recursive: true, force: true }),
    findMany(root) {
      for (const file of largeFiles(join(stateDir, "stat"))) {
        const stats = lstatOrNull(file);
        const known = stats && readFile(file, null);
        const absolute = known && join(root, known.key);
        if (!absolute || fileOf(absolute, known.key) !== file) continue;
        last = { file, stat: fileStat(stats), artifact: known };
        return { absolute, known };
      }
      return null;
    },
  };
}

function largeFiles(folder: string): string[] {
  try {
    const keys = readdirSync(folder).slice(0, ASKED);
    const files = keys.flatMap((key) => readdirSync(join(folder, key)).map((name) => join(folder, key, name)));
    return files.filter((file) => statSync(file).size >= MANY * ROW_BYTES);
  } catch {
    return [];
  }
}

/** A folder that has as many names as before has the stamp of before while nobody changes one. */
function namesBefore(before: KnownArtifact | null): Map<string, WalkedFolder> {
  return new Map((before?.folders ?? []).map(([folder, names, stamp]) => [folder, { names, stamp }]));
}

function timesOf([mtimeMs, ctimeMs]: FolderStamp): Pick<FileStat, "mtimeNs" | "ctimeNs"> {
  return { mtimeNs: BigInt(Math.round(mtimeMs * 1e6)), ctimeNs: BigInt(Math.round(ctimeMs * 1e6)) };
}

/**
 * Whether a file that was hashed after the moment `since` may have changed after that under the same times, because those are
 * not clearly older. A time in the future was set by hand: any write changes it.
 */
export function isRacy({ mtimeNs, ctimeNs }: Pick<FileStat, "mtimeNs" | "ctimeNs">, since: bigint): boolean {
  const now = nowNs() + 1_000_000n;
  return [mtimeNs, ctimeNs].some((time) => {
    const step = time % SECOND_NS === 0n ? COARSE_NS : TICK_NS;
    return time > since - step && time <= now;
  });
}

/** Waits until files with these stats can no longer change without a sign, but not for coarse clocks. */
export async function letSettle(stats: readonly FileStat[]): Promise<void> {
  // Our clock counts milliseconds: a file may be up to one of them ahead.
  const now = nowNs() + 1_000_000n;
  const isYoung = (time: bigint): boolean => now >= time && now - time < TICK_NS + 1_000_000n;
  if (stats.some(({ mtimeNs, ctimeNs }) => isYoung(mtimeNs) || isYoung(ctimeNs)))
    await sleep(Number(TICK_NS / 1_000_000n) + 5);
}
