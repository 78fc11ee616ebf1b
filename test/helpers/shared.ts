// A released project with a bare repository as origin and a folder as its store, and clones of it.
import { chmodSync, existsSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { sampleProject, type SampleOptions } from "./cli.ts";
import { cloneRepo, createRepo, scratchDir, type TestRepo } from "./git.ts";

export interface Shared {
  repo: TestRepo;
  /** The bare repository that is origin. */
  origin: TestRepo;
  /** The folder of the remote "store". */
  store: string;
  /** A clone as a teammate has it: no bytes in its cache. */
  clone(): TestRepo;
  /** Short names of the refs that origin has. */
  refs(): string[];
  /** The objects in the store, by the first eight digits. */
  objects(): string[];
}

/** The walkthrough's project; nothing is pushed yet. */
export async function sharedProject(options: SampleOptions = { until: "1.1.0" }): Promise<Shared> {
  const repo = await sampleProject(options);
  const origin = createRepo({ bare: true });
  const store = scratchDir("store");
  repo.git("remote", "add", "origin", `file://${origin.dir}`);
  setRemotes(repo, { store });
  repo.git("commit", "-qam", "A store");
  return {
    repo,
    origin,
    store,
    clone: () => cloneRepo(origin),
    refs: () => origin.git("for-each-ref", "--format=%(refname:short)").split("\n").filter(Boolean),
    objects: () => objectsIn(store),
  };
}

/** Writes the remotes of .mversion.yaml, in this order, and the repository's id. */
export function setRemotes(repo: TestRepo, folders: Record<string, string>): void {
  const lines = Object.entries(folders).map(([name, folder]) => `  ${name}: {url: "file://${folder}"}\n`);
  const rest = repo.read(".mversion.yaml").replace(/^(?:remotes:\n(?: .*\n)*|id: .*\n)/gm, "");
  repo.write(".mversion.yaml", `${rest}id: 7d0c8f1e\n${lines.length > 0 ? "remotes:\n" : ""}${lines.join("")}`);
}

export function objectsIn(store: string): string[] {
  const folder = join(store, "objects");
  if (!existsSync(folder)) return [];
  const names = readdirSync(folder, { recursive: true }).map((name) => String(name).replace(/^.*\//, ""));
  return names
    .filter((name) => /^[0-9a-f]{64}$/.test(name))
    .map((name) => name.slice(0, 8))
    .toSorted();
}

/** Where an object is in a store or in a cache. */
export function objectFile(folder: string, sha256: string): string {
  return join(folder, "objects", sha256.slice(0, 2), sha256);
}

export function cacheOf(repo: TestRepo): string {
  return repo.path(".git/mversion/cache");
}

/** Puts other bytes of the same length in an object's place. */
export function spoil(folder: string, sha256: string, text: string): void {
  const file = objectFile(folder, sha256);
  chmodSync(file, 0o644);
  writeFileSync(file, text);
  chmodSync(file, 0o444);
}

export function lose(folder: string, sha256: string): void {
  rmSync(objectFile(folder, sha256), { force: true });
}
