// Cleaning, reading back and healing stores on real servers: buckets, a host behind SSH, and what of it a Git LFS server can do.
import { randomBytes } from "node:crypto";
import { mkdirSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { openProjectRemote } from "../../src/operations/remotes.ts";
import { openProject } from "../../src/operations/project.ts";
import type { RemoteUnderTest } from "../contracts/remote.ts";
import { placeInFolder } from "../contracts/remote.ts";
import { BYTES, json, run, type RunOptions, sampleProject } from "../helpers/cli.ts";
import { createRepo, scratchDir, testEnv, type TestRepo } from "../helpers/git.ts";
import { type LfsHost, startLfsHost } from "../helpers/lfs-host.ts";
import { sha256 } from "../helpers/program.ts";
import { freshBucket, s3Settings, useKeys } from "../helpers/s3.ts";
import { type S3Server, startMoto, startVersitygw } from "../helpers/servers.ts";
import { type Sshd, startSshd } from "../helpers/sshd.ts";

interface Store extends Pick<RemoteUnderTest, "place"> {
  /** Its line in .mversion.yaml. */
  settings: string;
  env?: Record<string, string | undefined>;
}

const running: (() => Promise<void>)[] = [];
let sshd: Sshd;
let lfs: LfsHost;
const servers: Record<string, S3Server> = {};

beforeAll(async () => {
  for (const [name, start] of Object.entries({ versitygw: startVersitygw, moto: startMoto })) {
    const server = await start();
    servers[name] = server;
    running.push(() => server.stop());
  }
  sshd = await startSshd();
  lfs = await startLfsHost();
  running.push(
    () => sshd.stop(),
    () => lfs.stop(),
  );
}, 300_000);
afterAll(async () => {
  for (const stop of running) await stop();
});

async function bucketOn(name: string): Promise<Store> {
  const server = servers[name] as S3Server;
  useKeys(server);
  const { bucket, place, remote } = await freshBucket(server);
  await remote.close();
  const { url, endpoint } = s3Settings(server, bucket);
  return { settings: `{url: "${url}", endpoint: "${endpoint}", path_style: true}`, ...(place ? { place } : {}) };
}

async function folderOverSsh(): Promise<Store> {
  const folder = scratchDir("store");
  const env = { GIT_SSH_COMMAND: sshd.env["GIT_SSH_COMMAND"] };
  return { settings: `{url: "${sshd.url(folder)}"}`, env, place: placeInFolder(folder).place };
}

async function projectWithStore({ settings }: Store, origin: string): Promise<TestRepo> {
  const repo = await sampleProject({ until: "1.1.0" });
  repo.git("remote", "add", "origin", origin);
  repo.write(".mversion.yaml", `${repo.read(".mversion.yaml")}id: 7d0c8f1e\nremotes:\n  store: ${settings}\n`);
  repo.git("commit", "-qam", "A store");
  return repo;
}

const kinds: Record<string, () => Promise<Store>> = {
  versitygw: () => bucketOn("versitygw"),
  moto: () => bucketOn("moto"),
  ssh: folderOverSsh,
};

test.for(Object.keys(kinds))("a store on %s is cleaned, read back and healed", { timeout: 300_000 }, async (kind) => {
  const store = await (kinds[kind] as () => Promise<Store>)();
  const repo = await projectWithStore(store, `file://${createRepo({ bare: true }).dir}`);
  const options: RunOptions = { env: store.env ?? {} };
  const shown = async (line: string): Promise<string> => (await run(repo, line, options)).screen;
  expect(await shown("mv push --all")).toContain("Pushed main, v1.0.0, v1.1.0 to origin");

  const project = await openProject({ cwd: repo.dir, env: testEnv(store.env) });
  const remote = await openProjectRemote(project, "store");
  const file = join(scratchDir(), "nobody's");
  writeFileSync(file, "of nobody\n");
  await remote.send([{ sha256: sha256("of nobody\n"), size: 10, file }], { jobs: 1 });
  expect(await json(repo, "mv gc --remote store --json --dry-run", options)).toMatchObject({
    data: { removed: [], young: 1, kept: 5 },
  });
  expect(await json(repo, "mv gc --remote store --grace 0 --json --yes", options)).toMatchObject({
    data: { removed: [{ sha256: sha256("of nobody\n"), size: 10 }], kept: 4 },
  });
  expect(await remote.listFiles("locks")).toEqual(["locks/gc.json"]);
  expect(await shown("mv verify --remote store")).toBe(
    "store: 3 objects, 76 B, all read and right; 2 release files right",
  );

  await store.place?.(sha256(BYTES.B), Buffer.from("model X\n"));
  await remote.remove([sha256(BYTES.T)]);
  expect(await json(repo, "mv verify --remote store --json", options)).toMatchObject({
    error: { code: "bytes-wrong", details: { findings: [{ state: "missing" }, { state: "rotten" }] } },
  });
  expect(await shown("mv push --all")).toContain("Healed 1 rotten object of store");
  expect(await shown("mv verify --remote store")).toContain("all read and right");
  await remote.close();
});

test.for(["versitygw", "moto"])(
  "uploads to %s that were never finished are taken back",
  { timeout: 300_000 },
  async (name) => {
    const store = await bucketOn(name);
    const repo = await projectWithStore(store, `file://${createRepo({ bare: true }).dir}`);
    await run(repo, "mv push");
    const project = await openProject({ cwd: repo.dir, env: testEnv() });
    const remote = await openProjectRemote(project, "store");
    const bytes = randomBytes(24 * 1024 * 1024);
    const object = { sha256: sha256(bytes), size: bytes.length, file: join(scratchDir(), "large") };
    writeFileSync(object.file, bytes);
    const stop = new AbortController();
    const killed = remote.send([object], { jobs: 1, signal: stop.signal, onBytes: () => stop.abort() });
    await expect(killed).rejects.toMatchObject({ code: "interrupted" });
    expect(await remote.unfinished?.list()).toMatchObject([{ sha256: object.sha256 }]);

    // moto gives every upload the same date of 2010.
    if (name === "versitygw") {
      expect(await json(repo, "mv gc --remote store --json --dry-run")).toMatchObject({ data: { uploads: [] } });
    }
    expect(await json(repo, "mv gc --remote store --grace 0 --json --dry-run")).toMatchObject({
      data: { removed: [], uploads: [{ sha256: object.sha256 }] },
    });
    expect(await remote.unfinished?.list()).toHaveLength(1);
    expect((await run(repo, "mv gc --remote store --grace 0 --yes")).stderr).toContain(
      "1 upload that was never finished removed",
    );
    expect(await remote.unfinished?.list()).toEqual([]);
    await remote.send([object], { jobs: 1 });
    expect(await remote.has([object])).toEqual(new Set([object.sha256]));
    await remote.close();
  },
);

test("a Git LFS server is read back, and cannot be cleaned", { timeout: 300_000 }, async () => {
  const url = lfs.repository("verified");
  const repo = await projectWithStore({ settings: "{url: lfs}" }, url);
  const login = join(scratchDir("login"), "credentials");
  writeFileSync(login, `${lfs.origin.replace("://", `://${lfs.username}:${lfs.password}@`)}\n`);
  repo.git("config", "credential.helper", `store --file=${login}`);
  const pushed = await run(repo, "mv push --all");
  expect(pushed.status, pushed.screen).toBe(0);
  expect((await run(repo, "mv verify --remote store")).screen).toBe("store: 3 objects, 76 B, all read and right");
  expect(await json(repo, "mv gc --remote store --yes --json")).toMatchObject({ error: { code: "gc-refused" } });
  const object = lfs.objectFile("verified", sha256(BYTES.B));
  mkdirSync(dirname(object), { recursive: true });
  writeFileSync(object, "model X\n");
  expect(await json(repo, "mv verify --remote store --json")).toMatchObject({
    error: { code: "bytes-wrong", details: { findings: [{ state: "rotten", sha256: sha256(BYTES.B) }] } },
  });
});
