// Which paths may be tracked. Paths are relative to the repository's root, with "/", and come from hostile files too:
// what passes here is safe to join to the root (symlinks on the way are insideTree's concern, in platform/files.ts).
import { sep } from "node:path";
import { MvError } from "../errors.ts";

export const POINTER_SUFFIX = ".mv.yaml";

const PATH_MAX_BYTES = 4096;
const SEGMENT_MAX_BYTES = 255;

/** Ends of names that are ours, and names that Git or we read for ourselves: an artifact there would steer the tools. */
const OWN_SUFFIXES = [POINTER_SUFFIX, ".model.yaml", ".features.yaml"];
const OWN_NAMES = new Set([".mversion.yaml", ".mvignore", ".gitattributes", ".gitmodules", ".gitignore", ".mailmap"]);

/** Short (8.3) names under which NTFS may hold .git, .gitmodules, .gitattributes, .gitignore: git's path.c, is_ntfs_dot_generic. */
const SHORT_NAME_OF_GIT = /^(?:git|gitmod|gitatt|gitign|gi7eba|gi7d29|gi250a)~\d/;

/** Code points that HFS+ and APFS leave out when they compare names: git's utf8.c, next_hfs_char. */
const IGNORABLE = /[\u200c-\u200f\u202a-\u202e\u206a-\u206f\ufeff\u00ad]/g;

const CONTROL = /\p{Cc}/u;
const LONE_SURROGATE = /\p{Cs}/u;

/** Why an artifact cannot have this path, or null. */
export function checkPath(path: string): string | null {
  const why = checkMemberPath(path);
  if (why !== null) return why;
  const segments = path.split("/").map(foldName);
  if (segments.some((name) => OWN_NAMES.has(name))) return "Git or mversion reads a file of that name for itself";
  const last = segments.at(-1) ?? "";
  return OWN_SUFFIXES.some((suffix) => last.endsWith(suffix))
    ? "names with that ending are mversion's own files"
    : null;
}

/** ASCII names that start with neither dot nor blank, end in no dot, and hold nothing that any system reads specially. */
const INNOCENT = /^[\w-](?:[\w.-]*[\w-])?(?:\/[\w-](?:[\w.-]*[\w-])?)*$/;

/** Where a backslash parts folders, a name that holds one leads elsewhere: there every path has to be portable. */
const IS_WINDOWS = sep === "\\";

/**
 * Why a file inside a tracked folder cannot have this path, or null. Names such as .gitattributes are fine there: Git ignores
 * the folder, and model repositories come with them. Line breaks, tabs and backslashes are a name's own business where the
 * system has them in names.
 */
export function checkMemberPath(path: string): string | null {
  // 50,000 paths of a folder are checked at a time; nearly all are of this kind.
  if (path.length <= SEGMENT_MAX_BYTES && INNOCENT.test(path)) return null;
  return checkStructure(path) ?? (IS_WINDOWS ? whyNotPortable(path) : null);
}

/** Why a file of ours (a record, a file of a store) cannot have this path, or null: every system must be able to hold it. */
export function checkPortablePath(path: string): string | null {
  if (path.length <= SEGMENT_MAX_BYTES && INNOCENT.test(path)) return null;
  return checkStructure(path) ?? whyNotPortable(path);
}

function checkStructure(path: string): string | null {
  if (path === "") return "the path is empty";
  if (Buffer.byteLength(path) > PATH_MAX_BYTES) return `the path is longer than ${PATH_MAX_BYTES} bytes`;
  if (path.includes("\0")) return "the path has the character NUL";
  if (LONE_SURROGATE.test(path)) return "the path is not valid Unicode";
  if (path.startsWith("/")) return "the path is absolute";
  if (/^[A-Za-z]:/.test(path)) return "the path starts with a drive letter";
  for (const segment of path.split("/")) {
    const why = checkSegment(segment);
    if (why !== null) return why;
  }
  return null;
}

function checkSegment(segment: string): string | null {
  if (segment === "") return "the path has an empty segment";
  if (segment === "." || segment === "..") return `the path has a '${segment}' segment`;
  if (Buffer.byteLength(segment) > SEGMENT_MAX_BYTES) return `a name in it is longer than ${SEGMENT_MAX_BYTES} bytes`;
  // What Windows would take for folders must not lead out of the tree, or into .git, anywhere.
  const names = segment.split("\\").map(foldName);
  if (names.some((name) => name === ".git" || SHORT_NAME_OF_GIT.test(name)))
    return "a name in it is a spelling of .git";
  if (names.length > 1 && names.includes("..")) return "a name in it steps up by a backslash";
  const [folded = "", ...more] = names;
  return more.length === 0 && /^\.{0,2}$/.test(folded)
    ? "a name in it is nothing but dots, spaces or invisible characters"
    : null;
}

function whyNotPortable(path: string): string | null {
  if (CONTROL.test(path)) return "the path has a control character";
  if (path.includes("\\")) return "the path has a backslash";
  // Windows drops them, so two names would be one file there.
  return /[. ](?:\/|$)/.test(path) ? "a name in it ends with a dot or a space" : null;
}

/** A name as the most forgiving file system sees it: no case, no ignorable characters, no stream suffix, no trailing dots. */
function foldName(segment: string): string {
  const bare = segment.normalize("NFC").replace(IGNORABLE, "").toLowerCase();
  return bare.replace(/:.*$/s, "").replace(/[. ]+$/, (end) => (/^\.{1,2}$/.test(bare) ? end : ""));
}

/** The path as a file system sees it that ignores case and Unicode form; equal results would be one file there. */
export function foldPath(path: string): string {
  return path.normalize("NFC").toLowerCase();
}

/** Pairs of paths that a file system which ignores case or Unicode form cannot hold both. */
export function pathClashes(paths: Iterable<string>): [string, string][] {
  const seen = new Map<string, string>();
  const clashes: [string, string][] = [];
  for (const path of paths) {
    const folded = foldPath(path);
    const other = seen.get(folded);
    if (other === undefined) seen.set(folded, path);
    else if (other !== path) clashes.push([other, path]);
  }
  return clashes;
}

/** The path itself. Throws MvError bad-path, whose message starts with `where` (a file, a flag). */
export function assertPath(path: string, where: string): string {
  const why = checkPath(path);
  if (why === null) return path;
  throw new MvError("bad-path", `${where}: ${showPath(path)}: ${why}`, {
    hint: "a path inside the repository, such as models/model.onnx",
    details: { path, why },
  });
}

/** A path in one line, short and without control characters, for a message. */
export function showPath(path: string): string {
  const text = path.length > 120 ? `${path.slice(0, 117)}...` : path;
  return CONTROL.test(text) ? JSON.stringify(text) : text;
}

/** models/model.onnx -> models/model.onnx.mv.yaml */
export function pointerPath(artifactPath: string): string {
  return artifactPath + POINTER_SUFFIX;
}

/** models/model.onnx.mv.yaml -> models/model.onnx. What has not the suffix comes back as it is. */
export function artifactPath(pointerPath: string): string {
  return pointerPath.endsWith(POINTER_SUFFIX) ? pointerPath.slice(0, -POINTER_SUFFIX.length) : pointerPath;
}

/** Compares by UTF-8 bytes, which is by code point: the order of contents and manifests. */
export function compareBytes(a: string, b: string): number {
  // UTF-16 order differs only where a surrogate (U+10000 and up) meets U+E000..U+FFFF.
  const length = Math.min(a.length, b.length);
  for (let at = 0; at < length; at++) {
    const [left, right] = [a.charCodeAt(at), b.charCodeAt(at)];
    if (left === right) continue;
    const isHigh = (unit: number): boolean => unit >= 0xd800 && unit <= 0xdfff;
    if (isHigh(left) !== isHigh(right)) return isHigh(left) ? 1 : -1;
    return left - right;
  }
  return a.length - b.length;
}
