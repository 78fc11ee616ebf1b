// Getting commits from another repository, and moving the branch forward to them: never a merge, never over local changes.
import { MvError } from "../errors.ts";
import type { Git } from "./git.ts";
import { NO_EXT, requireRemoteName } from "./push.ts";
import { run, words } from "./spawn.ts";

/** `git fetch` of what the remote's configuration says, with the tags of what came. Throws MvError unreachable. */
export async function fetchFrom(git: Pick<Git, "root" | "onOutput">, remote: string): Promise<void> {
  requireRemoteName(remote);
  const answer = await run({
    cwd: git.root,
    args: [...NO_EXT, "fetch", "--quiet", "--end-of-options", remote],
    onStderr: git.onOutput ?? undefined,
  });
  if (answer.status === 0) return;
  throw new MvError("unreachable", `${remote}: ${words(answer.stderr)}`, {
    hint: `git fetch ${remote}`,
    details: { remote },
  });
}

/** Brings tags by their short names, with those that lie on the same commits; one that is here is not moved. Throws unreachable. */
export async function fetchTags(
  git: Pick<Git, "root" | "onOutput">,
  remote: string,
  names: readonly string[],
): Promise<void> {
  if (names.length === 0) return;
  requireRemoteName(remote);
  const input = names.map((name) => `refs/tags/${name}:refs/tags/${name}\n`).join("");
  const flags = ["--quiet", "--no-write-fetch-head", "--stdin"];
  const answer = await run({ cwd: git.root, args: [...NO_EXT, "fetch", ...flags, "--end-of-options", remote], input });
  if (answer.status === 0) return;
  throw new MvError("unreachable", `${remote}: ${words(answer.stderr)}`, {
    hint: `git fetch ${remote} --tags`,
    details: { remote },
  });
}

/** Moves the branch, index and working tree forward to a descendant. Throws MvError would-lose with Git's words. */
export async function fastForward(git: Pick<Git, "root" | "onOutput">, commit: string): Promise<void> {
  // Artifacts are ignored files, which Git would write over when a commit tracks one of their names.
  const flags = ["--ff-only", "--quiet", "--no-overwrite-ignore"];
  const answer = await run({ cwd: git.root, args: ["merge", ...flags, "--end-of-options", commit] });
  if (answer.status === 0) return;
  throw new MvError("would-lose", words(answer.stderr), { details: { commit } });
}
