// Releases are signed as Git is set up to sign, with keys made here; a signature that fails leaves no release behind.
import { execFileSync } from "node:child_process";
import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { openProject } from "../../src/operations/project.ts";
import { tag, type TagInput } from "../../src/operations/tag.ts";
import { BYTES, MODEL, play, sampleProject, trained } from "../helpers/cli.ts";
import { forkRepo } from "../helpers/fork.ts";
import { scratchDir, testEnv, testHome, type TestRepo } from "../helpers/git.ts";
import { isMissing } from "../helpers/programs.ts";

let retrained: TestRepo;

beforeAll(async () => {
  retrained = await sampleProject({ until: "1.0.0" });
  trained(retrained, MODEL, BYTES.C);
  await play(retrained, `mv add ${MODEL}`);
});

async function release(repo: TestRepo, input: Partial<TagInput> = {}): Promise<void> {
  const project = await openProject({ cwd: repo.dir, env: testEnv() });
  await tag(project, { versions: ["v1.1.0"], reason: "#1 signed\n\n---\nlast line", ...input });
}

const signatureOf = (repo: TestRepo, rev: string): string | undefined =>
  /-----BEGIN (.*?) SIGNATURE-----/.exec(repo.git("cat-file", "-p", rev))?.[1];

async function leavesNothing(repo: TestRepo, input: Partial<TagInput>, why: RegExp): Promise<void> {
  const state = (): string[] => [
    repo.head(),
    repo.git("status", "--porcelain=v2"),
    repo.git("ls-files", "--stage"),
    repo.git("tag"),
    repo.read("churn.model.yaml"),
  ];
  const before = state();
  await expect(release(repo, input)).rejects.toMatchObject({ code: "commit-failed", message: why });
  expect(state()).toEqual(before);
  // Once it can be signed, or is not to be, nothing is in the way.
  repo.git("config", "commit.gpgSign", "false");
  await release(repo, { sign: false });
}

describe.skipIf(isMissing("ssh-keygen"))("with an ssh key", () => {
  const keys = scratchDir("ssh");
  const key = join(keys, "key");

  function signing(config: Record<string, string>): TestRepo {
    const repo = forkRepo(retrained);
    const all = { "gpg.format": "ssh", "user.signingKey": key, "gpg.ssh.allowedSignersFile": join(keys, "allowed") };
    for (const [name, value] of Object.entries({ ...all, ...config })) repo.git("config", name, value);
    return repo;
  }

  beforeAll(() => {
    execFileSync("ssh-keygen", ["-q", "-t", "ed25519", "-N", "", "-C", "ada", "-f", key]);
    const publicKey = execFileSync("ssh-keygen", ["-y", "-f", key]).toString();
    writeFileSync(join(keys, "allowed"), `ada@example.org ${publicKey}`);
  });

  test("--sign", async () => {
    const repo = signing({});
    await release(repo, { sign: true });
    repo.git("verify-tag", "v1.1.0");
    expect(signatureOf(repo, "HEAD")).toBeUndefined();
    await play(repo, "mv verify v1.1.0");
  });

  test("tag.gpgSign and commit.gpgSign, and --no-sign against them", async () => {
    const repo = signing({ "tag.gpgSign": "true", "commit.gpgSign": "true" });
    await release(repo);
    repo.git("verify-tag", "v1.1.0");
    repo.git("verify-commit", "HEAD");
    const other = signing({ "tag.gpgSign": "true" });
    await release(other, { sign: false });
    expect(signatureOf(other, "v1.1.0")).toBeUndefined();
  });

  test("a key that is not there: as before, whether the tag or the commit was to be signed", async () => {
    const missing = join(keys, "missing");
    await leavesNothing(signing({ "user.signingKey": missing }), { sign: true }, /./);
    await leavesNothing(signing({ "user.signingKey": missing, "commit.gpgSign": "true" }), {}, /sign/i);
  });
});

describe.skipIf(isMissing("gpg"))("with a gpg key", () => {
  const gnupg = join(testHome(), ".gnupg");
  let fingerprint = "";

  beforeAll(() => {
    mkdirSync(gnupg, { mode: 0o700, recursive: true });
    const batch = ["--batch", "--passphrase", "", "--quick-generate-key", "Ada <ada@example.org>", "ed25519", "sign"];
    execFileSync("gpg", batch, { stdio: "ignore" });
    const listed = execFileSync("gpg", ["--list-keys", "--with-colons"], { stdio: ["ignore", "pipe", "ignore"] });
    fingerprint = /^fpr:+([0-9A-F]+):/m.exec(listed.toString())?.[1] ?? "";
  });

  afterAll(() => {
    execFileSync("gpgconf", ["--kill", "gpg-agent"]);
  });

  test("--sign", async () => {
    const repo = forkRepo(retrained);
    repo.git("config", "user.signingKey", fingerprint);
    await release(repo, { sign: true });
    repo.git("verify-tag", "v1.1.0");
    expect(signatureOf(repo, "v1.1.0")).toBe("PGP");
    await play(repo, "mv verify v1.1.0");
  });

  test("no such key: as before", async () => {
    const repo = forkRepo(retrained);
    repo.git("config", "user.signingKey", "0123456789ABCDEF");
    await leavesNothing(repo, { sign: true }, /gpg/);
  });
});
