// A working tree with a cache beside it, for the tests of the store.
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, lstatSync, readlinkSync, writeFileSync } from "node:fs";
import { createHash } from "node:crypto";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { type Bytes, createStore, type Placement, type Store } from "../../../src/store/store.ts";

export type Tree = Record<string, string>;

export const sha = (data: string | Uint8Array): string => createHash("sha256").update(data).digest("hex");

export interface Shop {
  store: Store;
  root: string;
  cache: string;
  at(path: string): string;
  write(tree: Tree): void;
  /** Files with their text and links with their target, executables marked with "*". */
  tree(path?: string): Tree;
  placement(key: string, bytes: Bytes, current: Bytes | null): Placement;
  again(options?: Partial<Parameters<typeof createStore>[0]>): Store;
}

export function openShop(options: Partial<Parameters<typeof createStore>[0]> = {}, base = tmpdir()): Shop {
  const dir = mkdtempSync(join(base, "mv-store-"));
  const [root, cache] = [join(dir, "root"), join(dir, "cache")];
  mkdirSync(root);
  const again = (more: Partial<Parameters<typeof createStore>[0]> = {}): Store =>
    createStore({ cacheDir: cache, stateDir: join(dir, "state"), link: "reflink", shared: false, ...options, ...more });
  const at = (path: string): string => join(root, path);
  return {
    store: again(),
    root,
    cache,
    at,
    again,
    write(tree) {
      for (const [path, text] of Object.entries(tree)) {
        mkdirSync(dirname(at(path)), { recursive: true });
        writeFileSync(at(path), text);
      }
    },
    tree: (path = "") => readTree(at(path)),
    placement: (key, bytes, current) => ({
      absolute: at(key),
      key,
      kind: bytes.kind,
      sha256: bytes.sha256,
      size: bytes.size,
      ...(bytes.kind === "file" ? { xxh64: bytes.xxh64, executable: bytes.executable } : {}),
      current,
    }),
  };
}

function readTree(folder: string, prefix = ""): Tree {
  const tree: Tree = {};
  for (const item of readdirSync(folder, { withFileTypes: true })) {
    const [name, path] = [prefix + item.name, join(folder, item.name)];
    if (item.isDirectory()) Object.assign(tree, readTree(path, `${name}/`));
    else if (item.isSymbolicLink()) tree[name] = `-> ${readlinkSync(path)}`;
    else if (item.isFile()) tree[(lstatSync(path).mode & 0o100) === 0 ? name : `${name}*`] = readFileSync(path, "utf8");
  }
  return tree;
}

/** Objects in the cache, and what is there beside them. */
export function objectsOf(cache: string): string[] {
  return readdirSync(join(cache, "objects"), { recursive: true })
    .map(String)
    .filter((name) => name.includes("/") || name.startsWith("."))
    .toSorted();
}
