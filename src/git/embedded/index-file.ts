// Reading Git's index, gitformat-index(5) versions 2 to 4, for SHA-1 repositories. Pure.
import { MvError } from "../../errors.ts";
import { needsGit } from "./place.ts";

export interface IndexEntry {
  path: string;
  oid: string;
  /** Six octal digits. */
  mode: string;
  /** 0, or 1 to 3 in a conflict: base, ours, theirs. */
  stage: number;
  /** Skip-worktree: a sparse checkout keeps the file out of the working tree. */
  keptOut: boolean;
}

const HEADER = 12;
/** Stat data, mode, oid and flags before the path. */
const FIXED = 62;
const CHECKSUM = 20;

/** Throws "git-needed" for an index that is only complete with other files or trees, "no-repository" for a broken one. */
export function parseIndex(bytes: Buffer): IndexEntry[] {
  const version =
    bytes.length >= HEADER + CHECKSUM && bytes.toString("latin1", 0, 4) === "DIRC" ? bytes.readUInt32BE(4) : 0;
  if (version < 2 || version > 4) throw broken();
  const count = bytes.readUInt32BE(8);
  const end = bytes.length - CHECKSUM;
  const entries: IndexEntry[] = [];
  let at = HEADER;
  let before: Buffer = Buffer.alloc(0);
  for (let n = 0; n < count; n += 1) {
    if (at + FIXED > end) throw broken();
    const flags = bytes.readUInt16BE(at + 60);
    const isExtended = version >= 3 && (flags & 0x4000) !== 0;
    const start = at + FIXED + (isExtended ? 2 : 0);
    const name = version === 4 ? packedName(bytes, start, before) : plainName(bytes, start, at);
    if (name === null || name.next > end) throw broken();
    before = name.path;
    entries.push({
      path: name.path.toString("utf8"),
      oid: bytes.toString("hex", at + 40, at + 60),
      mode: bytes
        .readUInt32BE(at + 24)
        .toString(8)
        .padStart(6, "0"),
      stage: (flags >> 12) & 3,
      keptOut: isExtended && (bytes.readUInt16BE(at + FIXED) & 0x4000) !== 0,
    });
    at = name.next;
  }
  refuseSplit(bytes.subarray(at, end));
  return entries;
}

/** Up to version 3: the whole path, and one to eight NULs so that the next entry starts at a multiple of eight. */
function plainName(bytes: Buffer, start: number, entry: number): { path: Buffer; next: number } | null {
  const nul = bytes.indexOf(0, start);
  if (nul < 0) return null;
  return { path: bytes.subarray(start, nul), next: entry + ((nul - entry + 8) & ~7) };
}

/** Version 4: how many bytes of the path before to drop (an offset varint of pack files), then what to add. */
function packedName(bytes: Buffer, start: number, before: Buffer): { path: Buffer; next: number } | null {
  let at = start;
  let byte = bytes[at++] ?? 0;
  let drop = byte & 127;
  while (byte & 128) {
    byte = bytes[at++] ?? 0;
    drop = (drop + 1) * 128 + (byte & 127);
  }
  const nul = bytes.indexOf(0, at);
  if (nul < 0 || drop > before.length) return null;
  const kept = before.subarray(0, before.length - drop);
  return { path: Buffer.concat([kept, bytes.subarray(at, nul)]), next: nul + 1 };
}

/** `link`: most entries are in a shared file; `sdir`: an entry stands for a whole folder. */
function refuseSplit(extensions: Buffer): void {
  for (let at = 0; at + 8 <= extensions.length; at += 8 + extensions.readUInt32BE(at + 4)) {
    const name = extensions.toString("latin1", at, at + 4);
    if (name === "link" || name === "sdir") throw needsGit("a split or sparse index");
  }
}

function broken(): MvError {
  return new MvError("no-repository", "the index file is corrupt");
}
