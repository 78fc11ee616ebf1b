// Which blobs any state of a repository may still need: refs, HEADs, reflogs, stashes, the index and files of every working tree.
import { existsSync } from "node:fs";
import { join } from "node:path";
import { MvError } from "../errors.ts";
import { readTextFileSync } from "../platform/files.ts";
import { changedFiles } from "./changes.ts";
import type { Git } from "./git.ts";
import { LOCAL_ENV, run, unreadable } from "./spawn.ts";

/**
 * The texts of all files of these globs that are reachable from anything: every version in the history of every ref, HEAD and
 * reflog entry, what is staged, and what lies in the working trees, committed or not. Throws gc-refused where a working tree
 * is not there to be read.
 */
export async function reachableTexts(git: Git, globs: readonly string[], maxBytes: number): Promise<string[]> {
  const commits = (await answer(git.root, ["rev-list", "--all", "--reflog"])).split("\n").filter((oid) => oid !== "");
  const changes = await changedFiles(git, { commits, merges: "any-parent", globs });
  const oids = new Set([...changes.values()].flat().map(({ oid }) => oid));
  const texts: string[] = [];
  for (const root of await workingTrees(git)) {
    for (const line of (await files(root, ["--stage"], globs)).filter((entry) => entry !== "")) {
      const [, oid = ""] = /^\d+ ([0-9a-f]+) /.exec(line) ?? [];
      oids.add(oid);
    }
    for (const path of await files(root, ["--cached", "--others"], globs)) {
      const text = path === "" ? null : readTextFileSync(join(root, path), maxBytes);
      if (text !== null) texts.push(text);
    }
  }
  const blobs = await git.readObjects([...oids].filter((oid) => !/^0*$/.test(oid)));
  for (const { type, bytes } of blobs.values()) if (type === "blob") texts.push(bytes.toString("utf8"));
  return texts;
}

/**
 * The texts of all files of these globs in the history of what other repositories hold, as of the last fetch or push: the branches
 * of remotes, and all tags but those that are named.
 */
export async function publishedTexts(
  git: Git,
  globs: readonly string[],
  ownTags: readonly string[],
): Promise<string[]> {
  const own = ownTags.map((tag) => `--exclude=${tag.replaceAll(/[*?[\\]/g, "\\$&")}`);
  const listed = await answer(git.root, ["rev-list", "--remotes", ...own, "--tags"]);
  const commits = listed.split("\n").filter((oid) => oid !== "");
  const changes = await changedFiles(git, { commits, merges: "any-parent", globs });
  const oids = new Set([...changes.values()].flat().map(({ oid }) => oid));
  const blobs = await git.readObjects([...oids].filter((oid) => !/^0*$/.test(oid)));
  return [...blobs.values()].flatMap(({ type, bytes }) => (type === "blob" ? [bytes.toString("utf8")] : []));
}

async function workingTrees(git: Git): Promise<string[]> {
  const blocks = (await answer(git.root, ["worktree", "list", "--porcelain"])).split("\n\n");
  return blocks.flatMap((block) => {
    const [, path] = /^worktree (.*)$/m.exec(block) ?? [];
    if (path === undefined || /^bare$/m.test(block)) return [];
    if (existsSync(path)) return [path];
    throw new MvError("gc-refused", `The working tree ${path} is not there, so what it needs cannot be known`, {
      hint: "mount it, or where it is gone for good: git worktree prune",
      details: { path },
    });
  });
}

async function files(root: string, flags: readonly string[], globs: readonly string[]): Promise<string[]> {
  const specs = globs.map((glob) => `:(top,glob)${glob}`);
  return (await answer(root, ["ls-files", "-z", ...flags, "--", ...specs])).split("\0");
}

async function answer(cwd: string, args: readonly string[]): Promise<string> {
  const said = await run({ cwd, args: ["--no-optional-locks", "--no-replace-objects", ...args], env: LOCAL_ENV });
  if (said.status !== 0) throw unreadable(said);
  return said.stdout.toString("utf8");
}
