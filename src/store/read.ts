// Adding what a path holds to the cache, and looking at it without: the stat index first, hashing only what it does not know.
import { readlinkSync } from "node:fs";
import { join } from "node:path";
import { MvError } from "../errors.ts";
import { formatManifest, type ManifestEntry } from "../model/manifest.ts";
import { nowNs, sleep } from "../platform/clock.ts";
import { loadHashing } from "../platform/hashing.ts";
import { type FileStat, fileStat, lstatOrNull } from "../platform/stat.ts";
import { streamFile } from "../platform/stream.ts";
import type { Workers } from "../platform/workers.ts";
import type { Bytes, FileBytes, FolderBytes, Ignored, Progress } from "./bytes.ts";
import type { Batch, Hashed, Objects } from "./objects.ts";
import { isSameFile, type Known, knownFile, RACY_NS, type StatIndex } from "./stat-index.ts";
import { type Member, walkFolder } from "./walk.ts";

/** From this size on a file is read and written by two threads of its own. */
const LARGE = 16 << 20;

export interface ReadOptions {
  ignored?: Ignored;
  /** Hash everything, whatever the stat index says. */
  precise?: boolean;
  progress?: Progress;
}

interface Source {
  objects: Objects;
  index: StatIndex;
  workers: Workers;
  absolute: string;
  key: string;
  options: ReadOptions & { move?: boolean };
}

/** What the path holds; null where there is nothing. A batch takes the bytes on the way. */
export async function readPath(source: Source, batch: Batch | null): Promise<Bytes | null> {
  const stats = lstatOrNull(source.absolute);
  if (stats === null) return null;
  if (stats.isDirectory()) return readFolder(source, batch);
  if (stats.isFile()) return readFile(source, fileStat(stats), batch);
  if (stats.isSymbolicLink()) return readLink(source, batch);
  throw new MvError("bad-path", `${source.key} is neither a file nor a folder`, {
    hint: `remove it, then mv restore ${source.key}`,
  });
}

// With mversion.link=symlink the artifact is a link to its object.
async function readLink(source: Source, batch: Batch | null): Promise<Bytes> {
  const target = readlinkSync(source.absolute);
  const sha = target.split("/").at(-1) ?? "";
  if (!/^[0-9a-f]{64}$/.test(sha) || target !== source.objects.path(sha)) {
    throw new MvError("bad-path", `${source.key} is a symbolic link to ${target}`, {
      hint: "put the file itself there: cp --remove-destination",
    });
  }
  const hashed = await streamFile(target);
  void batch;
  return { kind: "file", sha256: hashed.sha256, xxh64: hashed.xxh64, size: hashed.stat.size, executable: false };
}

async function readFile(source: Source, stat: FileStat, batch: Batch | null): Promise<FileBytes> {
  const { index, key, absolute, options, objects } = source;
  const before = options.precise ? null : await index.read(key);
  const known = before?.files[0];
  if (isSameFile(known, stat) && known.path === "" && (!batch || objects.missing([known.sha256]).length === 0)) {
    return { kind: "file", sha256: known.sha256, xxh64: known.xxh64, size: known.size, executable: stat.executable };
  }
  await settle([stat]);
  const onBytes = counter(options.progress, batch ? "Adding" : "Hashing", stat.size);
  const hashed = await hashOne(source, absolute, stat.size, batch, onBytes);
  if (batch) await batch.finish();
  const current = options.move ? fileStat(lstatOrNull(absolute) ?? missing(key)) : hashed.stat;
  await index.write(key, { sha256: hashed.sha256, files: [knownFile("", current, hashed)], links: [] });
  return {
    kind: "file",
    sha256: hashed.sha256,
    xxh64: hashed.xxh64,
    size: hashed.stat.size,
    executable: hashed.stat.executable,
  };
}

function missing(key: string): never {
  throw new MvError("file-changing", `${key} went away while it was read`, { hint: "repeat when the writer is done" });
}

async function hashOne(
  source: Source,
  path: string,
  size: number,
  batch: Batch | null,
  onBytes: (bytes: number) => void,
): Promise<{ sha256: string; xxh64: string; stat: FileStat }> {
  if (!batch) return streamFile(path, { onBytes });
  return source.options.move ? batch.move(path, onBytes) : batch.file(path, size, onBytes);
}

async function readFolder(source: Source, batch: Batch | null): Promise<FolderBytes> {
  const { index, key, absolute, options, objects } = source;
  const before = await index.read(key);
  const known = new Map(before?.files.map((file) => [file.path, file]));
  const members = walkFolder(absolute, key, { ignored: options.ignored, isKnown: (path) => known.has(path) });
  const lacking = new Set(batch && before ? objects.missing(before.files.map((file) => file.sha256)) : []);
  const isFresh = (path: string, stat: FileStat): boolean => {
    const file = known.get(path);
    return options.precise !== true && isSameFile(file, stat) && !lacking.has(file.sha256);
  };
  const stale = members.filter((member) => "stat" in member && !isFresh(member.path, member.stat)) as FileMember[];
  const hashed = await hashMany(source, stale, batch);
  const files: Known[] = [];
  const links: string[] = [];
  const entries: ManifestEntry[] = [];
  for (const member of members) {
    if ("link" in member) {
      links.push(`${member.path}\0${member.link}`);
      entries.push(member);
      continue;
    }
    const file = hashed.get(member.path) ?? known.get(member.path);
    if (!file) missing(`${key}/${member.path}`);
    files.push(file);
    entries.push({ path: member.path, sha256: file.sha256, size: file.size, executable: member.stat.executable });
  }
  const isAsBefore =
    before !== null && stale.length === 0 && before.files.length === files.length && sameLinks(before.links, links);
  const sha256 =
    isAsBefore && objects.missing([before.sha256]).length === 0 ? before.sha256 : await manifestOf(entries, batch);
  if (batch) await batch.finish();
  if (!isAsBefore) {
    await index.write(key, {
      sha256,
      links,
      files: options.move ? files.map((file) => restat(absolute, file)) : files,
    });
  }
  return {
    kind: "directory",
    sha256,
    size: files.reduce((sum, file) => sum + file.size, 0),
    files: entries.length,
    entries,
  };
}

type FileMember = Extract<Member, { stat: FileStat }>;

function sameLinks(a: readonly string[], b: readonly string[]): boolean {
  const known = new Set(a);
  return a.length === b.length && b.every((link) => known.has(link));
}

async function manifestOf(entries: readonly ManifestEntry[], batch: Batch | null): Promise<string> {
  const manifest = Buffer.from(formatManifest(entries));
  return batch ? batch.bytes(manifest) : (await loadHashing()).of(manifest, "sha256").sha256;
}

/** Hashes the files that the index does not know, into the batch where there is one. By path. */
async function hashMany(
  source: Source,
  stale: readonly FileMember[],
  batch: Batch | null,
): Promise<Map<string, Known>> {
  const { absolute, options, workers } = source;
  await settle(stale.map((member) => member.stat));
  const total = stale.reduce((sum, member) => sum + member.stat.size, 0);
  const onBytes = counter(options.progress, batch ? "Adding" : "Hashing", total);
  const found = new Map<string, Known>();
  const small = stale.filter((member) => member.stat.size < LARGE && !options.move);
  const paths = small.map((member) => join(absolute, member.path));
  const bytes = small.reduce((sum, member) => sum + member.stat.size, 0);
  const hashed = batch ? await batch.files(paths, bytes, onBytes) : await digestMany(workers, paths, bytes, onBytes);
  small.forEach((member, at) => {
    const one = hashed[at];
    if (one) found.set(member.path, knownFile(member.path, one.stat, one));
  });
  for (const member of stale) {
    if (found.has(member.path)) continue;
    const one = await hashOne(source, join(absolute, member.path), member.stat.size, batch, onBytes);
    found.set(member.path, knownFile(member.path, one.stat, one));
  }
  return found;
}

async function digestMany(
  workers: Workers,
  paths: readonly string[],
  bytes: number,
  onBytes: (bytes: number) => void,
): Promise<Hashed[]> {
  const found: Hashed[] = [];
  const items = paths.map((path, at) => ({ path, at }));
  await workers.each(items, {
    job: "digest",
    bytes,
    input: (portion) => ({ files: portion.map(({ path }) => path) }),
    done: (portion, output) =>
      output.forEach((digested, nth) => {
        found[portion[nth]?.at ?? 0] = digested;
        onBytes(digested.stat.size);
      }),
  });
  return found;
}

// After a move the link to the object stands in the file's place.
function restat(absolute: string, file: Known): Known {
  const stats = lstatOrNull(join(absolute, file.path));
  return stats ? knownFile(file.path, fileStat(stats), file) : file;
}

// A file that was written this very moment may change again under the same time stamp: hash it when the clock has moved on.
async function settle(stats: readonly FileStat[]): Promise<void> {
  let newest = 0n;
  for (const { mtimeNs, ctimeNs } of stats) {
    if (mtimeNs > newest) newest = mtimeNs;
    if (ctimeNs > newest) newest = ctimeNs;
  }
  const age = nowNs() - newest;
  // A time in the future says nothing; such a file is as good as settled.
  if (stats.length > 0 && age >= 0n && age < RACY_NS) await sleep(Number((RACY_NS - age) / 1_000_000n) + 1);
}

function counter(progress: Progress | undefined, phase: string, total: number): (bytes: number) => void {
  let done = 0;
  return (bytes) => {
    done += bytes;
    progress?.({ phase, bytes: done, total });
  };
}
