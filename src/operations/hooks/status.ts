// What is true of the hooks here: which are installed and through whom, which are not, and what is wrong.
import { access, constants, readFile } from "node:fs/promises";
import { join } from "node:path";
import type { Git } from "../../git/git.ts";
import { lstatOrNull } from "../../platform/stat.ts";
import { hasBlock } from "./blocks.ts";
import type { Hook } from "./events.ts";
import { isExecutable, isOurs, occupant } from "./folder.ts";
import { isConfigured, scriptsDir } from "./git-config.ts";
import { type Place, type Through, isInside, readLayout } from "./layout.ts";
import { readCommands } from "./personal.ts";

/**
 * installed: Git runs ours; chained: another tool's hook runs ours; outdated: ours is of an older mversion; foreign: another
 * hook stands there and ours is not run; missing: nothing of ours.
 */
export type HookState = "installed" | "chained" | "outdated" | "foreign" | "missing";

export interface HookReport {
  hook: Hook;
  state: HookState;
  through: Through;
  /** The foreign hook that ours runs after itself. */
  next: string | null;
  problem: string | null;
}

export interface HooksStatus {
  /** The folder Git takes hooks from. */
  dir: string;
  /** What the hooks call; null where none was recorded. */
  program: string | null;
  hooks: HookReport[];
  /** What concerns all of them, in full sentences. */
  problems: string[];
}

/** Reports on every hook. Changes nothing. */
export async function hooksStatus(git: Git): Promise<HooksStatus> {
  const layout = await readLayout(git);
  const commands = git.bare ? new Set<string>() : await readCommands(git);
  const bits = (await git.config("core.filemode")) !== "false";
  const hooks: HookReport[] = [];
  for (const place of layout.places) hooks.push(await report(git, place, commands, bits));
  const program = await git.config("mversion.program");
  return { dir: layout.dir, program, hooks, problems: await problemsOf(git, layout.dir, program, hooks) };
}

async function report(git: Git, place: Place, commands: ReadonlySet<string>, bits: boolean): Promise<HookReport> {
  const { hook, through, files } = place;
  const next = lstatOrNull(files.next) === null ? null : files.next;
  const path = through === "git" || through === "pre-commit" ? (place.file ?? files.hook) : join(scriptsDir(git), hook);
  const found = await occupant(path);
  const called = isOurs(found) && (await isCalled(git, place, commands));
  const foreign = await occupant(files.hook);
  let state: HookState = foreign !== "none" && !isOurs(foreign) ? "foreign" : "missing";
  if (called)
    state = found === "outdated" ? "outdated" : through === "git" || through === "git-config" ? "installed" : "chained";
  let problem: string | null = null;
  if (called && bits && !isExecutable(path)) problem = `${path} is not executable, so Git skips it: mv hooks install`;
  else if (state === "foreign" && isOurs(await occupant(files.old))) {
    problem = `lefthook moved ours to ${files.old} and does not run it: mv hooks install`;
  } else if (!called && next !== null) problem = `${next} is not run any more: mv hooks install`;
  else if (state === "outdated") problem = "of an older mversion: mv hooks install";
  return { hook, state, through, next, problem };
}

async function isCalled(git: Git, { hook, through, file }: Place, commands: ReadonlySet<string>): Promise<boolean> {
  if (through === "git-config") return isConfigured(git, hook);
  if (through === "lefthook") return commands.has(hook);
  if (through === "husky") return hasBlock(await readFile(file ?? "", "utf8").catch(() => ""));
  return true;
}

async function problemsOf(git: Git, dir: string, program: string | null, hooks: HookReport[]): Promise<string[]> {
  const problems: string[] = [];
  const installed = hooks.filter((item) => item.state !== "missing" && item.state !== "foreign");
  const hooksPath = await git.config("core.hooksPath");
  if (hooksPath !== null && ![git.commonDir, git.root].some((folder) => isInside(dir, folder))) {
    problems.push(`core.hooksPath is ${hooksPath}: Git takes hooks from ${dir}, which is not this repository's own.`);
  } else if (hooksPath !== null && isOurs(await occupant(join(git.commonDir, "hooks", "reference-transaction")))) {
    problems.push(`core.hooksPath is ${hooksPath}: the hooks in ${join(git.commonDir, "hooks")} are not run.`);
  }
  if (installed.length === 0) return problems;
  if (program === null)
    problems.push("git config mversion.program is not set: the hooks look for git-mversion on PATH.");
  else if (!(await canRun(program)))
    problems.push(`${program} cannot be run: the hooks look for git-mversion on PATH.`);
  return problems;
}

function canRun(file: string): Promise<boolean> {
  return access(file, constants.X_OK).then(
    () => true,
    () => false,
  );
}
