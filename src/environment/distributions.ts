// The installed distributions of a Python, read from *.dist-info and *.egg-info. No code of a package is run.
import { lstatSync } from "node:fs";
import { join } from "node:path";
import { listFolder, readHead } from "./reading.ts";

export interface Distribution {
  /** The name in PyPI's normal form: "scikit-learn", "pyyaml". */
  name: string;
  version: string;
  /** The folder or file that describes it, and the site folder that holds it. */
  info: string;
  site: string;
}

/** Name and Version stand in the first lines of METADATA; the rest is the project's description. */
const HEAD_BYTES = 4096;
const RECORD_BYTES = 4 * 1024 * 1024;

/** PEP 503: one spelling per distribution, so that an installation and a lock file can be compared. */
export function normalName(name: string): string {
  return name.replace(/[-_.]+/g, "-").toLowerCase();
}

/**
 * The distributions in these folders by normal name; the first folder that has a name wins, as on Python's path.
 * Two of one name in one folder are what an interrupted upgrade leaves: the newer description wins, with a warning.
 */
export function readDistributions(siteFolders: readonly string[], warnings: string[]): Map<string, Distribution> {
  const all = new Map<string, Distribution>();
  for (const site of siteFolders) {
    const here = new Map<string, Distribution>();
    for (const { name: entry } of listFolder(site)) {
      // pip renames what it is about to remove to "~umpy-…".
      if (entry.startsWith("~") || !/\.(?:dist|egg)-info$/i.test(entry)) continue;
      const found = readDistribution(site, entry);
      if (found === null) continue;
      const other = here.get(found.name);
      if (other && other.version !== found.version)
        warnings.push(`${found.name} is installed twice (${other.version}, ${found.version}) in ${site}.`);
      if (!other || changed(found.info) > changed(other.info)) here.set(found.name, found);
    }
    for (const [name, found] of here) if (!all.has(name)) all.set(name, found);
  }
  return all;
}

function readDistribution(site: string, entry: string): Distribution | null {
  const info = join(site, entry);
  const text =
    readHead(join(info, "METADATA"), HEAD_BYTES) ??
    readHead(join(info, "PKG-INFO"), HEAD_BYTES) ??
    readHead(info, HEAD_BYTES) ??
    "";
  const headers = text.split(/\r?\n\r?\n/, 1)[0] ?? "";
  // Without headers the folder's own name tells: <name>-<version>[-py3.11].dist-info
  const named = /^([^-]+)-([^-]+)(?:-py[\d.]+[^/]*)?\.(?:dist|egg)-info$/i.exec(entry);
  const name = /^Name:[ \t]*(\S+)/im.exec(headers)?.[1] ?? named?.[1];
  const version = /^Version:[ \t]*(\S+)/im.exec(headers)?.[1] ?? named?.[2];
  return name && version ? { name: normalName(name), version, info, site } : null;
}

function changed(path: string): number {
  return lstatSync(path, { throwIfNoEntry: false })?.mtimeMs ?? 0;
}

/**
 * Which distributions bring these top-level modules? Reads top_level.txt, and RECORD where there is none. Only for
 * modules whose distribution has another name: RECORDs of a big environment hold megabytes.
 */
export function ownersOf(modules: ReadonlySet<string>, distributions: Iterable<Distribution>): Set<string> {
  const owners = new Set<string>();
  const bySite = new Map<string, Set<string>>();
  for (const { name, info, site } of distributions) {
    const present = bySite.get(site) ?? presentIn(site, modules);
    bySite.set(site, present);
    if (present.size > 0 && brings(info, present)) owners.add(name);
  }
  return owners;
}

/** Most of what code imports is Python's own or the project's: one look at the folder's names tells. */
function presentIn(site: string, modules: ReadonlySet<string>): Set<string> {
  const names = listFolder(site).map(({ name }) => /^[^.]+/.exec(name)?.[0] ?? "");
  return new Set(names.filter((name) => modules.has(name)));
}

function brings(info: string, modules: ReadonlySet<string>): boolean {
  const listed = readHead(join(info, "top_level.txt"), HEAD_BYTES);
  if (listed !== null) return listed.split(/\s+/).some((module) => modules.has(module));
  const record = `\n${readHead(join(info, "RECORD"), RECORD_BYTES) ?? ""}`;
  // Plain searches: an expression over every line of every RECORD takes ten times as long.
  return [...modules].some((module) => {
    if (record.includes(`\n${module}/`) || record.includes(`\n${module}.py,`)) return true;
    const compiled = record.indexOf(`\n${module}.`);
    return compiled >= 0 && /^[^/,\n]*\.(?:so|pyd),/.test(record.slice(compiled + 1, compiled + 300));
  });
}
