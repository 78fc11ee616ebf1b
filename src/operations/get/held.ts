// Whether a folder that `mv get` made still holds what its stamp says, without asking any store.
import { createHash } from "node:crypto";
import { readlinkSync } from "node:fs";
import { join } from "node:path";
import type { Sha } from "../../model/content.ts";
import { formatManifest, type ManifestEntry } from "../../model/manifest.ts";
import type { Release } from "../../model/release.ts";
import { lstatOrNull } from "../../platform/stat.ts";
import { createWorkers } from "../../platform/workers.ts";
import { hashFiles } from "../../store/hash-files.ts";
import type { Piece } from "./choose.ts";
import { filesUnder } from "./files-under.ts";
import { STAMP_FILE, type Stamp } from "./stamp.ts";

/**
 * Whether the folder has these pieces of that release. Files that were not touched since the stamp was written are known by
 * their sizes; any other is hashed, so that a changed byte is found, and a copied folder is not fetched again.
 */
export async function holds(
  stamp: Stamp,
  folder: string,
  release: Release,
  pieces: readonly Piece[],
): Promise<boolean> {
  const written = lstatOrNull(join(folder, STAMP_FILE))?.ctimeNs ?? 0n;
  if (stamp.oid !== release.oid || stamp.artifacts.length !== pieces.length) return false;
  for (const [at, piece] of pieces.entries()) {
    const then = stamp.artifacts[at];
    if (then?.path !== piece.path) return false;
    if ("link" in piece) {
      if (linkAt(join(folder, piece.path)) !== piece.link) return false;
    } else if (piece.kind === "directory") {
      const count = "files" in then ? then.files : undefined;
      if (!(await holdsFolder(join(folder, piece.path), { ...piece, count, written }))) return false;
    } else if (!(await holdsFile(join(folder, piece.path), { ...piece, written }))) return false;
  }
  return true;
}

async function holdsFile(file: string, then: { sha256: Sha; size: number; written: bigint }): Promise<boolean> {
  const stats = lstatOrNull(file);
  if (stats?.isFile() !== true || Number(stats.size) !== then.size) return false;
  if (stats.ctimeNs <= then.written) return true;
  const [hashed] = await hashFiles(createWorkers(0), [{ path: file, size: then.size }], () => undefined, "sha256");
  return hashed?.sha256 === then.sha256;
}

async function holdsFolder(
  folder: string,
  then: { sha256: Sha; size: number; count: number | undefined; written: bigint },
): Promise<boolean> {
  if (lstatOrNull(folder)?.isDirectory() !== true) return false;
  const paths = filesUnder(folder);
  if (paths.length !== then.count) return false;
  const links: ManifestEntry[] = [];
  const files: { path: string; size: number; executable: boolean }[] = [];
  let isTouched = false;
  for (const path of paths) {
    const stats = lstatOrNull(join(folder, path));
    if (stats === null) return false;
    isTouched ||= stats.ctimeNs > then.written;
    const link = stats.isSymbolicLink() ? linkAt(join(folder, path)) : null;
    if (link !== null) links.push({ path, link });
    else if (!stats.isFile()) return false;
    else files.push({ path, size: Number(stats.size), executable: (stats.mode & 0o100n) !== 0n });
  }
  if (files.reduce((sum, { size }) => sum + size, 0) !== then.size) return false;
  if (!isTouched) return true;
  const sources = files.map(({ path, size }) => ({ path: join(folder, path), size }));
  const hashed = await hashFiles(createWorkers(0), sources, () => undefined, "sha256");
  const entries = files.map((file, at) => ({ ...file, sha256: hashed[at]?.sha256 ?? "" }));
  return sha256Of(formatManifest([...entries, ...links])) === then.sha256;
}

function linkAt(path: string): string | null {
  return lstatOrNull(path)?.isSymbolicLink() === true ? readlinkSync(path) : null;
}

function sha256Of(text: string): Sha {
  return createHash("sha256").update(text).digest("hex");
}
