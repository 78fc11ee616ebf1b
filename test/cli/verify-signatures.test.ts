import { beforeAll, describe, expect, it } from "vitest";
import { BYTES, json, MODEL, play, run, sampleProject, screen, trained } from "../helpers/cli.ts";
import { forkRepo } from "../helpers/fork.ts";
import type { TestRepo } from "../helpers/git.ts";
import { allowedSigners, signWith, type SshKey, sshKey } from "../helpers/keys.ts";
import { isMissing } from "../helpers/programs.ts";

describe.skipIf(isMissing("ssh-keygen"))("mv verify --signatures", () => {
  let [ada, eve]: SshKey[] = [];
  let original: TestRepo;

  /** 1.0.0 is unsigned, 1.1.0 signed by Ada, 1.2.0 by Eve in Ada's name. */
  beforeAll(async () => {
    [ada, eve] = [sshKey("ada"), sshKey("eve")];
    original = await sampleProject({ until: "1.0.0" });
    for (const [version, key, bytes] of [
      ["v1.1.0", ada, BYTES.C],
      ["v1.2.0", eve, BYTES.D],
    ] as const) {
      signWith(original, key);
      trained(original, MODEL, bytes);
      await play(original, `mv add ${MODEL}`, `mv tag ${version} -a --sign -m Retrained`);
    }
  });

  const everybody = (): string =>
    allowedSigners(`ada@example.org ${ada?.publicLine}`, `eve@example.org ${eve?.publicLine}`);
  const withoutKeys = (text: string): string => text.replaceAll(/SHA256:[\w+/]+/g, "<key>");

  it("names every tag that is not its tagger's, and why", async () => {
    const repo = forkRepo(original);
    const signers = everybody();
    const text = await screen(repo, `mv verify --all --allowed-signers ${signers}`);
    expect(withoutKeys(text)).toMatchInlineSnapshot(`
      "! mversion: refused: 2 things are broken
      !   churn 1.0.0: it is not signed
      !   churn 1.2.0: it is signed by eve@example.org, not by its tagger ada@example.org
      ! Next: mv tag --sign for the next one; this one stays as it is
      ! Next: git show v1.2.0
      exit 1"
    `);
    expect(await screen(repo, `mv verify v1.1.0 --allowed-signers ${signers}`)).toMatchInlineSnapshot(
      `"churn 1.1.0  ok  2 objects  signed by ada@example.org"`,
    );
    const { data } = await json(repo, `mv verify v1.1.0 --json --allowed-signers ${signers}`);
    expect(data).toMatchObject({
      releases: [{ signed: true, signature: { state: "good", principal: "ada@example.org", kind: "ssh", why: null } }],
    });
    const { error } = await json(repo, `mv verify --all --json --allowed-signers ${signers}`);
    expect(error).toMatchObject({
      code: "signature",
      details: {
        releases: [{ signature: { state: "unsigned" } }, { problems: 0 }, { signature: { state: "not-tagger" } }],
      },
    });
  });

  it("finds a signer that nobody allows, and a bad signature", async () => {
    const repo = forkRepo(original);
    const signers = allowedSigners(`ada@example.org ${ada?.publicLine}`);
    expect(withoutKeys(await screen(repo, `mv verify v1.2.0 --allowed-signers ${signers}`))).toMatchInlineSnapshot(`
      "! mversion: refused: churn 1.2.0: it is signed by <key>, a key that was not allowed to ada@example.org at its date
      ! Next: git show v1.2.0
      exit 1"
    `);
    expect(withoutKeys(await screen(repo, "mv verify v1.1.0 --signatures"))).toMatchInlineSnapshot(`
      "! mversion: refused: churn 1.1.0: nothing here says who may sign; the key is <key>
      ! Next: git config mversion.allowedSigners COMMIT:PATH, or a file outside the repository
      exit 1"
    `);

    const object = repo.git("cat-file", "tag", "v1.1.0").replace("\nRetrained\n", "\nImproved\n");
    const forged = repo.gitWith({ input: `${object}\n` }, "hash-object", "-t", "tag", "-w", "--stdin");
    repo.git("update-ref", "refs/tags/v1.1.0", forged);
    expect((await run(repo, `mv verify v1.1.0 --allowed-signers ${signers}`)).stderr).toMatchInlineSnapshot(`
      "mversion: refused: churn 1.1.0: its signature is not of these bytes: Signature verification failed: incorrect signature
      Next: git show v1.1.0
      "
    `);
  });

  it("checks what is signed wherever this clone says who may sign", async () => {
    const repo = forkRepo(original);
    repo.git("config", "mversion.allowedSigners", everybody());
    expect(await screen(repo, "mv verify v1.0.0 v1.1.0")).toMatchInlineSnapshot(`
      "churn 1.0.0  ok  2 objects  unsigned
      churn 1.1.0  ok  2 objects  signed by ada@example.org"
    `);
    expect(await run(repo, "mv verify --all")).toMatchObject({ status: 1 });
    expect(await run(repo, "mv verify v1.0.0 --signatures")).toMatchObject({ status: 1 });
  });

  it("checks the tags of events with --all", async () => {
    const repo = forkRepo(original);
    await play(repo, "mv retract v1.2.0 -m 'Not Ada'");
    const { error } = await json(repo, `mv verify --all --json --allowed-signers ${everybody()}`);
    expect(error?.message).toContain("v1.2.0#retracted: it is not signed");
  });

  it("warns of a date that nothing but the tag itself vouches for", async () => {
    const repo = forkRepo(original);
    const line = (valid: string, key: SshKey | undefined): string => `ada@example.org ${valid} ${key?.publicLine}`;
    // The tags are of January 2026 by the tests' clock.
    const expired = allowedSigners(line('valid-before="20260201"', ada), line('valid-before="20260201"', eve));
    const { status, stderr } = await run(repo, `mv verify v1.1.0 --allowed-signers ${expired}`);
    expect({ status, stderr }).toMatchInlineSnapshot(`
      {
        "status": 0,
        "stderr": "mversion: warning: v1.1.0 is signed by a key that has expired since: that it was signed before is the tag's own word, as no later release with a valid signature seals it
      ",
      }
    `);
    const sealed = allowedSigners(line('valid-before="20260201"', ada), line("", eve));
    expect(await run(repo, `mv verify v1.1.0 --allowed-signers ${sealed}`)).toMatchObject({ status: 0, stderr: "" });
  });

  it("refuses signers from what is being checked", async () => {
    const repo = forkRepo(original);
    repo.commit("Who may sign", { ".signers": `ada@example.org ${ada?.publicLine}\n` });
    expect(await screen(repo, "mv verify --all --allowed-signers .signers")).toMatchInlineSnapshot(`
      "! mversion: refused: --allowed-signers: .signers lies in the working tree, so whoever commits there says who may sign
      ! Next: as of a commit that you have looked at: --allowed-signers <commit 6>:.signers
      ! Or a copy outside the repository: git config mversion.allowedSigners ~/.config/mversion/allowed_signers
      exit 1"
    `);
    const pinned = `${repo.head()}:.signers`;
    expect(await run(repo, `mv verify v1.1.0 --allowed-signers ${pinned}`)).toMatchObject({ status: 0 });
    expect(await screen(repo, "mv verify --signatures")).toMatchInlineSnapshot(`
      "! mversion: --signatures: give versions or --all: only tags are signed
      ! Next: mv verify --all --signatures
      exit 2"
    `);
  });
});
