// Objects into the working tree. Everything is written beside its place and checked first; then the names change, so that a path
// holds wholly the old or wholly the new bytes, and a failure before that leaves the tree as it was.
import { chmodSync, linkSync, mkdirSync, renameSync, rmSync, rmdirSync, symlinkSync } from "node:fs";
import { dirname, join } from "node:path";
import { MvError } from "../errors.ts";
import type { ManifestEntry } from "../model/manifest.ts";
import { writeError } from "../platform/file-errors.ts";
import { freeBytes, insideTree } from "../platform/files.ts";
import { fileStat, lstatOrNull } from "../platform/stat.ts";
import { streamFile } from "../platform/stream.ts";
import { SYNC_ALL_FROM, syncFileSystem, syncFolder } from "../platform/sync.ts";
import { tempName } from "../platform/temp.ts";
import type { Workers } from "../platform/workers.ts";
import { CLONE_FROM, cloneFile } from "../platform/clone.ts";
import type { Bytes, Progress, Sha } from "./bytes.ts";
import { type Objects, rotten } from "./objects.ts";
import { type Known, knownFile, type StatIndex } from "./stat-index.ts";

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

/** Bytes that are written beside their places and checked. */
export interface Prepared {
  /** Gives everything its name. */
  commit(): Promise<void>;
  /** Removes what was prepared; the tree is as before. */
  discard(): void;
}

interface Place {
  objects: Objects;
  index: StatIndex;
  manifest: (sha: Sha) => Promise<readonly ManifestEntry[]>;
  link: Link;
  shared: boolean;
  progress: Progress | undefined;
  workers: Workers;
}

interface Write {
  sha256: Sha;
  size: number;
  xxh64: string | undefined;
  executable: boolean;
  temp: string;
  target: string;
  /** Inside a folder artifact; "" for a file artifact. */
  path: string;
}

interface Plan {
  item: Placement;
  writes: Write[];
  links: { temp: string; target: string; link: string }[];
  /** Paths of the old version that the new one does not have, deepest last. */
  removals: string[];
  /** A temp folder for all writes of a folder artifact. */
  scratch: string | null;
  /** Files of a folder that stay as they are. */
  kept: ManifestEntry[];
}

/** Plans, checks space, writes and verifies. Throws object-missing, bytes-wrong, no-space, would-lose or bad-path; nothing is changed then. */
export async function prepare(place: Place, items: readonly Placement[]): Promise<Prepared> {
  const plans: Plan[] = [];
  for (const item of items) plans.push(await planOne(place, item));
  const discard = (): void => {
    for (const plan of plans) {
      for (const write of plan.writes) rmSync(write.temp, { force: true });
      if (plan.scratch) rmSync(plan.scratch, { recursive: true, force: true });
    }
  };
  try {
    await requireSpace(place, plans);
    await writeAll(place, plans);
  } catch (error) {
    discard();
    throw error;
  }
  return { commit: () => commit(place, plans), discard };
}

async function planOne(place: Place, item: Placement): Promise<Plan> {
  const root = item.absolute.slice(0, item.absolute.length - item.key.length - 1);
  await insideTree(root, item.key);
  if (item.kind === "directory") return planFolder(place, item);
  const [lacking] = place.objects.missing([item.sha256]);
  if (lacking !== undefined) throw absent(item.key, lacking);
  const { sha256, size, xxh64, executable = false, absolute } = item;
  const temp = join(dirname(absolute), tempName());
  const removals = item.current?.kind === "directory" ? item.current.entries.map((entry) => entry.path) : [];
  if (item.current?.kind === "directory" || item.current === null) requireFree(item, absolute, removals);
  const write = { sha256, size, xxh64, executable, temp, target: absolute, path: "" };
  return { item, writes: [write], links: [], removals, scratch: null, kept: [] };
}

// Something that no look has seen, such as a file that .mvignore leaves out, is not ours to replace.
function requireFree(item: Placement, target: string, removals: readonly string[]): void {
  const stats = lstatOrNull(target);
  if (stats === null || (stats.isDirectory() && removals.length > 0)) return;
  throw new MvError("would-lose", `${item.key} is in the way: mversion did not put it there`, {
    hint: "move it aside, then repeat",
    details: { path: item.key },
  });
}

async function planFolder(place: Place, item: Placement): Promise<Plan> {
  const { objects } = place;
  const wanted = await place.manifest(item.sha256);
  const now = new Map(
    item.current?.kind === "directory" ? item.current.entries.map((entry) => [entry.path, entry]) : [],
  );
  const scratch = join(dirname(item.absolute), tempName());
  const plan: Plan = { item, writes: [], links: [], removals: [], scratch, kept: [] };
  const names = new Set(wanted.map((entry) => entry.path));
  for (const path of now.keys()) if (!names.has(path)) plan.removals.push(path);
  if (item.current?.kind === "file") plan.removals.push("");
  for (const entry of wanted) {
    const current = now.get(entry.path);
    if (current && sameEntry(current, entry)) {
      plan.kept.push(entry);
      continue;
    }
    const target = join(item.absolute, entry.path);
    if (!current && item.current?.kind !== "file")
      requireFree({ ...item, key: `${item.key}/${entry.path}` }, target, []);
    const temp = join(scratch, String(plan.writes.length + plan.links.length));
    if ("link" in entry) plan.links.push({ temp, target, link: entry.link });
    else plan.writes.push({ ...entry, xxh64: undefined, temp, target, path: entry.path });
  }
  const [lacking] = objects.missing(plan.writes.map((write) => write.sha256));
  if (lacking !== undefined) throw absent(item.key, lacking);
  requireFolders(
    item,
    [...plan.writes, ...plan.links.map(({ target }) => ({ path: target.slice(item.absolute.length + 1) }))],
    now,
    plan.removals,
  );
  return plan;
}

// A folder of the new version may not lie behind a link or a foreign file.
function requireFolders(
  item: Placement,
  written: readonly { path: string }[],
  now: ReadonlyMap<string, ManifestEntry>,
  removals: readonly string[],
): void {
  const gone = new Set(removals);
  const folders = new Set(written.flatMap(({ path }) => parents(path)));
  for (const folder of folders) {
    const stats = lstatOrNull(join(item.absolute, folder));
    if (stats === null || stats.isDirectory() || gone.has(folder) || now.has(folder) || item.current?.kind === "file")
      continue;
    throw new MvError("bad-path", `${item.key}/${folder} is not a folder`, { hint: "move it aside, then repeat" });
  }
}

function parents(path: string): string[] {
  const parts = path.split("/").slice(0, -1);
  return parts.map((_, at) => parts.slice(0, at + 1).join("/"));
}

/** Whether a file or link of a folder is the same in two versions. */
export function sameEntry(a: ManifestEntry, b: ManifestEntry): boolean {
  if ("link" in a || "link" in b) return "link" in a && "link" in b && a.link === b.link;
  return a.sha256 === b.sha256 && a.executable === b.executable;
}

function absent(key: string, sha: Sha): MvError {
  return new MvError(
    "object-missing",
    `${key} cannot be brought back: object ${sha.slice(0, 12)} is not in the cache`,
    {
      hint: "mv push where it was added, or copy its objects into the cache",
      details: { path: key, sha256: sha },
    },
  );
}

async function requireSpace(place: Place, plans: readonly Plan[]): Promise<void> {
  if (place.link === "hardlink" || place.link === "symlink") return;
  const needed = new Map<string, number>();
  for (const plan of plans) {
    const folder = dirname(plan.item.absolute);
    needed.set(folder, (needed.get(folder) ?? 0) + plan.writes.reduce((sum, write) => sum + write.size, 0));
  }
  const total = [...needed.values()].reduce((sum, bytes) => sum + bytes, 0);
  for (const folder of needed.keys()) {
    const free = await freeBytes(folder);
    if (total <= free) continue;
    throw new MvError("no-space", `${total} bytes are needed in ${folder}, and ${free} are free`, {
      hint: "free some space, then repeat",
      details: { needed: total, free },
    });
  }
}

async function writeAll(place: Place, plans: readonly Plan[]): Promise<void> {
  const writes = plans.flatMap((plan) => plan.writes.map((write) => ({ plan, write })));
  const total = writes.reduce((sum, { write }) => sum + write.size, 0);
  let done = 0;
  const onBytes = (bytes: number): void => place.progress?.({ phase: "Writing", bytes: (done += bytes), total });
  for (const plan of plans) {
    mkdirSync(dirname(plan.item.absolute), { recursive: true });
    if (plan.scratch && plan.writes.length + plan.links.length > 0) mkdirSync(plan.scratch);
    for (const { temp, link } of plan.links) symlinkSync(link, temp);
  }
  const isLinked = place.link === "hardlink" || place.link === "symlink";
  const small = isLinked ? [] : writes.filter(({ write }) => write.size < CLONE_FROM);
  await copyMany(place, small, onBytes);
  for (const { plan, write } of writes)
    if (isLinked || write.size >= CLONE_FROM) await writeOne(place, plan, write, onBytes);
  const [first] = writes;
  if (first && writes.length >= SYNC_ALL_FROM) await syncFileSystem(dirname(first.write.temp));
}

type Writes = readonly { plan: Plan; write: Write }[];

async function copyMany(place: Place, writes: Writes, onBytes: (bytes: number) => void): Promise<void> {
  await place.workers.each(writes, {
    job: "copy",
    bytes: writes.reduce((sum, { write }) => sum + write.size, 0),
    input: (portion) => ({ items: portion.map(({ write }) => copyItem(place, write)), sync: false }),
    done: (portion, { wrong }) => {
      const bad = wrong === null ? undefined : portion[wrong];
      if (bad) refuse(place, bad.plan, bad.write);
      for (const { write } of portion) onBytes(write.size);
    },
  });
}

function copyItem(
  place: Place,
  write: Write,
): { from: string; to: string; mode: number; sha256: Sha; xxh64?: string; size: number } {
  const { temp: to, sha256, size, xxh64 } = write;
  const checked = wanted(place, write) === "xxh64" && xxh64 !== undefined ? { xxh64 } : {};
  return { from: place.objects.path(sha256), to, mode: modeOf(write), sha256, size, ...checked };
}

function modeOf(write: Write): number {
  return (write.executable ? 0o777 : 0o666) & ~umask();
}

async function writeOne(place: Place, plan: Plan, write: Write, onBytes: (bytes: number) => void): Promise<void> {
  const source = place.objects.path(write.sha256);
  const mode = modeOf(write);
  const check = async (): Promise<void> =>
    verifyObject(place, plan, write, await streamFile(source, { want: wanted(place, write), onBytes }));
  try {
    if (place.link === "symlink" && !write.executable) {
      await check();
      symlinkSync(source, write.temp);
      return;
    }
    if (place.link === "hardlink" && !write.executable) {
      await check();
      linkSync(source, write.temp);
      return;
    }
    if (place.link !== "copy" && cloneFile(source, write.temp)) {
      await check();
      chmodSync(write.temp, mode);
      return;
    }
    verifyObject(
      place,
      plan,
      write,
      await streamFile(source, { to: { path: write.temp, mode }, want: wanted(place, write), onBytes }),
    );
  } catch (error) {
    if (error instanceof MvError) throw error;
    throw writeError(error, write.temp);
  }
}

function wanted(place: Place, write: Write): "sha256" | "xxh64" {
  return write.xxh64 !== undefined && !place.shared ? "xxh64" : "sha256";
}

function verifyObject(place: Place, plan: Plan, write: Write, found: { sha256: string; xxh64: string }): void {
  const holds = wanted(place, write) === "xxh64" ? found.xxh64 === write.xxh64 : found.sha256 === write.sha256;
  if (!holds) refuse(place, plan, write);
}

function refuse(place: Place, plan: Plan, write: Write): never {
  const path = write.path === "" ? plan.item.key : `${plan.item.key}/${write.path}`;
  place.objects.quarantine(write.sha256);
  throw rotten(write.sha256, path);
}

let mask: number | undefined;

function umask(): number {
  return (mask ??= process.umask());
}

async function commit(place: Place, plans: readonly Plan[]): Promise<void> {
  for (const plan of plans) {
    const { item } = plan;
    for (const path of plan.removals) rmSync(path === "" ? item.absolute : join(item.absolute, path), { force: true });
    if (item.current?.kind === "directory") removeEmptyFolders(item.absolute, plan.removals);
    if (item.kind === "file") {
      const [write] = plan.writes;
      if (write) renameSync(write.temp, write.target);
      syncFolder(dirname(item.absolute));
    } else {
      mkdirSync(item.absolute, { recursive: true });
      const folders = new Set<string>();
      for (const { temp, target } of [...plan.writes, ...plan.links]) {
        const folder = dirname(target);
        if (!folders.has(folder)) mkdirSync(folder, { recursive: true });
        folders.add(folder);
        renameSync(temp, target);
      }
      if (plan.scratch) rmSync(plan.scratch, { recursive: true, force: true });
    }
    await remember(place, plan);
  }
}

async function remember(place: Place, { item, writes, links, kept }: Plan): Promise<void> {
  if (item.kind === "file") {
    const stats = lstatOrNull(item.absolute);
    if (!stats?.isFile() || item.xxh64 === undefined) return place.index.forget(item.key);
    const digests = { sha256: item.sha256, xxh64: item.xxh64 };
    return place.index.write(item.key, {
      sha256: item.sha256,
      files: [knownFile("", fileStat(stats), digests)],
      links: [],
    });
  }
  const before = new Map((await place.index.read(item.key))?.files.map((file) => [file.path, file]));
  const files: Known[] = [];
  for (const entry of kept) {
    const file = before.get(entry.path);
    if (file) files.push(file);
  }
  for (const { path, sha256, target } of writes) {
    const stats = lstatOrNull(target);
    if (stats?.isFile()) files.push(knownFile(path, fileStat(stats), { sha256, xxh64: "" }));
  }
  const shown = [
    ...kept.flatMap((entry) => ("link" in entry ? [`${entry.path}\0${entry.link}`] : [])),
    ...links.map(({ target, link }) => `${target.slice(item.absolute.length + 1)}\0${link}`),
  ];
  await place.index.write(item.key, { sha256: item.sha256, files, links: shown });
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
