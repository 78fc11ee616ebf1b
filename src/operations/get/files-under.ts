// What is in a folder that `mv get` looks at.
import { lstatSync, readdirSync } from "node:fs";
import { join } from "node:path";
import { isAbsent, readError } from "../../platform/file-errors.ts";

/** The names in a folder; none where it is absent. Throws MvError no-read. */
export function namesIn(folder: string): string[] {
  try {
    return readdirSync(folder);
  } catch (error) {
    if (isAbsent(error)) return [];
    throw readError(error, folder);
  }
}

/** Everything in it that is no folder, at any depth, relative to it; `skip` names what is left out at its top. */
export function filesUnder(root: string, skip: readonly string[] = []): string[] {
  const walk = (folder: string): string[] =>
    namesIn(join(root, folder)).flatMap((name) => {
      const path = folder === "" ? name : `${folder}/${name}`;
      if (skip.includes(path)) return [];
      return lstatSync(join(root, path)).isDirectory() ? walk(path) : [path];
    });
  return walk("");
}
