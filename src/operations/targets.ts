// Turns the paths a user types into artifacts' paths, refusing what cannot be tracked.
import { existsSync } from "node:fs";
import { lstat, readlink } from "node:fs/promises";
import { dirname, isAbsolute, join, relative, resolve, sep } from "node:path";
import { MvError } from "../errors.ts";
import { artifactPath, checkPath, pointerPath, POINTER_SUFFIX, showPath } from "../model/paths.ts";
import type { Role } from "../model/pointer.ts";
import { insideTree } from "../platform/files.ts";
import { ignoredBy } from "./mvignore.ts";
import type { Project } from "./project.ts";
import type { Snapshot } from "./snapshot.ts";

/** What file systems allow for one name. */
const NAME_MAX_BYTES = 255;

/** A typed path as a path from the root. A pointer's path stands for its artifact. */
export function rootPath(project: Project, typed: string): string {
  const path = relative(project.root, resolve(project.cwd, typed)).split(sep).join("/");
  if (path === "" && typed !== "") {
    throw new MvError("bad-path", `${typed} is the whole repository; name files or folders in it`, {
      hint: "mv status",
    });
  }
  if (path === "" || path === ".." || path.startsWith("../")) {
    throw new MvError("bad-path", `${typed || "An empty path"} is not inside the repository ${project.root}`, {
      hint: "copy it into the repository first",
    });
  }
  return artifactPath(path);
}

/** A path from the root as it is typed in the current folder, quoted for a shell. */
export function fromHere(project: Project, path: string): string {
  const typed = relative(project.cwd, join(project.root, path)) || ".";
  return quoted(typed.startsWith("-") ? `./${typed}` : typed);
}

export interface Target {
  /** From the root. */
  path: string;
  absolute: string;
  isDirectory: boolean;
}

/**
 * The operands of `mv add`, each once, a file inside a tracked folder as that folder. Fails with bad-path, git-tracked or
 * usage, naming the way out.
 */
export async function addableTargets(
  project: Project,
  snapshot: Snapshot,
  operands: readonly string[],
  role: Role | undefined,
): Promise<Target[]> {
  const targets = new Map<string, Target>();
  for (const typed of operands) {
    const target = await addable(project, snapshot, typed);
    targets.set(target.path, target);
  }
  const tracked = await project.git.trackedUnder([...targets.keys()]);
  for (const target of targets.values()) requireUntracked(project, target, tracked, role);
  return [...targets.values()];
}

async function addable(project: Project, snapshot: Snapshot, typed: string): Promise<Target> {
  const path = enclosingArtifact(snapshot, rootPath(project, typed));
  requireName(path, typed);
  const inner = [...snapshot.pointers.keys()].find((other) => other.startsWith(`${path}/`));
  if (inner !== undefined) {
    throw new MvError("bad-path", `${path} holds ${inner}, which is an artifact of its own`, {
      hint: `mv remove ${fromHere(project, inner)}`,
    });
  }
  requireOwnTree(project, path);
  const absolute = await insideTree(project.root, path);
  const stat = await lstat(absolute).catch(() => null);
  if (stat === null) {
    // What is not UTF-8 comes here with replacement characters, under which nothing can be opened.
    if (typed.includes("\ufffd")) {
      throw new MvError("bad-path", `${showPath(typed)} cannot be tracked: the name is not valid UTF-8`, {
        hint: "give it another name",
      });
    }
    throw new MvError("usage", `${typed}: there is no such file or folder`, {
      hint: await whereIs(project, snapshot, typed, path),
    });
  }
  if (stat.isSymbolicLink()) await requireObjectLink(project, path, absolute);
  else if (!stat.isFile() && !stat.isDirectory()) {
    throw new MvError("bad-path", `${typed} is neither a file nor a folder`, {
      hint: `cat ${fromHere(project, path)} >FILE, where it gives bytes, then mv add FILE`,
    });
  }
  await requireKept(project, path, stat.isDirectory(), typed);
  return { path, absolute, isDirectory: stat.isDirectory() };
}

/** What to type about a path with nothing there: bring it back, mean it from the root, or look at what is there. */
async function whereIs(project: Project, snapshot: Snapshot, typed: string, path: string): Promise<string> {
  if (snapshot.pointers.has(path)) return `mv restore ${fromHere(project, path)}`;
  if (!isAbsolute(typed) && existsSync(join(project.root, typed))) return `mv add ${fromHere(project, typed)}`;
  const parts = path.split("/");
  do parts.pop();
  while (!existsSync(join(project.root, ...parts)));
  return `ls ${fromHere(project, parts.join("/"))}   # then mv add what is there`;
}

/** Fails with bad-path where nothing of that name can be tracked, or .mvignore leaves it out. */
export async function requireTrackable(project: Project, path: string, isDirectory: boolean): Promise<void> {
  requireName(path, path);
  await requireKept(project, path, isDirectory, path);
}

// A submodule, or any clone inside the tree: its files are no business of this repository, which could not stage a pointer there.
function requireOwnTree(project: Project, path: string): void {
  const parts = path.split("/");
  for (let length = 1; length < parts.length; length += 1) {
    const folder = parts.slice(0, length).join("/");
    if (!existsSync(join(project.root, folder, ".git"))) continue;
    throw new MvError("bad-path", `${path} belongs to the Git repository in ${folder}`, {
      hint: `mv add -C ${fromHere(project, folder)} ${quoted(parts.slice(length).join("/"))}`,
    });
  }
}

function requireName(path: string, typed: string): void {
  // Its pointer holds the name alone, and is read with the same care.
  const name = path.slice(path.lastIndexOf("/") + 1);
  const why = checkPath(path) ?? checkPath(name);
  if (why !== null)
    throw new MvError("bad-path", `${showPath(typed)} cannot be tracked: ${why}`, { hint: "give it another name" });
  const most = NAME_MAX_BYTES - POINTER_SUFFIX.length;
  if (Buffer.byteLength(name) <= most) return;
  throw new MvError(
    "bad-path",
    `${showPath(typed)} cannot be tracked: its name is longer than ${most} bytes, which leaves no room for ${POINTER_SUFFIX}`,
    {
      hint: "give it a shorter name, or put it into a folder and add that: names in a folder may be as long as the disk takes",
    },
  );
}

async function requireKept(project: Project, path: string, isDirectory: boolean, typed: string): Promise<void> {
  const rule = await ignoredBy(project, path, isDirectory);
  if (rule === null) return;
  throw new MvError("bad-path", `${typed} is left out by ${rule}`, { hint: `take its line out of ${rule}` });
}

// With mversion.link=symlink an artifact is a link to its object. Any other would be replaced by what it points to.
async function requireObjectLink(project: Project, path: string, absolute: string): Promise<void> {
  const target = await readlink(absolute);
  const { dir } = await project.store();
  if (isAbsolute(target) && !relative(dir, target).startsWith("..")) return;
  throw new MvError("bad-path", `${path} is a symbolic link to ${target}`, {
    hint: `add the file itself, or put a copy in its place: cp --remove-destination ${quoted(resolve(dirname(absolute), target))} ${fromHere(project, path)}`,
  });
}

function requireUntracked(
  project: Project,
  target: Target,
  trackedPaths: readonly string[],
  role: Role | undefined,
): void {
  const tracked = trackedPaths.filter((path) => path === target.path || path.startsWith(`${target.path}/`));
  if (tracked.length === 0) return;
  const here = fromHere(project, target.path);
  const flags = role === undefined || role === "model" ? "" : role === "dataset" ? " --dataset" : ` --role ${role}`;
  throw new MvError(
    "git-tracked",
    `Git itself tracks ${target.isDirectory ? `${tracked.length} files in ${target.path}` : target.path}`,
    {
      hint: `git rm -q ${target.isDirectory ? "-r " : ""}--cached ${here} && mv add ${here}${flags}`,
      details: { paths: tracked.slice(0, 20) },
    },
  );
}

// A file of a tracked folder stands for the folder: only the folder has a pointer.
function enclosingArtifact(snapshot: Snapshot, path: string): string {
  const parts = path.split("/");
  for (let length = parts.length - 1; length > 0; length--) {
    const parent = parts.slice(0, length).join("/");
    if (snapshot.pointers.get(parent)?.pointer.kind === "directory") return parent;
  }
  return path;
}

/**
 * The artifacts that paths or folders name: an artifact's own path, its pointer, or everything tracked below a folder; `more`
 * are paths that count as artifacts without a pointer.
 */
export function artifactsUnder(
  project: Project,
  snapshot: Snapshot,
  typed: readonly string[],
  more: readonly string[] = [],
): string[] {
  const all = [...new Set([...snapshot.pointers.keys(), ...more])];
  return typed.flatMap((word) => {
    if (resolve(project.cwd, word) === project.root) return all;
    const path = rootPath(project, word);
    const found = all.filter((artifact) => artifact === path || artifact.startsWith(`${path}/`));
    if (found.length > 0) return found;
    throw new MvError("not-tracked", `${word} is not an artifact; there is no ${pointerPath(path)}`, {
      hint: `mv add ${quoted(word)}`,
    });
  });
}

/** What to say of a path, or a glob, that leads into an artifact's folder: not-tracked with the way to some of its files. Else null. */
export function leadsInside(project: Project, snapshot: Snapshot, typed: string): MvError | null {
  const path = relative(project.root, resolve(project.cwd, typed)).split(sep).join("/");
  const folder = enclosingArtifact(snapshot, path);
  // Typed in the folder itself, a single word may as well be a version that there is not.
  const isPath = typed.includes("/") || /[*?[]/.test(typed) || existsSync(resolve(project.cwd, typed));
  if (folder === path || !isPath) return null;
  return new MvError("not-tracked", `${typed} is in the artifact ${folder}, which is brought as a whole`, {
    hint: `name ${fromHere(project, folder)}; or some of its files: mv get ${fromHere(project, "")} VERSION ${quoted(path)} -o DIR`,
    details: { path, artifact: folder },
  });
}

/** A word as a shell reads it back; one with control characters in the form that bash, zsh and ksh know, on one line. */
export function quoted(word: string): string {
  if (/^[\w@%+=:,./-]+$/.test(word)) return word;
  if (!CONTROL.test(word)) return `'${word.replaceAll("'", String.raw`'\''`)}'`;
  const escaped = word
    .replace(/[\\']/g, (char) => `\\${char}`)
    .replace(CONTROLS, (char) => SHORT.get(char) ?? octal(char));
  return `$'${escaped}'`;
}

const CONTROL = /\p{Cc}/u;
const CONTROLS = /\p{Cc}/gu;
const SHORT = new Map([
  ["\n", "\\n"],
  ["\r", "\\r"],
  ["\t", "\\t"],
]);

// Byte by byte: what a shell makes of \u depends on its locale.
function octal(char: string): string {
  return [...Buffer.from(char)].map((byte) => `\\${byte.toString(8).padStart(3, "0")}`).join("");
}
