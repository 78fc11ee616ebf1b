// Versions from a lock file: uv.lock, poetry.lock, pylock.toml, requirements.txt, conda's environment.yml.
import { existsSync } from "node:fs";
import { basename, join } from "node:path";
import { MvError } from "../errors.ts";
import { isMap, type ValueMap } from "../model/value.ts";
import { parseYaml } from "../model/yaml.ts";
import { normalName } from "./distributions.ts";
import { readHead } from "./reading.ts";
import { readToml } from "./toml.ts";

interface Locked {
  /** Versions by normal name; "python" too where the file pins it. */
  versions: Map<string, string>;
  warnings: string[];
}

/** In the order in which they are believed: what a resolver wrote before what a person wrote. */
const NAMES = [
  "uv.lock",
  "poetry.lock",
  "pdm.lock",
  "pylock.toml",
  "requirements.txt",
  "environment.yml",
  "environment.yaml",
];

/** A lock file of a torch project with all its hashes has one to five megabytes. */
const MAX_BYTES = 32 * 1024 * 1024;

/** The name of the lock file in `root`, or null. */
export function findLock(root: string): string | null {
  return NAMES.find((name) => existsSync(join(root, name))) ?? null;
}

/** Does the path that a user gave name a lock file rather than an interpreter? */
export function isLockName(path: string): boolean {
  return /\.(?:lock|toml|txt|ya?ml)$/i.test(path);
}

/** Reads a lock file by its name. Throws `invalid-file` where it is absent or broken. */
export async function readLock(path: string, shown: string): Promise<Locked> {
  const text = readHead(path, MAX_BYTES + 1);
  if (text === null) throw new MvError("invalid-file", `${shown}: cannot be read`);
  if (text.length > MAX_BYTES) throw new MvError("invalid-file", `${shown}: bigger than ${MAX_BYTES} bytes`);
  const name = basename(path).toLowerCase();
  if (/\.(?:lock|toml)$/.test(name)) return fromPackages(await readToml(text, shown), shown);
  return name.endsWith(".txt")
    ? fromRequirements(text, shown)
    : fromConda(parseYaml(text, shown, { maxBytes: MAX_BYTES, hint: `edit ${shown}` }).data, shown);
}

/** [[package]] of uv, Poetry and PDM, [[packages]] of PEP 751: name, version, and where it comes from. */
function fromPackages(data: ValueMap, shown: string): Locked {
  const list = data.package ?? data.packages;
  if (!Array.isArray(list)) throw new MvError("invalid-file", `${shown}: no list of packages`);
  const versions = new Map<string, string>();
  const doubtful = new Set<string>();
  for (const item of list) {
    if (!isMap(item) || typeof item.name !== "string" || typeof item.version !== "string") continue;
    // The project itself is locked too; its version is Git's business.
    if (isMap(item.source) && ("virtual" in item.source || "editable" in item.source)) continue;
    const name = normalName(item.name);
    if (versions.has(name) && versions.get(name) !== item.version) doubtful.add(name);
    versions.set(name, item.version);
  }
  for (const name of doubtful) versions.delete(name);
  const warnings = [...doubtful].map(
    (name) => `${shown} locks several versions of ${name}, one per platform: left out.`,
  );
  return { versions, warnings };
}

/** Exact pins of a pip requirements file (pip's "requirement specifiers"); ranges say no version. */
function fromRequirements(text: string, shown: string): Locked {
  const versions = new Map<string, string>();
  let open = 0;
  for (const line of text.replace(/\\\r?\n/g, " ").split(/\r?\n/)) {
    const requirement = line.replace(/(?:^|\s)#.*$/, "").trim();
    if (requirement === "" || requirement.startsWith("-")) continue;
    const match = /^([A-Za-z0-9][\w.-]*)\s*(?:\[[^\]]*\])?\s*={2,3}\s*([\w.!+-]+)(?=$|[\s;])/.exec(requirement);
    if (match?.[1] && match[2]) versions.set(normalName(match[1]), match[2]);
    else open += 1;
  }
  return { versions, warnings: unpinned(shown, open) };
}

/** conda's match specifications: "numpy=1.26.4=py311h64a7726_0", "conda-forge::numpy==1.26.4", and pip's list inside. */
function fromConda(data: ValueMap, shown: string): Locked {
  if (!Array.isArray(data.dependencies)) throw new MvError("invalid-file", `${shown}: no dependencies`);
  const versions = new Map<string, string>();
  const warnings: string[] = [];
  let open = 0;
  for (const item of data.dependencies) {
    if (isMap(item) && Array.isArray(item.pip)) {
      const inner = fromRequirements(item.pip.filter((line) => typeof line === "string").join("\n"), shown);
      for (const [name, version] of inner.versions) versions.set(name, version);
      warnings.push(...inner.warnings);
      continue;
    }
    if (typeof item !== "string") continue;
    const match = /^(?:[^\s:]*::)?([\w.-]+)\s*(==?)\s*(\d[\w.!+]*)(=\S+)?$/.exec(item.trim());
    // A single "=" is a prefix for conda: "=1.26" may be any 1.26.x. With three numbers it says what was meant.
    const exact = match && (match[2] === "==" || match[4] !== undefined || /^\d+\.\d+\.\d/.test(match[3] ?? ""));
    if (exact && match[1] && match[3]) versions.set(condaName(match[1]), match[3]);
    else open += 1;
  }
  return { versions, warnings: [...warnings, ...unpinned(shown, open)] };
}

/** conda calls PyTorch "pytorch", PyPI "torch". */
function condaName(name: string): string {
  const normal = normalName(name);
  return normal === "pytorch" ? "torch" : normal;
}

function unpinned(shown: string, count: number): string[] {
  return count === 0 ? [] : [`${shown} leaves ${count} ${count === 1 ? "version" : "versions"} open: left out.`];
}
