// Objects, trees and the index: one process however many are asked for.
import { MvError } from "../errors.ts";
import { type BatchAnswer, createBatchReader } from "./batch.ts";
import type { GitObject, TreeFile } from "./git.ts";
import { type Place, ask, askText, unreadable } from "./spawn.ts";

/** Above it a file is no pointer, record or settings file, and is not worth a process's memory. */
export const FILE_LIMIT = 32 * 1024 * 1024;
const OID = /^(?:[0-9a-f]{40}|[0-9a-f]{64})$/;

export async function readObjects(place: Place, oids: readonly string[]): Promise<Map<string, GitObject>> {
  const names = [...new Set(oids)].filter((oid) => OID.test(oid));
  const answers = await batch(place, names, Infinity);
  const found = new Map<string, GitObject>();
  names.forEach((oid, index) => {
    const object = answers[index]?.object;
    if (object) found.set(oid, object);
  });
  return found;
}

export async function sizes(place: Place, oids: readonly string[]): Promise<Map<string, number>> {
  const names = [...new Set(oids)].filter((oid) => OID.test(oid));
  if (names.length === 0) return new Map();
  const text = await askText(place, ["cat-file", "--batch-check=%(objectname) %(objectsize)", "--buffer"], {
    input: `${names.join("\n")}\n`,
  });
  const found = new Map<string, number>();
  for (const line of text.split("\n")) {
    const [oid = "", size = ""] = line.split(" ");
    if (/^\d+$/.test(size)) found.set(oid, Number(size));
  }
  return found;
}

export async function readPaths(
  place: Place,
  specs: readonly { rev: string; path: string }[],
  version: () => Promise<readonly [number, number, number]>,
): Promise<(Buffer | null)[]> {
  const names = specs.map(({ rev, path }) => nameOf(rev, path));
  const answers = await batchAnyName(place, names, version);
  return answers.map((answer, index) => {
    if (answer === null) return null;
    if (!answer.object) {
      throw new MvError(
        "invalid-file",
        `${specs[index]?.path ?? ""} has ${answer.size} bytes, too many for such a file`,
      );
    }
    return answer.object.type === "blob" ? answer.object.bytes : null;
  });
}

/** `:0:` is written out, or a file named `1:a` in the index would be stage 1 of `a`. */
function nameOf(rev: string, path: string): string {
  if (!/^(?::[0-3]|[0-9a-f]{40,64}|)$/.test(rev)) throw new MvError("internal", `not a full oid: ${rev}`);
  return `${rev === "" ? ":0" : rev}:${path}`;
}

/** cat-file takes one name a line, and NUL-ended names since 2.38; before, a name with a line end is looked up by itself. */
async function batchAnyName(
  place: Place,
  names: readonly string[],
  version: () => Promise<readonly [number, number, number]>,
): Promise<BatchAnswer[]> {
  const odd = names.filter((name) => /[\n\r]/.test(name));
  if (odd.length === 0) return batch(place, names, FILE_LIMIT);
  const [major, minor] = await version();
  if (major > 2 || minor >= 38) return batch(place, names, FILE_LIMIT, "\0");
  const oids = new Map<string, string>();
  for (const name of odd) {
    const found = await ask(place, ["rev-parse", "--quiet", "--verify", "--end-of-options", name]);
    // Zeros name no object: the answer is "missing", as for any other absent path.
    oids.set(name, found.status === 0 ? found.stdout.toString("utf8").trim() : "0".repeat(40));
  }
  const asked = names.map((name) => oids.get(name) ?? name);
  return batch(place, asked, FILE_LIMIT);
}

async function batch(place: Place, names: readonly string[], limit: number, end = "\n"): Promise<BatchAnswer[]> {
  if (names.length === 0) return [];
  const reader = createBatchReader(names, limit);
  const args = ["cat-file", "--batch", "--buffer", ...(end === "\0" ? ["-z"] : [])];
  const answer = await ask(place, args, { input: names.join(end) + end, onStdout: reader.take });
  if (answer.status !== 0 || reader.answers.length !== names.length) throw unreadable(answer);
  return reader.answers;
}

export async function listTree(place: Place, rev: string, suffixes?: readonly string[]): Promise<TreeFile[]> {
  const text = await askText(place, ["ls-tree", "-r", "-z", "--full-tree", "--end-of-options", rev]);
  return readEntries(text, suffixes, ([mode = "", , oid = ""], path) => ({ path, oid, mode }));
}

/** The whole index, for `stagedFiles` and `unmergedFiles`. */
export function readIndex(place: Place): Promise<string> {
  return askText(place, ["ls-files", "--stage", "-z"]);
}

export function stagedFiles(index: string, suffixes?: readonly string[]): TreeFile[] {
  return readEntries(index, suffixes, ([mode = "", oid = "", stage = ""], path) =>
    stage === "0" ? { path, oid, mode } : null,
  );
}

export function unmergedFiles(index: string): string[] {
  // Nearly always there is none: one look at the text instead of a hundred thousand lines.
  if (!/ [1-3]\t/.test(index)) return [];
  const found = readEntries(index, undefined, ([, , stage = ""], path) => (stage === "0" ? null : path));
  return [...new Set(found)];
}

/** Takes lines of words, a tab and a path apart. */
function readEntries<T>(
  text: string,
  suffixes: readonly string[] | undefined,
  read: (words: string[], path: string) => T | null,
): T[] {
  const found: T[] = [];
  for (const entry of text.split("\0")) {
    // Ends are compared before a line is taken apart: most of a large tree is not ours.
    if (entry === "" || (suffixes && !suffixes.some((suffix) => entry.endsWith(suffix)))) continue;
    const tab = entry.indexOf("\t");
    const item = read(entry.slice(0, tab).split(" "), entry.slice(tab + 1));
    if (item !== null) found.push(item);
  }
  return found;
}

export async function trackedUnder(place: Place, paths: readonly string[]): Promise<string[]> {
  if (paths.length === 0) return [];
  const text = await askText(place, ["ls-files", "-z", "--", ...paths]);
  return [...new Set(text.split("\0").filter((path) => path !== ""))];
}

/** `ls-files -t` marks with S what skip-worktree keeps out of the working tree. */
export async function keptOut(place: Place, paths: readonly string[]): Promise<string[]> {
  if (paths.length === 0) return [];
  const text = await askText(place, ["ls-files", "-t", "-z", "--", ...paths]);
  const entries = text.split("\0").filter((entry) => entry.startsWith("S "));
  const skipped = new Set(entries.map((entry) => entry.slice(2)));
  return paths.filter((path) => skipped.has(path));
}
