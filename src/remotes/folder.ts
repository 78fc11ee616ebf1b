// A remote that is a folder: a mounted disk, NFS, a bucket that is mounted. Objects lie as in the cache.
import { lstatSync, readdirSync, rmSync, statSync } from "node:fs";
import { join, resolve } from "node:path";
import { fileURLToPath } from "node:url";
import { MvError } from "../errors.ts";
import { isAbsent } from "../platform/file-errors.ts";
import { readBytesFile } from "../platform/files.ts";
import { loadHashing } from "../platform/hashing.ts";
import { lstatOrNull } from "../platform/stat.ts";
import { syncFolder } from "../platform/sync.ts";
import { createFolderFiles } from "./folder/files.ts";
import { createPlace, type Place } from "./folder/place.ts";
import { receiveFile } from "./folder/receive.ts";
import { sendFiles } from "./folder/send.ts";
import { objectAt, objectPath, OBJECTS } from "./layout.ts";
import type { ObjectRef, Remote, RemoteContext, RemoteSettings } from "./remote.ts";
import { requireGoing, together } from "./together.ts";

/** Opens `file:///mnt/models` or a path; a relative one counts from the repository's root. The folder must exist. */
export async function openFolder(name: string, settings: RemoteSettings, context: RemoteContext): Promise<Remote> {
  const folder = pathOf(name, settings.url, context.root);
  const place = createPlace(name, folder);
  const pathOfObject = (sha256: string): string => join(folder, objectPath(sha256));
  return {
    name,
    url: settings.url,
    abilities: { write: true, list: true, remove: true, files: true },
    async has(objects, signal) {
      place.requireThere();
      return place.guard(async () => {
        const held = new Set<string>();
        for (const [at, { sha256, size }] of objects.entries()) {
          if (at % 1000 === 999) await pause(signal);
          if (isHeld(pathOfObject(sha256), size)) held.add(sha256);
        }
        return held;
      });
    },
    async send(objects, options) {
      place.requireThere();
      await place.guard(() => sendFiles(place, objects, options));
    },
    async receive(objects, options) {
      place.requireThere();
      await together(objects, options, (object) => receiveFile(place, pathOfObject(object.sha256), object, options));
    },
    async read(sha256, maxBytes) {
      const path = pathOfObject(sha256);
      return place.guard(async () => {
        const stats = lstatOrNull(path);
        if (stats === null || !stats.isFile() || stats.size > maxBytes) return null;
        const bytes = readBytesFile(path, maxBytes);
        const isIt = bytes !== null && (await loadHashing()).of(bytes, "sha256").sha256 === sha256;
        return isIt ? bytes : null;
      });
    },
    list: () => listObjects(place),
    async remove(sha256s) {
      place.requireThere();
      await place.guard(async () => {
        const touched = new Set<string>();
        for (const sha256 of sha256s) {
          const path = pathOfObject(sha256);
          if (lstatOrNull(path) === null) continue;
          rmSync(path);
          touched.add(join(path, ".."));
        }
        for (const parent of touched) syncFolder(parent);
      });
    },
    ...createFolderFiles(place),
    close: async () => undefined,
  };
}

function pathOf(name: string, url: string, root: string): string {
  const folder = url.startsWith("file:") ? fromFileUrl(name, url) : resolve(root, url);
  try {
    if (statSync(folder).isDirectory()) return folder;
  } catch (error) {
    if (!isAbsent(error)) throw new MvError("denied", `${name}: ${folder} cannot be read`, { cause: error });
    throw new MvError("unreachable", `${name}: ${folder} is not there`, {
      hint: `mount it; or, if it is to be a new store: mkdir ${quoted(folder)}`,
      details: { remote: name, path: folder },
    });
  }
  throw new MvError("unreachable", `${name}: ${folder} is not a folder`, { details: { remote: name, path: folder } });
}

function fromFileUrl(name: string, url: string): string {
  try {
    return fileURLToPath(url);
  } catch (error) {
    throw new MvError("usage", `remote ${name}: ${url} names no folder of this machine`, {
      hint: "file:///mnt/models, with three slashes",
      cause: error,
    });
  }
}

function quoted(path: string): string {
  return /^[\w/.+-]+$/.test(path) ? path : `'${path.replaceAll("'", "'\\''")}'`;
}

function isHeld(path: string, size: number): boolean {
  const stats = lstatSync(path, { throwIfNoEntry: false });
  return stats?.isFile() === true && stats.size === size;
}

async function* listObjects(place: Place): AsyncGenerator<ObjectRef & { modified: Date }> {
  place.requireThere();
  const objects = join(place.folder, OBJECTS);
  for (const prefix of await place.guard(async () => names(objects))) {
    const found = await place.guard(async () =>
      names(join(objects, prefix)).flatMap((name) => {
        const sha256 = objectAt(`${OBJECTS}/${prefix}/${name}`);
        const stats = sha256 === null ? undefined : lstatSync(join(objects, prefix, name), { throwIfNoEntry: false });
        return sha256 !== null && stats?.isFile() ? [{ sha256, size: stats.size, modified: stats.mtime }] : [];
      }),
    );
    yield* found;
  }
}

function names(folder: string): string[] {
  try {
    return readdirSync(folder);
  } catch (error) {
    if (isAbsent(error)) return [];
    throw error;
  }
}

async function pause(signal: AbortSignal | undefined): Promise<void> {
  await new Promise(setImmediate);
  requireGoing(signal);
}
