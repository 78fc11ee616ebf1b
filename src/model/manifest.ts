// A folder's manifest: canonical JSON whose SHA-256 is the folder's hash. Bytes that are not canonical are no manifest.
import { MvError } from "../errors.ts";
import { isSha, type Sha } from "./content.ts";
import { readPlainManifest } from "./manifest-plain.ts";
import { checkMemberPath, compareBytes, foldPath, showPath } from "./paths.ts";

export type ManifestEntry =
  | { path: string; sha256: Sha; size: number; executable: boolean }
  | { path: string; link: string };

export interface Manifest {
  schema: 1;
  files: ManifestEntry[];
}

/** About 1.5 million files. */
export const MANIFEST_MAX_BYTES = 256 * 1024 * 1024;
const LINK_MAX_BYTES = 4096;

/**
 * The manifest of these files: keys and entries sorted, no spaces, no final newline. Throws MvError bad-path for files that
 * `parseManifest` would refuse, so that nothing is stored that cannot be read back.
 */
export function formatManifest(files: readonly ManifestEntry[]): string {
  const text = canonical(files);
  // Read back, and so proven, where it is of the usual kind.
  if (readPlainManifest(text)) return text;
  for (const entry of files) {
    const read = readEntry(entry);
    if (typeof read === "string") throw refuseFile(read);
  }
  const why = checkTree(files);
  if (why !== null) throw refuseFile(why);
  return text;
}

function refuseFile(why: string): MvError {
  return new MvError("bad-path", why, { hint: "rename the file, or leave it out by .mvignore" });
}

function canonical(files: readonly ManifestEntry[]): string {
  const entries = files
    .toSorted((a, b) => compareBytes(a.path, b.path))
    .map((entry) =>
      "link" in entry
        ? { link: entry.link, path: entry.path }
        : { executable: entry.executable, path: entry.path, sha256: entry.sha256, size: entry.size },
    );
  return JSON.stringify({ files: entries, schema: 1 });
}

/**
 * Reads a manifest that may be hostile. Every path in it is safe to join to the folder, and no link leaves it. `name` stands in
 * messages. Throws MvError invalid-file.
 */
export function parseManifest(bytes: Uint8Array, name: string): Manifest {
  const refuse = (why: string): MvError =>
    new MvError("invalid-file", `${name}:1: ${why}`, { hint: "mv verify --all", details: { file: name } });
  if (bytes.length > MANIFEST_MAX_BYTES) throw refuse(`a manifest has at most ${MANIFEST_MAX_BYTES} bytes`);
  let text: string;
  let json: unknown;
  try {
    text = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(bytes);
    const plain = readPlainManifest(text);
    if (plain) return { schema: 1, files: plain };
    json = JSON.parse(text);
  } catch {
    throw refuse("the manifest is not JSON in UTF-8");
  }
  if (!isObject(json)) throw refuse("the manifest is not an object");
  if (typeof json["schema"] === "number" && json["schema"] > 1) {
    throw refuse(`schema ${json["schema"]} needs a newer mversion`);
  }
  if (json["schema"] !== 1 || !Array.isArray(json["files"])) throw refuse("schema 1 and a list of files are expected");
  const files = json["files"].map((entry: unknown, at) => {
    const read = readEntry(entry);
    if (typeof read === "string") throw refuse(`file ${at + 1}: ${read}`);
    return read;
  });
  const why = checkTree(files);
  if (why !== null) throw refuse(why);
  // Order, spacing, unknown and doubled keys: one comparison settles them all.
  if (canonical(files) !== text) throw refuse("the manifest is not in canonical form");
  return { schema: 1, files };
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

function readEntry(entry: unknown): ManifestEntry | string {
  if (!isObject(entry)) return "it is not an object";
  const { path, sha256, size, executable, link } = entry;
  if (typeof path !== "string") return "path is missing";
  const why = checkMemberPath(path);
  if (why !== null) return `${showPath(path)}: ${why}`;
  if (link !== undefined) {
    if (typeof link !== "string" || !linkStaysInside(path, link))
      return `${showPath(path)}: the link leaves the folder`;
    return { path, link };
  }
  if (typeof sha256 !== "string" || !isSha(sha256)) return `${showPath(path)}: sha256 is not 64 lower-case hex digits`;
  if (typeof size !== "number" || !Number.isSafeInteger(size) || size < 0) {
    return `${showPath(path)}: size is not a number of bytes`;
  }
  if (typeof executable !== "boolean") return `${showPath(path)}: executable is neither true nor false`;
  return { path, sha256, size, executable };
}

// A file below a file cannot be; a file below a link would be written through it. A file system may find that link under
// another case or Unicode form.
function checkTree(files: readonly ManifestEntry[]): string | null {
  const names = new Set<string>();
  const links = new Set<string>();
  for (const entry of files) {
    if (names.has(entry.path)) return `${showPath(entry.path)}: the path is there twice`;
    names.add(entry.path);
    if ("link" in entry) links.add(foldPath(entry.path));
  }
  for (const { path } of files) {
    for (let at = path.indexOf("/"); at >= 0; at = path.indexOf("/", at + 1)) {
      const parent = path.slice(0, at);
      if (names.has(parent) || (links.size > 0 && links.has(foldPath(parent)))) {
        return `${showPath(path)}: ${showPath(parent)} is not a folder`;
      }
    }
  }
  return null;
}

/**
 * Whether a symbolic link in a folder, at `linkPath` from its root, stays in the folder. `..` counts only at the start of the
 * target, where it steps up from real folders: after a name it could step up from wherever another link leads.
 */
export function linkStaysInside(linkPath: string, target: string): boolean {
  if (target === "" || Buffer.byteLength(target) > LINK_MAX_BYTES) return false;
  const segments = target.split("/").filter((segment) => segment !== "" && segment !== ".");
  const ups = segments.findIndex((segment) => segment !== "..");
  const names = ups < 0 ? [] : segments.slice(ups);
  if (target.startsWith("/") || (ups < 0 ? segments.length : ups) > linkPath.split("/").length - 1) return false;
  return names.every((name) => checkMemberPath(name) === null);
}
