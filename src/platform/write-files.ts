// Many small files written from memory, by synchronous calls.
import { closeSync, openSync } from "node:fs";
import { writeError } from "./file-errors.ts";
import { writeWhole } from "./files.ts";
import type { Hashing } from "./hashing.ts";

export interface FilesToWrite {
  readonly files: readonly { readonly path: string; readonly size: number }[];
  /** Of all files, one behind the other. */
  readonly bytes: Uint8Array;
}

/** Writes files over what is there. Returns the SHA-256 of each. Throws MvError no-space, no-write. */
export function writeFiles(hashing: Hashing, { files, bytes }: FilesToWrite): string[] {
  let at = 0;
  return files.map(({ path, size }) => {
    const data = bytes.subarray(at, at + size);
    at += size;
    overwrite(path, data);
    return hashing.of(data, "sha256").sha256;
  });
}

function overwrite(path: string, bytes: Uint8Array): void {
  try {
    const fd = openSync(path, "w");
    try {
      writeWhole(fd, bytes);
    } finally {
      closeSync(fd);
    }
  } catch (error) {
    throw writeError(error, path);
  }
}
