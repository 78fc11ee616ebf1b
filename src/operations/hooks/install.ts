// Installing the hooks: each in the way this repository runs hooks, nothing of others lost. Safe to repeat.
import { access, constants, mkdir, readFile } from "node:fs/promises";
import { delimiter, join, relative } from "node:path";
import type { Git } from "../../git/git.ts";
import { isAbsent } from "../../platform/file-errors.ts";
import { writeFileAtomic } from "../../platform/files.ts";
import { type Hook, HOOKS } from "./events.ts";
import { isOurs, leavePlace, occupant, hookFiles, takePlace, writeScript } from "./folder.ts";
import { addConfigHook, removeConfigHooks, scriptsDir } from "./git-config.ts";
import { withHuskyLines } from "./husky.ts";
import { type Layout, type Place, type Through, isInside, readLayout, requireOwnFolder } from "./layout.ts";
import { snippet } from "./lefthook.ts";
import { removeCommands, writeCommands } from "./personal.ts";
import { hookScript } from "./scripts.ts";

export interface HooksInput {
  git: Git;
  /** Absolute path of the executable that the hooks call. */
  program: string;
  /** PATH tells where the Node.js of this installation is, for programs that start Git without it. */
  env: NodeJS.ProcessEnv;
}

export interface HooksResult {
  /** The folder Git takes hooks from. */
  dir: string;
  hooks: { hook: Hook; through: Through }[];
  /** Files of the working tree that changed, root-relative: to be committed where they are tracked. */
  changed: string[];
  /** What a person has to do, in full sentences. */
  problems: string[];
}

/**
 * Installs all hooks and records the program. Throws hooks-blocked where the hook folder belongs to more than this
 * repository, or where two foreign hooks compete for one place.
 */
export async function installHooks({ git, program, env }: HooksInput): Promise<HooksResult> {
  const layout = await readLayout(git);
  await requireOwnFolder(git, layout);
  await git.setConfig("mversion.program", program);
  const node = await nodeOnPath(env);
  if (node !== null) await git.setConfig("mversion.node", node);
  await leaveFormerPlaces(git, layout);
  await mkdir(join(git.commonDir, "mversion"), { recursive: true });
  const changed: string[] = [];
  for (const place of layout.places) changed.push(...(await install(git, layout, place)));
  const lefthook = layout.places.filter((place) => place.through === "lefthook").map((place) => place.hook);
  const problems = lefthook.length > 0 ? await installForLefthook(git, lefthook, changed) : [];
  if (lefthook.length === 0) changed.push(...(await removeCommands(git)));
  const hooks = layout.places.map(({ hook, through }) => ({ hook, through }));
  return { dir: layout.dir, hooks, changed, problems };
}

/** Installs one hook; returns the files of the working tree that changed. */
async function install(git: Git, layout: Layout, place: Place): Promise<string[]> {
  const script = await hookScript(place.hook);
  if (place.through !== "git" && place.through !== "pre-commit") {
    await mkdir(scriptsDir(git), { recursive: true });
    await writeScript(join(scriptsDir(git), place.hook), script);
  }
  if (place.through === "git-config") await addConfigHook(git, place.hook);
  if (place.through === "husky" && place.file !== null) return writeHuskyLines(git, place.file, place.hook);
  if (place.through === "git" || place.through === "pre-commit") {
    const target = place.file ?? place.files.hook;
    await mkdir(layout.dir, { recursive: true });
    const before = await occupant(target);
    await takePlace(target, place.files, script);
    return before !== "ours" && !layout.husky && isWorkingFile(git, target) ? [relative(git.root, target)] : [];
  }
  return [];
}

async function writeHuskyLines(git: Git, file: string, hook: Hook): Promise<string[]> {
  const before = await readFile(file, "utf8").catch((error: unknown) => {
    if (isAbsent(error)) return "";
    throw error;
  });
  const after = withHuskyLines(before, hook);
  if (after === before) return [];
  await writeFileAtomic(file, after);
  return [relative(git.root, file)];
}

async function installForLefthook(git: Git, hooks: readonly Hook[], changed: string[]): Promise<string[]> {
  const { file, unplaced } = await writeCommands(git, hooks);
  if (file !== null) changed.push(file);
  return unplaced.map(
    (hook) => `${file ?? "lefthook's personal settings"} cannot be edited; add by hand:\n${snippet(hook)}`,
  );
}

/**
 * Where Git's version, core.hooksPath or a hook manager changed since, ours may stand where nothing runs it, or where it
 * would run twice.
 */
async function leaveFormerPlaces(git: Git, layout: Layout): Promise<void> {
  const byConfig = layout.places.every((place) => place.through === "git-config");
  if (!byConfig) await removeConfigHooks(git);
  const folder = join(git.commonDir, "hooks");
  for (const hook of HOOKS) {
    if (byConfig || folder !== layout.dir) await leavePlace(hookFiles(folder, hook));
    if (byConfig && folder !== layout.dir) await leavePlace(hookFiles(layout.dir, hook));
  }
  for (const { files, through } of layout.places) {
    if (through === "lefthook" && (isOurs(await occupant(files.old)) || isOurs(await occupant(files.legacy)))) {
      await leavePlace(files);
    }
  }
}

function isWorkingFile(git: Git, path: string): boolean {
  return !git.bare && isInside(path, git.root) && !isInside(path, git.commonDir) && !isInside(path, git.gitDir);
}

async function nodeOnPath(env: NodeJS.ProcessEnv): Promise<string | null> {
  for (const folder of (env["PATH"] ?? "").split(delimiter)) {
    if (folder === "") continue;
    const file = join(folder, "node");
    const runs = await access(file, constants.X_OK).then(
      () => true,
      () => false,
    );
    if (runs) return file;
  }
  return null;
}
