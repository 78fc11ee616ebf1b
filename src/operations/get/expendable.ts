// What `mv get --force` does not replace: folders that nobody means to lose as a whole.
import { existsSync, realpathSync } from "node:fs";
import { homedir } from "node:os";
import { join, sep } from "node:path";
import { MvError } from "../../errors.ts";
import type { Surroundings } from "../project.ts";

/** Fails with exists where a repository, the home folder or the current one would go with what the folder holds. */
export function requireExpendable(target: string, name: string, { cwd, env }: Pick<Surroundings, "cwd" | "env">): void {
  const why = whyKept(target, { cwd, home: env["HOME"] ?? homedir() });
  if (why === null) return;
  throw new MvError("exists", `${name} ${why}, and --force would remove all of it`, {
    hint: "name another folder with -o",
    details: { folder: target },
  });
}

function whyKept(target: string, { cwd, home }: { cwd: string; home: string }): string | null {
  if (existsSync(join(target, ".git"))) return "is a Git repository";
  if (isInside(target, home)) return "has your home folder in it";
  return isInside(target, cwd) && realOf(cwd) !== realOf(target) ? "has the folder in it where you are" : null;
}

function isInside(folder: string, path: string): boolean {
  const [outer, inner] = [realOf(folder), realOf(path)];
  return inner === outer || inner.startsWith(outer.endsWith(sep) ? outer : `${outer}${sep}`);
}

function realOf(path: string): string {
  return existsSync(path) ? realpathSync(path) : path;
}
