// Which of the ways to run a hook this repository has: Git's config, husky's scripts, lefthook's or pre-commit's files, or a
// file in the hook folder.
import { realpath } from "node:fs/promises";
import { dirname, join, relative, sep } from "node:path";
import { MvError } from "../../errors.ts";
import type { Git } from "../../git/git.ts";
import { HOOKS, type Hook } from "./events.ts";
import { type HookFiles, hookFiles, occupant } from "./folder.ts";
import { hasConfigHooks } from "./git-config.ts";
import { isHusky, isWrapped } from "./husky.ts";

/** Who runs our script. */
export type Through = "git-config" | "git" | "husky" | "lefthook" | "pre-commit";

export interface Place {
  hook: Hook;
  through: Through;
  files: HookFiles;
  /** The file that starts ours: a hook file, husky's script of the user; null where config or lefthook's settings do. */
  file: string | null;
}

export interface Layout {
  /** The folder Git takes hooks from. */
  dir: string;
  /** The folder is husky's, which it keeps out of Git itself. */
  husky: boolean;
  places: readonly Place[];
}

/** Finds out who would run each hook. Reads, never writes. */
export async function readLayout(git: Git): Promise<Layout> {
  const configured = await git.hooksDir();
  const dir = await realpath(configured).catch(() => configured);
  if (hasConfigHooks(await git.version())) {
    const places = HOOKS.map((hook): Place => ({
      hook,
      through: "git-config",
      files: hookFiles(dir, hook),
      file: null,
    }));
    return { dir, husky: false, places };
  }
  const husky = await isHusky(dir);
  return { dir, husky, places: await Promise.all(HOOKS.map((hook) => placeOf(dir, hook, husky))) };
}

async function placeOf(dir: string, hook: Hook, husky: boolean): Promise<Place> {
  const files = hookFiles(dir, hook);
  if (husky && isWrapped(hook)) return { hook, through: "husky", files, file: join(dirname(dir), hook) };
  const found = await occupant(files.hook);
  if (found === "lefthook") return { hook, through: "lefthook", files, file: null };
  if (found === "pre-commit") return { hook, through: "pre-commit", files, file: files.legacy };
  return { hook, through: "git", files, file: files.hook };
}

/** Throws hooks-blocked where the hook folder is not this repository's: another's hooks must not change with ours. */
export async function requireOwnFolder(git: Git, layout: Layout): Promise<void> {
  if (layout.places.every((place) => place.through === "git-config")) return;
  const own = isInside(layout.dir, git.commonDir) || isInside(layout.dir, git.root);
  if (own) return;
  const value = await git.config("core.hooksPath");
  throw new MvError("hooks-blocked", `core.hooksPath sends Git to ${layout.dir}, which is not this repository's own`, {
    hint: `git config core.hooksPath "${join(git.commonDir, "hooks")}" && mv hooks install   # leaves the shared hooks out here`,
    details: { hooksPath: value, dir: layout.dir },
  });
}

export function isInside(path: string, folder: string): boolean {
  const way = relative(folder, path);
  return way !== "" && way !== ".." && !way.startsWith(`..${sep}`);
}
