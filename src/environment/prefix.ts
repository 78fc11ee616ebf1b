// What the files of a Python installation say about it, without running it: version, implementation, site-packages.
import { existsSync, realpathSync, statSync } from "node:fs";
import { basename, dirname, join } from "node:path";
import { listFolder, readHead } from "./reading.ts";

interface Installation {
  /** "3.11.7"; only "3.11" where no file says more; null where none says anything. */
  version: string | null;
  /** "CPython", "PyPy"…; null where no file says so. */
  implementation: string | null;
  /** False where the interpreter itself may know better: it was replaced after its virtual environment was made. */
  certain: boolean;
  /** The folders that hold installed distributions, in the order in which Python searches them. */
  siteFolders: string[];
}

/** The folder above bin/ or Scripts\; a python.exe outside an environment stands in it. */
function above(executable: string): string {
  const folder = dirname(executable);
  return /^(?:bin|Scripts)$/i.test(basename(folder)) ? dirname(folder) : folder;
}

/**
 * The folder that holds an interpreter's installation. As Python does: an environment is found by the path that was
 * called, anything else by where the links lead.
 */
export function prefixOf(executable: string): string {
  const prefix = above(executable);
  if (isVirtualEnvironment(prefix) || existsSync(join(prefix, "conda-meta"))) return prefix;
  try {
    return above(realpathSync(executable));
  } catch {
    return prefix;
  }
}

/** The interpreter of an installation, or null. */
export function executableOf(prefix: string): string | null {
  const names = ["bin/python3", "bin/python", "Scripts/python.exe", "python.exe"];
  return names.map((name) => join(prefix, name)).find((path) => existsSync(path)) ?? null;
}

export function isVirtualEnvironment(prefix: string): boolean {
  return existsSync(join(prefix, "pyvenv.cfg"));
}

/** Reads an installation: a virtual environment (pyvenv.cfg), a conda environment (conda-meta), or a plain one. */
export function readPrefix(prefix: string): Installation {
  const executable = executableOf(prefix);
  const spelled = executable === null ? null : versionInPath(executable);
  const settings = readSettings(join(prefix, "pyvenv.cfg"));
  const library = libraryFolder(prefix);
  const found =
    (settings && virtualVersion(prefix, settings, executable, spelled)) ?? condaVersion(prefix) ?? spelled ?? null;
  const version = found?.version ?? library?.version ?? null;
  const siteFolders = siteFoldersOf(prefix, version);
  if (settings?.get("include-system-site-packages")?.toLowerCase() === "true") {
    const home = settings.get("home");
    if (home) siteFolders.push(...siteFoldersOf(above(join(home, "python")), version));
  }
  return {
    version,
    implementation: found?.implementation ?? library?.implementation ?? null,
    certain: found?.certain ?? false,
    siteFolders,
  };
}

interface Found {
  version: string;
  implementation: string | null;
  certain: boolean;
}

/** The "key = value" lines of a pyvenv.cfg, or null where there is none. */
function readSettings(path: string): Map<string, string> | null {
  const text = readHead(path, 16_384);
  if (text === null) return null;
  const settings = new Map<string, string>();
  for (const line of text.split("\n")) {
    const at = line.indexOf("=");
    if (at > 0) settings.set(line.slice(0, at).trim().toLowerCase(), line.slice(at + 1).trim());
  }
  return settings;
}

function virtualVersion(
  prefix: string,
  settings: Map<string, string>,
  executable: string | null,
  spelled: Found | null,
): Found | null {
  const implementation = settings.get("implementation") ?? spelled?.implementation ?? null;
  if (spelled) return { ...spelled, implementation };
  // venv writes "version", virtualenv and uv "version_info" (virtualenv with ".final.0" behind it).
  const written = /^\d+\.\d+\.\d+(?:(?:a|b|rc)\d+)?/.exec(
    settings.get("version_info") ?? settings.get("version") ?? "",
  )?.[0];
  if (written === undefined) return null;
  return { version: written, implementation, certain: !changedSince(executable, join(prefix, "pyvenv.cfg")) };
}

/** Was the interpreter installed anew after the file was written? Its ctime tells: package managers keep the mtime. */
function changedSince(executable: string | null, file: string): boolean {
  if (executable === null) return false;
  try {
    return statSync(executable).ctimeMs > statSync(file).mtimeMs;
  } catch {
    return true;
  }
}

/** conda-meta/python-3.11.7-h2628c8c_0.json, or …-0_73_pypy.json. */
function condaVersion(prefix: string): Found | null {
  for (const { name } of listFolder(join(prefix, "conda-meta"))) {
    const match = /^python-(\d+\.\d+\.\d+[^-]*)-(.*)\.json$/.exec(name);
    if (match?.[1])
      return { version: match[1], implementation: /pypy/.test(match[2] ?? "") ? "PyPy" : "CPython", certain: true };
  }
  return null;
}

/** The version in the interpreter's real path, as pyenv ("versions/3.11.7/") and uv ("cpython-3.11.7-linux-…/") spell it. */
function versionInPath(executable: string): Found | null {
  let real: string;
  try {
    real = realpathSync(executable);
  } catch {
    return null;
  }
  const match = /[/\\](?:versions[/\\](pypy)?|(cpython|pypy)-)(\d+\.\d+\.\d+(?:(?:a|b|rc)\d+)?)[^/\\]*[/\\]/.exec(real);
  // "pypy3.9-7.3.15" carries PyPy's own number: only the interpreter knows Python's.
  if (!match?.[3] || match[1] || match[2] === "pypy") return null;
  return { version: match[3], implementation: "CPython", certain: true };
}

function libraryFolder(prefix: string): { version: string; implementation: string } | null {
  for (const { name } of listFolder(join(prefix, "lib"))) {
    const match = /^(python|pypy)(\d+\.\d+)$/.exec(name);
    if (match?.[2] && existsSync(join(prefix, "lib", name, "site-packages")))
      return { version: match[2], implementation: match[1] === "pypy" ? "PyPy" : "CPython" };
  }
  return null;
}

/** The folders of a prefix that hold distributions, Debian's dist-packages included. Only those that exist. */
export function siteFoldersOf(prefix: string, version: string | null): string[] {
  const short = /^\d+\.\d+/.exec(version ?? "")?.[0];
  const names = short
    ? [
        `local/lib/python${short}/dist-packages`,
        `lib/python${short}/site-packages`,
        `lib64/python${short}/site-packages`,
        `lib/pypy${short}/site-packages`,
        "lib/python3/dist-packages",
      ]
    : [];
  const seen = new Set<string>();
  return [...names, "Lib/site-packages"]
    .map((name) => join(prefix, name))
    .filter((path) => {
      try {
        // lib64 is often a link to lib, and Lib is lib where file names ignore case.
        const real = realpathSync(path);
        return !seen.has(real) && Boolean(seen.add(real));
      } catch {
        return false;
      }
    });
}
