// What a path holds, as hashes: the answer of `add` and `look`.
import type { ManifestEntry } from "../model/manifest.ts";

/** 64 lower-case hex digits of SHA-256. */
export type Sha = string;

export interface FileBytes {
  kind: "file";
  sha256: Sha;
  xxh64: string;
  size: number;
  executable: boolean;
}

export interface FolderBytes {
  kind: "directory";
  /** Of the manifest. */
  sha256: Sha;
  /** Of all files together. */
  size: number;
  /** Files and links. */
  files: number;
  /** Made when they are asked for: most never are. */
  readonly entries: ManifestEntry[];
}

export type Bytes = FileBytes | FolderBytes;

/** How far long work has come; `bytes` and `total` in bytes. */
export type Progress = (event: { phase: string; bytes: number; total: number; files?: number; path?: string }) => void;

/** Whether a path inside an artifact folder is left out. */
export interface Ignored {
  (relative: string, isDirectory: boolean): boolean;
  /** Nothing outside the folder leaves anything out; only a .mvignore in it might. */
  readonly isOff?: boolean;
}
