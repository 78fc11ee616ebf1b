// A repository whose releases are in a store, as a push of everything leaves them.
import { cpSync, mkdirSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { formatReleaseFile, releaseFilePath } from "../../src/model/release-file.ts";
import { openProject } from "../../src/operations/project.ts";
import { readReleases } from "../../src/operations/releases.ts";
import { scratchDir, testEnv, type TestRepo } from "./git.ts";

/** A new folder store, and the settings line of the repository that names it. */
export function withStore(repo: TestRepo): string {
  const store = scratchDir("store");
  repo.write(".mversion.yaml", `${repo.read(".mversion.yaml")}remotes:\n  store: {url: "file://${store}"}\n`);
  return store;
}

/** Copies objects, release files and the register into the store. */
export async function stock(repo: TestRepo, store: string): Promise<void> {
  cpSync(repo.path(".git/mversion/cache/objects"), join(store, "objects"), { recursive: true });
  const project = await openProject({ cwd: repo.dir, env: testEnv() });
  const releases = await readReleases(project);
  const raws = await project.git.readObjects(releases.all.map(({ oid }) => oid));
  for (const release of releases.all) {
    const [record] = await project.git.readPaths([{ rev: release.commit, path: release.record.path }]);
    const raw = raws.get(release.oid)?.bytes;
    if (!raw || !record) throw new Error(`${release.tag} cannot be read`);
    write(store, releaseFilePath(release.model, release.version), formatReleaseFile(release, raw, record));
  }
  const models = Object.keys(project.settings.models);
  write(store, "mversion.json", `${JSON.stringify({ repositories: [{ id: "one", models, url: null }], schema: 1 })}\n`);
}

/** Puts a version on a stage as the tag grammar has it, and its copy into the store. */
export function assign(
  repo: TestRepo,
  store: string,
  stage: string,
  number: number,
  versions: Record<string, number>,
): void {
  const [baseline = ""] = Object.keys(versions);
  const oidOf = (version: string): string => repo.git("rev-parse", `refs/tags/v${version}`);
  const rollout = Object.entries(versions).map(
    ([version, weight]) => `  - {version: ${version}, tag: "${oidOf(version)}", weight: ${weight}}\n`,
  );
  const payload = [
    "mversion: 1\nevent: assign\nmodel: churn\n",
    `stage: ${stage}\nnumber: ${number}\nbaseline: ${baseline}\nrollout:\n`,
    ...rollout,
  ].join("");
  const tag = `churn#${stage}#${number}`;
  const message = `churn ${baseline} on ${stage}\n\nbecause\n\n---\n${payload}`;
  repo.gitWith({ input: message }, "tag", "-a", "--cleanup=verbatim", "-F", "-", tag, `v${baseline}^{commit}`);
  const oid = repo.git("rev-parse", `refs/tags/${tag}`);
  const raw = Buffer.from(`${repo.git("cat-file", "tag", oid)}\n`).toString("base64");
  write(
    store,
    `models/churn/stages/${stage}.json`,
    `${JSON.stringify({ model: "churn", oid, raw, schema: 1, stage, tag })}\n`,
  );
}

function write(store: string, path: string, text: string): void {
  mkdirSync(dirname(join(store, path)), { recursive: true });
  writeFileSync(join(store, path), text);
}
