// Objects into the working tree. Everything is written beside its place and checked first; then the names change, so that a
// path holds wholly the old or wholly the new bytes, and a failure before that leaves the tree as it was.
import { lstatSync, mkdirSync, readdirSync, renameSync, rmSync, rmdirSync } from "node:fs";
import { dirname, join } from "node:path";
import { nowNs, sleep } from "../platform/clock.ts";
import { writeError } from "../platform/file-errors.ts";
import { removeFile } from "../platform/files.ts";
import { fileStat, type FileStat, lstatOrNull } from "../platform/stat.ts";
import { syncFolder } from "../platform/sync.ts";
import type { Workers } from "../platform/workers.ts";
import type { Progress, Sha } from "./bytes.ts";
import type { Manifests } from "./manifests.ts";
import type { Objects } from "./objects.ts";
import { parents, type Link, planOne, type Placement, type Plan, requireSpace } from "./place-plan.ts";
import { moveAll, takeBack } from "./place-move.ts";
import { writeAll } from "./place-write.ts";
import type { KnownArtifact, StatIndex } from "./stat-index.ts";
import type { KnownFile, Row } from "./stat-table.ts";

/** Bytes that are written beside their places and checked. */
export interface Prepared {
  /** Gives everything its name. */
  commit(): Promise<void>;
  /** Removes what was prepared; the tree is as before. */
  discard(): void;
}

export interface Placing {
  objects: Objects;
  manifests: Manifests;
  index: StatIndex;
  workers: Workers;
  link: Link;
  shared: boolean;
  progress: Progress | undefined;
  /** Asked where the disk has no room for object and file: which of these may leave the cache. */
  spare?: ((objects: readonly { sha256: Sha; size: number }[]) => Promise<ReadonlySet<Sha>>) | undefined;
}

/** A rename later than that after the last write gives every later write another mtime. */
const TICK_MS = 20;
const SECOND_NS = 1_000_000_000n;

/** Plans, checks space, writes and verifies. Throws object-missing, bytes-wrong, no-space, would-lose or bad-path; nothing is changed then. */
export async function prepare(placing: Placing, items: readonly Placement[]): Promise<Prepared> {
  const plans: Plan[] = [];
  for (const item of items) plans.push(await planOne(placing, item));
  const discard = (): void => {
    takeBack(placing, plans);
    for (const { scratch } of plans) rmSync(scratch, { recursive: true, force: true });
  };
  try {
    await requireSpace(placing, plans);
    await writeAll(placing, plans);
    await moveAll(placing, plans);
  } catch (error) {
    discard();
    throw error;
  }
  const written = nowNs();
  return { commit: () => commit(placing, plans, written).finally(discard), discard };
}

async function commit(placing: Placing, plans: readonly Plan[], written: bigint): Promise<void> {
  const wait = TICK_MS - Number((nowNs() - written) / 1_000_000n);
  if (wait > 0 && plans.some((plan) => plan.writes.length > 0)) await sleep(wait);
  for (const plan of plans) {
    try {
      const rows = exchange(plan);
      await remember(placing, plan, rows);
    } catch (error) {
      throw writeError(error, plan.item.absolute);
    }
  }
}

/** Takes the old names away and gives the new ones. Returns what the written files are now. */
function exchange({ item, writes, links, removals, scratch }: Plan): KnownFile[] {
  const { absolute } = item;
  for (const path of removals) removeFile(join(absolute, path));
  if (item.current?.kind === "directory") removeEmptyFolders(absolute, removals);
  const rows: KnownFile[] = [];
  const folders = new Set<string>();
  for (const { temp, target } of [...links, ...writes]) {
    const folder = dirname(target);
    if (!folders.has(folder)) mkdirSync(folder, { recursive: true });
    folders.add(folder);
    // A folder that is in the way can only be empty: what was in it is among the removals.
    if (lstatOrNull(target)?.isDirectory()) removeEmptyTree(target);
    renameSync(temp, target);
  }
  for (const { source, target, path, sha256, xxh64 } of writes) {
    const stat = fileStat(lstatSync(source ?? target, { bigint: true }));
    rows.push({ path, ...stat, sha256, xxh64: xxh64 ?? "" });
  }
  rmSync(scratch, { recursive: true, force: true });
  folders.add(dirname(absolute));
  for (const folder of folders) syncFolder(folder);
  return rows;
}

async function remember({ index }: Placing, plan: Plan, rows: readonly KnownFile[]): Promise<void> {
  const { absolute, key, sha256, size } = plan.item;
  const { known } = plan;
  const checkedMs = known?.checkedMs ?? 0;
  if (known && plan.wanted === null) {
    const { files, links } = known;
    await index.write(absolute, { key, sha256, size, files, links, checkedMs }, replacedRows(known, rows), known);
    return;
  }
  const links = linksOf(plan).toSorted(([a], [b]) => (a < b ? -1 : 1));
  const paths = (plan.wanted ?? []).flatMap((entry) => ("link" in entry ? [] : [entry.path]));
  const head = { key, sha256, size, files: paths.length, links, checkedMs };
  await index.write(absolute, head, rowsOf(known, paths, rows), known);
}

function linksOf({ wanted }: Plan): [string, string][] {
  return (wanted ?? []).flatMap((entry) => ("link" in entry ? [[entry.path, entry.link]] : []));
}

/** The rows of before, and in their places those that were written. */
function replacedRows({ table }: KnownArtifact, written: readonly KnownFile[]): Row[] {
  const rows: Row[] = Array.from({ length: table.count }, (_, row) => row);
  for (const file of written) rows[table.row(file.path)] = file;
  return rows.filter((row) => typeof row === "number" || !isCoarse(row));
}

/** In the order of the manifest, in which the next walk comes by. */
function rowsOf(known: KnownArtifact | null, paths: readonly string[], files: readonly KnownFile[]): Row[] {
  const written = new Map(files.map((row) => [row.path, row]));
  const all: Row[] = [];
  let next = 0;
  for (const path of paths) {
    // Rows are mostly in that order already.
    const row = written.get(path) ?? (known?.table.paths[next] === path ? next : (known?.table.row(path) ?? -1));
    next = typeof row === "number" ? row + 1 : next + 1;
    if (typeof row === "number" ? row >= 0 : !isCoarse(row)) all.push(row);
  }
  return all;
}

/** Where times are whole seconds, a write after the rename may leave the same one. */
function isCoarse({ mtimeNs }: FileStat): boolean {
  return mtimeNs % SECOND_NS === 0n;
}

/** Removes folders that became empty when these paths went, the deepest first; never one that still holds something. */
export function removeEmptyFolders(root: string, gone: readonly string[]): void {
  const folders = [...new Set(gone.flatMap(parents))].toSorted((a, b) => b.length - a.length);
  for (const folder of [...folders.map((path) => join(root, path)), root]) {
    try {
      rmdirSync(folder);
    } catch {
      // Not empty, or gone already.
    }
  }
}

function removeEmptyTree(folder: string): void {
  for (const item of readdirSync(folder, { withFileTypes: true })) {
    if (item.isDirectory()) removeEmptyTree(join(folder, item.name));
  }
  rmdirSync(folder);
}
