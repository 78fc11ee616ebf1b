// Refs as files, gitrepository-layout(5), without git.
import type { Dirent } from "node:fs";
import { readFile, readdir } from "node:fs/promises";
import { join } from "node:path";
import type { Place } from "../spawn.ts";

const OID = /^[0-9a-f]{40}$/;
/** A ref may name a ref; Git follows five. */
const DEEP = 5;

/** All refs below a prefix that ends in "/", by full name, in byte order; refs that name refs are followed. */
export async function readRefs(place: Place, prefix: string): Promise<Map<string, string>> {
  const found = await packedRefs(place);
  for (const name of await looseNames(place, prefix)) {
    const oid = await readRef(place, name);
    // A loose ref hides the packed one; what is no ref file, as a half-written lock, does not.
    if (oid !== null) found.set(name, oid);
  }
  const names = [...found.keys()].filter((name) => name.startsWith(prefix));
  names.sort((a, b) => Buffer.compare(Buffer.from(a), Buffer.from(b)));
  return new Map(names.map((name) => [name, found.get(name) ?? ""]));
}

/** What one ref holds, not peeled; null where there is none. */
export async function readRef(place: Place, name: string, depth = 0): Promise<string | null> {
  if (!isRefName(name)) return null;
  const text = await readFile(join(place.commonDir, name), "utf8").catch(() => "");
  const line = text.trimEnd();
  if (OID.test(line)) return line;
  if (line.startsWith("ref: ")) return depth < DEEP ? readRef(place, line.slice(5), depth + 1) : null;
  return (await packedRefs(place)).get(name) ?? null;
}

export async function readHead(place: Place): Promise<{ oid: string | null; branch: string | null }> {
  const line = (await readFile(join(place.gitDir, "HEAD"), "utf8")).trimEnd();
  if (!line.startsWith("ref: ")) return { oid: OID.test(line) ? line : null, branch: null };
  const target = line.slice(5);
  const branch = target.startsWith("refs/heads/") ? target.slice("refs/heads/".length) : null;
  return { oid: await readRef(place, target), branch };
}

/** Full names below refs/ only, by the rules of git-check-ref-format(1) that keep a name inside that folder. */
export function isRefName(name: string): boolean {
  return /^refs\/[^\0-\x20\x7f~^:?*[\\]+$/.test(name) && !/\.\.|\/\/|\/\.|\/$|\.lock(?:\/|$)/.test(name);
}

async function packedRefs(place: Place): Promise<Map<string, string>> {
  const text = await readFile(join(place.commonDir, "packed-refs"), "utf8").catch(() => "");
  const refs = new Map<string, string>();
  for (const line of text.split("\n")) {
    const [oid = "", name = ""] = line.split(" ");
    if (OID.test(oid) && isRefName(name)) refs.set(name, oid);
  }
  return refs;
}

async function looseNames(place: Place, prefix: string): Promise<string[]> {
  const entries: Dirent[] = await readdir(join(place.commonDir, prefix), { withFileTypes: true }).catch(() => []);
  const names = await Promise.all(
    entries.map((entry) => {
      const name = prefix + entry.name;
      return entry.isDirectory() ? looseNames(place, `${name}/`) : [name];
    }),
  );
  return names.flat().filter(isRefName);
}
