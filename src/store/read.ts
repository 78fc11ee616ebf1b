// What a path holds: the stat index first, hashing only what it does not know. With an intake the bytes go into the cache too.
import { readlinkSync } from "node:fs";
import { MvError } from "../errors.ts";
import { formatManifest, type ManifestEntry } from "../model/manifest.ts";
import { compareBytes } from "../model/paths.ts";
import { nowNs } from "../platform/clock.ts";
import { loadHashing } from "../platform/hashing.ts";
import { changing, fileStat, type FileStat, lstatOrNull } from "../platform/stat.ts";
import { ABSENT, emptyColumns, EXECUTABLE, setStat, sizeAt } from "../platform/stat-columns.ts";
import type { Bytes, FileBytes, FolderBytes } from "./bytes.ts";
import type { Intake } from "./intake.ts";
import { recheck } from "./recheck.ts";
import { type Files, type Reading, rowsOf, settledRows, sourceAt } from "./rows.ts";
import { statFiles } from "./stat-files.ts";
import type { KnownArtifact } from "./stat-index.ts";
import type { Row, StatTable } from "./stat-table.ts";
import { MANY, walkFolder } from "./walk.ts";

type Links = readonly (readonly [string, string])[];

/** What the path holds; null where there is nothing. */
export async function readPath(reading: Reading, intake: Intake | null): Promise<Bytes | null> {
  const { absolute, key, objects } = reading;
  const stats = lstatOrNull(absolute);
  if (stats === null) return null;
  if (stats.isDirectory()) return readFolder(reading, intake);
  if (stats.isFile()) return readFile(reading, absolute, fileStat(stats), intake);
  if (stats.isSymbolicLink()) {
    // With mversion.link=symlink the artifact is a link to its object.
    const target = readlinkSync(absolute);
    const object = objects.named(target) === null ? null : lstatOrNull(target);
    if (object?.isFile()) return readFile(reading, target, { ...fileStat(object), executable: false }, intake);
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

async function readFile(reading: Reading, source: string, stat: FileStat, intake: Intake | null): Promise<FileBytes> {
  const { absolute, key, index, options } = reading;
  const stats = emptyColumns(1);
  setStat(stats, 0, stat);
  const known = options.precise ? null : await index.read(absolute, key);
  const files = { root: source, paths: [""], linked: new Map<number, string>(), stats };
  const { rows, since } = await rowsOf(reading, files, known, intake);
  const [row] = rows;
  if (row === undefined) throw changing(absolute);
  const { executable } = stat;
  if (typeof row === "number") {
    const { table } = known ?? changed(absolute);
    return { kind: "file", sha256: table.sha256(row), xxh64: table.xxh64(row), size: table.size(row), executable };
  }
  const { sha256, xxh64, size } = row;
  await intake?.finish();
  const head = { key, sha256, size, files: 1, links: [], checkedMs: intake ? Date.now() : 0 };
  await index.write(absolute, head, settledRows(reading, rows, since), known);
  return { kind: "file", sha256, xxh64, size, executable };
}

async function readFolder(reading: Reading, intake: Intake | null): Promise<FolderBytes> {
  const { absolute, key, index, workers, options, objects } = reading;
  const known = options.precise ? null : await index.read(absolute, key);
  if (known && known.table.count >= MANY) workers.start();
  const begun = (known && reading.early?.take(known)) ?? undefined;
  const seen = known && (await recheck({ workers, absolute }, known, options.ignored, begun));
  if (known && seen?.isSame && !intake) return folderOf(known);
  const walkSince = nowNs();
  const { paths, linked, links, folders } = walkFolder({
    root: absolute,
    key,
    ignored: options.ignored,
    isObject: (target) => objects.named(target) !== null,
    onMany: () => workers.start(),
  });
  const stats = await statFiles(workers, absolute, paths, known && seen && { table: known.table, rows: seen.rows });
  for (const [at, object] of linked) setStat(stats, at, { ...statOf(object), executable: false });
  const files: Files = { root: absolute, paths, linked, stats };
  const gone = stats.flags.findIndex((flags) => (flags & ABSENT) !== 0);
  if (gone >= 0) throw changing(sourceAt(files, gone));
  const { rows, since } = await rowsOf(reading, files, known, intake);
  const isSame = known !== null && isUnchanged(known, rows, links);
  let entries: ManifestEntry[] | undefined;
  const listed = (): ManifestEntry[] => (entries ??= entriesOf(files, links, rows, known));
  let sha256 = isSame ? known.sha256 : "";
  if (!isSame || (intake && !objects.stat(sha256))) {
    const manifest = Buffer.from(formatManifest(listed()));
    sha256 = intake ? await intake.bytes(manifest) : (await loadHashing()).of(manifest, "sha256").sha256;
  }
  await intake?.finish();
  const size = rows.reduce<number>(
    (sum, row, at) => sum + (typeof row === "number" ? sizeAt(files.stats, at) : row.size),
    0,
  );
  if (!isSame || intake) {
    const checkedMs = intake ? Date.now() : (known?.checkedMs ?? 0);
    const head = { key, sha256, size, files: rows.length, links, checkedMs };
    await index.write(absolute, head, settledRows(reading, rows, since), known, { folders, since: walkSince });
  }
  return {
    kind: "directory",
    sha256,
    size,
    files: rows.length + links.length,
    get entries() {
      return listed();
    },
  };
}

/** The folder that the stat index knows, as it is. */
function folderOf({ sha256, size, files, links, table }: KnownArtifact): FolderBytes {
  let entries: ManifestEntry[] | undefined;
  return {
    kind: "directory",
    sha256,
    size,
    files: files + links.length,
    get entries() {
      return (entries ??= withLinks(
        table.paths.map((path, row) => entryOf(table, path, row)),
        links,
      ));
    },
  };
}

function entryOf(table: StatTable, path: string, row: number): ManifestEntry {
  return { path, sha256: table.sha256(row), size: table.size(row), executable: table.executable(row) };
}

/** The manifest's entries, by the bytes of their paths. */
function entriesOf(
  { paths, stats }: Files,
  links: Links,
  rows: readonly Row[],
  known: KnownArtifact | null,
): ManifestEntry[] {
  const entries = rows.map((row, at): ManifestEntry => {
    const path = paths[at] ?? "";
    if (typeof row !== "number") return { path, sha256: row.sha256, size: row.size, executable: row.executable };
    const executable = ((stats.flags[at] ?? 0) & EXECUTABLE) !== 0;
    return { path, sha256: known?.table.sha256(row) ?? "", size: sizeAt(stats, at), executable };
  });
  return withLinks(entries, links);
}

function withLinks(entries: ManifestEntry[], links: Links): ManifestEntry[] {
  if (links.length === 0) return entries;
  entries.push(...links.map(([path, link]) => ({ path, link })));
  return entries.sort((a, b) => compareBytes(a.path, b.path));
}

function isUnchanged(known: KnownArtifact, rows: readonly Row[], links: Links): boolean {
  return (
    rows.length === known.table.count &&
    // A file that had no row because it was too young may be gone.
    rows.length === known.files &&
    // Also the executable bit, which the manifest holds, is as it was: a chmod changes the ctime.
    rows.every((row) => typeof row === "number") &&
    links.length === known.links.length &&
    links.every(([path, target], at) => known.links[at]?.[0] === path && known.links[at]?.[1] === target)
  );
}

function statOf(path: string): FileStat {
  const stats = lstatOrNull(path);
  return stats?.isFile() ? fileStat(stats) : changed(path);
}

function changed(path: string): never {
  throw changing(path);
}
