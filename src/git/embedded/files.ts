// Files of commits, trees and the index, without git.
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { MvError } from "../../errors.ts";
import type { TreeFile } from "../git.ts";
import { FILE_LIMIT } from "../objects.ts";
import type { Place } from "../spawn.ts";
import { type IndexEntry, parseIndex } from "./index-file.ts";
import { type Objects, type Trees, entryAt, filesBelow, treeOf } from "./objects.ts";

/** Without an index nothing is staged: a bare repository, or one before its first `add`. */
async function readIndex(place: Place): Promise<IndexEntry[]> {
  const bytes = await readFile(join(place.gitDir, "index")).catch(() => null);
  return bytes === null ? [] : parseIndex(bytes);
}

export async function readPaths(
  place: Place,
  objects: Objects,
  specs: readonly { rev: string; path: string }[],
): Promise<(Buffer | null)[]> {
  const staged = specs.some(({ rev }) => rev.length < 3) ? await readIndex(place) : [];
  const index = new Map(staged.map(({ path, stage, oid }) => [`${stage}:${path}`, oid]));
  const trees: Trees = new Map();
  const answers: (Buffer | null)[] = [];
  for (const { rev, path } of specs) {
    const oid = rev.length < 3 ? index.get(`${rev.slice(1) || 0}:${path}`) : await oidAt(objects, rev, path, trees);
    const object = oid === undefined ? null : await objects.read(oid);
    if (object && object.bytes.length > FILE_LIMIT) {
      throw new MvError("invalid-file", `${path} has ${object.bytes.length} bytes, too many for such a file`);
    }
    answers.push(object?.type === "blob" ? object.bytes : null);
  }
  return answers;
}

async function oidAt(objects: Objects, rev: string, path: string, trees: Trees): Promise<string | undefined> {
  const tree = await treeOf(objects, rev);
  return tree === null ? undefined : (await entryAt(objects, tree, path, trees))?.oid;
}

export async function listFiles(
  place: Place,
  objects: Objects,
  rev: string,
  suffixes?: readonly string[],
): Promise<TreeFile[]> {
  const files = rev === "" ? await stagedFiles(place) : await committedFiles(objects, rev);
  return suffixes ? files.filter(({ path }) => suffixes.some((suffix) => path.endsWith(suffix))) : files;
}

/** The files of the index that are not in conflict. */
export async function stagedFiles(place: Place): Promise<TreeFile[]> {
  const settled = (await readIndex(place)).filter(({ stage }) => stage === 0);
  return settled.map(({ path, oid, mode }) => ({ path, oid, mode }));
}

async function committedFiles(objects: Objects, rev: string): Promise<TreeFile[]> {
  const tree = await treeOf(objects, rev);
  if (tree === null) throw new MvError("no-repository", `not a tree: ${rev}`);
  return filesBelow(objects, tree);
}

export async function trackedUnder(place: Place, paths: readonly string[]): Promise<string[]> {
  const tracked = new Set((await readIndex(place)).map(({ path }) => path));
  return [...tracked].filter((name) => paths.some((path) => name === path || name.startsWith(`${path}/`)));
}

export async function unmerged(place: Place): Promise<string[]> {
  const conflicts = (await readIndex(place)).filter(({ stage }) => stage > 0);
  return [...new Set(conflicts.map(({ path }) => path))];
}

export async function keptOut(place: Place, paths: readonly string[]): Promise<string[]> {
  if (paths.length === 0) return [];
  const skipped = new Set((await readIndex(place)).filter(({ keptOut: is }) => is).map(({ path }) => path));
  return paths.filter((path) => skipped.has(path));
}
