// Sending refs to another repository: all of them or none, never by force, and what became of each.
import { MvError } from "../errors.ts";
import type { Git } from "./git.ts";
import { ask, run, words } from "./spawn.ts";

export interface PushedRef {
  /** Full name on both sides. */
  ref: string;
  state: "new" | "updated" | "up-to-date";
}

export interface PushQuery {
  /** Name of a configured remote. */
  remote: string;
  /** Full names; each goes to the same name on the other side. */
  refs: readonly string[];
  /** Added to the environment of Git and the hooks. */
  env: Record<string, string>;
  /** Ask what a push would do, and do nothing. */
  dryRun?: boolean;
}

const STATES: Readonly<Record<string, PushedRef["state"]>> = { "*": "new", " ": "updated", "=": "up-to-date" };

/**
 * `git push --atomic` of these refs, with the user's own hooks and credentials; tags that the configuration would add stay
 * here, since nobody has asked for their bytes. Throws MvError push-rejected or unreachable with Git's words.
 */
export async function pushRefs(git: Pick<Git, "root" | "onOutput">, query: PushQuery): Promise<PushedRef[]> {
  const { remote, refs, env, dryRun = false } = query;
  requireRemoteName(remote);
  const flags = ["--atomic", "--porcelain", "--no-follow-tags", ...(dryRun ? ["--dry-run"] : [])];
  const answer = await run({
    cwd: git.root,
    args: [...NO_EXT, "push", ...flags, "--end-of-options", remote, ...refs.map((ref) => `${ref}:${ref}`)],
    env,
    onStderr: git.onOutput ?? undefined,
  });
  const lines = readPorcelain(answer.stdout.toString("utf8"));
  if (answer.status === 0)
    return lines.flatMap(({ ref, flag }) => (STATES[flag] ? [{ ref, state: STATES[flag] }] : []));
  const rejected = lines.filter(({ flag }) => flag === "!");
  throw rejected.length > 0 ? refused(remote, rejected) : failed(remote, answer.stderr);
}

/** Transport helpers run commands that a URL names. */
export const NO_EXT = ["-c", "protocol.ext.allow=never"];

export function requireRemoteName(remote: string): void {
  if (/^-|[\n\0]/.test(remote) || remote === "") throw new MvError("usage", `${remote} is no remote of Git`);
}

/** `<flag>\t<from>:<to>\t<summary>`, one a ref (git-push(1), --porcelain); a rejection's summary holds its reason. */
function readPorcelain(text: string): { flag: string; ref: string; why: string }[] {
  return text.split("\n").flatMap((line) => {
    const [flag = "", refs = "", why = ""] = line.split("\t");
    return flag.length === 1 && refs.includes(":") ? [{ flag, ref: refs.slice(refs.indexOf(":") + 1), why }] : [];
  });
}

function refused(remote: string, rejected: readonly { ref: string; why: string }[]): MvError {
  // With --atomic one ref is the reason, and the others say only that.
  const causes = rejected.filter(({ why }) => !/atomic/.test(why));
  const [first = { ref: "", why: "" }] = causes.length > 0 ? causes : rejected;
  const name = first.ref.replace(/^refs\/(?:heads|tags)\//, "");
  const isBehind = /fetch first|non-fast-forward/.test(first.why);
  const why = /\(([^)]*)\)\s*$/.exec(first.why)?.[1] ?? first.why;
  const message = isBehind
    ? `${remote} has commits on ${name} that are not here`
    : `${remote} did not take ${name}: ${why}`;
  const isTag = first.ref.startsWith("refs/tags/");
  const isTaken = isTag && /already exists/.test(first.why);
  const hint = isBehind
    ? "mv pull, then mv push"
    : isTaken
      ? `git fetch ${remote} tag ${name}`
      : isTag
        ? `see what ${remote} says above: a rule there may say who makes such tags`
        : `see what ${remote} says above; a branch of another name may be taken: git switch -c NAME, then mv push`;
  return new MvError("push-rejected", message, {
    hint,
    details: { remote, refs: rejected.map(({ ref, why: reason }) => ({ ref, why: reason })) },
  });
}

/** Nothing was even offered: the remote cannot be reached, or a hook here said no; its words went out as they came. */
function failed(remote: string, stderr: string): MvError {
  const isUnreachable =
    /could not read from remote|unable to access|does not appear to be a git repository|could not resolve host|connection|authentication failed|not found/i;
  if (isUnreachable.test(stderr)) {
    return new MvError("unreachable", `${remote}: ${words(lastLine(stderr, isUnreachable))}`, {
      hint: `check the address and your access: git ls-remote ${remote}; then mv push`,
      details: { remote },
    });
  }
  const said = words(stderr).split("\n").at(-1) ?? "";
  return new MvError("push-rejected", `Nothing was pushed to ${remote}: Git or a hook refused`, {
    hint: "see the message above",
    details: { remote, git: said },
  });
}

function lastLine(text: string, wanted: RegExp): string {
  return text.split("\n").find((line) => wanted.test(line)) ?? text;
}

/** Short names of the tags whose commit is this commit or an ancestor of it. */
export async function tagsReachableFrom({ root }: Pick<Git, "root">, commit: string): Promise<string[]> {
  const place = { root, gitDir: root, commonDir: root, bare: false, shallow: false };
  const answer = await ask(place, ["for-each-ref", "--format=%(refname)", `--merged=${commit}`, "refs/tags/"]);
  if (answer.status !== 0) throw new MvError("no-repository", words(answer.stderr));
  const names = answer.stdout.toString("utf8").split("\n");
  return names.filter((name) => name !== "").map((name) => name.slice("refs/tags/".length));
}
