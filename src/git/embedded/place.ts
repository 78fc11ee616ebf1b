// Finding a repository without git, and refusing those the embedded reader would read wrongly.
import { readFile, realpath, stat } from "node:fs/promises";
import { dirname, join, resolve } from "node:path";
import { MvError } from "../../errors.ts";
import type { Place } from "../spawn.ts";
import { type ConfigValues, isTrue } from "../settings.ts";

/** In the environment of a hook, or set by someone who knows why: only git itself knows all they mean. */
const REDIRECTIONS = [
  "GIT_DIR",
  "GIT_WORK_TREE",
  "GIT_COMMON_DIR",
  "GIT_INDEX_FILE",
  "GIT_OBJECT_DIRECTORY",
  "GIT_ALTERNATE_OBJECT_DIRECTORIES",
];

/** Walks up from `cwd` to the first folder that is or has a repository, as gitrepository-layout(5) describes it. */
export async function findPlace(cwd: string): Promise<Place> {
  const redirected = REDIRECTIONS.find((name) => process.env[name] !== undefined);
  if (redirected !== undefined) throw needsGit(`${redirected} is set, which`);
  const start = await realpath(cwd).catch(() => null);
  if (start === null) throw new MvError("no-repository", `${cwd} is no folder`);
  for (let folder = start; ; folder = dirname(folder)) {
    const gitDir = await gitDirOf(join(folder, ".git"));
    if (gitDir !== null) return placeAt(folder, gitDir, false);
    if (await isRepository(folder)) return placeAt(folder, folder, true);
    if (folder === dirname(folder)) break;
  }
  throw new MvError("no-repository", `not a git repository (or any of the parent directories): ${start}`);
}

/** `.git` is the repository, or a file that says where it is: linked working trees and submodules. */
async function gitDirOf(dotGit: string): Promise<string | null> {
  if (await isRepository(dotGit)) return realpath(dotGit);
  const text = await readFile(dotGit, "utf8").catch(() => "");
  const [, target] = /^gitdir: ([^]+?)\n*$/.exec(text) ?? [];
  if (target === undefined) return null;
  const folder = resolve(dirname(dotGit), target);
  if (!(await isRepository(folder))) throw new MvError("no-repository", `not a git repository: ${folder}`);
  return realpath(folder);
}

async function isRepository(folder: string): Promise<boolean> {
  const head = await stat(join(folder, "HEAD")).catch(() => null);
  if (!head?.isFile()) return false;
  const common = await commonDirOf(folder);
  const parts = await Promise.all(["objects", "refs"].map((name) => stat(join(common, name)).catch(() => null)));
  return parts.every((part) => part?.isDirectory());
}

async function commonDirOf(gitDir: string): Promise<string> {
  const text = await readFile(join(gitDir, "commondir"), "utf8").catch(() => "");
  return text === "" ? gitDir : resolve(gitDir, text.replace(/\n$/, ""));
}

async function placeAt(root: string, gitDir: string, bare: boolean): Promise<Place> {
  const commonDir = await realpath(await commonDirOf(gitDir));
  const shallow = await readFile(join(commonDir, "shallow"), "utf8").catch(() => "");
  return { root, gitDir, commonDir, bare, shallow: shallow !== "" };
}

/** Refuses what would be answered wrongly rather than not at all: other hashes, ref stores and object stores. */
export async function checkFormat(place: Place, config: ConfigValues): Promise<void> {
  const last = (key: string) => config.get(key)?.at(-1) ?? null;
  const format = last("extensions.objectformat");
  if (format !== null && format !== "sha1") throw needsGit(`a ${format} repository`);
  const refs = last("extensions.refstorage");
  if (refs !== null && refs !== "files") throw needsGit(`a repository with ${refs} refs`);
  const promised = [...config.keys()].some((key) => /^remote\.[^]*\.promisor$/.test(key) && isTrue(last(key)));
  if (promised || last("extensions.partialclone") !== null) throw needsGit("a partial clone");
  // A linked working tree may belong to a bare repository, whose config it shares.
  const bare = last("core.bare");
  if (bare !== null && isTrue(bare) !== place.bare && place.gitDir === place.commonDir) {
    throw needsGit(place.bare ? "being inside the Git directory" : "a bare repository in a .git folder");
  }
  const alternates = await readFile(join(place.commonDir, "objects/info/alternates"), "utf8").catch(() => "");
  if (alternates.trim() !== "") throw needsGit("a repository that borrows objects from another");
}

export function needsGit(what: string): MvError {
  return new MvError("git-needed", `${what} needs the git program`, { hint: "install Git, or put it on PATH" });
}
