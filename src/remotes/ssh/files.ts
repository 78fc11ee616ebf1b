// The named files of a store behind SFTP. A conditional write compares under a lock, so that of several writers one wins.
import { createHash } from "node:crypto";
import { MvError } from "../../errors.ts";
import { isTempName } from "../../platform/temp.ts";
import { filePath } from "../layout.ts";
import type { MarkedFile, Remote } from "../remote.ts";
import { withFileLock } from "./locks.ts";
import { OPEN } from "./packets.ts";
import { makeFolder, parentOf, pathIn, syncFolder, writeWhole } from "./place.ts";
import { readRange } from "./receive.ts";
import type { Session, Store } from "./session.ts";

type Files = Pick<Remote, "readFile" | "writeFile" | "listFiles" | "removeFile">;

/** What was written by a stranger is compared whole, whatever its size. */
const COMPARED_MAX_BYTES = 64 * 1024 * 1024;

export function createSshFiles(session: Session): Files {
  return {
    async readFile(path, maxBytes) {
      const file = filePath(path);
      return session.use((store) => readMarked(store, file, maxBytes));
    },
    async writeFile(path, bytes, expect) {
      const file = filePath(path);
      return session.use(async (store) => {
        await makeFolder(store, parentOf(file));
        const there = pathIn(store, file);
        return withFileLock(store, there, async (requireHeld) => {
          if (expect === null && (await store.sftp.lstat(there)) !== null) return false;
          if (typeof expect === "string") {
            if ((await readMarked(store, file, COMPARED_MAX_BYTES))?.mark !== expect) return false;
          }
          await writeWhole(store, there, bytes, requireHeld);
          return true;
        });
      });
    },
    async listFiles(folder) {
      const top = filePath(folder);
      return session.use(async (store) => (await walk(store, top)).toSorted());
    },
    async removeFile(path) {
      const file = filePath(path);
      await session.use(async (store) => {
        const there = pathIn(store, file);
        if ((await store.sftp.lstat(there)) === null) return;
        await withFileLock(store, there, async (requireHeld) => {
          requireHeld();
          if ((await store.sftp.lstat(there)) !== null) await store.sftp.remove(there);
          await syncFolder(store, parentOf(there));
        });
      });
    },
  };
}

async function readMarked(store: Store, path: string, maxBytes: number): Promise<MarkedFile | null> {
  const modified = (await store.sftp.lstat(pathIn(store, path)))?.modified ?? null;
  const bytes = await readWhole(store, pathIn(store, path), maxBytes);
  if (bytes === null) return null;
  if (typeof bytes === "string") {
    throw new MvError("invalid-file", `${store.name}: ${path}: ${bytes}`, { details: { remote: store.name, path } });
  }
  const mark = createHash("sha256").update(bytes).digest("hex");
  return { bytes, mark, modified: modified === null ? null : new Date(modified * 1000) };
}

/** The bytes of a file at a path there; null where nothing is, or the words for why it is not read. */
export async function readWhole(store: Store, path: string, maxBytes: number): Promise<Buffer | string | null> {
  const { sftp } = store;
  const found = await sftp.lstat(path);
  if (found === null) return null;
  if (found.kind === "folder" || found.kind === "other") return "it is not a regular file";
  const handle = await sftp.open(path, OPEN.read);
  try {
    // Of the file that was opened: another may have taken the name since.
    const size = (await sftp.sizeOf(handle)) ?? found.size ?? Infinity;
    if (size > maxBytes) return `it is larger than ${maxBytes} bytes`;
    const bytes = Buffer.alloc(size);
    await readRange(store, handle, [0, size], (block, at) => {
      block.copy(bytes, at);
    });
    return bytes;
  } finally {
    await sftp.close(handle).catch(() => undefined);
  }
}

async function walk(store: Store, folder: string): Promise<string[]> {
  const found: string[] = [];
  for await (const entries of store.sftp.entries(pathIn(store, folder))) {
    for (const { name, attributes } of entries) {
      const path = `${folder}/${name}`;
      const kind = attributes.kind ?? (await store.sftp.lstat(pathIn(store, path)))?.kind;
      if (kind === "folder") found.push(...(await walk(store, path)));
      const isOurs = name.endsWith(".lock") || name.endsWith(".lock.takeover") || isTempName(name);
      if (kind === "file" && !isOurs) found.push(path);
    }
  }
  return found;
}
