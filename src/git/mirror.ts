// All refs of a repository somewhere else, in a bare copy that is asked and thrown away: how gc learns what others need.
import { MvError } from "../errors.ts";
import { checkUrl, withoutSecret } from "../model/url.ts";
import { type Git, openGit } from "./git.ts";
import { LOCAL_ENV, run, words } from "./spawn.ts";

export interface Mirror {
  readonly git: Git;
  /** Fetches what has come since; refs that are gone there stay here. Throws unreachable. */
  update(): Promise<void>;
}

/** Nobody is asked for a password: helpers, agents and keys answer by themselves or not at all. */
const QUIET = { GIT_TERMINAL_PROMPT: "0", GCM_INTERACTIVE: "never", GIT_ASKPASS: "", SSH_ASKPASS: "" };
/** Far above any pointer or record; a larger blob that is needed is fetched by itself. */
const SMALL_BLOBS = "--filter=blob:limit=1m";
const SAFE = ["-c", "protocol.ext.allow=never", "-c", "core.hooksPath=/dev/null", "-c", "core.fsmonitor=false"];

/**
 * Copies every ref of the repository at `address` into the empty folder `folder`, with the user's own Git credentials. `near`: a Git
 * directory that has most of its objects. Throws MvError usage for an address that is none, unreachable.
 */
export async function mirrorRepository(address: string, folder: string, near?: string): Promise<Mirror> {
  const why = checkUrl(withoutSecret(address));
  if (why !== null) throw new MvError("usage", `${withoutSecret(address)}: ${why}`);
  const env = { ...LOCAL_ENV, ...QUIET, ...(await sshInBatchMode(folder)) };
  const git = async (cwd: string, ...args: string[]): Promise<void> => {
    const answer = await run({ cwd, args: [...SAFE, ...args], env });
    if (answer.status === 0) return;
    throw new MvError("unreachable", `${withoutSecret(address)}: ${words(lastWords(answer.stderr))}`, {
      hint: "check the address and your access to it: git ls-remote",
    });
  };
  const reference = near === undefined ? [] : ["--reference-if-able", near];
  await git(folder, "clone", "--quiet", "--mirror", SMALL_BLOBS, ...reference, "--end-of-options", address, ".");
  return {
    git: await openGit(folder),
    update: () => git(folder, "fetch", "--quiet", "--no-write-fetch-head", "origin"),
  };
}

/** OpenSSH asks at the terminal itself; another program is left as the user set it. */
async function sshInBatchMode(cwd: string): Promise<Record<string, string>> {
  const { GIT_SSH_COMMAND: set, GIT_SSH: program } = process.env;
  if (set === undefined && program !== undefined) return {};
  const configured = await run({ cwd, args: ["config", "--get", "core.sshCommand"], env: LOCAL_ENV });
  const command = set ?? (configured.stdout.toString("utf8").trim() || "ssh");
  const isOpenSsh = /^(?:\S*\/)?ssh(?:\s|$)/.test(command);
  return isOpenSsh ? { GIT_SSH_COMMAND: `${command} -o BatchMode=yes` } : {};
}

/** Warnings, such as that a server does not filter, come before what went wrong. */
function lastWords(stderr: string): string {
  const lines = stderr.split("\n").filter((line) => !line.startsWith("warning: "));
  return lines.find((line) => /^(?:fatal|error): /.test(line)) ?? lines.join("\n");
}
