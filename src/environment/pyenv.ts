// pyenv puts shims on PATH: shell scripts that take 100 ms and more to find the interpreter. This finds it by reading.
import { existsSync } from "node:fs";
import { basename, dirname, join } from "node:path";
import { readHead } from "./reading.ts";

/**
 * The prefix that a pyenv shim stands for, "system" where pyenv leaves the choice to the rest of PATH, or null where
 * `path` is no pyenv shim or only pyenv itself can tell (a version prefix such as "3.11"). Several versions: the first
 * that has the program.
 * Order as in pyenv: PYENV_VERSION, .python-version here or above, the global `version` file.
 */
export function resolveShim(path: string, folder: string, env: NodeJS.ProcessEnv): string | null {
  const shims = dirname(path);
  const home = dirname(shims);
  const versions = join(home, "versions");
  if (!shims.endsWith("shims") || !existsSync(versions)) return null;
  const wanted =
    words((env.PYENV_VERSION ?? "").replaceAll(":", " ")) ??
    localVersions(folder) ??
    fileVersions(join(home, "version"));
  for (const name of wanted ?? ["system"]) {
    if (name === "system") return "system";
    // A committed .python-version must not lead out of pyenv's own folder.
    if (!/^[\w.+-]+$/.test(name) || name.startsWith(".")) return null;
    const prefix = join(versions, name.replace(/^python-/, ""));
    if (existsSync(join(prefix, "bin", basename(path)))) return prefix;
  }
  return null;
}

function localVersions(folder: string): string[] | null {
  for (let here = folder; ; here = dirname(here)) {
    const found = fileVersions(join(here, ".python-version"));
    if (found) return found;
    if (dirname(here) === here) return null;
  }
}

function fileVersions(path: string): string[] | null {
  return words((readHead(path, 4096) ?? "").replace(/#.*$/gm, ""));
}

function words(text: string): string[] | null {
  const found = text.split(/\s+/).filter(Boolean);
  return found.length > 0 ? found : null;
}
