// For each file of an artifact the row of the stat index that still holds, or its hashes.
import { nowNs } from "../platform/clock.ts";
import { changing } from "../platform/stat.ts";
import { ABSENT, NUMBERS, sizeAt, statAt, type StatColumns } from "../platform/stat-columns.ts";
import type { Workers } from "../platform/workers.ts";
import type { Ignored, Progress } from "./bytes.ts";
import type { EarlyLook } from "./early-look.ts";
import { hashFiles } from "./hash-files.ts";
import type { Hashed, Intake, Source } from "./intake.ts";
import type { Objects } from "./objects.ts";
import { requireRoomFor } from "./room.ts";
import { statFiles } from "./stat-files.ts";
import { isRacy, type KnownArtifact, letSettle, type StatIndex } from "./stat-index.ts";
import type { KnownFile, Row } from "./stat-table.ts";

export interface ReadOptions {
  ignored?: Ignored;
  /** Hash everything, whatever the stat index says. */
  precise?: boolean;
  move?: boolean;
  progress?: Progress;
}

export interface Reading {
  objects: Objects;
  index: StatIndex;
  workers: Workers;
  /** Where a look may have begun already. */
  early: EarlyLook | null;
  absolute: string;
  key: string;
  options: ReadOptions;
}

/** The files of an artifact as they were found. */
export interface Files {
  root: string;
  /** Inside a folder artifact; "" for a file artifact, whose root is the file itself. */
  paths: readonly string[];
  /** Objects that hold the bytes of some, by their position: links of ours stand there. */
  linked: ReadonlyMap<number, string>;
  stats: StatColumns;
}

/** Where the bytes of a file are. */
export function sourceAt({ root, paths, linked }: Files, at: number): string {
  return linked.get(at) ?? (paths[at] ? `${root}/${paths[at]}` : root);
}

/** The rows, and the moment since which files were hashed. With an intake the hashes are those of the stored copies. */
export async function rowsOf(
  reading: Reading,
  files: Files,
  known: KnownArtifact | null,
  intake: Intake | null,
): Promise<{ rows: Row[]; since: bigint }> {
  const isAll = known?.table.isAll(files.paths, files.stats) === true;
  const rows = files.paths.map((path, at) => (isAll ? at : keptRow(known, files.stats, path, at)));
  if (intake && known) await dropUnstored(reading, known, rows);
  const stale = rows.flatMap((row, at) => (row === null ? [at] : []));
  if (stale.length === 0) return { rows: rows.filter((row) => row !== null), since: 0n };
  const stats = stale.map((at) => statAt(files.stats, at));
  const sources = stale.map((at, place) => ({ path: sourceAt(files, at), size: stats[place]?.size ?? 0 }));
  if (intake && !reading.options.move) {
    // What a link of ours leads to is in the cache.
    const copied =
      files.linked.size === 0 ? sources : sources.filter((_, place) => !files.linked.has(stale[place] ?? -1));
    await requireRoomFor(reading.objects, copied);
  }
  await letSettle(stats);
  const since = nowNs();
  const hashed = await hashAll(reading, sources, intake);
  const found: Row[] = rows.map((row) => row ?? -1);
  for (const [place, at] of stale.entries()) {
    const { stat, sha256, xxh64 } = hashed[place] ?? changed(sourceAt(files, at));
    found[at] = { path: files.paths[at] ?? "", ...stat, sha256, xxh64 } satisfies KnownFile;
  }
  return { rows: found, since };
}

/** The rows that may be trusted later: without files that could have changed after they were hashed, under the same times. */
export function settledRows({ options }: Reading, rows: readonly Row[], since: bigint): Row[] {
  // A move links the file, which sets its ctime: only its mtime tells of writers.
  return rows.filter(
    (row) => typeof row === "number" || !isRacy(options.move ? { ...row, ctimeNs: row.mtimeNs } : row, since),
  );
}

function keptRow(known: KnownArtifact | null, stats: StatColumns, path: string, at: number): number | null {
  if (known === null) return null;
  // Mostly nothing was added or removed, so the row is where it was.
  const row = known.table.paths[at] === path ? at : known.table.row(path);
  return row >= 0 && known.table.matchesAt(row, stats, at) ? row : null;
}

function changed(path: string): never {
  throw changing(path);
}

/** Forgets rows whose object is gone, or was written to since all objects of the artifact were last seen whole. */
async function dropUnstored(
  { objects, workers }: Reading,
  { table, checkedMs }: KnownArtifact,
  rows: (number | null)[],
): Promise<void> {
  const kept = rows.flatMap((row, at) => (row === null ? [] : [{ row, at, sha256: table.sha256(row) }]));
  const names = kept.map(({ sha256 }) => `${sha256.slice(0, 2)}/${sha256}`);
  const stats = await statFiles(workers, objects.folder, names);
  const checkedNs = BigInt(checkedMs) * 1_000_000n;
  for (const [place, { row, at, sha256 }] of kept.entries()) {
    const isThere = ((stats.flags[place] ?? ABSENT) & ABSENT) === 0;
    const isUntouched =
      isThere &&
      sizeAt(stats, place) === table.size(row) &&
      (stats.numbers[place * NUMBERS + 1] ?? 0n) <= checkedNs &&
      (stats.numbers[place * NUMBERS + 2] ?? 0n) <= checkedNs;
    if (!isUntouched && !(isThere && (await objects.isGood(sha256)))) rows[at] = null;
  }
}

async function hashAll(
  { workers, options }: Reading,
  sources: readonly Source[],
  intake: Intake | null,
): Promise<Hashed[]> {
  const total = sources.reduce((sum, { size }) => sum + size, 0);
  const phase = intake ? "Adding" : "Hashing";
  let done = 0;
  const onBytes = (bytes: number): void =>
    options.progress?.({ phase, bytes: (done += bytes), total, files: sources.length });
  if (!intake) return hashFiles(workers, sources, onBytes);
  if (!options.move) return intake.files(sources, onBytes);
  const moved: Hashed[] = [];
  for (const { path } of sources) moved.push(await intake.move(path, onBytes));
  return moved;
}
