// The folder that `mv get` gives: built beside its place and put there by a rename, so that it is wholly one version or another.
import {
  accessSync,
  constants,
  existsSync,
  mkdirSync,
  readdirSync,
  readlinkSync,
  realpathSync,
  renameSync,
  rmSync,
  statSync,
  writeFileSync,
} from "node:fs";
import { basename, dirname, join, resolve } from "node:path";
import { MvError } from "../../errors.ts";
import { isAbsent, readError, systemCode, writeError } from "../../platform/file-errors.ts";
import { makeFolder, readTextFileSync } from "../../platform/files.ts";
import { lstatOrNull } from "../../platform/stat.ts";
import { withLock } from "../../platform/locks.ts";
import { syncFileSystem, syncFolder } from "../../platform/sync.ts";
import type { Surroundings } from "../project.ts";
import { requireExpendable } from "./expendable.ts";
import { filesUnder, namesIn } from "./files-under.ts";
import { readRolloutFile, ROLLOUT_FILE } from "./rollout-file.ts";
import { readStamp, STAMP_FILE, type Stamp } from "./stamp.ts";

/** Name of the folder that is built in; beside the target its name comes first. */
const WORK = ".mv-get";
/** The second is in the top folder of a disk. */
const NOT_OURS_TO_COUNT = [WORK, "lost+found"];

/** What says of a folder that it is whole. */
const MARKERS = [STAMP_FILE, ROLLOUT_FILE];

/** A folder to build in, and where it goes. */
export interface Building {
  /** Room for other things, gone in the end. */
  scratch: string;
  /** Where the files of a release are gathered, once the folder may be replaced; what an interrupted call for the same files left is still there. */
  treeFor(wanted: string): string;
}

/** The folder's real place: a link such as `current` stays a link, also one to a folder that is yet to be made. */
function realTarget(folder: string): string {
  try {
    return realpathSync(folder);
  } catch (error) {
    if (systemCode(error) === "ELOOP")
      throw new MvError("no-write", `${folder} is a link that leads to itself`, {
        hint: "name another folder with -o",
      });
    if (!isAbsent(error)) throw readError(error, folder);
    const isLink = lstatOrNull(folder)?.isSymbolicLink() === true;
    return isLink ? realTarget(resolve(dirname(folder), readlinkSync(folder))) : resolve(folder);
  }
}

/**
 * Runs `build` as the only one that builds this folder, and then puts what it built in place of what was there. `build` gives
 * false where all is there already. `name` stands in messages. Throws exists where the folder holds what mversion did not put there
 * and `force` is not given, or is not enough.
 */
export async function replaceFolder(
  folder: string,
  { name, force, around }: { name: string; force: boolean; around: Surroundings },
  build: (building: Building) => Promise<boolean>,
): Promise<void> {
  const target = realTarget(folder);
  requireFolder(target, name);
  const inside = cannotBeRenamed(target);
  const beside = inside ? join(target, WORK) : join(dirname(target), `.${basename(target)}${WORK}`);
  makeBeside(beside);
  const tree = join(beside, "tree");
  await withLock(beside, "get", async () => {
    const scratch = join(beside, "scratch");
    rmSync(scratch, { recursive: true, force: true });
    try {
      putBack(target, join(beside, "old"));
      const treeFor = (wanted: string): string => {
        const stray = strayIn(target);
        if (stray !== undefined && !force) throw notOurs(target, name, stray);
        if (stray !== undefined) requireExpendable(target, name, around);
        return startOrGoOn(beside, tree, wanted);
      };
      if (await build({ scratch, treeFor })) {
        await syncFileSystem(beside);
        if (inside) moveIn(tree, target);
        else swap(tree, target, join(beside, "old"));
      }
    } finally {
      rmSync(scratch, { recursive: true, force: true });
    }
    rmSync(tree, { recursive: true, force: true });
  }).finally(() => {
    // What was fetched so far is kept for the next call.
    if (!existsSync(tree)) rmSync(beside, { recursive: true, force: true });
  });
}

function makeBeside(folder: string): void {
  try {
    makeFolder(folder);
  } catch (error) {
    if (!isAbsent(error)) throw error;
    throw new MvError("no-write", `${folder} cannot be made: no folder can be in ${dirname(folder)}`, {
      hint: "name another folder with -o",
      cause: error,
    });
  }
}

function startOrGoOn(beside: string, tree: string, wanted: string): string {
  const marker = join(beside, "release");
  if (readTextFileSync(marker, 1024) !== wanted) rmSync(tree, { recursive: true, force: true });
  writeFileSync(marker, wanted);
  mkdirSync(tree, { recursive: true });
  return tree;
}

/** The top of a disk of its own, as a container's volume is, and a folder in one that is not ours to write. */
function cannotBeRenamed(folder: string): boolean {
  if (!existsSync(folder)) return false;
  if (dirname(folder) === folder) return true;
  try {
    accessSync(dirname(folder), constants.W_OK);
  } catch {
    return true;
  }
  return statSync(folder).dev !== statSync(dirname(folder)).dev;
}

/** After a kill between the two renames of `swap`. */
function putBack(target: string, old: string): void {
  if (existsSync(old) && !existsSync(target)) renameSync(old, target);
  rmSync(old, { recursive: true, force: true });
}

function swap(tree: string, target: string, old: string): void {
  try {
    if (existsSync(target)) renameSync(target, old);
    renameSync(tree, target);
    syncFolder(dirname(target));
    rmSync(old, { recursive: true, force: true });
  } catch (error) {
    throw writeError(error, target);
  }
}

/** The stamp goes first and comes last: while it is missing, the folder is no version, and no rollout. */
function moveIn(tree: string, target: string): void {
  for (const marker of MARKERS) rmSync(join(target, marker), { force: true });
  for (const name of readdirSync(target)) if (name !== WORK) rmSync(join(target, name), { recursive: true });
  const isMarker = (name: string): boolean => MARKERS.includes(name);
  const names = readdirSync(tree);
  for (const name of [...names.filter((name) => !isMarker(name)), ...names.filter(isMarker)])
    renameSync(join(tree, name), join(target, name));
  syncFolder(target);
}

function requireFolder(target: string, name: string): void {
  if (lstatOrNull(target)?.isDirectory() !== false) return;
  throw new MvError("exists", `${name} is a file, and mv get makes a folder`, {
    hint: "name another folder with -o",
    details: { folder: target },
  });
}

function notOurs(target: string, name: string, stray: string): MvError {
  return new MvError("exists", `${name} holds ${stray}, which mv get did not put there`, {
    hint: "name another folder with -o, or repeat with --force, which removes all that it holds",
    details: { folder: target, path: stray },
  });
}

/** What neither a stamp nor a rollout.json accounts for. */
function strayIn(target: string): string | undefined {
  const names = namesIn(target).filter((name) => !NOT_OURS_TO_COUNT.includes(name));
  if (names.length === 0) return undefined;
  const stamp = readStamp(target);
  if (stamp !== null) return strayBeside(target, stamp);
  const rollout = readRolloutFile(target);
  if (rollout === null) return names[0];
  const folders = rollout.variants.map(({ folder }) => folder);
  for (const folder of folders.filter((name) => names.includes(name))) {
    const inside = join(target, folder);
    const own = readStamp(inside);
    const stray = own === null ? namesIn(inside)[0] : strayBeside(inside, own);
    if (stray !== undefined) return `${folder}/${stray}`;
  }
  return names.find((name) => name !== ROLLOUT_FILE && !folders.includes(name));
}

/** A file that the stamp does not account for; folders are told by how many files they hold. */
function strayBeside(target: string, stamp: Stamp): string | undefined {
  const files = filesUnder(target, NOT_OURS_TO_COUNT);
  const known = new Set([STAMP_FILE]);
  for (const artifact of stamp.artifacts) {
    const { path, kind } = artifact;
    const inside = kind === "directory" ? files.filter((file) => file.startsWith(`${path}/`)) : [path];
    if (kind === "directory" && inside.length > (artifact.files ?? 0)) return path;
    for (const file of inside) known.add(file);
  }
  return files.find((file) => !known.has(file));
}
