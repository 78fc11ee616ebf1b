// Reads the beginning of small files that others wrote. Never throws, never waits on a pipe, never reads without limit.
import { closeSync, constants, fstatSync, openSync, readdirSync, readSync, type Dirent } from "node:fs";

/** The first `maxBytes` bytes of a regular file as text, or null where there is no such file or it cannot be read. */
export function readHead(path: string, maxBytes: number): string | null {
  let file: number;
  try {
    // Non-blocking: opening a named pipe would otherwise wait for its writer.
    file = openSync(path, constants.O_RDONLY | (constants.O_NONBLOCK ?? 0));
  } catch {
    return null;
  }
  try {
    const status = fstatSync(file);
    if (!status.isFile()) return null;
    const buffer = Buffer.allocUnsafe(Math.min(maxBytes, status.size));
    let length = 0;
    while (length < buffer.length) {
      const read = readSync(file, buffer, length, buffer.length - length, null);
      if (read === 0) break;
      length += read;
    }
    return buffer.toString("utf8", 0, length);
  } catch {
    return null;
  } finally {
    closeSync(file);
  }
}

/** The entries of a folder in no particular order; empty where there is no such folder or it cannot be read. */
export function listFolder(path: string): Dirent[] {
  try {
    return readdirSync(path, { withFileTypes: true });
  } catch {
    return [];
  }
}
