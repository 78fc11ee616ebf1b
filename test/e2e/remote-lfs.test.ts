// A Git host with a real LFS server as a remote: the contract, stock git-lfs as the reader and the writer, and every way in.
import { execFileSync } from "node:child_process";
import { createHash, randomBytes } from "node:crypto";
import { chmodSync, existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { openGit } from "../../src/git/git.ts";
import { projectWith } from "../../src/operations/project.ts";
import { remoteContext } from "../../src/operations/remotes.ts";
import { openRemote } from "../../src/remotes/open.ts";
import type { Remote } from "../../src/remotes/remote.ts";
import { remoteContract } from "../contracts/remote.ts";
import { run, sampleProject } from "../helpers/cli.ts";
import { createRepo, repoAt, scratchDir, testEnv, type TestRepo } from "../helpers/git.ts";
import { type LfsHost, startLfsHost } from "../helpers/lfs-host.ts";
import { startSshd, type Sshd } from "../helpers/sshd.ts";
import { serverProgram } from "../helpers/servers.ts";

let host: LfsHost;
let count = 0;
beforeAll(async () => {
  serverProgram("git-lfs");
  host = await startLfsHost();
});
afterAll(() => host.stop());

const LFS_REF = "refs/mversion/lfs";
const sha = (bytes: Uint8Array): string => createHash("sha256").update(bytes).digest("hex");

/** Makes a fresh repository on the host; the login is what a helper of the clone's gives. */
function newRepository(): { name: string; url: string } {
  count += 1;
  const name = `repo${count}`;
  return { name, url: host.repository(name) };
}

/** As `git credential-store` gives it, from a file that is no part of the repository. */
function logIn(repo: TestRepo, password = host.password): string {
  const file = join(scratchDir("login"), "credentials");
  writeFileSync(file, `${host.origin.replace("://", `://${host.username}:${password}@`)}\n`);
  repo.git("config", "credential.helper", `store --file=${file}`);
  return file;
}

async function openIn(repo: TestRepo, url = "lfs", env: NodeJS.ProcessEnv = testEnv()): Promise<Remote> {
  const project = projectWith(await openGit(repo.dir), null, { cwd: repo.dir, env });
  return openRemote("store", { url, endpoint: null, region: null, path_style: false }, remoteContext(project));
}

function cloneOf(url: string): TestRepo {
  const repo = createRepo();
  repo.git("remote", "add", "origin", url);
  logIn(repo);
  return repo;
}

remoteContract(
  "lfs on giftless",
  async () => {
    const { name, url } = newRepository();
    const repo = cloneOf(url);
    return {
      remote: await openIn(repo),
      again: () => openIn(repo),
      place(sha256, bytes) {
        const file = host.objectFile(name, sha256);
        mkdirSync(join(file, ".."), { recursive: true });
        writeFileSync(file, bytes);
      },
    };
  },
  { many: 250 },
);

describe("stock git-lfs", () => {
  test("gets what was pushed here, by the pointers on the ref, and pushes beside it", async () => {
    const { name, url } = newRepository();
    const repo = await released(url);
    const pushed = await run(repo, "mv push --all");
    expect(pushed.status, pushed.screen).toBe(0);
    const bare = host.bare(name);
    const pointers = bare.git("ls-tree", "-r", "--name-only", LFS_REF).split("\n");
    expect(pointers.length).toBeGreaterThan(2);

    const clone = stockClone(url);
    clone.git("fetch", "--quiet", "origin", `${LFS_REF}:${LFS_REF}`);
    clone.git("lfs", "fetch", "origin", LFS_REF);
    for (const path of pointers) {
      const sha256 = path.slice(3);
      const file = clone.path(".git/lfs/objects", sha256.slice(0, 2), sha256.slice(2, 4), sha256);
      expect(sha(readFileSync(file))).toBe(sha256);
    }
    expect(clone.tryGit("lfs", "fsck", "--pointers").status).toBe(0);

    // Its pre-push hook finds the pointers in what we push, and is content.
    repo.git("lfs", "install", "--local", "--force");
    expect((await run(repo, "mv push --all")).status).toBe(0);
  });

  test("pushes what is received here", async () => {
    const { url } = newRepository();
    const stock = stockClone(url);
    const bytes = randomBytes(3 * 1024 * 1024);
    stock.git("lfs", "track", "*.bin");
    stock.write("weights.bin", bytes);
    stock.commit("With stock git-lfs");
    stock.git("push", "--quiet", "origin", "HEAD:main");
    const remote = await openIn(cloneOf(url));
    const wanted = { sha256: sha(bytes), size: bytes.length, file: join(scratchDir(), "weights") };
    expect(await remote.has([wanted])).toEqual(new Set([wanted.sha256]));
    await remote.receive([wanted], { jobs: 2 });
    expect(readFileSync(wanted.file).equals(bytes)).toBe(true);
    await remote.close();
  });
});

test("a teammate gets a release, and the folder in it, from the host alone", async () => {
  const { name, url } = newRepository();
  const repo = await released(url);
  expect((await run(repo, "mv push")).status).toBe(0);
  const clone = cloneRepository(url);
  const got = await run(clone, "mv pull");
  expect(got.status, got.screen).toBe(0);
  expect(clone.read("models/model.onnx")).toBe(repo.read("models/model.onnx"));
  expect(clone.read("tokenizer/vocab.txt")).toBe("a\nb\n");
  expect(host.bare(name).git("for-each-ref", "--format=%(refname)")).toContain(LFS_REF);
});

test("git push alone brings objects and pointers first", async () => {
  const { name, url } = newRepository();
  const repo = await released(url);
  expect((await run(repo, "mv hooks install")).status).toBe(0);
  repo.git("push", "--quiet", "origin", "HEAD", "--tags");
  const pointers = host.bare(name).git("ls-tree", "-r", "--name-only", LFS_REF).split("\n");
  expect(pointers.every((path) => existsSync(host.objectFile(name, path.slice(3))))).toBe(true);
});

describe("the way in", () => {
  const bytes = Buffer.from("some bytes");
  const sent = (): { sha256: string; size: number; file: string } => {
    const file = join(scratchDir(), "sent");
    writeFileSync(file, bytes);
    return { sha256: sha(bytes), size: bytes.length, file };
  };

  test("is the helper's, which hears what was right and what was wrong", async () => {
    const { url } = newRepository();
    const repo = createRepo();
    repo.git("remote", "add", "origin", url);
    const file = logIn(repo, "wrong");
    await expect((await openIn(repo)).send([sent()], { jobs: 1 })).rejects.toMatchObject({ code: "denied" });
    expect(readFileSync(file, "utf8")).toBe("");
    logIn(repo);
    const remote = await openIn(repo);
    await remote.send([sent()], { jobs: 1 });
    await remote.close();
  });

  test("is the address's own login, an http.extraHeader as CI sets it, or ~/.netrc", async () => {
    const { url } = newRepository();
    const basic = Buffer.from(`${host.username}:${host.password}`).toString("base64");
    const ways: ((repo: TestRepo) => NodeJS.ProcessEnv)[] = [
      (repo) => {
        repo.git("remote", "set-url", "origin", url.replace("://", `://${host.username}:${host.password}@`));
        return testEnv();
      },
      (repo) => {
        repo.git("config", `http.${host.origin}/.extraheader`, `AUTHORIZATION: basic ${basic}`);
        return testEnv();
      },
      () => {
        const file = join(scratchDir("netrc"), "netrc");
        writeFileSync(file, `machine 127.0.0.1 login ${host.username} password ${host.password}\n`);
        return testEnv({ NETRC: file });
      },
    ];
    for (const way of ways) {
      const repo = createRepo();
      repo.git("remote", "add", "origin", url);
      const remote = await openIn(repo, "lfs", way(repo));
      await remote.send([sent()], { jobs: 1 });
      expect(await remote.has([sent()])).toEqual(new Set([sha(bytes)]));
      await remote.close();
    }
  });

  test("without a login is closed, in words without a secret", async () => {
    const { url } = newRepository();
    const repo = createRepo();
    repo.git("remote", "add", "origin", url);
    const failure = await (await openIn(repo)).send([sent()], { jobs: 1 }).catch((error: unknown) => error);
    expect(failure).toMatchObject({ code: "denied", message: expect.stringContaining("wants other credentials") });
  });

  test("is git-lfs-authenticate over ssh, with sshd's own words where it refuses", async () => {
    const { name } = newRepository();
    const sshd = await startSshd(`ForceCommand ${forcedCommand(name)}`);
    try {
      const repo = createRepo();
      repo.git("remote", "add", "origin", `ssh://127.0.0.1:${sshd.port}/team/${name}.git`);
      const remote = await openIn(repo, "lfs", { ...testEnv(), ...sshd.env });
      await remote.send([sent()], { jobs: 1 });
      expect(await remote.has([sent()])).toEqual(new Set([sha(bytes)]));
      await remote.close();
      const named = await openIn(repo, `lfs+ssh://127.0.0.1:${sshd.port}/team/${name}.git`, {
        ...testEnv(),
        ...sshd.env,
      });
      expect(await named.has([sent()])).toEqual(new Set([sha(bytes)]));
      await named.close();
      await refusesStrangers(repo, sshd);
    } finally {
      await sshd.stop();
    }
  });

  async function refusesStrangers(repo: TestRepo, sshd: Sshd): Promise<void> {
    writeFileSync(join(sshd.dir, "known_hosts"), "");
    const remote = await openIn(repo, "lfs", { ...testEnv(), ...sshd.env });
    await expect(remote.send([sent()], { jobs: 1 })).rejects.toMatchObject({ code: "host-key" });
  }

  /** What a forge runs for whoever comes by ssh. */
  function forcedCommand(name: string): string {
    const script = join(scratchDir("forge"), "forge");
    writeFileSync(
      script,
      `#!/bin/sh
case "$SSH_ORIGINAL_COMMAND" in
"git-lfs-authenticate /team/${name}.git upload" | "git-lfs-authenticate /team/${name}.git download")
  echo '${host.ticket(name)}' ;;
*) echo "no such command: $SSH_ORIGINAL_COMMAND" >&2; exit 2 ;;
esac
`,
    );
    chmodSync(script, 0o755);
    return script;
  }
});

/** A project with releases, a folder among the artifacts, and the host as its store. */
async function released(url: string): Promise<TestRepo> {
  const repo = await sampleProject({ until: "1.1.0" });
  repo.git("remote", "add", "origin", url);
  logIn(repo);
  repo.write(".mversion.yaml", `${repo.read(".mversion.yaml")}remotes:\n  store: {url: lfs}\ndefault_remote: store\n`);
  repo.write("tokenizer/vocab.txt", "a\nb\n");
  const added = await run(repo, "mv add tokenizer models/model.onnx");
  expect(added.status, added.screen).toBe(0);
  repo.git("add", ".mversion.yaml");
  const tagged = await run(repo, "mv tag v1.2.0 -a -m With-a-tokenizer");
  expect(tagged.status, tagged.screen).toBe(0);
  return repo;
}

function stockClone(url: string): TestRepo {
  const repo = cloneOf(url);
  repo.git("lfs", "install", "--local");
  if (repo.tryGit("fetch", "--quiet", "origin").status === 0) repo.tryGit("switch", "--quiet", "main");
  return repo;
}

function cloneRepository(url: string): TestRepo {
  const folder = join(scratchDir("clone"), "clone");
  const login = createRepo();
  const helper = `store --file=${logIn(login)}`;
  execFileSync("git", ["-c", `credential.helper=${helper}`, "clone", "--quiet", url, folder]);
  const clone = repoAt(folder);
  clone.git("config", "credential.helper", helper);
  return clone;
}
