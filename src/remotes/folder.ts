// A remote that is a folder: a mounted disk, NFS, a bucket that is mounted. Objects lie as in the cache.
import { createHash } from "node:crypto";
import { lstat } from "node:fs/promises";
import { join, resolve } from "node:path";
import { fileURLToPath } from "node:url";
import { MvError } from "../errors.ts";
import { readBytesFile } from "../platform/files.ts";
import type { Remote } from "./remote.ts";

/** Opens `file:///mnt/models` or a path; a relative one counts from the repository's root. */
export async function openFolder(url: string, root: string): Promise<Remote> {
  const folder = url.startsWith("file:") ? fileURLToPath(url) : resolve(root, url);
  const stat = await lstat(folder).catch(() => null);
  if (!stat)
    throw new MvError("unreachable", `${folder} is not there`, {
      hint: "mount it, or correct remotes in .mversion.yaml",
    });
  const pathOf = (sha256: string): string => join(folder, "objects", sha256.slice(0, 2), sha256);
  return {
    async has(objects) {
      const held: string[] = [];
      for (const sha256 of objects) {
        const object = await lstat(pathOf(sha256)).catch(() => null);
        if (object?.isFile()) held.push(sha256);
      }
      return held;
    },
    async read(sha256, maxBytes) {
      const bytes = readBytesFile(pathOf(sha256), maxBytes);
      const isIt = bytes !== null && createHash("sha256").update(bytes).digest("hex") === sha256;
      return isIt ? bytes : null;
    },
  };
}
