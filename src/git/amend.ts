// Whether the commit whose pre-commit hook we run in is an amend. Git has no official sign for it, so we look at the
// arguments of the git that runs the hook, found by walking up from our own process.
import { execFile } from "node:child_process";
import { readFile } from "node:fs/promises";
import { run } from "./spawn.ts";

export interface Process {
  parent: number;
  /** Arguments one by one, or, where the system only tells them joined by blanks, as one text. */
  args: readonly string[] | string;
}

type Sign = "amend" | "doubtful" | "none";

/** A hook sits a few shells below its git: husky, lefthook and a login shell together stay far below this. */
const FAR = 32;
/** Options of `git` and of `git commit` that take the next argument for their value. */
const GIT_VALUES = new Set(["-C", "-c", "--git-dir", "--work-tree", "--namespace", "--super-prefix", "--config-env"]);
const COMMIT_VALUES =
  /^--(?:message|file|reuse-message|reedit-message|fixup|squash|author|date|template|cleanup|trailer|pathspec-from-file)$/;
/** Short options in one word, the last of which takes the next argument: `-m`, `-am`. */
const SHORT_VALUE = /^-[aeinopqsvz]*[mFCct]$/;

/**
 * Tells an amend from any other commit. Never claims one that is not; misses it where the system does not say what its
 * processes are. `from` is the process to start at: our parent.
 */
export async function amending(from: number = process.ppid): Promise<boolean> {
  return judgeAncestors(from, process.platform === "linux" ? readProc : askPs, hasAuthorOfHead);
}

/**
 * The nearest git decides, since it is the one that waits for our hook: what is above it (an alias, a rebase, a hook that
 * commits) is another's business. Only a `git mversion` that started us is passed over. `secondSign` is asked where the
 * word --amend may as well belong to the message.
 */
export async function judgeAncestors(
  from: number,
  look: (pid: number) => Promise<Process | null>,
  secondSign: () => Promise<boolean>,
): Promise<boolean> {
  let pid = from;
  for (let steps = 0; steps < FAR && pid > 1; steps += 1) {
    const found = await look(pid);
    if (found === null) return false;
    const joined = typeof found.args === "string";
    const command = gitCommand(typeof found.args === "string" ? found.args.split(/\s+/) : found.args);
    if (command !== null && command[0] !== "mversion") {
      const sign = command[0] === "commit" ? amendSign(command.slice(1), joined) : "none";
      return sign === "amend" || (sign === "doubtful" && (await secondSign()));
    }
    pid = found.parent;
  }
  return false;
}

/** The subcommand and its arguments, if this is Git. */
function gitCommand(args: readonly string[]): string[] | null {
  const program = /(?:^|[\\/])git(?:-([a-z-]+))?(?:\.exe)?$/.exec(args[0] ?? "");
  if (program === null) return null;
  if (program[1] !== undefined) return [program[1], ...args.slice(1)];
  let at = 1;
  while (args[at]?.startsWith("-")) at += GIT_VALUES.has(args[at] ?? "") ? 2 : 1;
  return args.slice(at);
}

/**
 * Where arguments come joined by blanks, all behind the first message may be a part of it. Git takes every unambiguous
 * beginning of an option, and of --amend and --no-amend the last one counts.
 */
function amendSign(args: readonly string[], joined: boolean): Sign {
  let sign = "none" as Sign;
  let behindMessage = false;
  for (let at = 0; at < args.length; at += 1) {
    const arg = args[at] ?? "";
    if (arg === "--" && !behindMessage) break;
    if (/^--am(?:e(?:nd?)?)?$/.test(arg)) sign = behindMessage && sign !== "amend" ? "doubtful" : "amend";
    else if (/^--no-am(?:e(?:nd?)?)?$/.test(arg) && !behindMessage) sign = "none";
    else if (COMMIT_VALUES.test(arg) || SHORT_VALUE.test(arg)) {
      if (joined) behindMessage = true;
      else at += 1;
    }
  }
  return sign;
}

/** Git sets the author of an amended commit for its hooks; that of a new commit has today's date. */
async function hasAuthorOfHead(): Promise<boolean> {
  const { GIT_AUTHOR_NAME: name, GIT_AUTHOR_EMAIL: email, GIT_AUTHOR_DATE: date } = process.env;
  const answer = await run({
    cwd: process.cwd(),
    args: ["show", "--no-show-signature", "--no-patch", "--format=%an%n%ae%n@%at", "HEAD"],
  });
  return answer.stdout.toString("utf8") === `${name}\n${email}\n${date?.split(" ")[0]}\n`;
}

/** Linux: NUL-separated arguments; the parent is the second field after the name, which may hold blanks and brackets. */
async function readProc(pid: number): Promise<Process | null> {
  try {
    const [args, stat] = await Promise.all([
      readFile(`/proc/${pid}/cmdline`, "utf8"),
      readFile(`/proc/${pid}/stat`, "utf8"),
    ]);
    const parent = Number(stat.slice(stat.lastIndexOf(")") + 2).split(" ")[1]);
    return { parent, args: args.replace(/\0$/, "").split("\0") };
  } catch {
    return null;
  }
}

/** Other systems with a POSIX ps. */
function askPs(pid: number): Promise<Process | null> {
  return new Promise((done) => {
    execFile("ps", ["-o", "ppid=", "-o", "args=", "-p", String(pid)], (error, stdout) => {
      const [, parent, args] = /^\s*(\d+)\s+([^]*\S)\s*$/.exec(stdout) ?? [];
      done(error || parent === undefined || args === undefined ? null : { parent: Number(parent), args });
    });
  });
}
