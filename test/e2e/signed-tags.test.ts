// Tags that mversion has Git sign, of releases and of every event, as Git itself verifies them; and mv verify on the same ones.
import { execFileSync } from "node:child_process";
import { mkdirSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { BYTES, MODEL, play, run, sampleProject, trained } from "../helpers/cli.ts";
import { forkRepo } from "../helpers/fork.ts";
import { testHome, type TestRepo } from "../helpers/git.ts";
import { allowedSigners, signWith, sshKey } from "../helpers/keys.ts";
import { isMissing } from "../helpers/programs.ts";

let original: TestRepo;

beforeAll(async () => {
  original = await sampleProject({ until: "files" });
});

/** Everything of which mversion makes a tag, in a repository that signs its tags. */
async function everyTag(repo: TestRepo): Promise<string[]> {
  repo.git("config", "tag.gpgSign", "true");
  await play(repo, `mv add ${MODEL}`, "mv tag v1.0.0 -a -m First");
  trained(repo, MODEL, BYTES.B);
  await play(
    repo,
    `mv add ${MODEL}`,
    "mv tag v1.1.0 -a -m Second",
    "mv promote v1.0.0 production -m Go",
    "mv promote v1.1.0 production --weight 10 -m Canary",
    "mv approve v1.1.0 production -m Fine",
    "mv confirm production --version 1.0.0",
    "mv rollback production -m Back",
    "mv retract v1.1.0 -m Leak",
  );
  return repo.git("tag").split("\n");
}

async function verified(repo: TestRepo): Promise<void> {
  const tags = await everyTag(repo);
  expect(tags).toEqual([
    "approved/churn/production/1.1.0/1",
    "churn#production#1",
    "churn#production#2",
    "churn#production#3",
    "confirmed/churn/production/1",
    "v1.0.0",
    "v1.1.0",
    "v1.1.0#retracted",
  ]);
  for (const tag of tags) expect(repo.tryGit("verify-tag", tag), tag).toMatchObject({ status: 0 });
  expect(await run(repo, "mv verify --all --signatures")).toMatchObject({ status: 0 });
}

describe.skipIf(isMissing("ssh-keygen"))("by ssh", () => {
  test("git verify-tag and mv verify agree on every tag, and on a changed one", async () => {
    const repo = forkRepo(original);
    const ada = sshKey("ada");
    signWith(repo, ada);
    repo.git("config", "gpg.ssh.allowedSignersFile", allowedSigners(`ada@example.org ${ada.publicLine}`));
    await verified(repo);

    const object = repo.git("cat-file", "tag", "churn#production#3").replace("Back", "Bach");
    const forged = repo.gitWith({ input: `${object}\n` }, "hash-object", "-t", "tag", "-w", "--stdin");
    repo.git("update-ref", "refs/tags/churn#production#3", forged);
    expect(repo.tryGit("verify-tag", "churn#production#3").status).not.toBe(0);
    const { status, stderr } = await run(repo, "mv verify --all --signatures");
    expect(status).toBe(1);
    expect(stderr).toContain("churn#production#3: its signature is not of these bytes");
  });

  test("Git takes anybody who is listed, and mv only the tagger", async () => {
    const repo = forkRepo(original);
    const [ada, eve] = [sshKey("ada"), sshKey("eve")];
    signWith(repo, eve);
    const list = allowedSigners(`ada@example.org ${ada.publicLine}`, `eve@example.org ${eve.publicLine}`);
    repo.git("config", "gpg.ssh.allowedSignersFile", list);
    await play(repo, `mv add ${MODEL}`, "mv tag v1.0.0 -a --sign -m First");
    expect(repo.tryGit("verify-tag", "v1.0.0")).toMatchObject({ status: 0 });
    const { status, stderr } = await run(repo, "mv verify v1.0.0 --signatures");
    expect(status).toBe(1);
    expect(stderr).toContain("it is signed by eve@example.org, not by its tagger ada@example.org");
  });
});

describe.skipIf(isMissing("gpg"))("by gpg", () => {
  beforeAll(() => {
    mkdirSync(join(testHome(), ".gnupg"), { mode: 0o700, recursive: true });
    const key = ["--quick-generate-key", "Ada <ada@example.org>", "ed25519", "sign"];
    execFileSync("gpg", ["--batch", "--passphrase", "", ...key], { stdio: "ignore" });
  });
  afterAll(() => {
    execFileSync("gpgconf", ["--kill", "gpg-agent"]);
  });

  test("git verify-tag and mv verify agree on every tag", async () => {
    await verified(forkRepo(original));
  });
});
