// The words and the exit status of `mv get --verify-signature`, of whoever released and of whoever put the version on the stage,
// from the Git host and from the store alone.
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { beforeAll, describe, expect, test } from "vitest";
import { formatStageFile } from "../../src/model/stage-file.ts";
import { BYTES, type Document, MODEL, play, run, sampleProject, screen, trained } from "../helpers/cli.ts";
import { createRepo, scratchDir, type TestRepo, withEnv } from "../helpers/git.ts";
import { allowedSigners, signWith, type SshKey, sshKey } from "../helpers/keys.ts";
import { isMissing } from "../helpers/programs.ts";
import { setRemotes } from "../helpers/shared.ts";

const STAGES = ["good", "unsigned", "bad", "unknown", "other"];

let repo: TestRepo;
let origin: TestRepo;
let store: string;
let allowed: string;
let [ada, ben, eve]: SshKey[] = [];

/** Puts the release on a stage with this key in hand; none: unsigned. */
async function promoteWith(key: SshKey | undefined, line: string): Promise<void> {
  repo.git("config", "tag.gpgSign", String(key !== undefined));
  if (key) signWith(repo, key);
  await play(repo, `mv promote ${line} -m Go --push`);
}

/** Changes what a signed assignment says, in the Git host and in the store. */
function forge(stage: string, from: string, to: string): void {
  const tag = `churn#${stage}#1`;
  const raw = Buffer.from(`${origin.git("cat-file", "tag", tag).replace(from, to)}\n`);
  const oid = origin.gitWith({ input: raw.toString() }, "hash-object", "-t", "tag", "-w", "--stdin");
  origin.git("update-ref", `refs/tags/${tag}`, oid);
  writeFileSync(
    join(store, `models/churn/stages/${stage}.json`),
    formatStageFile({ model: "churn", stage, tag, oid }, raw),
  );
}

const untimely = (text: string): string =>
  text
    .replaceAll(store, "STORE")
    .replaceAll(allowed, "ALLOWED")
    .replace(/SHA256:[A-Za-z0-9+/]{43}/g, "SHA256:KEY");

describe.skipIf(isMissing("ssh-keygen"))("who put it on the stage", () => {
  beforeAll(async () => {
    [ada, ben, eve] = ["ada", "ben", "eve"].map((name) => sshKey(name));
    repo = await sampleProject({ until: "files" });
    origin = createRepo({ bare: true });
    store = scratchDir("store");
    repo.git("remote", "add", "origin", `file://${origin.dir}`);
    setRemotes(repo, { store });
    repo.write(
      ".mversion.yaml",
      `${repo.read(".mversion.yaml")}stages: {${STAGES.map((name) => `${name}: {}`).join(", ")}}\n`,
    );
    if (!ada || !ben || !eve) throw new Error("no keys");
    signWith(repo, ada);
    await play(repo, `mv add ${MODEL}`, "mv tag v1.0.0 -a --sign -m First");
    trained(repo, MODEL, BYTES.B);
    await play(repo, `mv add ${MODEL}`, "mv tag v1.1.0 -a -m Unsigned", "mv push --all");
    await promoteWith(ada, "v1.0.0 good");
    await promoteWith(undefined, "v1.0.0 unsigned");
    await promoteWith(ada, "v1.0.0 bad");
    await promoteWith(eve, "v1.0.0 unknown");
    await promoteWith(ben, "v1.0.0 other");
    forge("bad", "Go", "Do");
    allowed = allowedSigners(`ada@example.org ${ada.publicLine}`, `ben@example.org ${ben.publicLine}`);
  });

  describe.each([
    ["the Git host", () => `file://${origin.dir}`],
    ["the store", () => store],
  ])("from %s", (_, source) => {
    const line = (stage: string, more = ""): string =>
      `mv get ${source()} churn@${stage} -o ${join(scratchDir(), "out")} --verify-signature ${allowed} ${more}`;
    const said = async (stage: string): Promise<string> => untimely(await screen(repo, line(stage)));

    test("signed by its tagger, as the release is", async () => {
      expect(await run(repo, line("good"))).toMatchObject({ status: 0 });
      expect(await run(repo, line("good", "--variants"))).toMatchObject({ status: 0 });
    });

    test("not signed, though the release is", async () => {
      expect(await said("unsigned")).toMatchInlineSnapshot(`
        "! mversion: refused: churn#unsigned#1: it is not signed
        ! Next: signed: true at stages.unsigned of .mversion.yaml, then in a clone: mv promote churn@v1.0.0 unsigned --push -m WHY
        exit 1"
      `);
      expect(await run(repo, line("unsigned", "--variants"))).toMatchObject({ status: 1 });
    });

    test("changed after it was signed", async () => {
      expect(await said("bad")).toMatchInlineSnapshot(`
        "! mversion: refused: churn#bad#1: its signature is not of these bytes: Signature verification failed: incorrect signature
        ! Next: git cat-file tag 'churn#bad#1', in a clone, shows who made it and what is signed
        exit 1"
      `);
    });

    test("signed with a key that is nobody's", async () => {
      expect(await said("unknown")).toMatchInlineSnapshot(`
        "! mversion: refused: churn#unknown#1: it is signed by SHA256:KEY, a key that was not allowed to ada@example.org at its date
        ! Next: the line of its tagger in the file of --verify-signature; git cat-file tag 'churn#unknown#1', in a clone, shows who made it and what is signed
        exit 1"
      `);
    });

    test("signed by another than its tagger", async () => {
      expect(await said("other")).toMatchInlineSnapshot(`
        "! mversion: refused: churn#other#1: it is signed by ben@example.org, not by its tagger ada@example.org
        ! Next: git cat-file tag 'churn#other#1', in a clone, shows who made it and what is signed
        exit 1"
      `);
    });

    test("a program is told which it is", async () => {
      const states = [];
      for (const stage of STAGES.slice(1)) {
        const { status, stdout } = await run(repo, line(stage, "--json"));
        const { error } = JSON.parse(stdout) as Document;
        states.push([status, error?.code, error?.details]);
      }
      expect(states).toEqual([
        [1, "signature", { tag: "churn#unsigned#1", state: "unsigned" }],
        [1, "signature", { tag: "churn#bad#1", state: "bad" }],
        [1, "signature", { tag: "churn#unknown#1", state: "unknown-signer" }],
        [1, "signature", { tag: "churn#other#1", state: "not-tagger" }],
      ]);
    });

    test("a version by its number asks for no assignment", async () => {
      const by = (version: string) => line("good").replace("churn@good", version);
      expect(await run(repo, by("v1.0.0"))).toMatchObject({ status: 0 });
      expect(untimely(await screen(repo, by("v1.1.0")))).toMatchInlineSnapshot(`
        "! mversion: refused: v1.1.0: it is not signed
        ! Next: git cat-file tag v1.1.0, in a clone, shows who made it and what is signed
        exit 1"
      `);
    });
  });

  test("a key that was revoked since", async () => {
    const revoked = join(scratchDir(), "revoked");
    writeFileSync(revoked, `${ada?.publicLine}\n`);
    const config = join(scratchDir(), "config");
    writeFileSync(config, `[gpg "ssh"]\n\trevocationFile = ${revoked}\n`);
    await withEnv({ GIT_CONFIG_GLOBAL: config }, async () => {
      const ended = await run(repo, `mv get ${store} churn@good -o ../gone --verify-signature ${allowed}`);
      expect(ended).toMatchObject({ status: 1 });
      expect(ended.stderr).toContain("churn#good#1: it is signed by SHA256:");
    });
  });

  test("a signed stage is put right by promoting again", async () => {
    repo.write(".mversion.yaml", repo.read(".mversion.yaml").replace("unsigned: {}", "unsigned: {signed: true}"));
    repo.git("commit", "-qam", "Sign it");
    repo.git("push", "-q", "origin", "HEAD");
    if (ada) signWith(repo, ada);
    repo.git("config", "tag.gpgSign", "false");
    repo.git("config", "mversion.allowedSigners", allowed);
    await play(repo, "mv promote v1.0.0 unsigned -m 'Signed now' --push");
    expect(
      await run(repo, `mv get ${store} churn@unsigned -o ../put-right --verify-signature ${allowed}`),
    ).toMatchObject({
      status: 0,
    });
    await play(repo, "mv promote v1.0.0 unsigned -m 'And again' --push");
    expect(origin.git("tag", "-l", "churn#unsigned#*").split("\n")).toHaveLength(2);
  });
});
