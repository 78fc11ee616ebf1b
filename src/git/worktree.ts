// Changes of the index and of what is checked out.
import { lstat } from "node:fs/promises";
import { join } from "node:path";
import { MvError } from "../errors.ts";
import { head, readRef, resolveCommit } from "./refs.ts";
import { change, mustChange } from "./simple.ts";
import { type Place, words } from "./spawn.ts";

const FROM_STDIN = ["--pathspec-from-file=-", "--pathspec-file-nul"];

export async function stage(place: Place, paths: readonly string[]): Promise<void> {
  const here: string[] = [];
  const gone: string[] = [];
  for (const path of new Set(paths)) {
    const found = await lstat(join(place.root, path)).catch(() => null);
    (found ? here : gone).push(path);
  }
  // --verbose: simple-git waits another 50 ms for a command that prints nothing.
  const add = ["--literal-pathspecs", "add", "--force", "--sparse", "--verbose", ...FROM_STDIN];
  const remove = ["--literal-pathspecs", "rm", "--cached", "--force", "--sparse", "--ignore-unmatch", ...FROM_STDIN];
  if (here.length > 0) await mustChange(place, { args: add, input: here.join("\0") });
  if (gone.length > 0) await mustChange(place, { args: remove, input: gone.join("\0") });
}

export async function unstage(place: Place, paths: readonly string[]): Promise<void> {
  if (paths.length === 0) return;
  const args = ["--literal-pathspecs", "reset", "--quiet", ...FROM_STDIN];
  await mustChange(place, { args, input: [...new Set(paths)].join("\0") });
}

interface Target {
  branch?: string;
  commit?: string;
  newBranch?: string;
}

export async function switchTo(place: Place, target: Target, onOutput: ((text: string) => void) | null): Promise<void> {
  await checkNames(place, target);
  // Artifacts are ignored files: without this Git writes over them when the target tracks one of their names.
  const flags = ["switch", "--quiet", "--no-guess", "--no-overwrite-ignore"];
  const { branch, commit, newBranch } = target;
  const end = "--end-of-options";
  const args =
    newBranch !== undefined
      ? [...flags, `--create=${newBranch}`, end, ...(commit === undefined ? [] : [commit])]
      : branch !== undefined
        ? [...flags, end, branch]
        : [...flags, "--detach", end, commit ?? "HEAD"];
  const { status, output } = await change(place.root, { args, onOutput });
  // post-checkout's status becomes that of `git switch`, when all the work is done.
  if (status === 0 || (await isAt(place, target))) return;
  throw new MvError("would-lose", words(output), { details: { status } });
}

async function checkNames(place: Place, { branch, newBranch }: Target): Promise<void> {
  const name = newBranch ?? branch;
  if (name === undefined) return;
  if (name.startsWith("-")) throw new MvError("usage", `a branch cannot be called ${name}`);
  const known = await readRef(place, `refs/heads/${name}`);
  if (newBranch !== undefined && known !== null) throw new MvError("exists", `there is a branch ${name} already`);
  if (newBranch === undefined && known === null) throw new MvError("nothing-found", `there is no branch ${name}`);
}

async function isAt(place: Place, { branch, commit, newBranch }: Target): Promise<boolean> {
  const [now, wanted] = await Promise.all([head(place), commit === undefined ? null : resolveCommit(place, commit)]);
  return now.branch === (newBranch ?? branch ?? null) && (wanted === null || now.oid === wanted);
}
