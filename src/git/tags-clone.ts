// A bare clone with the tags of a repository and next to nothing else, for adding a tag to it: the newest commit and those under
// tags, files only as they are asked for. Git's own hooks and templates stay out of it.
import { realpath } from "node:fs/promises";
import { MvError } from "../errors.ts";
import { checkUrl, withoutSecret } from "../model/url.ts";
import { type Git, hasProgram, openGit } from "./git.ts";
import { NO_EXT } from "./push.ts";
import { LOCAL_ENV, run, words } from "./spawn.ts";

/**
 * Clones into a folder that is empty; its remote is `origin`. Servers that leave nothing out send more, and that works too. Throws
 * MvError usage, git-needed, unreachable, with Git's words and without a secret.
 */
export async function cloneTags(address: string, folder: string): Promise<Git> {
  const shown = withoutSecret(address);
  // Who types an address may type a password in it, as Git takes it; a committed one may not.
  const why = checkUrl(address.replace(/^([a-z][a-z0-9+.-]*:\/\/[^/@:]*):[^@/]*@/i, "$1@"));
  if (why !== null) throw new MvError("usage", `${shown}: ${why}`);
  if (!(await hasProgram())) {
    throw new MvError("git-needed", "Adding a tag to a repository needs the git program", { hint: "install Git" });
  }
  const git = async (...args: string[]): Promise<void> => {
    const answer = await run({ cwd: folder, args: [...NO_EXT, ...args], env: LOCAL_ENV });
    // A shallow fetch of a pattern that nothing matches fails in silence: there is no tag yet.
    const isNothing = args[0] === "fetch" && answer.status === 1 && answer.stderr.length === 0;
    if (answer.status === 0 || isNothing) return;
    const said = words(answer.stderr).replaceAll(address, shown);
    throw new MvError("unreachable", `${shown}: ${said}`, { hint: "check the address and your access to it" });
  };
  const little = ["--depth=1", "--filter=tree:0"];
  await git("clone", "--quiet", "--bare", "--template=", "--no-tags", ...little, "--end-of-options", address, ".");
  // Of a file on this machine Git would take everything, and a branch of the same name as a tag does not matter.
  await git("fetch", "--quiet", "--no-write-fetch-head", ...little, "origin", "+refs/tags/*:refs/tags/*");
  // What the user pushes to elsewhere is no matter here.
  await git("config", "remote.pushDefault", "origin");
  const opened = await openGit(folder);
  if (opened.gitDir === (await realpath(folder))) return opened;
  throw new MvError("usage", `GIT_DIR leads to ${opened.gitDir}`, { hint: "unset GIT_DIR, then repeat the command" });
}
