// Whether the cache's disk has room for what is about to be copied into it, asked before the first byte.
import { lstatSync, rmSync } from "node:fs";
import { join } from "node:path";
import { MvError } from "../errors.ts";
import { cloneFile } from "../platform/clone.ts";
import { freeBytes, makeFolder } from "../platform/files.ts";
import { fileStat, lstatOrNull } from "../platform/stat.ts";
import { emptyColumns, setStat } from "../platform/stat-columns.ts";
import { tempName } from "../platform/temp.ts";
import type { Objects } from "./objects.ts";
import type { StatIndex } from "./stat-index.ts";

interface Sized {
  path: string;
  /** Bytes. */
  size: number;
}

/** From that size on a file is cloned into the cache where the file system can, which needs no room. */
export const CLONED_FROM = 8 * 1024 * 1024;

/** Throws MvError no-space (`details.needed`, `details.free`: bytes) where files cannot all be copied into the cache. */
export async function requireRoomFor({ folder }: Objects, sources: readonly Sized[]): Promise<void> {
  const needed = sum(sources);
  const free = needed === 0 ? 0 : await freeBytes(folder);
  if (needed <= free) return;
  const large = sources.filter(({ size }) => size >= CLONED_FROM);
  if (needed - sum(large) <= free && large[0] !== undefined && canClone(large[0].path, folder)) return;
  throw new MvError("no-space", `${needed} bytes are to come into ${folder}, and ${free} are free`, {
    hint: "free some space, then repeat; or another disk: git config mversion.cache FOLDER",
    details: { needed, free },
  });
}

/**
 * The same for several file artifacts together, `key` being their path in the repository; folders are nobody's business here.
 * What the stat index knows and the cache has needs no room; it is asked only where all of them would not fit.
 */
export async function requireRoomForAll(
  { objects, index }: { objects: Objects; index: StatIndex },
  artifacts: readonly { absolute: string; key: string }[],
): Promise<void> {
  const files = artifacts.flatMap(({ absolute, key }) => {
    const stats = lstatOrNull(absolute);
    return stats?.isFile() ? [{ path: absolute, key, size: Number(stats.size), stat: fileStat(stats) }] : [];
  });
  if (files.length < 2 || sum(files) <= (await freeBytes(objects.folder))) return;
  const coming: Sized[] = [];
  for (const file of files) {
    const known = await index.read(file.path, file.key);
    const stats = emptyColumns(1);
    setStat(stats, 0, file.stat);
    const isStored = known?.table.matchesAt(0, stats, 0) && objects.stat(known.sha256) !== null;
    if (!isStored) coming.push(file);
  }
  await requireRoomFor(objects, coming);
}

function sum(files: readonly Sized[]): number {
  return files.reduce((total, { size }) => total + size, 0);
}

/** One is tried, and removed again: no question to a file system tells. */
function canClone(path: string, folder: string): boolean {
  const temp = join(folder, tempName());
  makeFolder(folder);
  try {
    return cloneFile(path, temp);
  } finally {
    if (lstatSync(temp, { throwIfNoEntry: false })) rmSync(temp, { force: true });
  }
}
