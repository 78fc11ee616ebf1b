// The stat index: what a path held when it was last hashed, so that `status` need not hash it again. One file for each
// artifact; a lost or torn one only costs hashing.
import { createHash } from "node:crypto";
import { mkdirSync, rmSync } from "node:fs";
import { join } from "node:path";
import { readBytesFile, writeFileAtomic } from "../platform/files.ts";
import { loadHashing } from "../platform/hashing.ts";
import type { FileStat } from "../platform/stat.ts";
import type { Sha } from "./bytes.ts";

const MAX_BYTES = 1 << 28;
/** Clocks of file systems tick every few milliseconds: a file younger than this may change without a sign. */
export const RACY_NS = 25_000_000n;

/** One hashed file of an artifact. Times and inode as decimal text: JSON has no such integers. */
export interface Known {
  /** Inside a folder artifact; "" for a file artifact. */
  path: string;
  size: number;
  mtime: string;
  ctime: string;
  ino: string;
  sha256: Sha;
  xxh64: string;
}

export interface KnownArtifact {
  /** Of the artifact: the file's, or the manifest's. */
  sha256: Sha;
  files: Known[];
  /** Links of a folder, as "path\0target". */
  links: string[];
}

export interface StatIndex {
  read(key: string): Promise<KnownArtifact | null>;
  write(key: string, artifact: KnownArtifact): Promise<void>;
  forget(key: string): void;
}

export function createStatIndex(stateDir: string): StatIndex {
  const folder = join(stateDir, "index");
  const fileOf = (key: string): string => join(folder, createHash("sha256").update(key).digest("hex").slice(0, 32));
  return {
    async read(key) {
      try {
        const data = readBytesFile(fileOf(key), MAX_BYTES);
        if (data === null || data.length < 17) return null;
        const body = data.subarray(17);
        if ((await loadHashing()).of(body, "xxh64").xxh64 !== data.toString("latin1", 0, 16)) return null;
        const [owner, sha256, files, links] = JSON.parse(body.toString("utf8")) as [
          string,
          string,
          unknown[][],
          string[],
        ];
        if (owner !== key) return null;
        return { sha256, files: files.map(fromRow), links };
      } catch {
        return null;
      }
    },
    async write(key, { sha256, files, links }) {
      try {
        const body = Buffer.from(JSON.stringify([key, sha256, files.map(toRow), links]));
        const sum = (await loadHashing()).of(body, "xxh64").xxh64;
        mkdirSync(folder, { recursive: true });
        await writeFileAtomic(fileOf(key), Buffer.concat([Buffer.from(`${sum}\n`), body]), { durable: false });
      } catch {
        // A read-only repository can be read all the same.
      }
    },
    forget: (key) => rmSync(fileOf(key), { force: true }),
  };
}

function toRow({ path, size, mtime, ctime, ino, sha256, xxh64 }: Known): unknown[] {
  return [path, size, mtime, ctime, ino, sha256, xxh64];
}

function fromRow(row: unknown[]): Known {
  const [path, size, mtime, ctime, ino, sha256, xxh64] = row as [
    string,
    number,
    string,
    string,
    string,
    string,
    string,
  ];
  return { path, size, mtime, ctime, ino, sha256, xxh64 };
}

/** Whether the stat is the one that was hashed. */
export function isSameFile(known: Known | undefined, stat: FileStat): known is Known {
  return (
    known !== undefined &&
    known.size === stat.size &&
    known.mtime === String(stat.mtimeNs) &&
    known.ctime === String(stat.ctimeNs) &&
    known.ino === String(stat.ino)
  );
}

export function knownFile(path: string, stat: FileStat, digests: { sha256: Sha; xxh64: string }): Known {
  const { size, mtimeNs, ctimeNs, ino } = stat;
  return { path, size, mtime: String(mtimeNs), ctime: String(ctimeNs), ino: String(ino), ...digests };
}
