// Where things lie in every plain store: objects/ab/abcdef…, and named files beside them. docs/remotes.md describes it.
import { MvError } from "../errors.ts";
import { isSha } from "../model/content.ts";
import { checkPortablePath } from "../model/paths.ts";

export const OBJECTS = "objects";

/** "objects/ab/abcdef…". Throws MvError invalid-file unless it is 64 lower-case hex digits. */
export function objectPath(sha256: string): string {
  if (!isSha(sha256)) throw new MvError("invalid-file", `${JSON.stringify(sha256.slice(0, 80))} is not a SHA-256`);
  return `${OBJECTS}/${sha256.slice(0, 2)}/${sha256}`;
}

/** The SHA-256 in an object's path relative to the store; null for every other path. */
export function objectAt(path: string): string | null {
  const sha256 = path.slice(-64);
  return isSha(sha256) && path === `${OBJECTS}/${sha256.slice(0, 2)}/${sha256}` ? sha256 : null;
}

/** The path of a named file, or of a folder of them, as it is. Throws MvError bad-path where it could lead elsewhere. */
export function filePath(path: string): string {
  const why = checkPortablePath(path) ?? (path.split("/")[0] === OBJECTS ? "objects lie there" : null);
  if (why === null) return path;
  throw new MvError("bad-path", `${JSON.stringify(path.slice(0, 200))} is not a file of a store: ${why}`);
}
