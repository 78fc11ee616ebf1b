// Objects by isomorphic-git, and what is in them: trees, tags, commits. It is loaded on first use: 74 ms.
import fs from "node:fs";
import { MvError } from "../../errors.ts";
import type { GitObject, TreeFile } from "../git.ts";
import type { Place } from "../spawn.ts";

export interface Objects {
  /** Null where the object is not here. */
  read(oid: string): Promise<GitObject | null>;
  /** The one object whose oid starts so; null for none or several. */
  expand(short: string): Promise<string | null>;
  mergeBase(a: string, b: string): Promise<string | null>;
}

/** Folders by the oid of their tree. */
export type Trees = Map<string, Promise<Map<string, { mode: string; oid: string }>>>;

/** Loaded when it is needed. Its default export: in a bundle, a CommonJS package has no other. */
async function library() {
  return (await import("isomorphic-git")).default;
}

/** An object store with one cache of pack indexes. */
export function createObjects(place: Place): Objects {
  const repository = { fs, gitdir: place.commonDir, cache: {} };
  return {
    async read(oid) {
      const { readObject } = await library();
      try {
        const found = await readObject({ ...repository, oid, format: "content" });
        // `content` gives the bytes of every type; the types of the library also know its parsed forms.
        if (!(found.object instanceof Uint8Array)) throw new MvError("internal", `${oid} came parsed`);
        return { type: found.type, bytes: Buffer.from(found.object) };
      } catch (error) {
        if (hasCode(error, "NotFoundError")) return null;
        throw new MvError("no-repository", `object ${oid}: ${String(error)}`, { cause: error });
      }
    },
    async expand(short) {
      const { expandOid } = await library();
      return expandOid({ ...repository, oid: short }).catch(() => null);
    },
    async mergeBase(a, b) {
      const { findMergeBase } = await library();
      const [base] = (await findMergeBase({ ...repository, oids: [a, b] })) as unknown[];
      return typeof base === "string" ? base : null;
    },
  };
}

function hasCode(error: unknown, code: string): boolean {
  return error instanceof Error && "code" in error && error.code === code;
}

/** The commit that an oid is, or that a tag or a tag of a tag names; null for a tree or blob. */
export async function peelToCommit(objects: Objects, oid: string): Promise<string | null> {
  for (let at: string | undefined = oid; at !== undefined;) {
    const object: GitObject | null = await objects.read(at);
    if (object?.type === "commit") return at;
    at = object?.type === "tag" ? headers(object.bytes, "object")[0] : undefined;
  }
  return null;
}

/** Values of a header of a commit or tag, in order. */
export function headers(bytes: Buffer, name: string): string[] {
  const end = bytes.indexOf("\n\n");
  const lines = bytes.toString("utf8", 0, end < 0 ? bytes.length : end).split("\n");
  return lines.filter((line) => line.startsWith(`${name} `)).map((line) => line.slice(name.length + 1));
}

/** The tree of a commit, tag or tree oid; null where there is none. */
export async function treeOf(objects: Objects, oid: string): Promise<string | null> {
  const object = await objects.read(oid);
  if (object?.type === "tree") return oid;
  if (object?.type === "commit") return headers(object.bytes, "tree")[0] ?? null;
  const [target] = object?.type === "tag" ? headers(object.bytes, "object") : [];
  return target === undefined ? null : treeOf(objects, target);
}

/** One folder's entries by name: mode, blank, name, NUL, 20 bytes of oid, over and over. */
export async function readTree(objects: Objects, oid: string): Promise<Map<string, { mode: string; oid: string }>> {
  const bytes = (await objects.read(oid))?.bytes ?? Buffer.alloc(0);
  const entries = new Map<string, { mode: string; oid: string }>();
  for (let at = 0; at < bytes.length;) {
    const blank = bytes.indexOf(0x20, at);
    const nul = bytes.indexOf(0, blank);
    if (blank < 0 || nul < 0 || nul + 20 >= bytes.length + 1) break;
    const mode = bytes.toString("latin1", at, blank).padStart(6, "0");
    entries.set(bytes.toString("utf8", blank + 1, nul), { mode, oid: bytes.toString("hex", nul + 1, nul + 21) });
    at = nul + 21;
  }
  return entries;
}

/** What a path is in a tree; null where nothing is there. `trees` keeps folders between calls. */
export async function entryAt(
  objects: Objects,
  tree: string,
  path: string,
  trees: Trees,
): Promise<{ mode: string; oid: string } | null> {
  let at = { mode: "040000", oid: tree };
  for (const name of path.split("/")) {
    if (at.mode !== "040000") return null;
    const entries = trees.get(at.oid) ?? readTree(objects, at.oid);
    trees.set(at.oid, entries);
    const next = (await entries).get(name);
    if (!next) return null;
    at = next;
  }
  return at;
}

/** Every file below a tree, in Git's order, that of the paths' bytes. */
export async function filesBelow(objects: Objects, tree: string, prefix = ""): Promise<TreeFile[]> {
  const files: TreeFile[] = [];
  for (const [name, { mode, oid }] of await readTree(objects, tree)) {
    if (mode === "040000") files.push(...(await filesBelow(objects, oid, `${prefix}${name}/`)));
    else files.push({ path: prefix + name, oid, mode });
  }
  if (prefix === "") files.sort((a, b) => Buffer.compare(Buffer.from(a.path), Buffer.from(b.path)));
  return files;
}
