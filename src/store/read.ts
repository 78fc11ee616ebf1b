// What a path holds: the stat index first, hashing only what it does not know. With an intake the bytes go into the cache too.
import { readlinkSync } from "node:fs";
import { MvError } from "../errors.ts";
import { formatManifest, type ManifestEntry, parseManifest } from "../model/manifest.ts";
import { nowNs } from "../platform/clock.ts";
import { loadHashing } from "../platform/hashing.ts";
import { changing, fileStat, lstatOrNull } from "../platform/stat.ts";
import type { Workers } from "../platform/workers.ts";
import type { Bytes, FileBytes, FolderBytes, Ignored, Progress } from "./bytes.ts";
import { hashFiles } from "./hash-files.ts";
import type { Hashed, Intake } from "./intake.ts";
import type { Objects } from "./objects.ts";
import { isRacy, type KnownArtifact, letSettle, type StatIndex } from "./stat-index.ts";
import type { Row } from "./stat-table.ts";
import { type Member, walkFolder } from "./walk.ts";

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
  absolute: string;
  key: string;
  options: ReadOptions;
}

type FileMember = Extract<Member, { source: string }>;

/** What the path holds; null where there is nothing. */
export async function readPath(reading: Reading, intake: Intake | null): Promise<Bytes | null> {
  const { absolute, key, objects } = reading;
  const stats = lstatOrNull(absolute);
  if (stats === null) return null;
  if (stats.isDirectory()) return readFolder(reading, intake);
  if (stats.isFile()) return readFile(reading, { path: "", source: absolute, stat: fileStat(stats) }, intake);
  if (stats.isSymbolicLink()) {
    // With mversion.link=symlink the artifact is a link to its object.
    const target = readlinkSync(absolute);
    const object = objects.named(target) === null ? null : lstatOrNull(target);
    if (object?.isFile()) {
      const stat = { ...fileStat(object), executable: false };
      return readFile(reading, { path: "", source: target, stat }, intake);
    }
    throw new MvError("bad-path", `${key} is a symbolic link to ${target}`, {
      hint: `put the file itself there, or remove the link and mv restore ${key}`,
      details: { path: key, link: target },
    });
  }
  throw new MvError("bad-path", `${key} is neither a file nor a folder`, {
    hint: `remove it, then mv restore ${key}`,
    details: { path: key },
  });
}

async function readFile(reading: Reading, member: FileMember, intake: Intake | null): Promise<FileBytes> {
  const { absolute, key, index, options } = reading;
  const known = options.precise ? null : await index.read(absolute, key);
  const { rows, since } = await rowsOf(reading, [member], known, intake);
  const [row] = rows;
  if (row === undefined) return changed(absolute);
  const executable = member.stat.executable;
  if (typeof row === "number") {
    const { table } = known ?? changed(absolute);
    return { kind: "file", sha256: table.sha256(row), xxh64: table.xxh64(row), size: table.size(row), executable };
  }
  const { sha256, xxh64, size } = row;
  await intake?.finish();
  const head = { key, sha256, size, links: [], checkedMs: intake ? Date.now() : 0 };
  await index.write(absolute, head, settledRows(reading, rows, since), known);
  return { kind: "file", sha256, xxh64, size, executable };
}

async function readFolder(reading: Reading, intake: Intake | null): Promise<FolderBytes> {
  const { absolute, key, index, options, objects } = reading;
  const isObject = (target: string): boolean => objects.named(target) !== null;
  const members = walkFolder({ root: absolute, key, ignored: options.ignored, isObject });
  const known = options.precise ? null : await index.read(absolute, key);
  const files = members.filter((member) => "source" in member);
  const links = members.flatMap((member) => ("link" in member ? [[member.path, member.link] as const] : []));
  const { rows, since } = await rowsOf(reading, files, known, intake);
  const entries: ManifestEntry[] = [];
  let [size, at] = [0, 0];
  for (const member of members) {
    if ("link" in member) {
      entries.push({ path: member.path, link: member.link });
      continue;
    }
    const row = rows[at++] ?? changed(member.source);
    const sha256 = typeof row === "number" ? (known ?? changed(member.source)).table.sha256(row) : row.sha256;
    const bytes = typeof row === "number" ? member.stat.size : row.size;
    entries.push({ path: member.path, sha256, size: bytes, executable: member.stat.executable });
    size += bytes;
  }
  const isSame = known !== null && isUnchanged(known, rows, links);
  let sha256 = isSame ? known.sha256 : "";
  if (!isSame || (intake && !objects.stat(sha256))) {
    const manifest = Buffer.from(formatManifest(entries));
    // What no one could read back must not be stored: two names that are one on other machines, for example.
    if (intake) parseManifest(manifest, key);
    sha256 = intake ? await intake.bytes(manifest) : (await loadHashing()).of(manifest, "sha256").sha256;
  }
  await intake?.finish();
  if (!isSame || intake) {
    const checkedMs = intake ? Date.now() : (known?.checkedMs ?? 0);
    await index.write(absolute, { key, sha256, size, links, checkedMs }, settledRows(reading, rows, since), known);
  }
  return { kind: "directory", sha256, size, files: entries.length, entries };
}

function isUnchanged(
  known: KnownArtifact,
  rows: readonly Row[],
  links: readonly (readonly [string, string])[],
): boolean {
  return (
    rows.length === known.table.paths.length &&
    // Also the executable bit, which the manifest holds, is as it was: a chmod changes the ctime.
    rows.every((row) => typeof row === "number") &&
    links.length === known.links.length &&
    links.every(([path, target], at) => known.links[at]?.[0] === path && known.links[at]?.[1] === target)
  );
}

/** For each file its row of the index where that still holds, else its hashes: with an intake, of the stored copy. */
async function rowsOf(
  reading: Reading,
  files: readonly FileMember[],
  known: KnownArtifact | null,
  intake: Intake | null,
): Promise<{ rows: Row[]; since: bigint }> {
  const rows: (Row | null)[] = files.map((file, at) => keptRow(known, file, at));
  if (intake && known) await dropUnstored(reading, known, rows);
  let since = 0n;
  const stale = files.flatMap((file, at) => (rows[at] === null ? [{ file, at }] : []));
  if (stale.length > 0) {
    await letSettle(stale.map(({ file }) => file.stat));
    since = nowNs();
    const hashed = await hashAll(
      reading,
      stale.map(({ file }) => file),
      intake,
    );
    stale.forEach(({ file, at }, place) => {
      const found = hashed[place];
      if (found) rows[at] = { path: file.path, ...found.stat, sha256: found.sha256, xxh64: found.xxh64 };
    });
  }
  return { rows: rows.filter((row) => row !== null), since };
}

/** The rows that may be trusted later: without files that could have changed after they were hashed, under the same times. */
function settledRows({ options }: Reading, rows: readonly Row[], since: bigint): Row[] {
  // A move links the file, which sets its ctime: only its mtime tells of writers.
  return rows.filter(
    (row) => typeof row === "number" || !isRacy(options.move ? { ...row, ctimeNs: row.mtimeNs } : row, since),
  );
}

function keptRow(known: KnownArtifact | null, { path, stat }: FileMember, at: number): number | null {
  if (known === null) return null;
  // Mostly nothing was added or removed, so the row is where it was.
  const row = known.table.paths[at] === path ? at : known.table.row(path);
  return row >= 0 && known.table.matches(row, stat) ? row : null;
}

function changed(path: string): never {
  throw changing(path);
}

/** Forgets rows whose object is gone, or was written to since all objects of the artifact were last seen whole. */
async function dropUnstored(
  { objects }: Reading,
  { table, checkedMs }: KnownArtifact,
  rows: (Row | null)[],
): Promise<void> {
  for (const [at, row] of rows.entries()) {
    if (typeof row !== "number") continue;
    const sha256 = table.sha256(row);
    const object = objects.stat(sha256);
    const isUntouched = object?.size === table.size(row) && object.changedMs <= checkedMs;
    if (!isUntouched && !(object && (await objects.isGood(sha256)))) rows[at] = null;
  }
}

async function hashAll(
  { workers, options }: Reading,
  files: readonly FileMember[],
  intake: Intake | null,
): Promise<Hashed[]> {
  const total = files.reduce((sum, file) => sum + file.stat.size, 0);
  const phase = intake ? "Adding" : "Hashing";
  let done = 0;
  const onBytes = (bytes: number): void =>
    options.progress?.({ phase, bytes: (done += bytes), total, files: files.length });
  const sources = files.map(({ source, stat }) => ({ path: source, size: stat.size }));
  if (!intake) return hashFiles(workers, sources, onBytes);
  if (!options.move) return intake.files(sources, onBytes);
  const moved: Hashed[] = [];
  for (const { path } of sources) moved.push(await intake.move(path, onBytes));
  return moved;
}
