// .mvignore: which files of a folder are not part of an artifact, in .gitignore's own language.
import { createRequire } from "node:module";
import { join } from "node:path";
import type { Ignore } from "ignore";
import { isTrue } from "../git/settings.ts";
import { readBytesFile } from "../platform/files.ts";
import type { Project } from "./project.ts";

const NAME = ".mvignore";
const MAX_BYTES = 1 << 20;

/** Answers for paths inside one artifact folder whether they are left out; a folder is asked for before what is in it. */
export interface Ignored {
  (relative: string, isDirectory: boolean): boolean;
  /** There are no rules, unless a folder in the artifact has some. */
  readonly isOff: boolean;
}

/** The rules of the .mvignore files that were read so far. As with .gitignore, deeper files win, and later lines. */
interface Rules {
  readonly isEmpty: boolean;
  read(folder: string): void;
  /** The file whose line leaves a path out, or null. */
  match(path: string, isDirectory: boolean): string | null;
}

/**
 * The rules for an artifact folder: of the .mvignore of the repository's root, of every folder down to the artifact, and of
 * the folders in it, each read when it is walked into.
 */
export async function readIgnored(project: Project, artifact: string): Promise<Ignored> {
  const rules = await createRules(project);
  for (const folder of foldersDownTo(artifact)) rules.read(folder);
  const isLeftOut = (relative: string, isDirectory: boolean): boolean => {
    const path = `${artifact}/${relative}`;
    if (rules.match(path, isDirectory) !== null) return true;
    if (isDirectory) rules.read(path);
    return false;
  };
  return Object.assign(isLeftOut, { isOff: rules.isEmpty });
}

/** The .mvignore that leaves a whole operand out, or null. */
export async function ignoredBy(project: Project, path: string, isDirectory: boolean): Promise<string | null> {
  const rules = await createRules(project);
  for (const folder of foldersDownTo(path).slice(0, -1)) rules.read(folder);
  return rules.match(path, isDirectory);
}

/** Tells which paths from the root a pattern means that was typed in `folder`, read as a line of a .gitignore there. */
export function createGlob(folder: string, pattern: string): (path: string) => boolean {
  const line = fromRoot(folder, pattern.startsWith("!") ? `\\${pattern}` : pattern);
  const matcher = createMatcher(false);
  if (line !== null) matcher.add(line);
  return (path) => matcher.ignores(path);
}

function foldersDownTo(path: string): string[] {
  const parts = path.split("/");
  return ["", ...parts.map((_, at) => parts.slice(0, at + 1).join("/"))];
}

async function createRules(project: Project): Promise<Rules> {
  const ignorecase = isTrue(await project.git.config("core.ignorecase"));
  let matcher: Ignore | undefined;
  return {
    get isEmpty() {
      return matcher === undefined;
    },
    read(folder) {
      const file = folder === "" ? NAME : `${folder}/${NAME}`;
      const bytes = readBytesFile(join(project.root, file), MAX_BYTES);
      if (bytes === null) return;
      matcher ??= createMatcher(ignorecase);
      for (const line of bytes
        .toString("utf8")
        .replace(/^\uFEFF/, "")
        .split(/\r?\n/)) {
        const pattern = fromRoot(folder, line);
        if (pattern !== null) matcher.add({ pattern, mark: file });
      }
    },
    match(path, isDirectory) {
      if (matcher === undefined) return null;
      const { ignored, rule } = matcher.test(isDirectory ? `${path}/` : path);
      return ignored ? (rule?.mark ?? NAME) : null;
    },
  };
}

/** Loaded where there are rules at all: most repositories have none. Inside a walk, which does not wait. */
function createMatcher(ignorecase: boolean): Ignore {
  const load = createRequire(import.meta.url)("ignore") as (options: object) => Ignore;
  return load({ ignorecase });
}

/** A line of a folder's ignore file as a pattern for paths from the root; null for what is no pattern. Pure. */
export function fromRoot(folder: string, line: string): string | null {
  if (line.trim() === "" || line.startsWith("#")) return null;
  if (folder === "") return line;
  const isNegative = line.startsWith("!");
  const pattern = (isNegative ? line.slice(1) : line).replace(/^\\(?=[#!])/, "");
  const isAnchored = /\/./.test(pattern.trimEnd());
  const base = folder.replace(/[\\*?[\]]/g, "\\$&");
  return `${isNegative ? "!" : ""}/${base}/${isAnchored ? pattern.replace(/^\//, "") : `**/${pattern}`}`;
}
