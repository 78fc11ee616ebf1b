// How many names each folder of an artifact holds: what tells without comparing them that no name was added. And by which
// stamp of a folder it is known without listing it.
import type { FolderStamp } from "../platform/stat-jobs.ts";
import type { WalkedFolder } from "./walk.ts";

/** The stamp is null where it is not known, or would say nothing. */
export type FolderNames = readonly [folder: string, names: number, stamp: FolderStamp | null];

/** For each folder below an artifact, and "" for itself: the files, links and folders that are directly in it. Pure. */
export function countNames(paths: Iterable<string>): [folder: string, names: number][] {
  const counts = new Map<string, number>([["", 0]]);
  const add = (folder: string, names: number): void => void counts.set(folder, (counts.get(folder) ?? 0) + names);
  const enter = (folder: string): void => {
    if (counts.has(folder)) return;
    counts.set(folder, 0);
    const parent = folder.slice(0, Math.max(0, folder.lastIndexOf("/")));
    enter(parent);
    add(parent, 1);
  };
  // Mostly a path is in the folder of the one before: then no text is made.
  let [folder, names] = ["", 0];
  for (const path of paths) {
    const end = path.lastIndexOf("/");
    if (end !== (folder === "" ? -1 : folder.length) || !path.startsWith(folder)) {
      add(folder, names);
      [folder, names] = [path.slice(0, Math.max(0, end)), 0];
      enter(folder);
    }
    names += 1;
  }
  add(folder, names);
  return [...counts];
}

/** The counts with the stamps of folders that had just as many names when they were stamped, and whose stamps may be trusted. */
export function stampFolders(
  counts: readonly (readonly [folder: string, names: number, stamp?: unknown])[],
  folders: ReadonlyMap<string, WalkedFolder>,
  isTrusted: (stamp: FolderStamp) => boolean,
): FolderNames[] {
  return counts.map(([folder, names]) => {
    const found = folders.get(folder);
    const stamp = found?.names === names ? found.stamp : null;
    return [folder, names, stamp && isTrusted(stamp) ? stamp : null];
  });
}
