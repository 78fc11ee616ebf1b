// One release's files in a folder, with their stamp: what `mv get` does once, and for each variant with --variants.
import { createHash } from "node:crypto";
import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import type { Progress } from "../project.ts";
import type { Piece } from "./choose.ts";
import { fill } from "./fill.ts";
import { formatStamp, readStamp, STAMP_FILE, type Stamp } from "./stamp.ts";
import type { Stores } from "./stores.ts";
import type { Wanted } from "./wanted.ts";

export interface BringOptions {
  /** For the stamp. */
  source: string;
  jobs: number | undefined;
  /** Folders whose stamps say what they hold: it is taken from there, and checked as all else. */
  reuse: readonly string[];
  report: ((event: Progress) => void) | undefined;
}

const JOBS = 8;

/** Fills the folder, which may hold what an interrupted call left. Throws object-missing, bytes-wrong, no-space. */
export async function bring(
  stores: Stores,
  wanted: Wanted,
  pieces: readonly Piece[],
  folder: string,
  { source, jobs, reuse, report }: BringOptions,
): Promise<{ stamp: Stamp; files: number; bytes: number }> {
  mkdirSync(folder, { recursive: true });
  const { files, bytes, counts } = await fill(stores, pieces, folder, {
    jobs: jobs ?? JOBS,
    executable: wanted.executable,
    held: heldIn(reuse, pieces),
    report: report ?? (() => undefined),
  });
  const stamp = stampOf(wanted, source, pieces, counts);
  writeFileSync(join(folder, STAMP_FILE), formatStamp(stamp));
  return { stamp, files, bytes };
}

/** The pieces that a folder holds by its stamp, which was written when their bytes were checked. */
function heldIn(folders: readonly string[], pieces: readonly Piece[]): Map<Piece, string> {
  const held = new Map<Piece, string>();
  for (const folder of folders) {
    const known = new Set(readStamp(folder)?.artifacts.map((item) => ("link" in item ? "" : keyOf(item))));
    for (const piece of pieces) {
      if (!("link" in piece) && !held.has(piece) && known.has(keyOf(piece))) held.set(piece, folder);
    }
  }
  return held;
}

function keyOf({ path, sha256 }: { path: string; sha256: string }): string {
  return `${sha256} ${path}`;
}

/** Of a release and the files that are wanted of it. */
export function digestOf(oid: string, pieces: readonly Piece[]): string {
  return createHash("sha256")
    .update(JSON.stringify([oid, pieces.map(({ path }) => path)]))
    .digest("hex");
}

function stampOf(
  { release, assigned }: Wanted,
  source: string,
  pieces: readonly Piece[],
  counts: ReadonlyMap<string, number>,
): Stamp {
  const { model, version, tag, oid, commit, content, dataset_snapshot_id, feature_set_version } = release;
  return {
    schema: 1,
    model,
    version,
    tag,
    oid,
    commit,
    content,
    dataset_snapshot_id,
    feature_set_version,
    source,
    stage: assigned?.assignment.stage ?? null,
    artifacts: pieces.map((piece) => {
      if ("link" in piece) return { path: piece.path, kind: "link", link: piece.link };
      const { path, kind, sha256, size } = piece;
      const files = counts.get(path);
      return { path, kind, sha256, size, ...(files === undefined ? {} : { files }) };
    }),
  };
}
