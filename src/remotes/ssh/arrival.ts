// Where an object arrives in a store behind SFTP: its temp file, its final name, and what may be in the way of it.
import { MvError } from "../../errors.ts";
import type { Transfer } from "../remote.ts";
import { isAbsentThere } from "./failures.ts";
import { createFile, makeFolder, parentOf, pathIn, tempBeside } from "./place.ts";
import type { Store } from "./session.ts";
import type { Handle, Sftp } from "./sftp.ts";

/** What is in a store is written once. */
export const READ_ONLY = 0o444;

/** A temp file beside where an object belongs; its folder is made where it is missing. */
export async function newTemp(store: Store, path: string): Promise<{ temp: string; handle: Handle }> {
  const folder = parentOf(path);
  const temp = tempBeside(pathIn(store, path));
  await makeFolder(store, folder);
  try {
    return { temp, handle: await createFile(store, temp, READ_ONLY) };
  } catch (error) {
    if (!isAbsentThere(error)) throw error;
  }
  // Somebody removed the folder since this connection saw it.
  store.made.clear();
  await makeFolder(store, folder);
  return { temp, handle: await createFile(store, temp, READ_ONLY) };
}

/** Whether the store has the object, of its size. Throws MvError denied where a folder is in its place. */
export async function isThere(store: Store, path: string, { size }: Transfer): Promise<boolean> {
  const found = await store.sftp.lstat(path);
  if (found?.kind === "folder") {
    throw new MvError("denied", `${store.name}: a folder lies where an object belongs: ${path}`, {
      hint: "remove it there",
      details: { remote: store.name, path },
    });
  }
  return found?.kind === "file" && found.size === size;
}

/** Gives a durable temp file its name. Another writer's object of that name holds the same bytes. */
export async function settle(store: Store, temp: string, final: string): Promise<void> {
  // A plain rename replaces nothing; what is there is torn, or was put there a moment ago with the same bytes.
  if (!store.sftp.canReplace) await discard(store.sftp, final);
  await store.sftp.rename(temp, final);
}

/** Removes a file that may be gone already. */
export async function discard(sftp: Sftp, path: string): Promise<void> {
  await sftp.remove(path).catch(() => undefined);
}

export function wrongBytes({ file, sha256 }: Transfer): MvError {
  return new MvError("bytes-wrong", `${file} does not hold the bytes of object ${sha256.slice(0, 12)}`, {
    hint: "mv verify",
    details: { sha256, path: file },
  });
}
