// Fills a folder with a release's files, from the stores; every file is checked against its SHA-256.
import { chmodSync, constants, copyFileSync, mkdirSync, rmSync, symlinkSync } from "node:fs";
import { dirname, isAbsolute, join } from "node:path";
import { MvError } from "../../errors.ts";
import type { ManifestEntry } from "../../model/manifest.ts";
import { writeError } from "../../platform/file-errors.ts";
import { freeBytes } from "../../platform/files.ts";
import { lstatOrNull } from "../../platform/stat.ts";
import { createWorkers } from "../../platform/workers.ts";
import type { Transfer } from "../../remotes/remote.ts";
import { hashFiles } from "../../store/hash-files.ts";
import type { Progress } from "../project.ts";
import type { Piece } from "./choose.ts";
import { missing, type Stores } from "./stores.ts";

export interface FillOptions {
  /** How many objects at once. */
  jobs: number;
  /** Artifacts that are to be executable. */
  executable: ReadonlySet<string>;
  /** Pieces that are said to lie in a folder already, under the same paths. */
  held: ReadonlyMap<Piece, string>;
  report: (event: Progress) => void;
}

export interface Filled {
  files: number;
  bytes: number;
  /** How many files each folder has. */
  counts: ReadonlyMap<string, number>;
}

/** A file of the release: where its bytes go, and all the paths that have them. */
type Place = Transfer & { path: string; also: string[] };

/**
 * Brings the pieces into `folder`, which may hold what an interrupted call of the same release left. Returns how many files
 * and bytes it holds, and the files of each folder. Throws object-missing where no store has an object, bytes-wrong where it has other bytes, no-space.
 */
export async function fill(
  stores: Stores,
  pieces: readonly Piece[],
  folder: string,
  options: FillOptions,
): Promise<Filled> {
  const entries = await entriesOf(stores, pieces, options.executable);
  try {
    for (const { path } of entries) mkdirSync(dirname(join(folder, path)), { recursive: true });
    const all = placesOf(entries, folder);
    takeOver(all, options.held);
    const places = await stillWanted(all);
    await requireSpace(folder, places);
    await receive(stores, places, options);
    for (const { file, also } of all) {
      for (const path of also) copyFileSync(file, join(folder, path));
    }
    for (const entry of entries) finish(join(folder, entry.path), entry);
  } catch (error) {
    throw writeError(error, folder);
  }
  const counts = new Map<string, number>();
  for (const { path, kind } of pieces) {
    if (kind === "directory") counts.set(path, entries.filter((entry) => entry.path.startsWith(`${path}/`)).length);
  }
  return {
    counts,
    files: entries.length,
    bytes: entries.reduce((sum, entry) => sum + ("size" in entry ? entry.size : 0), 0),
  };
}

async function entriesOf(
  stores: Stores,
  pieces: readonly Piece[],
  executable: ReadonlySet<string>,
): Promise<ManifestEntry[]> {
  const entries: ManifestEntry[] = [];
  for (const piece of pieces) {
    if (piece.kind === "directory") for (const entry of await stores.filesOf(piece)) entries.push(entry);
    else if ("link" in piece || "executable" in piece) entries.push(piece);
    else if (piece.kind === "file") entries.push({ ...piece, executable: executable.has(piece.path) });
  }
  return entries;
}

/** Each object once: it is received into the first path that has it, and copied to the others. */
function placesOf(entries: readonly ManifestEntry[], folder: string): Place[] {
  const places = new Map<string, Place>();
  for (const entry of entries) {
    if (!("sha256" in entry)) continue;
    const { path, sha256, size } = entry;
    const known = places.get(sha256);
    if (known) known.also.push(path);
    else places.set(sha256, { path, sha256, size, file: join(folder, path), also: [] });
  }
  return [...places.values()];
}

/**
 * Copies what lies in another folder already: its bytes are checked with those that a call before left. A copy and no link, as
 * whoever writes into the one would write into the other.
 */
function takeOver(places: readonly Place[], held: ReadonlyMap<Piece, string>): void {
  const folders = [...held];
  for (const { file, path, also, size } of folders.length > 0 ? places : []) {
    if (lstatOrNull(file) !== null) continue;
    for (const name of [path, ...also]) {
      const isIn = ([piece]: [Piece, string]): boolean => name === piece.path || name.startsWith(`${piece.path}/`);
      const from = join(folders.find(isIn)?.[1] ?? "", name);
      const stats = isAbsolute(from) ? lstatOrNull(from) : null;
      if (stats?.isFile() !== true || Number(stats.size) !== size) continue;
      try {
        copyFileSync(from, file, constants.COPYFILE_FICLONE);
        break;
      } catch {
        // The store has it, too.
        rmSync(file, { force: true });
      }
    }
  }
}

/** Without those whose bytes are there already, from a call that was interrupted. A first part of a file stays: it goes on. */
async function stillWanted(places: readonly Place[]): Promise<Place[]> {
  const whole = places.filter((place) => Number(lstatOrNull(place.file)?.size ?? -1) >= place.size);
  const right = new Set(await rightOf(whole));
  for (const place of whole) if (!right.has(place)) rmSync(place.file, { recursive: true, force: true });
  return places.filter((place) => !right.has(place));
}

async function rightOf(places: readonly Place[]): Promise<Place[]> {
  const sources = places.map(({ file, size }) => ({ path: file, size }));
  const hashed = await hashFiles(createWorkers(0), sources, () => undefined, "sha256");
  return places.filter(({ sha256 }, at) => hashed[at]?.sha256 === sha256);
}

async function requireSpace(folder: string, places: readonly Place[]): Promise<void> {
  const needed = places.reduce((sum, { size, file }) => sum + size - Number(lstatOrNull(file)?.size ?? 0), 0);
  const free = needed === 0 ? 0 : await freeBytes(folder);
  if (free >= needed) return;
  throw new MvError("no-space", `${folder}: ${needed} bytes are needed, ${free} are free`, {
    details: { needed, free },
  });
}

async function receive(stores: Stores, places: readonly Place[], { jobs, report }: FillOptions): Promise<void> {
  const total = places.reduce((sum, { size }) => sum + size, 0);
  let done = 0;
  let left = places;
  const wrong = new Set<string>();
  const failures = await stores.each(async (remote) => {
    const held = await remote.has(left);
    const here = left.filter(({ sha256 }) => held.has(sha256));
    if (here.length > 0) {
      const onBytes = (count: number): void => report({ phase: "Fetching", bytes: (done += count), total });
      await remote.receive(here, { jobs, onBytes });
    }
    const right = new Set(await rightOf(here));
    for (const { sha256, file } of here.filter((place) => !right.has(place))) {
      wrong.add(sha256);
      rmSync(file, { force: true });
    }
    left = left.filter((place) => !right.has(place));
    return left.length === 0;
  });
  const [first] = left;
  if (!first) return;
  if (!wrong.has(first.sha256)) throw missing(first.path, first.sha256, failures);
  throw new MvError("bytes-wrong", `${first.path}: the store has other bytes than ${first.sha256}`, {
    hint: "mv verify --remote NAME, where it is set up",
    details: { path: first.path, sha256: first.sha256 },
  });
}

function finish(path: string, entry: ManifestEntry): void {
  if (!("link" in entry)) return chmodSync(path, entry.executable ? 0o755 : 0o644);
  rmSync(path, { force: true });
  symlinkSync(entry.link, path);
}
