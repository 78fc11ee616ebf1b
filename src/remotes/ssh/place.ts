// Folders and files of a store behind SFTP: made as open to others as the store's own folder, written whole or not at all.
import { MvError } from "../../errors.ts";
import { isTempName, tempName } from "../../platform/temp.ts";
import { isUnnamed, StatusError } from "./failures.ts";
import { OPEN, STATUS } from "./packets.ts";
import type { Store } from "./session.ts";
import type { Handle } from "./sftp.ts";

/** Other machines write to the store too: their temp files are left alone that long. */
const SWEEP_SECONDS = 24 * 60 * 60;

export function parentOf(path: string): string {
  return path.slice(0, Math.max(0, path.lastIndexOf("/")));
}

/** The path there of one relative to the store. */
export function pathIn(store: Store, path: string): string {
  return path === "" ? store.folder : `${store.folder}/${path}`;
}

/** A temp file's path beside the file that it is to become. */
export function tempBeside(path: string): string {
  return `${parentOf(path)}/${tempName()}`;
}

/** Makes a folder of the store (its path relative to it) and those above it. The store's own is never made. */
export async function makeFolder(store: Store, path: string): Promise<void> {
  if (path === "") return;
  let making = store.made.get(path);
  if (!making) {
    making = makeFolder(store, parentOf(path)).then(() => makeOne(store, pathIn(store, path)));
    store.made.set(path, making);
    // What failed once may work later.
    making.catch(() => store.made.delete(path));
  }
  await making;
}

async function makeOne(store: Store, path: string): Promise<void> {
  try {
    await store.sftp.makeFolder(path);
  } catch (error) {
    // There already, perhaps since a moment ago, and perhaps a link to a folder.
    const isThere = isUnnamed(error) && (await store.sftp.stat(path))?.kind === "folder";
    if (isThere) return;
    throw error;
  }
  if (store.mode !== null) await unlessUnsupported(store.sftp.setModeAt(path, store.mode));
  await syncFolder(store, parentOf(path));
}

/** Opens a new file for writing; it must not exist. `most`: the permissions that it gets at most. */
export async function createFile(store: Store, path: string, most: number): Promise<Handle> {
  const handle = await store.sftp.open(path, OPEN.write | OPEN.create | OPEN.exclusive, most | 0o200);
  return handle;
}

/** Ends a file that was written: its permissions, its bytes on the disk, and closed. */
export async function finishFile(store: Store, handle: Handle, most: number): Promise<void> {
  const { sftp } = store;
  const steps = [
    store.mode === null ? null : unlessUnsupported(sftp.setMode(handle, store.mode & most)),
    sftp.canSync ? sftp.sync(handle) : null,
    sftp.close(handle),
  ];
  // Asked at once, answered in this order: the server works through one connection's requests one by one.
  for (const result of await Promise.allSettled(steps)) if (result.status === "rejected") throw result.reason;
}

/** fsync of a folder's names, after renames. Not every server lets a folder be opened as a file; then there is nothing to do. */
export async function syncFolder(store: Store, path: string): Promise<void> {
  if (!store.sftp.canSync) return;
  let handle: Handle;
  try {
    handle = await store.sftp.open(path, OPEN.read);
  } catch (error) {
    if (error instanceof StatusError) return;
    throw error;
  }
  try {
    await store.sftp.sync(handle).catch(unlessStatus);
  } finally {
    await store.sftp.close(handle);
  }
}

/** A small file, whole or absent under its name, replacing what is there. Throws MvError denied where the server cannot. */
export async function writeWhole(
  store: Store,
  path: string,
  bytes: Uint8Array,
  beforeRename: () => void,
): Promise<void> {
  const { sftp } = store;
  if (!sftp.canReplace && (await sftp.lstat(path)) !== null) {
    throw new MvError("denied", `${store.name}: the server cannot replace ${path} in one step`, {
      hint: "the server lacks posix-rename@openssh.com; OpenSSH has it",
      details: { remote: store.name, path },
    });
  }
  const temp = tempBeside(path);
  try {
    const handle = await createFile(store, temp, 0o666);
    for (let at = 0; at < bytes.length; at += sftp.block) {
      await sftp.write(handle, at, bytes.subarray(at, at + sftp.block));
    }
    await finishFile(store, handle, 0o666);
    beforeRename();
    await sftp.rename(temp, path);
  } catch (error) {
    const reason = await store.explain(error);
    await sftp.remove(temp).catch(() => undefined);
    throw reason;
  }
  await syncFolder(store, parentOf(path));
}

/** Removes temp files that nobody can be writing any more. A courtesy: never fails. */
export async function sweep(store: Store, folder: string): Promise<void> {
  const oldest = Date.now() / 1000 - SWEEP_SECONDS;
  try {
    for await (const entries of store.sftp.entries(folder)) {
      for (const { name, attributes } of entries) {
        const isLeft = isTempName(name) && attributes.modified !== null && attributes.modified < oldest;
        if (isLeft) await store.sftp.remove(`${folder}/${name}`);
      }
    }
  } catch {
    // Not ours to remove, or the connection is gone, which the next request will say.
  }
}

/** Some servers refuse to set permissions, and have none to set. */
async function unlessUnsupported(setting: Promise<void>): Promise<void> {
  await setting.catch((error: unknown) => {
    const isMinor = error instanceof StatusError && error.status !== STATUS.noSuchFile;
    if (!isMinor) throw error;
  });
}

function unlessStatus(error: unknown): void {
  if (!(error instanceof StatusError)) throw error;
}
