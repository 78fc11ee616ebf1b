// Changes go through simple-git: it starts git, streams what hooks print and queues. Loaded on first use, because it
// costs 24 ms that `status` and `log` do not have.
import { StringDecoder } from "node:string_decoder";
import type { SimpleGitOptions } from "simple-git";
import { MvError } from "../errors.ts";
import { sleep } from "../platform/clock.ts";
import { type Place, childEnv, notStarted, words } from "./spawn.ts";

export interface Change {
  args: readonly string[];
  /** Stdin; never empty, since simple-git leaves the pipe open then and git would wait. */
  input?: string;
  env?: Record<string, string | undefined> | undefined;
  onOutput?: ((text: string) => void) | null;
}

export interface Outcome {
  status: number;
  /** Both streams, Git's and the hooks' words. */
  output: string;
}

/**
 * simple-git guards programs that build arguments from what strangers send. Ours are all written in this folder, and the
 * environment is the user's own, whose editor, ssh command and `git -c` must reach Git: nothing is held back.
 */
const EVERYTHING: Required<NonNullable<SimpleGitOptions["unsafe"]>> = {
  allowUnsafeAlias: true,
  allowUnsafeAskPass: true,
  allowUnsafeCommandBinaries: true,
  allowUnsafeConfigPaths: true,
  allowUnsafeConfigEnvCount: true,
  allowUnsafeCredentialHelper: true,
  allowUnsafeEditor: true,
  allowUnsafeMergeDriver: true,
  allowUnsafePager: true,
  allowUnsafeProtocolOverride: true,
  allowUnsafePack: true,
  allowUnsafeSshCommand: true,
  allowUnsafeGitProxy: true,
  allowUnsafeExec: true,
  allowUnsafeHooksPath: true,
  allowUnsafeDiffExternal: true,
  allowUnsafeDiffTextConv: true,
  allowUnsafeFilter: true,
  allowUnsafeFsMonitor: true,
  allowUnsafeGpgProgram: true,
  allowUnsafeTemplateDir: true,
  allowUnsafeInclude: true,
  allowUnsafeSubmodule: true,
  allowUnsafeUrlRewrite: true,
  allowUnsafeCustomBinary: true,
  // Else the hooks inherit a Git that refuses `commit --am` and the like.
  allowAbbreviatedOptions: true,
};

const NOTHING = Buffer.alloc(0);

/** Runs a git command that changes something; any status is an answer. */
export async function change(dir: string, { args, input, env, onOutput }: Change): Promise<Outcome> {
  const { simpleGit } = await import("simple-git");
  const ambient = childEnv(env);
  const outcome: Outcome = { status: 0, output: "" };
  const git = simpleGit({
    baseDir: dir,
    // Without their names simple-git drops every GIT_*, EDITOR, PAGER and SSH_ASKPASS: in a hook, the wrong index.
    allowEnvironment: Object.keys(ambient),
    unsafe: EVERYTHING,
    // A hook's child that stays in the background keeps the pipes open; Git itself is done.
    completion: { onClose: true, onExit: 250 },
    // By default an exit without a word on stderr is a success, as that of a silent pre-commit hook.
    errors: (error, { exitCode, stdOut, stdErr }) => {
      if (exitCode === 0) return error;
      outcome.status = exitCode;
      outcome.output = Buffer.concat([...stdOut, ...stdErr]).toString("utf8");
      return new Error(words(outcome.output));
    },
    ...(input === undefined ? {} : { input: () => input }),
  }).env(ambient);
  git.outputHandler((_command, stdout, stderr) => {
    if (onOutput) [stdout, stderr].forEach(pass(onOutput));
    // simple-git waits 50 ms for the output of a command that gave none, although its streams are closed.
    setImmediate(() => stdout.emit("data", NOTHING));
  });
  try {
    await git.raw([...args]);
  } catch (cause) {
    if (outcome.status === 0) throw notStarted(cause);
  }
  return outcome;
}

/** How long a change waits for the lock of another git: an editor's `git add` is done at once. */
const LOCK_WAIT_MS = 2000;

/** A change of a repository that only fails where the repository cannot be written. Throws "locked" or "no-write". */
export async function mustChange(place: Place, call: Change): Promise<void> {
  const until = performance.now() + LOCK_WAIT_MS;
  for (;;) {
    const { status, output } = await change(place.root, call);
    if (status === 0) return;
    const lock = /'([^'\n]+\.lock)'/.exec(output)?.[1];
    if (lock === undefined) throw new MvError("no-write", words(output), { details: { status } });
    if (performance.now() >= until) {
      throw new MvError("locked", `another git is at work here, or was killed: ${lock} is there`, {
        hint: `repeat when it is done; where none runs any more: rm ${lock}`,
        details: { path: lock },
      });
    }
    await sleep(100);
  }
}

function pass(onOutput: (text: string) => void): (stream: NodeJS.ReadableStream) => void {
  return (stream) => {
    // A letter may be cut in two between chunks.
    const decoder = new StringDecoder("utf8");
    stream.on("data", (chunk: Buffer) => {
      if (chunk !== NOTHING) onOutput(decoder.write(chunk));
    });
  };
}
