// Throw-away Git repositories for every test of the project. Importing this file makes the test process hermetic:
// own HOME, own global and no system Git config, a fixed identity, a clock that only this file advances.
//
//   const repo = createRepo();                       // git init -b main in a fresh temp folder
//   repo.write("train.py", "print(1)\n");            // parent folders are made
//   const first = repo.commit("First training");     // add --all, commit, returns the oid
//   repo.git("tag", "-a", "v1", "-m", "one");        // stdout without its last newline; throws with Git's words
//   const { status, stderr } = repo.tryGit("push");  // never throws
//   const clone = cloneRepo(repo, { flags: ["--depth=1"] });
//   const git = await openGit(repo.dir);             // code under test: process.env is hermetic already
//
// Children of the test get the same through `process.env`; a child with an environment of its own takes `testEnv()`.
// Every folder made here is removed when the test file ends; nothing has to be cleaned up by hand.

import { spawnSync } from "node:child_process";
import {
  chmodSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  realpathSync,
  rmSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join, resolve } from "node:path";
import { afterAll } from "vitest";

/** What a finished `git` said. */
export interface GitAnswer {
  status: number;
  stdout: string;
  stderr: string;
}

export interface RunOptions {
  /** Current folder; the repository's own by default. */
  cwd?: string;
  input?: string | Uint8Array;
  /** Added to `process.env`; undefined removes a variable. */
  env?: Record<string, string | undefined>;
}

/** A handle on a folder that is, or will become, a repository. Calls are synchronous: a test reads as a script. */
export interface TestRepo {
  /** Real path of the folder. */
  readonly dir: string;
  /** Absolute path of a file in it. */
  path(...segments: string[]): string;
  /** Runs git, returns stdout without the last newline, throws an Error with git's stderr on any other status than 0. */
  git(...args: string[]): string;
  /** Runs git and returns whatever came of it. */
  tryGit(...args: string[]): GitAnswer;
  /** Runs git with stdin, another folder or more environment; throws like `git`. */
  gitWith(options: RunOptions, ...args: string[]): string;
  /** Writes a file, making its parent folders. Mode 0755 with `executable`. */
  write(path: string, content: string | Uint8Array, options?: { executable?: boolean }): void;
  /** The file as text. */
  read(path: string): string;
  exists(path: string): boolean;
  /** Writes `files`, stages everything that is not ignored and commits (an empty commit too). Returns the oid. */
  commit(message: string, files?: Record<string, string | Uint8Array>): string;
  /** The oid of HEAD. */
  head(): string;
  /** Installs an executable hook script; `#!/bin/sh` is put in front where the script has no interpreter line. */
  hook(name: string, script: string): void;
}

export interface RepoOptions {
  bare?: boolean;
  objectFormat?: "sha1" | "sha256";
  /** Name of the folder inside the temp folder: for names with spaces, newlines, other letters. */
  name?: string;
  /** Local config to set, `{ "core.fsmonitor": "…" }`. */
  config?: Record<string, string>;
  /** False leaves a plain folder without a repository. */
  init?: boolean;
}

const GLOBAL_CONFIG = `[user]
	name = Ada
	email = ada@example.org
[init]
	defaultBranch = main
[gc]
	auto = 0
[maintenance]
	auto = false
[protocol "file"]
	allow = always
[advice]
	detachedHead = false
`;

const folders: string[] = [];
const home = scratchDir("home");
/** 2026-01-01T00:00:00Z; each `git` run by a test is a minute later, so that orders by date are the order of the script. */
let seconds = 1_767_225_600;

becomeHermetic();
afterAll(() => {
  for (const folder of folders) rmSync(folder, { recursive: true, force: true, maxRetries: 3 });
});

/** Makes an empty temp folder that lives as long as the test file. Its path is real: no symlink in it. */
export function scratchDir(prefix = "dir"): string {
  const folder = realpathSync(mkdtempSync(join(tmpdir(), `mv-${prefix}-`)));
  folders.push(folder);
  return folder;
}

/** Makes a repository on branch main, without a commit. */
export function createRepo(options: RepoOptions = {}): TestRepo {
  const dir = join(scratchDir("repo"), options.name ?? "repo");
  mkdirSync(dir);
  const repo = repoAt(dir);
  if (options.init === false) return repo;
  const flags = ["--initial-branch=main", `--object-format=${options.objectFormat ?? "sha1"}`];
  repo.git("init", "--quiet", ...flags, ...(options.bare ? ["--bare"] : []));
  for (const [key, value] of Object.entries(options.config ?? {})) repo.git("config", key, value);
  return repo;
}

/** Clones over file:// (so that --depth works) into a fresh temp folder. `flags` go to `git clone`. */
export function cloneRepo(source: TestRepo | string, options: { flags?: string[]; name?: string } = {}): TestRepo {
  const dir = join(scratchDir("clone"), options.name ?? "clone");
  const from = typeof source === "string" ? source : source.dir;
  const url = from.includes("://") ? from : `file://${from.split("/").map(encodeURIComponent).join("/")}`;
  runGit(["clone", "--quiet", ...(options.flags ?? []), "--", url, dir], { cwd: dirname(dir) });
  return repoAt(dir);
}

/** A handle on a folder that exists: a linked worktree, a submodule, a subfolder. */
export function repoAt(folder: string): TestRepo {
  const dir = realpathSync(folder);
  const path = (...segments: string[]): string => join(dir, ...segments);
  const repo: TestRepo = {
    dir,
    path,
    git: (...args) => runGit(args, { cwd: dir }),
    tryGit: (...args) => answerOf(args, { cwd: dir }),
    gitWith: (options, ...args) => runGit(args, { cwd: dir, ...options }),
    write(name, content, options = {}) {
      mkdirSync(dirname(path(name)), { recursive: true });
      writeFileSync(path(name), content);
      if (options.executable) chmodSync(path(name), 0o755);
    },
    read: (name) => readFileSync(path(name), "utf8"),
    exists: (name) => existsSync(path(name)),
    commit(message, files = {}) {
      for (const [name, content] of Object.entries(files)) repo.write(name, content);
      repo.git("add", "--all");
      repo.git("commit", "--quiet", "--allow-empty", "--message", message);
      return repo.head();
    },
    head: () => repo.git("rev-parse", "--verify", "HEAD"),
    hook(name, script) {
      const file = resolve(dir, repo.git("rev-parse", "--git-path", `hooks/${name}`));
      mkdirSync(dirname(file), { recursive: true });
      writeFileSync(file, script.startsWith("#!") ? script : `#!/bin/sh\n${script}`);
      chmodSync(file, 0o755);
    },
  };
  return repo;
}

/** The hermetic environment, for a child that must not get the whole of `process.env`; undefined removes a variable. */
export function testEnv(extra: Record<string, string | undefined> = {}): NodeJS.ProcessEnv {
  const env: NodeJS.ProcessEnv = { ...process.env };
  for (const [name, value] of Object.entries(extra)) {
    if (value === undefined) delete env[name];
    else env[name] = value;
  }
  return env;
}

/** Runs `work` with variables set in this process, as in a hook, and puts them back. */
export async function withEnv(env: Record<string, string>, work: () => Promise<void>): Promise<void> {
  const before = Object.keys(env).map((name) => [name, process.env[name]] as const);
  Object.assign(process.env, env);
  try {
    await work();
  } finally {
    for (const [name, value] of before) {
      if (value === undefined) delete process.env[name];
      else process.env[name] = value;
    }
  }
}

/** Moves the clock on by a minute and returns it, in seconds since 1970; commits and tags made from now on carry it. */
export function tick(): number {
  seconds += 60;
  process.env["GIT_AUTHOR_DATE"] = `@${seconds} +0000`;
  process.env["GIT_COMMITTER_DATE"] = `@${seconds} +0000`;
  return seconds;
}

/** The folder that is HOME in this test file; its `.gitconfig` is the global config. */
export function testHome(): string {
  return home;
}

function runGit(args: readonly string[], options: RunOptions): string {
  const { status, stdout, stderr } = answerOf(args, options);
  if (status !== 0) throw new Error(`git ${args.join(" ")}: exit ${status}\n${stderr}${stdout}`);
  return stdout.replace(/\n$/, "");
}

function answerOf(args: readonly string[], options: RunOptions): GitAnswer {
  tick();
  const done = spawnSync("git", args, {
    cwd: options.cwd,
    env: testEnv(options.env),
    input: options.input ?? "",
    encoding: "utf8",
    maxBuffer: 256 * 1024 * 1024,
  });
  if (done.error) throw done.error;
  return { status: done.status ?? -1, stdout: done.stdout, stderr: done.stderr };
}

/** Only what a test says may decide what Git does: neither the machine's config, nor a hook or a CI that runs the tests. */
function becomeHermetic(): void {
  const env = process.env;
  const foreign = /^(GIT_|XDG_|SSH_|GPG_|VISUAL$|EDITOR$|PAGER$|LESS$|LANGUAGE$|CI$|GITHUB_|GITLAB_|MVERSION_)/;
  for (const name of Object.keys(env)) if (foreign.test(name)) delete env[name];
  Object.assign(env, {
    HOME: home,
    XDG_CONFIG_HOME: join(home, ".config"),
    GNUPGHOME: join(home, ".gnupg"),
    GIT_CONFIG_NOSYSTEM: "1",
    GIT_CONFIG_SYSTEM: "/dev/null",
    GIT_CONFIG_GLOBAL: join(home, ".gitconfig"),
    GIT_CEILING_DIRECTORIES: realpathSync(tmpdir()),
    GIT_TERMINAL_PROMPT: "0",
    // Keeps the message it is given: `merge --continue` goes on, `commit` without a message fails instead of waiting.
    GIT_EDITOR: "true",
    GIT_AUTHOR_NAME: "Ada",
    GIT_AUTHOR_EMAIL: "ada@example.org",
    GIT_COMMITTER_NAME: "Ada",
    GIT_COMMITTER_EMAIL: "ada@example.org",
    LC_ALL: "C.UTF-8",
    TZ: "UTC",
  });
  writeFileSync(join(home, ".gitconfig"), GLOBAL_CONFIG);
  tick();
}
