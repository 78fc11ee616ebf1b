// The real program as a person meets it: lines typed into a shell, in a folder, on a machine of their own.
//
//   const ada = person("Ada");                            // own HOME, own PATH with mv, mversion and git-mversion
//   ada.sh("mv init --model churn --yes");                // must succeed; returns stdout
//   const words = ada.refused("git commit -am wip");      // must fail with status 1; returns stderr
//   const ben = person("Ben", { clone: server });         // the same in a clone
//
// The hermetic surroundings are those of test/helpers/git.ts. One line is one minute of the clock, so that dates are in
// the order of the script. Git and its hooks find the program as an installation by npm leaves it: by links on PATH.

import { spawn, spawnSync } from "node:child_process";
import { createHash } from "node:crypto";
import { once } from "node:events";
import { existsSync, mkdirSync, readFileSync, symlinkSync, writeFileSync } from "node:fs";
import { delimiter, dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { scratchDir, testEnv, tick } from "./git.ts";

const PROGRAM = join(dirname(fileURLToPath(import.meta.url)), "..", "..");
const LINE_TIMEOUT_MS = 120_000;

/** What came of a line. */
export interface Ran {
  status: number;
  stdout: string;
  stderr: string;
  /** The line and all that it printed, for the message of a failed assertion. */
  screen: string;
}

export interface Person {
  readonly name: string;
  /** The folder that lines are typed in. */
  readonly dir: string;
  /** Types a line that must succeed. Returns stdout without its last newline. */
  sh(line: string): string;
  /** Types a line that must end with this status (1 by default). Returns stderr. */
  refused(line: string, status?: number): string;
  /** Types a line and returns whatever came of it. */
  run(line: string): Ran;
  /** The same while this process goes on: for lines that it answers itself as a server, and for several at once. */
  start(line: string): Promise<Ran>;
  /** Writes a file, making its parent folders. */
  write(path: string, content: string | Uint8Array): void;
  read(path: string): string;
  exists(path: string): boolean;
  /** SHA-256 of a file; null where there is none. */
  sha256(path: string): string | null;
}

export interface PersonOptions {
  /** The folder to work in: an empty one by default. */
  dir?: string;
  /** A repository to clone into a folder of their own, with flags for `git clone`. */
  clone?: string;
  flags?: string;
  /** A folder of programs in front of the system's own. */
  programs?: string;
  /** Added to the environment. */
  env?: Record<string, string | undefined>;
}

/** Someone at a machine where mversion is installed. */
export function person(name: string, options: PersonOptions = {}): Person {
  const home = scratchDir(`home-${name.toLowerCase()}`);
  const env = surroundings(name, home, options);
  let dir = options.dir ?? scratchDir(name.toLowerCase());
  if (options.clone !== undefined) {
    typed(`git clone --quiet ${options.flags ?? ""} ${options.clone} repo`, dir, env);
    dir = join(dir, "repo");
  }
  const path = (file: string): string => join(dir, file);
  return {
    name,
    dir,
    sh: (line) => typed(line, dir, env).stdout.replace(/\n$/, ""),
    refused: (line, status = 1) => typed(line, dir, env, status).stderr,
    run: (line) => run(line, dir, env),
    start: (line) => start(line, dir, env),
    write(file, content) {
      mkdirSync(dirname(path(file)), { recursive: true });
      writeFileSync(path(file), content);
    },
    read: (file) => readFileSync(path(file), "utf8"),
    exists: (file) => existsSync(path(file)),
    sha256: (file) => (existsSync(path(file)) ? sha256(readFileSync(path(file))) : null),
  };
}

export function sha256(bytes: string | Uint8Array): string {
  return createHash("sha256").update(bytes).digest("hex");
}

/** A file of test/fixtures. */
export function fixture(path: string): Buffer {
  return readFileSync(join(PROGRAM, "test", "fixtures", path));
}

function surroundings(name: string, home: string, { programs, env }: PersonOptions): NodeJS.ProcessEnv {
  const bin = join(home, "bin");
  mkdirSync(bin);
  symlinkSync(join(PROGRAM, "bin", "mv"), join(bin, "mv"));
  symlinkSync(join(PROGRAM, "bin", "mversion.js"), join(bin, "mversion"));
  symlinkSync(join(PROGRAM, "bin", "mversion.js"), join(bin, "git-mversion"));
  const email = `${name.toLowerCase()}@example.org`;
  return testEnv({
    HOME: home,
    XDG_CONFIG_HOME: join(home, ".config"),
    PATH: [bin, ...(programs === undefined ? [] : [programs]), dirname(process.execPath), "/usr/bin", "/bin"].join(
      delimiter,
    ),
    GIT_AUTHOR_NAME: name,
    GIT_AUTHOR_EMAIL: email,
    GIT_COMMITTER_NAME: name,
    GIT_COMMITTER_EMAIL: email,
    ...env,
  });
}

function typed(line: string, dir: string, env: NodeJS.ProcessEnv, status = 0): Ran {
  const ran = run(line, dir, env);
  if (ran.status !== status) throw new Error(`exit ${ran.status} instead of ${status}\n${ran.screen}`);
  return ran;
}

function dated(env: NodeJS.ProcessEnv): NodeJS.ProcessEnv {
  const date = `@${tick()} +0000`;
  return { ...env, GIT_AUTHOR_DATE: date, GIT_COMMITTER_DATE: date };
}

function run(line: string, dir: string, env: NodeJS.ProcessEnv): Ran {
  const done = spawnSync("/bin/sh", ["-ec", line], {
    cwd: dir,
    env: dated(env),
    encoding: "utf8",
    timeout: LINE_TIMEOUT_MS,
    maxBuffer: 1 << 26,
  });
  if (done.error) throw done.error;
  return ranAs(line, done.status, done.stdout, done.stderr);
}

async function start(line: string, dir: string, env: NodeJS.ProcessEnv): Promise<Ran> {
  const child = spawn("/bin/sh", ["-ec", line], { cwd: dir, env: dated(env), timeout: LINE_TIMEOUT_MS });
  const said = { stdout: "", stderr: "" };
  child.stdout.on("data", (chunk: Buffer) => (said.stdout += chunk.toString()));
  child.stderr.on("data", (chunk: Buffer) => (said.stderr += chunk.toString()));
  child.stdin.end();
  const [status] = (await once(child, "close")) as [number | null];
  return ranAs(line, status, said.stdout, said.stderr);
}

function ranAs(line: string, ended: number | null, stdout: string, stderr: string): Ran {
  const status = ended ?? 128;
  return { status, stdout, stderr, screen: `$ ${line}\n${stdout}${stderr.replace(/^(?=.)/gm, "! ")}exit ${status}` };
}
