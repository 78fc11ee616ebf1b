// What a model was trained with: library versions and environment, from the active Python or from a lock file.
import { arch, platform } from "node:os";
import { resolve } from "node:path";
import { isMvError } from "../errors.ts";
import { ownersOf, readDistributions } from "./distributions.ts";
import { importsBelow } from "./imports.ts";
import { chooseLibraries, pick } from "./libraries.ts";
import { findLock, isLockName, readLock } from "./locks.ts";
import { findPython, type Python } from "./python.ts";

export interface Captured {
  /** Versions by distribution (PyPI's normal names), "python" first. */
  library_versions: Record<string, string>;
  /** os ("linux-x64") and python_implementation ("CPython"). */
  environment: Record<string, string>;
  /** Where the versions come from, in words: "Python 3.11.7 in .venv", "uv.lock". */
  source: string;
  /** What went wrong on the way, in whole sentences; nothing of it is a reason to stop. */
  warnings: string[];
}

export interface CaptureOptions {
  /** An interpreter, the folder of an environment, a name on PATH, or a lock file; relative to the root. */
  python?: string | undefined;
  /** The modules that the code imports, where the caller knows them; else the code below the root is read. */
  imports?: readonly string[] | undefined;
  env: NodeJS.ProcessEnv;
}

/**
 * Captures libraries and environment of the Python that is active, without running any installed code; from the lock file
 * in `root` where there is no Python, or only one on PATH that lacks what the code imports or has no library to name. Null where there is neither.
 * Throws only where `python` names something that is not there.
 */
export async function capture(root: string, options: CaptureOptions): Promise<Captured | null> {
  const { env } = options;
  const imports = options.imports ?? importsBelow(root);
  if (options.python !== undefined && isLockName(options.python)) return fromLock(root, options.python, imports);
  const warnings: string[] = [];
  const python = await findPython(root, { python: options.python, env }, warnings);
  const lock = options.python === undefined ? findLock(root) : null;
  const captured = python && fromPython(python, imports, warnings);
  if (captured && (lock === null || python.rank !== "path" || !captured.lacking)) return captured.result;
  if (lock === null) return null;
  try {
    const locked = await fromLock(root, lock, imports);
    if (captured && Object.keys(locked.library_versions).length === 0) return captured.result;
    return { ...locked, warnings: [...warnings, ...locked.warnings] };
  } catch (error) {
    if (!isMvError(error)) throw error;
    const failed = `${error.message}.`;
    return captured ? { ...captured.result, warnings: [...captured.result.warnings, failed] } : null;
  }
}

function fromPython(
  python: Python,
  imports: Iterable<string>,
  problems: readonly string[],
): { result: Captured; lacking: boolean } {
  const warnings = [...problems];
  const distributions = readDistributions(python.siteFolders, warnings);
  const installed = new Map([...distributions].map(([name, { version }]) => [name, version]));
  const choice = chooseLibraries(installed, imports);
  const more = ownersOf(choice.unresolved, distributions.values());
  const versions = pick(installed, [...Object.keys(choice.versions), ...more]);
  const name = python.version === null ? "Python" : `Python ${python.version}`;
  const source = `${name} ${python.where}`;
  if (choice.lacking.length > 0)
    warnings.push(
      `The code imports ${choice.lacking.join(", ")}, not installed in ${source}: is it the right one (--python)?`,
    );
  const result = {
    library_versions: { ...(python.version === null ? {} : { python: python.version }), ...versions },
    environment: environmentOf(python.implementation),
    source,
    warnings,
  };
  // A Python with nothing to say of the training is hardly the one that trained.
  return { result, lacking: choice.lacking.length > 0 || Object.keys(versions).length === 0 };
}

async function fromLock(root: string, name: string, imports: Iterable<string>): Promise<Captured> {
  const { versions, warnings } = await readLock(resolve(root, name), name);
  const python = versions.get("python");
  return {
    library_versions: { ...(python ? { python } : {}), ...chooseLibraries(versions, imports).versions },
    environment: environmentOf(null),
    source: name,
    warnings,
  };
}

function environmentOf(implementation: string | null): Record<string, string> {
  const os = `${platform()}-${arch()}`;
  return implementation === null ? { os } : { os, python_implementation: implementation };
}
