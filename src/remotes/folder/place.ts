// The folder of a store: that it is there, folders made in it with its own permissions, and what the system
// says as our errors.
import { chmodSync, mkdirSync, statSync } from "node:fs";
import { join } from "node:path";
import { isMvError, MvError } from "../../errors.ts";
import { isAbsent, systemCode, writeError } from "../../platform/file-errors.ts";
import { syncFolder } from "../../platform/sync.ts";

export interface Place {
  readonly name: string;
  readonly folder: string;
  /** Throws MvError unreachable where the folder is not there, as after an unmount. */
  requireThere(): void;
  /** Makes a folder of the store and those above it, as open to others as the store's own; returns its path. */
  makeFolder(path: string): string;
  /** The same for many, which share their syncs. */
  makeFolders(paths: Iterable<string>): void;
  /** Gives new files the permissions that the store's own folder has, and no more than `most`. */
  open(paths: readonly string[], most: number): void;
  /** What the system refused of the store as MvError denied, no-space or unreachable; what concerns this machine stays. */
  failure(error: unknown): unknown;
  /** Runs work on the store; what the system refuses is thrown as MvError denied, no-space or unreachable. */
  guard<T>(work: () => Promise<T>): Promise<T>;
}

export function createPlace(name: string, folder: string): Place {
  /** Several people write to a store: their umasks do not count, the permissions of its folder do. */
  const made = new Map<string, string>();
  const mode = (): number => statSync(folder).mode & 0o7777;

  function open(paths: readonly string[], most: number): void {
    const wanted = mode() & most;
    try {
      for (const path of paths) chmodSync(path, wanted);
    } catch (error) {
      // Mounts without permissions refuse it, and have nothing to set.
      if (!["EPERM", "ENOTSUP", "EOPNOTSUPP", "EINVAL"].includes(systemCode(error))) throw error;
    }
  }

  function make(path: string): boolean {
    try {
      mkdirSync(path);
      return true;
    } catch (error) {
      if (systemCode(error) === "EEXIST" && statSync(path).isDirectory()) return false;
      throw error;
    }
  }

  /** Makes what is missing of a path, and tells whose new names are not synced yet. */
  function makeAll(path: string): { at: string; touched: string[] } {
    const known = made.get(path);
    if (known !== undefined) return { at: known, touched: [] };
    const touched: string[] = [];
    // One by one from the store's own: where that is gone, nothing is made in its place.
    let at = folder;
    for (const segment of path.split("/")) {
      const parent = at;
      at = join(at, segment);
      if (!make(at)) continue;
      open([at], 0o7777);
      touched.push(parent);
    }
    made.set(path, at);
    return { at, touched };
  }

  return {
    name,
    folder,
    requireThere() {
      // Another writer's clean-up may have taken a folder away since.
      made.clear();
      try {
        if (statSync(folder).isDirectory()) return;
      } catch (error) {
        if (!isAbsent(error)) throw failure(name, folder, error);
      }
      throw new MvError("unreachable", `${name}: ${folder} is not there any more`, { hint: "mount it, then repeat" });
    },
    makeFolder(path) {
      const { at, touched } = makeAll(path);
      for (const parent of touched) syncFolder(parent);
      return at;
    },
    makeFolders(paths) {
      const touched = new Set<string>();
      for (const path of paths) for (const parent of makeAll(path).touched) touched.add(parent);
      for (const parent of touched) syncFolder(parent);
    },
    open,
    failure: (error) => failure(name, folder, error),
    async guard(work) {
      try {
        return await work();
      } catch (error) {
        throw failure(name, folder, error);
      }
    },
  };
}

function failure(name: string, folder: string, error: unknown): unknown {
  const known = isMvError(error) ? error : writeError(error, folder);
  if (!isMvError(known)) {
    return systemCode(known) === "" ? known : unreachable(name, folder, known);
  }
  const cause = known.details["cause"];
  const path = known.details["path"];
  const isInStore = typeof path === "string" && (path === folder || path.startsWith(`${folder}/`));
  if (known.code === "no-space" && isInStore) {
    return new MvError("no-space", `${name}: ${folder} has no room: ${known.message}`, {
      hint: `mv gc --remote ${name} --dry-run shows what may go there; or make room, then repeat`,
      details: { remote: name, path },
      cause: known,
    });
  }
  if ((known.code !== "no-write" && known.code !== "no-read") || !isInStore) return known;
  if (cause === "EIO" || cause === "ESTALE") return unreachable(name, folder, known);
  return new MvError("denied", `${name}: ${known.message}`, {
    hint: `check the permissions of ${folder}`,
    details: { remote: name, path },
    cause: known,
  });
}

function unreachable(name: string, folder: string, cause: unknown): MvError {
  const words = cause instanceof Error ? cause.message : String(cause);
  return new MvError("unreachable", `${name}: ${folder} fails: ${words}`, {
    hint: `look at what lies there: ls -la ${folder}`,
    details: { remote: name, path: folder },
    cause,
  });
}
