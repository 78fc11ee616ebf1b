// A repository, its origin and its store side by side in one folder, so that all three can be copied together and a copy be broken.
import { createHash } from "node:crypto";
import { cpSync, existsSync, readdirSync, readFileSync, renameSync, writeFileSync } from "node:fs";
import { spawnSync } from "node:child_process";
import { join } from "node:path";
import { expect } from "vitest";
import { parsePointer } from "../../src/model/pointer.ts";
import { parseReleaseFile } from "../../src/model/release-file.ts";
import { parseTagObject } from "../../src/model/release.ts";
import { sampleProject } from "./cli.ts";
import { createRepo, repoAt, scratchDir, type TestRepo } from "./git.ts";
import { objectFile } from "./shared.ts";

export interface World {
  dir: string;
  repo: TestRepo;
  origin: TestRepo;
  store: string;
}

function worldAt(dir: string): World {
  return { dir, repo: repoAt(join(dir, "repo")), origin: repoAt(join(dir, "origin.git")), store: join(dir, "store") };
}

/** A copy, whose store knows the copied origin. */
export function fork(world: World): World {
  const dir = join(scratchDir("world"), "world");
  cpSync(world.dir, dir, { recursive: true, preserveTimestamps: true, verbatimSymlinks: true });
  const register = join(dir, "store", "mversion.json");
  if (existsSync(register)) writeFileSync(register, readFileSync(register, "utf8").replaceAll(world.dir, dir));
  return worldAt(dir);
}

/** The walkthrough's first release, with an origin and a store; nothing is pushed. */
export async function newWorld(): Promise<World> {
  const dir = scratchDir("world");
  const sample = await sampleProject({ until: "1.0.0" });
  const bare = createRepo({ bare: true });
  renameSync(bare.dir, join(dir, "origin.git"));
  cpSync(sample.dir, join(dir, "repo"), { recursive: true, preserveTimestamps: true, verbatimSymlinks: true });
  cpSync(scratchDir("store"), join(dir, "store"), { recursive: true });
  const world = worldAt(dir);
  const { repo } = world;
  repo.git("remote", "add", "origin", "../origin.git");
  repo.write(".mversion.yaml", `${repo.read(".mversion.yaml")}id: 7d0c8f1e\nremotes:\n  store: {url: ../store}\n`);
  repo.git("commit", "-qam", "A store");
  return world;
}

/** An object is there, and holds its bytes. `where` stands in the failure. */
export function requireHeld(folder: string, sha256: string, where: string): void {
  const file = objectFile(folder, sha256);
  expect(existsSync(file), `${where}: ${sha256}`).toBe(true);
  expect(createHash("sha256").update(readFileSync(file)).digest("hex"), where).toBe(sha256);
}

/** Everything that a ref of origin or a release file of the store names is in the store. */
export function requireConsistent({ origin, store }: World, where: string): void {
  for (const line of origin.git("for-each-ref", "--format=%(objectname) %(objecttype)").split("\n").filter(Boolean)) {
    const [oid = "", type] = line.split(" ");
    if (type === "tag") {
      const raw = spawnSync("git", ["cat-file", "tag", oid], { cwd: origin.dir }).stdout;
      const reading = parseTagObject(raw, oid);
      const release = reading?.kind === "release" ? reading.release : null;
      for (const { sha256 } of [...(release?.artifacts ?? []), ...(release?.datasets ?? [])])
        requireHeld(store, sha256, where);
    }
    const files = origin.git("ls-tree", "-r", "--name-only", `${oid}^{commit}`).split("\n");
    for (const file of files.filter((name) => name.endsWith(".mv.yaml"))) {
      const { sha256 } = parsePointer(`${origin.git("show", `${oid}^{commit}:${file}`)}\n`, file);
      requireHeld(store, sha256, where);
    }
  }
  const releases = join(store, "models/churn/releases");
  for (const name of existsSync(releases) ? readdirSync(releases) : []) {
    if (!name.endsWith(".json")) continue;
    const { release } = parseReleaseFile(readFileSync(join(releases, name)), name);
    for (const { sha256 } of [...release.artifacts, ...release.datasets]) requireHeld(store, sha256, where);
  }
}
