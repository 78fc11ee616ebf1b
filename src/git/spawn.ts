// Our one way to start git where bytes, stdin or an exact exit status matter. No shell; everything is an argument.
import { spawn } from "node:child_process";
import { resolve } from "node:path";
import { StringDecoder } from "node:string_decoder";
import { MvError } from "../errors.ts";

/** Where a repository is and how its git is started. */
export interface Place {
  readonly root: string;
  readonly gitDir: string;
  readonly commonDir: string;
  readonly bare: boolean;
  readonly shallow: boolean;
}

export interface Call {
  cwd: string;
  args: readonly string[];
  input?: string | Uint8Array;
  /** Added to the ambient environment; undefined removes a variable. */
  env?: Record<string, string | undefined>;
  /** Takes stdout as it comes; the answer's is empty then. */
  onStdout?: (chunk: Buffer) => void;
  /** Hears stderr as it comes; the answer has it too. */
  onStderr?: ((text: string) => void) | undefined;
}

export interface Answer {
  status: number;
  stdout: Buffer;
  stderr: string;
}

/**
 * In front of every question. fsmonitor is a program the repository's config may name; optional locks would make
 * `status` write the index and fire post-index-change; a replaced object would not be what its oid says.
 */
const QUESTION = [
  "--no-pager",
  "--no-optional-locks",
  "--no-replace-objects",
  "--literal-pathspecs",
  "-c",
  "core.fsmonitor=false",
];

/** Starts git and waits for its end, whatever the status. Throws "git-needed" where it cannot be started. */
export function run(call: Call): Promise<Answer> {
  return new Promise((done, fail) => {
    const child = spawn("git", call.args, {
      cwd: call.cwd,
      env: childEnv(call.env),
      stdio: [call.input === undefined ? "ignore" : "pipe", "pipe", "pipe"],
      windowsHide: true,
    });
    const out: Buffer[] = [];
    const err: Buffer[] = [];
    child.stdout?.on("data", call.onStdout ?? ((chunk: Buffer) => out.push(chunk)));
    // A letter may be cut in two between chunks.
    const decoder = new StringDecoder("utf8");
    child.stderr?.on("data", (chunk: Buffer) => {
      err.push(chunk);
      call.onStderr?.(decoder.write(chunk));
    });
    // A git that ends before it has read all of its stdin says why on stderr; the broken pipe adds nothing.
    child.stdin?.on("error", () => undefined);
    child.stdin?.end(call.input);
    child.on("error", (cause) => fail(notStarted(cause)));
    child.on("close", (status, signal) => {
      const stderr = Buffer.concat(err).toString("utf8");
      done({ status: status ?? (signal === "SIGINT" ? 130 : 128), stdout: Buffer.concat(out), stderr });
    });
  });
}

/** The error for a git that is not on PATH, or cannot be run. */
export function notStarted(cause: unknown): MvError {
  const why = cause instanceof Error ? cause.message : String(cause);
  return new MvError("git-needed", `This needs the git program, which cannot be started: ${why}`, {
    hint: "install Git, or put it on PATH",
    cause,
  });
}

/** Asks a question of a repository; the caller judges the status. */
export function ask(place: Place, args: readonly string[], call: Omit<Call, "cwd" | "args"> = {}): Promise<Answer> {
  return run({ cwd: place.root, ...call, args: [...QUESTION, ...args] });
}

/** Asks a question that any repository can answer: another status than 0 throws. */
export async function askText(
  place: Place,
  args: readonly string[],
  call?: Omit<Call, "cwd" | "args">,
): Promise<string> {
  const answer = await ask(place, args, call);
  if (answer.status !== 0) throw unreadable(answer);
  return answer.stdout.toString("utf8");
}

/** The error for a git that could not read the repository; 129 is its usage text, so our own mistake. */
export function unreadable(answer: Pick<Answer, "status" | "stderr">): MvError {
  if (answer.status === 130) return new MvError("interrupted", "Interrupted");
  return new MvError(answer.status === 129 ? "internal" : "no-repository", words(answer.stderr), {
    details: { status: answer.status },
  });
}

/** What Git says after each failure over a connection, and adds nothing to what the connection said. */
const AFTERWORDS =
  /(?<=\S)\s+fatal: Could not read from remote repository\.\s+Please make sure you have the correct access rights\s+and the repository exists\.$/;

/** Git's own words for a message of ours: without its prefix, and without credentials in a URL. */
export function words(stderr: string): string {
  const text = stderr
    .replace(/\r$/gm, "")
    .replaceAll("\t", "    ")
    .trim()
    .replace(AFTERWORDS, "")
    .replace(/^(fatal|error): /, "")
    .replace(/([a-z][a-z0-9+.-]*:\/\/)[^/\s@']*@/gi, "$1***@");
  return text === "" ? "git failed without a word" : text;
}

/** The environment of every git we start: ours, so that a hook's index and the user's `git -c` reach it, and a mark. */
export function childEnv(extra: Record<string, string | undefined> = {}): NodeJS.ProcessEnv {
  const env: NodeJS.ProcessEnv = { ...process.env, MVERSION_NESTED: "1" };
  // Git refuses these together with --literal-pathspecs, and ours are never patterns.
  for (const name of ["LITERAL", "GLOB", "NOGLOB", "ICASE"]) delete env[`GIT_${name}_PATHSPECS`];
  // Given relative to where we were started, while our children start at the top of the tree.
  for (const name of ["GIT_DIR", "GIT_WORK_TREE", "GIT_COMMON_DIR", "GIT_OBJECT_DIRECTORY"]) {
    if (env[name]) env[name] = resolve(env[name]);
  }
  for (const [name, value] of Object.entries(extra)) {
    if (value === undefined) delete env[name];
    else env[name] = value;
  }
  return env;
}

/** What `git rev-parse --local-env-vars` lists, except config given on a command line: unset for another repository. */
export const LOCAL_ENV: Readonly<Record<string, undefined>> = {
  GIT_ALTERNATE_OBJECT_DIRECTORIES: undefined,
  GIT_CONFIG: undefined,
  GIT_OBJECT_DIRECTORY: undefined,
  GIT_DIR: undefined,
  GIT_WORK_TREE: undefined,
  GIT_IMPLICIT_WORK_TREE: undefined,
  GIT_GRAFT_FILE: undefined,
  GIT_INDEX_FILE: undefined,
  GIT_NO_REPLACE_OBJECTS: undefined,
  GIT_REPLACE_REF_BASE: undefined,
  GIT_PREFIX: undefined,
  GIT_SHALLOW_FILE: undefined,
  GIT_COMMON_DIR: undefined,
  GIT_INTERNAL_SUPER_PREFIX: undefined,
  GIT_QUARANTINE_PATH: undefined,
};
