// Which files of a release `mv get` brings: all of the model's, artifacts by their paths, files inside a folder, or a glob's.
import { dirname, join } from "node:path/posix";
import { MvError } from "../../errors.ts";
import type { Artifact } from "../../model/content.ts";
import type { ManifestEntry } from "../../model/manifest.ts";
import { artifactPath } from "../../model/paths.ts";
import type { Release } from "../../model/release.ts";
import { createGlob } from "../mvignore.ts";
import { quoted } from "../targets.ts";
import { STAMP_FILE } from "./stamp.ts";
import type { Stores } from "./stores.ts";

/** An artifact, whole, or a file or link of a folder of which not all is wanted. */
export type Piece =
  | Artifact
  | (Extract<ManifestEntry, { sha256: string }> & { kind: "file" })
  | (Extract<ManifestEntry, { link: string }> & { kind: "link" });

export interface Choice {
  paths: readonly string[];
  /** Data that it was trained on, too, where no path is named. */
  data: boolean;
}

/** How many names an error lists. */
const NAMED = 10;

/**
 * What a call means. A path is an artifact, a folder that holds some, or what lies inside an artifact; with `*`, `?` or `[` it
 * may be a glob, read as a line of a .gitignore. A link inside a folder brings what it leads to. Manifests are read only of
 * folders that a path or glob may lead into. Throws not-tracked where there is nothing, and what reading a manifest throws.
 */
export async function choose(release: Release, { paths, data }: Choice, stores: Stores): Promise<Piece[]> {
  const all = [...release.artifacts, ...release.datasets].filter(({ kind }) => kind !== "external");
  const chosen = paths.length > 0 ? await named(release, all, paths, stores) : data ? all : release.artifacts;
  if (!chosen.some(({ path }) => path === STAMP_FILE)) return [...chosen];
  throw new MvError(
    "bad-path",
    `${STAMP_FILE} is an artifact here, and what mv get writes beside the files has that name`,
    { hint: "name the other paths" },
  );
}

/** What one word means: artifacts as a whole, and files of others. */
interface Meant {
  whole: Artifact[];
  inside: Map<Artifact, ManifestEntry[]>;
}

async function named(
  release: Release,
  all: readonly Artifact[],
  words: readonly string[],
  stores: Stores,
): Promise<Piece[]> {
  const whole = new Set<Artifact>();
  const parts = new Map<Artifact, Set<ManifestEntry>>();
  for (const word of words) {
    const meant = await meantBy(word.replace(/^(?:\.\/+)+/, ""), all, stores);
    if (meant.whole.length === 0 && meant.inside.size === 0) throw await nothing(release, all, word, stores);
    for (const item of meant.whole) whole.add(item);
    for (const [item, files] of meant.inside) parts.set(item, new Set([...(parts.get(item) ?? []), ...files]));
  }
  const pieces: Piece[] = [];
  for (const item of all) {
    const part = parts.get(item);
    const files = part && !whole.has(item) ? await stores.filesOf(item) : [];
    const taken = files.filter((entry) => part?.has(entry));
    if (whole.has(item) || (part && taken.length === files.length)) pieces.push(item);
    else
      for (const entry of taken) pieces.push("link" in entry ? { ...entry, kind: "link" } : { ...entry, kind: "file" });
  }
  return pieces;
}

async function meantBy(word: string, all: readonly Artifact[], stores: Stores): Promise<Meant> {
  const path = artifactPath(word.replace(/\/+$/, ""));
  const whole = all.filter((item) => isAtOrBelow(item.path, path));
  if (whole.length > 0) return { whole, inside: new Map() };
  const inside = await filesInside(foldersAround(all, path), (file) => isAtOrBelow(file, path), stores);
  if (inside.size > 0 || !isGlob(word)) return { whole, inside };
  const matches = createGlob("", word);
  const matched = all.filter((item) => matches(isFolder(item) ? `${item.path}/` : item.path));
  const others = all.filter((item) => isFolder(item) && !matched.includes(item));
  return { whole: matched, inside: await filesInside(others, matches, stores) };
}

async function filesInside(
  folders: readonly Artifact[],
  wanted: (path: string) => boolean,
  stores: Stores,
): Promise<Meant["inside"]> {
  const inside: Meant["inside"] = new Map();
  for (const folder of folders) {
    const files = await stores.filesOf(folder);
    const found = files.filter(({ path }) => wanted(path));
    if (found.length > 0) inside.set(folder, withTargets(files, found));
  }
  return inside;
}

/** A link alone would lead nowhere: what it leads to comes too, over any number of links. In the manifest's order. */
function withTargets(files: readonly ManifestEntry[], found: readonly ManifestEntry[]): ManifestEntry[] {
  const taken = new Set(found);
  let links = found;
  while (links.length > 0) {
    const targets = links.flatMap((entry) => ("link" in entry ? [join(dirname(entry.path), entry.link)] : []));
    links = files.filter(
      (entry) => !taken.has(entry) && targets.some((target) => isAtOrBelow(entry.path, target.replace(/\/+$/, ""))),
    );
    for (const entry of links) taken.add(entry);
  }
  return files.filter((entry) => taken.has(entry));
}

async function nothing(release: Release, all: readonly Artifact[], word: string, stores: Stores): Promise<MvError> {
  const [folder] = foldersAround(all, word);
  const known = folder ? await stores.filesOf(folder) : all;
  const names = known.slice(0, NAMED).map(({ path }) => path);
  const more = known.length > NAMED ? `, and ${known.length - NAMED} more` : "";
  return new MvError(
    "not-tracked",
    `${release.model} ${release.version} has no artifact ${word}; it has ${names.join(", ")}${more}`,
    { hint: `mv get SOURCE ${release.model}@v${release.version} ${quoted(folder?.path ?? names[0] ?? "")} -o DIR` },
  );
}

function foldersAround(all: readonly Artifact[], path: string): Artifact[] {
  return all.filter((item) => isFolder(item) && path.startsWith(`${item.path}/`));
}

function isFolder({ kind }: Artifact): boolean {
  return kind === "directory";
}

function isAtOrBelow(path: string, folder: string): boolean {
  return path === folder || path.startsWith(`${folder}/`);
}

function isGlob(word: string): boolean {
  return /[*?[]/.test(word);
}
