// Findings about single files: unreadable ones of ours, names that carry a version, large binaries.
import type { Settings } from "../../config/config.ts";
import { type ChangedFile, hasBytes } from "../../git/changes.ts";
import { isMvError } from "../../errors.ts";
import { versionInName } from "../../model/naming.ts";
import { artifactPath, POINTER_SUFFIX } from "../../model/paths.ts";
import { parsePointer } from "../../model/pointer.ts";
import type { Project } from "../project.ts";
import { fromHere } from "../targets.ts";
import type { BigBinary } from "./binaries.ts";
import { type Finding, severityOf } from "./findings.ts";
import { type Problem, type Tree, whyUnreadable } from "./trees.ts";

/** What of a tree cannot be read, of the files that a change touched: settings, records, and every pointer. */
export async function unreadable(project: Project, tree: Tree, changed: readonly ChangedFile[]): Promise<Problem[]> {
  const touched = new Set(changed.map((file) => file.path));
  const problems = tree.problems.filter((problem) => touched.has(problem.file));
  const pointers = changed.filter((file) => file.path.endsWith(POINTER_SUFFIX) && hasBytes(file));
  const texts = await project.git.readPaths(pointers.map(({ path }) => ({ rev: tree.rev, path })));
  pointers.forEach(({ path }, at) => {
    if (problems.some((problem) => problem.file === path)) return;
    const problem = whyNoPointer(texts[at]?.toString("utf8") ?? null, path);
    if (problem !== null) problems.push({ file: path, ...problem });
  });
  return problems;
}

function whyNoPointer(text: string | null, path: string): Omit<Problem, "file"> | null {
  if (text === null) return null;
  try {
    parsePointer(text, path);
    return null;
  } catch (error) {
    if (isMvError(error)) return whyUnreadable(error, path);
    throw error;
  }
}

/** `isNew`: HEAD has no such file, so that going back to it would remove what is there. */
export function invalidFinding(project: Project, { file, why, hint }: Problem, isNew: boolean): Finding {
  const path = fromHere(project, file);
  const back = isNew ? `git rm --cached ${path}` : `git restore --staged --worktree ${path}`;
  return {
    rule: "invalid-file",
    severity: "error",
    message: `${why.includes(file) ? why : `${file}: ${why}`}.`.replace(/\.\.$/, "."),
    next: hint === null ? [back] : [hint, `Or ${isNew ? "leave it out" : "back to what was committed"}: ${back}`],
    file,
    commit: null,
    models: [],
  };
}

/** Artifacts that a change adds under a name that carries a version (rule 6). */
export function namingFindings(
  project: Project,
  changed: readonly ChangedFile[],
  policy: Settings["policy"],
): Finding[] {
  const severity = severityOf(policy.naming);
  if (severity === null) return [];
  return changed.flatMap((file) => {
    if (!file.added || !file.path.endsWith(POINTER_SUFFIX)) return [];
    const path = artifactPath(file.path);
    const said = versionInName(path);
    if (said === null) return [];
    return [
      {
        rule: "name-says-version" as const,
        severity,
        message: `${path}: its name says "${said}", but the version is the tag's, not the file's.`,
        next: [`mv move ${fromHere(project, path)} ${fromHere(project, plainName(path, said))}`],
        file: file.path,
        commit: null,
        models: [],
      },
    ];
  });
}

function plainName(path: string, said: string): string {
  const slash = path.lastIndexOf("/") + 1;
  const name = path.slice(slash);
  const shorter = name.replace(new RegExp(`[-_. ]*${said.replace(/[\\^$.*+?()[\]{}|]/g, "\\$&")}`, "i"), "");
  return /^[A-Za-z]/.test(shorter) && versionInName(shorter) === null
    ? `${path.slice(0, slash)}${shorter}`
    : `${path.slice(0, slash)}NEW_NAME`;
}

export function binaryFinding(project: Project, { path, size }: BigBinary, isStaged: boolean): Finding {
  return {
    rule: "binary-in-git",
    severity: "error",
    message: `${path}: ${inUnits(size)} of binary data ${isStaged ? "would go" : "went"} into Git itself.`,
    next: [`git rm --cached ${fromHere(project, path)} && mv add ${fromHere(project, path)}`],
    file: path,
    commit: null,
    models: [],
  };
}

function inUnits(size: number): string {
  return size < 1e6 ? `${Math.round(size / 1e3)} kB` : `${(size / 1e6).toPrecision(3)} MB`;
}
