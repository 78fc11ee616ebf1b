// Finds the Python that is active: the one named, else an activated environment, else .venv, else the one on PATH.
import { accessSync, constants, statSync } from "node:fs";
import { basename, delimiter, isAbsolute, join, resolve } from "node:path";
import { MvError } from "../errors.ts";
import { askInterpreter } from "./interpreter.ts";
import { executableOf, isVirtualEnvironment, prefixOf, readPrefix, siteFoldersOf } from "./prefix.ts";
import { resolveShim } from "./pyenv.ts";

export interface Python {
  version: string | null;
  implementation: string | null;
  siteFolders: string[];
  /** In words, as in "Python 3.11.7 in .venv". */
  where: string;
  /** Why this one: the user named it, activated it, it belongs to the project, or PATH had nothing better. */
  rank: "named" | "active" | "project" | "path";
}

interface Candidate {
  prefix: string;
  executable: string | null;
  where: string;
  rank: Python["rank"];
}

/**
 * The Python whose libraries a model is trained with, or null. Problems on the way are appended to `warnings`.
 * Throws `usage` only where the user named a Python that is not there.
 */
export async function findPython(
  root: string,
  options: { python?: string | undefined; env: NodeJS.ProcessEnv },
  warnings: string[],
): Promise<Python | null> {
  const { env } = options;
  if (options.python !== undefined) {
    const found = await describe(named(root, options.python, env), root, env, warnings);
    if (found === null) throw new MvError("usage", `--python ${options.python}: ${warnings.at(-1) ?? "no Python"}`);
    return found;
  }
  for (const candidate of [...active(env, warnings), ...project(root), ...baseOfConda(env)])
    return describe(candidate, root, env, warnings);
  const found = onPath(["python3", "python"], root, env);
  return found && describe(found, root, env, warnings);
}

function named(root: string, python: string, env: NodeJS.ProcessEnv): Candidate {
  const path = resolve(root, python);
  const found = /[/\\]/.test(python) ? null : onPath([python], root, env);
  const kind = statSync(path, { throwIfNoEntry: false });
  const where = kind?.isDirectory() && !found ? `in ${python}` : `(${python})`;
  if (found) return { ...found, where, rank: "named" };
  const prefix = kind?.isDirectory() ? path : prefixOf(path);
  const executable = kind?.isDirectory() ? executableOf(path) : kind?.isFile() ? path : null;
  if (executable === null)
    throw new MvError("usage", `--python ${python}: there is no Python`, { hint: "--python .venv/bin/python" });
  const shim = resolveShim(executable, root, env);
  if (shim !== null && shim !== "system") return { prefix: shim, executable: executableOf(shim), where, rank: "named" };
  return { prefix, executable, where, rank: "named" };
}

function active(env: NodeJS.ProcessEnv, warnings: string[]): Candidate[] {
  const candidates: Candidate[] = [];
  for (const name of ["VIRTUAL_ENV", "CONDA_PREFIX"] as const) {
    const prefix = env[name];
    if (!prefix || (name === "CONDA_PREFIX" && isCondaBase(env))) continue;
    const executable = executableOf(prefix);
    if (executable === null) warnings.push(`${name} names ${prefix}, where there is no Python.`);
    else {
      const where = name === "VIRTUAL_ENV" ? `in ${basename(prefix)}` : `in conda environment ${basename(prefix)}`;
      candidates.push({ prefix, executable, where, rank: "active" });
    }
  }
  return candidates;
}

/** Environments in the project's folder. They may come with a clone, so their interpreter is never run. */
function project(root: string): Candidate[] {
  return [".venv", "venv"]
    .filter((name) => isVirtualEnvironment(join(root, name)))
    .map((name) => ({ prefix: join(root, name), executable: null, where: `in ${name}`, rank: "project" as const }));
}

/** conda activates "base" in every shell: nobody chose it for this project, so a .venv beats it. */
function isCondaBase(env: NodeJS.ProcessEnv): boolean {
  return env.CONDA_DEFAULT_ENV === "base";
}

function baseOfConda(env: NodeJS.ProcessEnv): Candidate[] {
  const prefix = env.CONDA_PREFIX;
  const executable = prefix && isCondaBase(env) ? executableOf(prefix) : null;
  return prefix && executable ? [{ prefix, executable, where: "in conda environment base", rank: "path" }] : [];
}

function onPath(names: readonly string[], root: string, env: NodeJS.ProcessEnv): Candidate | null {
  // A relative entry would let a repository choose the program.
  const folders = (env.PATH ?? env.Path ?? "").split(delimiter).filter(isAbsolute);
  for (const name of names.flatMap((name) => (process.platform === "win32" ? [`${name}.exe`, name] : [name]))) {
    for (const folder of folders) {
      const executable = join(folder, name);
      if (!isExecutable(executable)) continue;
      const shim = resolveShim(executable, root, env);
      if (shim === "system") continue;
      return shim === null
        ? { prefix: prefixOf(executable), executable, where: "on PATH", rank: "path" }
        : { prefix: shim, executable: executableOf(shim), where: "on PATH", rank: "path" };
    }
  }
  return null;
}

function isExecutable(path: string): boolean {
  try {
    accessSync(path, constants.X_OK);
    return statSync(path).isFile();
  } catch {
    return false;
  }
}

async function describe(
  candidate: Candidate,
  root: string,
  env: NodeJS.ProcessEnv,
  warnings: string[],
): Promise<Python | null> {
  const { where, rank, executable } = candidate;
  const read = readPrefix(candidate.prefix);
  const isVirtual = isVirtualEnvironment(candidate.prefix);
  let { version, implementation, siteFolders } = read;
  if (executable !== null && !(read.certain && implementation !== null)) {
    const answer = await askInterpreter(executable, root, env);
    if ("why" in answer) {
      warnings.push(`${executable} does not run (${answer.why}).`);
      if (version === null) return null;
    } else {
      ({ version, implementation } = answer);
      if (!isVirtual)
        siteFolders = [...new Set([...answer.siteFolders, ...siteFoldersOf(prefixOf(answer.executable), version)])];
    }
  }
  if (!isVirtual) siteFolders = [...userFolders(version, env), ...siteFolders];
  return { version, implementation, siteFolders, where, rank };
}

/** Where `pip install --user` puts distributions (PEP 370). */
function userFolders(version: string | null, env: NodeJS.ProcessEnv): string[] {
  const short = /^\d+\.\d+/.exec(version ?? "")?.[0];
  if (!env.HOME || !short || env.PYTHONNOUSERSITE) return [];
  const framework = join(env.HOME, "Library", "Python", short);
  return [
    ...siteFoldersOf(join(env.HOME, ".local"), version),
    ...(process.platform === "darwin" ? [join(framework, "lib", "python", "site-packages")] : []),
  ];
}
