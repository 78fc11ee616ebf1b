// Turns the paths a user types into artifacts' paths, refusing what cannot be tracked.
import { lstat } from "node:fs/promises";
import { isAbsolute, join, relative, resolve, sep } from "node:path";
import { MvError } from "../errors.ts";
import { checkPath, pointerPath, POINTER_SUFFIX } from "../model/paths.ts";
import { insideTree } from "../platform/files.ts";
import type { Project } from "./project.ts";
import type { Snapshot } from "./snapshot.ts";

/** A typed path as a path from the root, in Git's spelling. A pointer's path stands for its artifact. */
export function rootPath(project: Project, typed: string): string {
  const absolute = isAbsolute(typed) ? typed : resolve(project.cwd, typed);
  const path = relative(project.root, absolute).split(sep).join("/").replace(/\/$/, "");
  if (path === "" || path === ".." || path.startsWith("../")) {
    throw new MvError("bad-path", `${typed} is not inside the repository ${project.root}`, {
      hint: "copy it into the repository first",
    });
  }
  return path.endsWith(POINTER_SUFFIX) ? path.slice(0, -POINTER_SUFFIX.length) : path;
}

export interface Target {
  /** From the root. */
  path: string;
  absolute: string;
  isDirectory: boolean;
}

/** Checks one operand of `mv add`. Fails with bad-path, git-tracked or usage, naming the way out. */
export async function addable(project: Project, snapshot: Snapshot, typed: string): Promise<Target> {
  const path = enclosingArtifact(snapshot, rootPath(project, typed));
  const why = checkPath(path);
  if (why !== null) throw new MvError("bad-path", `${typed} cannot be tracked: ${why}`);
  const inner = [...snapshot.pointers.keys()].find((other) => other.startsWith(`${path}/`));
  if (inner !== undefined) {
    throw new MvError("bad-path", `${path} holds ${inner}, which is an artifact of its own`, {
      hint: `mv remove ${inner}`,
    });
  }
  const absolute = await insideTree(project.root, path);
  const stat = await lstat(absolute).catch(() => null);
  if (stat === null) {
    const known = snapshot.pointers.has(path);
    throw new MvError(
      "usage",
      `${typed}: there is no such file or folder`,
      known ? { hint: `mv restore ${path}` } : {},
    );
  }
  if (!stat.isFile() && !stat.isDirectory() && !stat.isSymbolicLink()) {
    throw new MvError("bad-path", `${typed} is neither a file nor a folder`);
  }
  const tracked = await project.git.trackedUnder([path]);
  if (tracked.length > 0) {
    const flag = stat.isDirectory() ? "-r " : "";
    throw new MvError(
      "git-tracked",
      `Git itself tracks ${tracked.length === 1 ? tracked[0] : `${tracked.length} files in ${path}`}`,
      {
        hint: `git rm ${flag}--cached ${quoted(path)} && mv add ${quoted(path)}`,
        details: { paths: tracked.slice(0, 20) },
      },
    );
  }
  return { path, absolute, isDirectory: stat.isDirectory() };
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

/** The artifacts that paths or folders name: an artifact's own path, its pointer, or everything tracked below a folder. */
export function artifactsUnder(project: Project, snapshot: Snapshot, typed: readonly string[]): string[] {
  const all = [...snapshot.pointers.keys()];
  return typed.flatMap((word) => {
    const absolute = isAbsolute(word) ? word : resolve(project.cwd, word);
    if (absolute === project.root) return all;
    const path = rootPath(project, word);
    const found = all.filter((artifact) => artifact === path || artifact.startsWith(`${path}/`));
    if (found.length > 0) return found;
    throw new MvError("not-tracked", `${word} is not an artifact; there is no ${pointerPath(path)}`, {
      hint: `mv add ${quoted(word)}`,
    });
  });
}

export function absolutePath(project: Project, path: string): string {
  return join(project.root, path);
}

/** A word as a shell reads it back. */
export function quoted(word: string): string {
  return /^[\w@%+=:,./-]+$/.test(word) ? word : `'${word.replaceAll("'", String.raw`'\''`)}'`;
}
