// Changed lines between two trees, or a tree and the working tree, without git. A rename is told by equal bytes alone.
import { createHash } from "node:crypto";
import { lstat, readFile, readlink } from "node:fs/promises";
import { join } from "node:path";
import type { FileDelta, TreeFile } from "../git.ts";
import { lineCounts } from "../line-counts.ts";
import type { Place } from "../spawn.ts";
import { stagedFiles } from "./files.ts";
import { type Objects, filesBelow, treeOf } from "./objects.ts";
import { needsGit } from "./place.ts";

const LINK = "120000";
const SUBMODULE = "160000";
const NOTHING = Buffer.alloc(0);
/** More bytes than this are not read to count lines: Git calls such a file binary too (core.bigFileThreshold). */
const TEXT_MAX_BYTES = 512 << 20;

/** One side of a file. */
interface Version {
  oid: string;
  mode: string;
  bytes(): Promise<Buffer>;
}

type Versions = Map<string, Version>;

/** As Git's diffStat. `a` and `b` are oids of commits or trees; null is the working tree, of files in the index. */
export async function diffStat(
  place: Place,
  objects: Objects,
  a: string,
  b: string | null,
  excludeSuffixes: readonly string[] = [],
): Promise<FileDelta[]> {
  const isAsked = ({ path }: TreeFile): boolean => !excludeSuffixes.some((suffix) => path.endsWith(suffix));
  const before = await committed(objects, a, isAsked);
  const after = b === null ? await onDisk(place, before, isAsked) : await committed(objects, b, isAsked);
  const changed = [...new Set([...before.keys(), ...after.keys()])]
    .filter((path) => !isSame(before.get(path), after.get(path)))
    .toSorted((x, y) => Buffer.compare(Buffer.from(x), Buffer.from(y)));
  const sources = renames(before, after, changed);
  const moved = new Set(sources.values());
  const deltas: FileDelta[] = [];
  for (const path of changed) {
    const from = sources.get(path);
    if (from !== undefined) deltas.push({ path, added: 0, removed: 0, from });
    else if (!moved.has(path)) deltas.push({ path, ...(await counts(before.get(path), after.get(path))) });
  }
  return deltas;
}

async function committed(objects: Objects, rev: string, isAsked: (file: TreeFile) => boolean): Promise<Versions> {
  const tree = await treeOf(objects, rev);
  const files = tree === null ? [] : (await filesBelow(objects, tree)).filter(isAsked);
  return new Map(
    files.map(({ path, oid, mode }) => {
      const bytes = async (): Promise<Buffer> =>
        mode === SUBMODULE ? Buffer.from(`Subproject commit ${oid}\n`) : ((await objects.read(oid))?.bytes ?? NOTHING);
      return [path, { oid, mode, bytes }];
    }),
  );
}

async function onDisk(place: Place, before: Versions, isAsked: (file: TreeFile) => boolean): Promise<Versions> {
  const found: Versions = new Map();
  for (const file of (await stagedFiles(place)).filter(isAsked)) {
    const version = await versionOnDisk(join(place.root, file.path), file, before.get(file.path));
    if (version) found.set(file.path, version);
  }
  return found;
}

/** Null where the file is gone. */
async function versionOnDisk(absolute: string, file: TreeFile, before: Version | undefined): Promise<Version | null> {
  const stats = await lstat(absolute).catch(() => null);
  // The commit of a submodule is known to git alone: the one in the index is taken for it.
  if (file.mode === SUBMODULE) return { ...file, bytes: async () => Buffer.from(`Subproject commit ${file.oid}\n`) };
  if (stats?.isSymbolicLink()) {
    const target = Buffer.from(await readlink(absolute));
    return { oid: blobOid(target), mode: LINK, bytes: async () => target };
  }
  if (!stats?.isFile()) return null;
  if (stats.size > TEXT_MAX_BYTES) throw needsGit(`counting the lines of ${file.path}, which is large,`);
  const content = await readFile(absolute);
  const mode = (stats.mode & 0o100) === 0 ? "100644" : "100755";
  const version = (bytes: Buffer): Version => ({ oid: blobOid(bytes), mode, bytes: async () => bytes });
  // Where Git checks files out with CRLF, it would commit them with LF.
  const isCrlf = content.includes("\r\n") && !(await (before?.bytes() ?? NOTHING)).includes("\r\n");
  return version(
    isCrlf && before ? Buffer.from(content.toString("latin1").replaceAll("\r\n", "\n"), "latin1") : content,
  );
}

function blobOid(bytes: Buffer): string {
  return createHash("sha1").update(`blob ${bytes.length}\0`).update(bytes).digest("hex");
}

function isSame(a: Version | undefined, b: Version | undefined): boolean {
  return a?.oid === b?.oid && a?.mode === b?.mode;
}

/** New paths whose bytes a path had that is gone, each taken once. Empty files are no sign of a rename. */
function renames(before: Versions, after: Versions, changed: readonly string[]): Map<string, string> {
  const gone = changed.filter((path) => !after.has(path));
  const empty = blobOid(NOTHING);
  const sources = new Map<string, string>();
  for (const path of changed) {
    const now = after.get(path);
    if (before.has(path) || !now || now.oid === empty || now.mode === SUBMODULE) continue;
    const at = gone.findIndex((old) => before.get(old)?.oid === now.oid);
    const [from] = at < 0 ? [] : gone.splice(at, 1);
    if (from !== undefined) sources.set(path, from);
  }
  return sources;
}

async function counts(before: Version | undefined, after: Version | undefined) {
  if (before?.oid === after?.oid) return { added: 0, removed: 0 };
  return lineCounts((await before?.bytes()) ?? NOTHING, (await after?.bytes()) ?? NOTHING);
}
