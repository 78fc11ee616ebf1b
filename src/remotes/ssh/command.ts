// Which ssh program runs: the one that Git would start. Only the environment and Git's config may name it, never a committed file.
import { homedir } from "node:os";
import { MvError } from "../../errors.ts";
import type { RemoteContext } from "../remote.ts";

export interface Program {
  readonly program: string;
  readonly args: readonly string[];
}

/** What a shell would do something with; we start no shell. */
const SHELL_ONLY = /[$`|&;<>()*?[\]{}\n]/;

/**
 * GIT_SSH_COMMAND, `core.sshCommand`, GIT_SSH or `ssh`, in Git's order. Words may be quoted and may begin with `~/`. Throws
 * MvError usage where only a shell could run it.
 */
export async function sshProgram(context: Pick<RemoteContext, "env" | "gitConfig">): Promise<Program> {
  const { GIT_SSH_COMMAND: command, GIT_SSH: program, HOME: home } = context.env;
  if (command) return split("GIT_SSH_COMMAND", command, home);
  const configured = await context.gitConfig("core.sshCommand");
  if (configured) return split("core.sshCommand", configured, home);
  return { program: program || "ssh", args: [] };
}

function split(where: string, line: string, home = homedir()): Program {
  const words: string[] = [];
  let isOpen = false;
  let word = "";
  const end = (): void => {
    if (isOpen) words.push(word);
    [isOpen, word] = [false, ""];
  };
  const refuse = (why: string): MvError =>
    new MvError("usage", `${where} ${why}: ${line}`, {
      hint: "name a program and its options; what needs a shell goes into a script that it names",
    });
  for (const [, blank, single, double, escaped, plain] of line.matchAll(
    /(\s+)|'([^']*)'|"((?:[^"\\]|\\.)*)"|\\(.)|([^\s'"\\]+)|(?:.)/gs,
  )) {
    if (blank !== undefined) {
      end();
      continue;
    }
    if (plain !== undefined && SHELL_ONLY.test(plain)) throw refuse("needs a shell");
    if (double !== undefined && /[$`]/.test(double)) throw refuse("needs a shell");
    const part = single ?? double?.replaceAll(/\\(["\\])/g, "$1") ?? escaped ?? plain;
    if (part === undefined) throw refuse("has a quote that is not closed");
    word += plain !== undefined && !isOpen ? plain.replace(/^~(?=\/|$)/, home) : part;
    isOpen = true;
  }
  end();
  const [program, ...args] = words;
  if (!program) throw refuse("names no program");
  return { program, args };
}
