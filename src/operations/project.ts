// The open repository: everything an operation may use. Operations take it as their first argument.
import { join } from "node:path";
import { parseSettings, type Settings } from "../config/config.ts";
import { isMvError, MvError } from "../errors.ts";
import { type Git, openGit } from "../git/git.ts";
import { readTextFile } from "../platform/files.ts";
import type { Store } from "../store/store.ts";
import { keep, readKept } from "./kept.ts";

export const CONFIG_FILE = ".mversion.yaml";
const CONFIG_MAX_BYTES = 1 << 20;

/** How far long work has come; `bytes` and `total` in bytes. */
export interface Progress {
  phase: string;
  bytes: number;
  total: number;
  files?: number;
  path?: string;
}

export interface Project {
  /** Real path of the top of the working tree. */
  readonly root: string;
  readonly cwd: string;
  readonly git: Git;
  readonly settings: Settings;
  /** `<git common dir>/mversion`: cache, stat index, locks, journal. */
  readonly stateDir: string;
  readonly env: NodeJS.ProcessEnv;
  now(): Date;
  /** The local cache; opened on first use. */
  store(): Promise<Store>;
  warn(text: string): void;
  report(event: Progress): void;
}

export interface Surroundings {
  cwd: string;
  env: NodeJS.ProcessEnv;
  now?: () => Date;
  warn?: (text: string) => void;
  report?: (event: Progress) => void;
  /** What git and the user's hooks print while they run. */
  onGitOutput?: (text: string) => void;
  /** Say once, as a warning, that the hooks are missing in this clone. */
  hookHint?: boolean;
}

/**
 * Opens the repository around `cwd`. Fails with no-repository (also where it is bare), no-config (no .mversion.yaml in the
 * working tree) or invalid-file.
 */
export async function openProject(around: Surroundings): Promise<Project> {
  const git = requireWorkingTree(await openGit(around.cwd).catch(outside(around.cwd)));
  const text = await readTextFile(join(git.root, CONFIG_FILE), CONFIG_MAX_BYTES);
  if (text === null) {
    throw new MvError("no-config", `${git.root} has no ${CONFIG_FILE}`, { hint: "mv init --model NAME" });
  }
  const project = projectWith(git, text, around);
  if (around.hookHint && !isAutomatic(around.env)) await hintAtHooks(project);
  return project;
}

/** Git's words for a folder that is in no repository lack the folder and the way out; all its others are kept. */
export function outside(cwd: string): (error: unknown) => never {
  return (error) => {
    if (!isMvError(error) || !error.message.startsWith("not a git repository (or any")) throw error;
    throw new MvError("no-repository", `${cwd} is not in a Git repository`, {
      hint: "cd into one, or make one here: git init && mv init --model NAME",
      details: error.details,
      cause: error,
    });
  };
}

/** A working tree to keep models in. Fails with no-repository. */
export function requireWorkingTree(git: Git): Git {
  if (!git.bare) return git;
  throw new MvError("no-repository", `${git.gitDir} is a bare repository: there is no working tree to keep models in`, {
    hint: "git clone it and repeat the command in the clone",
  });
}

/** Where no person sits at the machine: CI needs no hooks, and fetches the files that it wants. */
export function isAutomatic(env: NodeJS.ProcessEnv): boolean {
  return !["", "0", "false"].includes((env["CI"] ?? "").toLowerCase());
}

/** A project with given settings text (null: the defaults), for `init`, `check` on a bare repository, and tests. */
export function projectWith(git: Git, settingsText: string | null, around: Surroundings): Project {
  const warn = around.warn ?? (() => undefined);
  const { settings, warnings } = parseSettings(settingsText, CONFIG_FILE);
  for (const warning of warnings) warn(warning);
  git.onOutput = around.onGitOutput ?? null;
  const stateDir = join(git.commonDir, "mversion");
  let store: Promise<Store> | undefined;
  const report = around.report ?? (() => undefined);
  return {
    root: git.root,
    cwd: around.cwd,
    git,
    settings,
    stateDir,
    env: around.env,
    now: around.now ?? (() => new Date()),
    store: () => (store ??= openStore(git, stateDir)),
    warn,
    report,
  };
}

async function openStore(git: Git, stateDir: string): Promise<Store> {
  const [{ createStore }, cache, link, jobs] = await Promise.all([
    import("../store/store.ts"),
    git.config("mversion.cache"),
    git.config("mversion.link"),
    git.config("mversion.jobs"),
  ]);
  const kinds = ["reflink", "copy", "hardlink", "symlink"] as const;
  const kind = kinds.find((name) => name === (link ?? "reflink"));
  if (!kind) {
    throw new MvError("usage", `git config mversion.link ${link}: give ${kinds.join(", ")}`, {
      hint: "git config --unset mversion.link",
    });
  }
  return createStore({
    cacheDir: cache ?? join(stateDir, "cache"),
    stateDir,
    link: kind,
    jobs: Number(jobs ?? 0) || 0,
    shared: cache !== null,
  });
}

async function hintAtHooks(project: Project): Promise<void> {
  const { hooksMissing } = await import("./hooks/missing.ts");
  if (!(await hooksMissing(project.git)) || !(await isFirstHint(project.git, "hooks"))) return;
  project.warn(
    "the hooks are not installed in this clone, so nothing stops an overwrite here; install them: mv hooks install",
  );
}

/** What a clone was told once: once is enough, many do without by intent, and some have said so. */
interface Hints {
  hooks?: boolean;
  store?: boolean;
}

const HINTS_SCHEMA = 1;

/** Whether a hint was not given in this clone yet; from now on it was. */
export async function isFirstHint(git: Git, hint: keyof Hints): Promise<boolean> {
  const file = join(git.commonDir, "mversion", "hints.json");
  const given = await readKept<Hints>(file, HINTS_SCHEMA);
  if (given?.[hint]) return false;
  await keep(file, HINTS_SCHEMA, { ...given, [hint]: true });
  return true;
}

/** Nobody needs to be told of the hooks who has them, or took them away. */
export async function neverHintAtHooks(git: Git): Promise<void> {
  await isFirstHint(git, "hooks");
}
