// The text of a Git LFS pointer: what a forge looks for before it deletes an object, and what a stock client fetches by. Pure.
// Source: git-lfs, docs/spec.md.
import { isSha } from "./content.ts";

const VERSION = "https://git-lfs.github.com/spec/v1";
/** The format's own limit, in bytes. */
export const LFS_POINTER_MAX_BYTES = 1023;

/** The one spelling of a pointer to an object of `size` bytes. */
export function formatLfsPointer({ sha256, size }: { sha256: string; size: number }): string {
  // The format's own rule for the pointer to nothing.
  return size === 0 ? "" : `version ${VERSION}\noid sha256:${sha256}\nsize ${size}\n`;
}

/** Null for a text that is not exactly what formatLfsPointer writes. */
export function parseLfsPointer(text: string): { sha256: string; size: number } | null {
  const [, sha256 = "", size = ""] = /^version \S+\noid sha256:(\S+)\nsize (\d{1,16})\n$/.exec(text) ?? [];
  const pointer = { sha256, size: Number(size) };
  return isSha(sha256) && Number.isSafeInteger(pointer.size) && formatLfsPointer(pointer) === text ? pointer : null;
}
