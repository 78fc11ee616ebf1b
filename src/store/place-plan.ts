// What must be written and removed so that a path holds other bytes, and every reason not to begin.
import { readdirSync, statSync } from "node:fs";
import { dirname, join } from "node:path";
import { MvError } from "../errors.ts";
import type { ManifestEntry } from "../model/manifest.ts";
import { type EntryChange, manifestChanges } from "../model/manifest-changes.ts";
import { freeBytes, insideTree } from "../platform/files.ts";
import { lstatOrNull } from "../platform/stat.ts";
import { streamFile } from "../platform/stream.ts";
import { sweepTemps, tempName } from "../platform/temp.ts";
import type { Bytes, Sha } from "./bytes.ts";
import { requireHeld } from "./held.ts";
import { entriesNow } from "./manifests.ts";
import { absent } from "./objects.ts";
import type { Placing } from "./place.ts";
import type { KnownArtifact } from "./stat-index.ts";

export type Link = "reflink" | "copy" | "hardlink" | "symlink";

export interface Placement {
  absolute: string;
  /** Path from the root: the key of the stat index. */
  key: string;
  kind: "file" | "directory";
  sha256: Sha;
  size: number;
  /** Checked instead of SHA-256 where the cache is private. */
  xxh64?: string;
  executable?: boolean;
  /** What is there now, as `look` said. */
  current: Bytes | null;
}

export interface Write {
  sha256: Sha;
  size: number;
  xxh64: string | undefined;
  executable: boolean;
  temp: string;
  target: string;
  /** Inside a folder artifact; "" for a file artifact. */
  path: string;
  /** The object, where the target will be a symbolic link to it. */
  source: string | null;
  /** The object itself leaves the cache and becomes the file: the disk has no room for both. */
  moves?: boolean;
}

export interface Plan {
  item: Placement;
  writes: Write[];
  links: { path: string; temp: string; target: string; link: string }[];
  /** Paths of the old version that the new one does not have. */
  removals: string[];
  /** A temp folder beside the artifact for all that is written. */
  scratch: string;
  /** What the stat index said before. */
  known: KnownArtifact | null;
  /** All of the new version; null where it is what `known` says, and the writes. */
  wanted: readonly ManifestEntry[] | null;
}

/** Throws object-missing, bytes-wrong (manifest), would-lose, bad-path. */
export async function planOne(placing: Placing, item: Placement): Promise<Plan> {
  const { absolute, key, current } = item;
  await insideTree(rootOf(item), key);
  sweepTemps(dirname(absolute), 0);
  const scratch = join(dirname(absolute), tempName());
  const known = await placing.index.read(absolute, key);
  const changes = await changesOf(placing, item);
  const wanted = isReplacing(changes) && isAllOf(known, current) ? null : await entriesOf(placing, item);
  const plan: Plan = { item, writes: [], links: [], removals: [], scratch, known, wanted };
  plan.removals.push(...changes.flatMap(({ path, after }) => (after === null ? [path] : [])));
  for (const { after } of changes) if (after) planEntry(plan, after);
  requireObjects(placing, plan);
  requireFolders(plan, current);
  const targets = new Map([...plan.writes, ...plan.links].map((write) => [write.path, write]));
  for (const { path, before, after } of changes) {
    const write = targets.get(path);
    if (write && before === null) await requireFree(item, path, write.target, entriesNow(current), after);
  }
  await requireHeld(
    placing,
    item,
    changes.flatMap(({ before }) => before ?? []),
  );
  return plan;
}

/** The working tree, where the key is a path in it; else the folder that the artifact goes into. */
function rootOf({ absolute, key }: Placement): string {
  return absolute.endsWith(`/${key}`) ? absolute.slice(0, -key.length - 1) : dirname(absolute);
}

async function changesOf({ manifests }: Placing, item: Placement): Promise<readonly EntryChange[]> {
  if (item.kind === "file") return manifestChanges(entriesNow(item.current), [fileEntry(item)]);
  return manifests.changes(item.current, item.sha256);
}

async function entriesOf({ manifests }: Placing, item: Placement): Promise<readonly ManifestEntry[]> {
  return item.kind === "file" ? [fileEntry(item)] : manifests.read(item.sha256);
}

function fileEntry({ sha256, size, executable = false }: Placement): ManifestEntry {
  return { path: "", sha256, size, executable };
}

/** Whether files alone change, each in its place. */
function isReplacing(changes: readonly EntryChange[]): boolean {
  return changes.every(({ before, after }) => before && "sha256" in before && after && "sha256" in after);
}

/** Whether the stat index has a row for all files of what is there. */
function isAllOf(known: KnownArtifact | null, current: Bytes | null): boolean {
  return known !== null && known.sha256 === current?.sha256 && known.files === known.table.count;
}

function planEntry({ item, writes, links, scratch }: Plan, entry: ManifestEntry): void {
  const { path } = entry;
  const target = path === "" ? item.absolute : join(item.absolute, path);
  const temp = join(scratch, String(writes.length + links.length));
  if ("link" in entry) links.push({ path, temp, target, link: entry.link });
  else writes.push({ ...entry, xxh64: path === "" ? item.xxh64 : undefined, temp, target, source: null });
}

/** Every object is there, is a regular file and has its size. */
function requireObjects({ objects }: Placing, { item, writes }: Plan): void {
  const missing = objects.missing(writes.map((write) => write.sha256));
  const [first] = missing;
  if (first !== undefined) throw absent(first, { path: item.key, missing: missing.slice(0, 100) });
  for (const { sha256, size } of writes) {
    if (objects.stat(sha256)?.size !== size) throw objects.reject(sha256, item.key);
  }
}

/** Folders of the new version may not lie behind a link or a file that stays. */
function requireFolders({ item, writes, links, removals }: Plan, current: Bytes | null): void {
  const gone = new Set(removals);
  const folders = new Set([...writes, ...links].flatMap(({ path }) => parents(path)));
  if (item.kind === "directory" && current?.kind !== "file") folders.add("");
  for (const folder of folders) {
    const stats = lstatOrNull(join(item.absolute, folder));
    if (stats === null || stats.isDirectory() || gone.has(folder)) continue;
    const path = join(item.key, folder);
    throw new MvError("bad-path", `${path} is ${stats.isSymbolicLink() ? "a symbolic link" : "not a folder"}`, {
      hint: "move it aside, then repeat",
      details: { path },
    });
  }
}

/** All folders above a path inside an artifact, without the artifact itself. */
export function parents(path: string): string[] {
  const found: string[] = [];
  for (let at = path.indexOf("/"); at >= 0; at = path.indexOf("/", at + 1)) found.push(path.slice(0, at));
  return found;
}

/** What no look has seen, such as a file that .mvignore leaves out, is not ours to replace; unless it is the same. */
async function requireFree(
  item: Placement,
  path: string,
  target: string,
  now: readonly ManifestEntry[],
  entry: ManifestEntry | null,
): Promise<void> {
  const stats = lstatOrNull(target);
  if (stats === null) return;
  if (stats.isDirectory()) {
    const stranger = firstStranger(item.absolute, path, new Set(now.map((known) => known.path)));
    if (stranger !== null) throw inTheWay(join(item.key, stranger));
    return;
  }
  const bytes = entry && "sha256" in entry ? entry : null;
  const isSame =
    bytes !== null && stats.isFile() && Number(stats.size) === bytes.size && (await hashOf(target)) === bytes.sha256;
  if (!isSame) throw inTheWay(join(item.key, path));
}

async function hashOf(path: string): Promise<Sha> {
  return (await streamFile(path, { want: "sha256" })).sha256;
}

/** The first file below a folder that is not among the known ones. */
function firstStranger(root: string, folder: string, known: ReadonlySet<string>): string | null {
  for (const item of readdirSync(join(root, folder), { withFileTypes: true })) {
    const path = folder === "" ? item.name : `${folder}/${item.name}`;
    const stranger = item.isDirectory() ? firstStranger(root, path, known) : known.has(path) ? null : path;
    if (stranger !== null) return stranger;
  }
  return null;
}

function inTheWay(path: string): MvError {
  return new MvError("would-lose", `${path} is in the way: mversion did not put it there`, {
    hint: "move it aside, then repeat",
    details: { path },
  });
}

/**
 * The new bytes must fit beside the old ones; links and clones need no room. Where they do not fit, objects that `spare` gives
 * away leave the cache and become the files.
 */
export async function requireSpace({ link, objects, shared, spare }: Placing, plans: readonly Plan[]): Promise<void> {
  if (link === "hardlink" || link === "symlink") return;
  const needed = new Map<number, { folder: string; writes: Write[] }>();
  for (const { item, writes } of plans) {
    let folder = dirname(item.absolute);
    while (lstatOrNull(folder) === null) folder = dirname(folder);
    const { dev } = statSync(folder);
    needed.set(dev, { folder, writes: [...(needed.get(dev)?.writes ?? []), ...writes] });
  }
  for (const [dev, { folder, writes }] of needed) {
    if (writes.length === 0) continue;
    const free = await freeBytes(folder);
    if (bytesOf(writes) <= free) continue;
    // Others may read a shared cache; and from another disk nothing can be renamed.
    const canMove = spare !== undefined && !shared && statSync(objects.folder).dev === dev;
    if (canMove && (await giveAway(objects, writes, spare)) <= free) continue;
    for (const write of writes) delete write.moves;
    const bytes = bytesOf(writes);
    throw new MvError("no-space", `${bytes} bytes are needed in ${folder}, and ${free} are free`, {
      hint: "free some space, then repeat",
      details: { needed: bytes, free },
    });
  }
}

/** Marks what leaves the cache: of paths with the same bytes the last, which is written after the others. Returns the bytes that are still copied. */
async function giveAway(
  objects: Placing["objects"],
  writes: readonly Write[],
  spare: NonNullable<Placing["spare"]>,
): Promise<number> {
  const last = new Map(writes.map((write) => [write.sha256, write]));
  // One that a hard link leads to would become writable by that name too.
  const single = [...last.values()].filter(({ sha256 }) => lstatOrNull(objects.path(sha256))?.nlink === 1n);
  const given = await spare(single.map(({ sha256, size }) => ({ sha256, size })));
  for (const [sha256, write] of last) if (given.has(sha256)) write.moves = true;
  return bytesOf(writes.filter(({ moves }) => moves !== true));
}

function bytesOf(writes: readonly Write[]): number {
  return writes.reduce((sum, { size }) => sum + size, 0);
}
