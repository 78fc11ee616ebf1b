import { generateKeyPairSync } from "node:crypto";
import { chmodSync, readFileSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { beforeAll, describe, expect, it } from "vitest";
import { BYTES, json, MODEL, play, run, sampleProject, screen, trained } from "../helpers/cli.ts";
import { forkRepo } from "../helpers/fork.ts";
import { scratchDir, type TestRepo } from "../helpers/git.ts";
import { sshKey } from "../helpers/keys.ts";
import { isMissing } from "../helpers/programs.ts";

const keys = scratchDir("keys");
const [KEY, PUBLIC, LOCKED, OTHER] = ["key", "pub", "locked", "other"].map((name) => join(keys, name));
const stable = (text: string): string =>
  text.replaceAll(keys, "/keys").replaceAll(/"key": "[0-9a-f]{64}"/g, '"key": "<key>"');

let original: TestRepo;

beforeAll(async () => {
  const pair = generateKeyPairSync("ec", { namedCurve: "P-256" });
  const other = generateKeyPairSync("ec", { namedCurve: "P-256" });
  writeFileSync(KEY ?? "", pair.privateKey.export({ type: "sec1", format: "pem" }));
  writeFileSync(PUBLIC ?? "", pair.publicKey.export({ type: "spki", format: "pem" }));
  writeFileSync(OTHER ?? "", other.publicKey.export({ type: "spki", format: "pem" }));
  const locked = { type: "pkcs8", format: "pem", cipher: "aes-256-cbc", passphrase: "open sesame" } as const;
  writeFileSync(LOCKED ?? "", pair.privateKey.export(locked));
  original = await sampleProject({ until: "1.1.0" });
});

describe("mv sign", () => {
  it("writes a bundle, and says how it is verified", async () => {
    const repo = forkRepo(original);
    expect(stable(await screen(repo, `mv sign v1.1.0 --key ${KEY}`))).toMatchInlineSnapshot(`
      "churn 1.1.0  churn-1.1.0.sigstore.json  1 file  b99dabc3
      ! Next: mv verify --bundle churn-1.1.0.sigstore.json --public-key FILE v1.1.0"
    `);
    expect(repo.exists("churn-1.1.0.sigstore.json")).toBe(true);
    const document = await json(repo, `mv sign v1.0.0 --key ${KEY} -o models/old.json --json`);
    expect(stable(JSON.stringify(document, null, 2))).toMatchInlineSnapshot(`
      "{
        "schema": 1,
        "command": "sign",
        "ok": true,
        "data": {
          "model": "churn",
          "version": "1.0.0",
          "tag": "v1.0.0",
          "file": "/repo/models/old.json",
          "files": 1,
          "root": "c29162c35db25b704bbde6dab3cf084f60618b46ed2057944ac6be4c02a9f6a2",
          "key": "<key>"
        },
        "warnings": []
      }"
    `);
  });

  it("takes the key of this machine, and a passphrase from the terminal or the environment", async () => {
    const repo = forkRepo(original);
    repo.git("config", "mversion.signingKey", LOCKED ?? "");
    expect(stable(await screen(repo, "mv sign v1.1.0"))).toMatchInlineSnapshot(`
      "! mversion: /keys/locked has a passphrase, and nobody can be asked for it here
      ! Next: set MVERSION_KEY_PASSPHRASE in the environment
      exit 2"
    `);
    const asked = await screen(repo, "mv sign v1.1.0", { answers: ["open sesame"] });
    expect(stable(asked)).toMatchInlineSnapshot(`
      "! Passphrase of /keys/locked: 
      churn 1.1.0  churn-1.1.0.sigstore.json  1 file  b99dabc3
      ! Next: mv verify --bundle churn-1.1.0.sigstore.json --public-key FILE v1.1.0"
    `);
    const env = { MVERSION_KEY_PASSPHRASE: "open sesame" };
    expect(await run(repo, "mv sign v1.1.0 --force", { env })).toMatchObject({ status: 0 });
    const wrong = await run(repo, "mv sign v1.1.0 -o x --debug", { env: { MVERSION_KEY_PASSPHRASE: "s3cret" } });
    expect(wrong).toMatchObject({ status: 2 });
    expect(wrong.stderr).toContain("the passphrase is wrong");
    expect(wrong.screen).not.toContain("s3cret");
    expect(repo.exists("x")).toBe(false);
  });

  it("refuses what cannot sign", async () => {
    const repo = forkRepo(original);
    writeFileSync(join(keys, "text"), "nothing\n");
    const rsa = generateKeyPairSync("rsa", { modulusLength: 2048 }).privateKey;
    writeFileSync(join(keys, "rsa"), rsa.export({ type: "pkcs8", format: "pem" }));
    const ed = generateKeyPairSync("ed25519").privateKey;
    writeFileSync(join(keys, "ed"), ed.export({ type: "pkcs8", format: "pem" }));
    expect(await screen(repo, "mv sign v1.1.0")).toMatchInlineSnapshot(`
      "! mversion: Signing needs a key: an EC private key of P-256, P-384 or P-521
      ! Next: --key model.key, or git config mversion.signingKey ~/.ssh/id_ecdsa
      ! Make one: openssl ecparam -name prime256v1 -genkey -noout -out model.key
      exit 2"
    `);
    const refused: string[] = [];
    for (const name of ["none", "text", "pub", "rsa", "ed"]) {
      const { stderr } = await run(repo, `mv sign v1.1.0 --key ${join(keys, name)}`);
      refused.push(stable(stderr.split("\n")[0] ?? ""));
    }
    expect(refused).toMatchInlineSnapshot(`
      [
        "mversion: refused: /keys/none: there is no such key file",
        "mversion: /keys/text: it is neither a private key nor a public one of ssh; a model is signed by an EC key of P-256, P-384 or P-521",
        "mversion: /keys/pub: it is neither a private key nor a public one of ssh; a model is signed by an EC key of P-256, P-384 or P-521",
        "mversion: /keys/rsa: it is of type rsa; a model is signed by an EC key of P-256, P-384 or P-521",
        "mversion: /keys/ed: it is of type ed25519; a model is signed by an EC key of P-256, P-384 or P-521",
      ]
    `);
  });

  it.skipIf(isMissing("ssh-keygen"))("says of an ssh key what is missing", async () => {
    const repo = forkRepo(original);
    const ed = sshKey("ed");
    const { stderr } = await run(repo, `mv sign v1.1.0 --key ${ed.path}`);
    expect(stderr).toContain(`${ed.path}: it is of type ssh-ed25519; a model is signed by an EC key`);
    const locked = sshKey("locked", { type: "ecdsa", passphrase: "x" });
    const agentless = await run(repo, `mv sign v1.1.0 --key ${locked.path}`, { env: { SSH_AUTH_SOCK: undefined } });
    expect(agentless.stderr).toContain("can only sign through an ssh-agent, and no ssh-agent is running");
  });

  it("signs nothing that is not here, was changed, or is no release", async () => {
    const repo = forkRepo(original);
    expect(await screen(repo, `mv sign main --key ${KEY}`)).toMatchInlineSnapshot(`
      "! mversion: main is not a release: only a tag says what its bytes are
      ! Next: mv log
      exit 2"
    `);
    trained(repo, MODEL, BYTES.E);
    expect(await screen(repo, `mv sign v1.1.0 --key ${KEY}`)).toMatchInlineSnapshot(`
      "! mversion: refused: models/model.onnx is not what its pointer says: what would be signed is not here
      ! Next: mv add models/model.onnx
      ! Or back to the pointer: mv restore models/model.onnx --force
      exit 1"
    `);
    const object = repo.path(
      ".git/mversion/cache/objects/14/14148f94a8b3cfb68a156366ac5a16257a5326be700550db29dc8629553a4f6b",
    );
    chmodSync(object, 0o644);
    writeFileSync(object, "model X\n");
    expect(await screen(repo, `mv sign v1.0.0 --key ${KEY}`)).toMatchInlineSnapshot(`
      "! mversion: models/model.onnx: the cached object 14148f94 held other bytes
      ! Next: mv fetch v1.0.0, then repeat
      exit 13"
    `);
    expect(await screen(repo, `mv sign v1.0.0 --key ${KEY}`)).toMatchInlineSnapshot(`
      "! mversion: refused: models/model.onnx: its bytes are not in the cache, and what is not here is not signed
      ! Next: mv fetch v1.0.0
      exit 1"
    `);
    expect(repo.git("status", "--porcelain")).toBe("");
  });

  it("replaces no file, unless it is to", async () => {
    const repo = forkRepo(original);
    repo.write("notes.json", "mine");
    expect(await screen(repo, `mv sign v1.1.0 --key ${KEY} -o notes.json`)).toMatchInlineSnapshot(`
      "! mversion: refused: notes.json is there already
      ! Next: mv sign v1.1.0 --force, or -o with another name
      exit 1"
    `);
    expect(repo.read("notes.json")).toBe("mine");
    expect(await run(repo, `mv sign v1.1.0 --key ${KEY} -o notes.json -f`)).toMatchObject({ status: 0 });
    expect(await run(repo, `mv sign v1.1.0 --key ${KEY} -o ${MODEL} -f`)).toMatchObject({ status: 1 });
    expect(repo.read(MODEL)).toBe(BYTES.C);
    expect(await screen(repo, `mv sign v1.1.0 --key ${KEY} -o nowhere/x.json`)).toMatchInlineSnapshot(`
      "! mversion: -o nowhere/x.json: there is no folder /repo/nowhere
      ! Next: mkdir -p nowhere
      exit 2"
    `);
  });

  it("refuses a folder with links, which no bundle covers", async () => {
    const repo = await sampleProject({ until: "draft" });
    repo.write("models/tokenizer/vocab.json", "{}\n");
    symlinkSync("vocab.json", repo.path("models/tokenizer/latest.json"));
    await play(repo, "mv add models/tokenizer", "mv tag v1.0.0 -a -m First");
    expect(await screen(repo, `mv sign v1.0.0 --key ${KEY}`)).toMatchInlineSnapshot(`
      "! mversion: refused: models/tokenizer/latest.json is a link: an OpenSSF bundle covers plain files only
      ! Next: put the file itself there, then mv add models/tokenizer
      exit 1"
    `);
  });
});

describe("mv verify --bundle", () => {
  let repo: TestRepo;
  beforeAll(async () => {
    repo = forkRepo(original);
    await play(repo, `mv sign v1.1.0 --key ${KEY} -o signed.json`);
  });

  it("compares a release, by name or by what the bundle says it is of", async () => {
    const line = `mv verify --bundle signed.json --public-key ${PUBLIC}`;
    expect(await screen(repo, line)).toMatchInlineSnapshot(`"churn 1.1.0  as signed  1 file  b99dabc3"`);
    const document = await json(repo, `${line} v1.1.0 --json`);
    expect(stable(JSON.stringify(document, null, 2))).toMatchInlineSnapshot(`
      "{
        "schema": 1,
        "command": "verify",
        "ok": true,
        "data": {
          "bundle": "/repo/signed.json",
          "subject": "churn-1.1.0",
          "root": "b99dabc3c72330fd3775f1415bc35cced99c96490b184eaaa0b464efd8e6bfa0",
          "key": "<key>",
          "files": 1,
          "compared": "churn 1.1.0",
          "findings": [],
          "absent": [],
          "left_out": []
        },
        "warnings": []
      }"
    `);
    expect(await screen(repo, `${line} v1.0.0`)).toMatchInlineSnapshot(`
      "! mversion: churn 1.0.0: models/model.onnx has other bytes than were signed
      ! Next: do not use it; get it anew: mv get SOURCE VERSION -o DIR
      exit 13"
    `);
    const failed = await json(repo, `${line} v1.0.0 --json`);
    expect(failed.error).toMatchObject({
      code: "bytes-wrong",
      details: { findings: [{ path: MODEL, state: "changed" }] },
    });
  });

  it("says where bytes were not read", async () => {
    const clone = forkRepo(repo);
    rmSync(clone.path(".git/mversion/cache"), { recursive: true });
    expect(await screen(clone, `mv verify --bundle signed.json --public-key ${PUBLIC} v1.1.0`)).toMatchInlineSnapshot(`
      "churn 1.1.0  as signed  1 file  b99dabc3
      ! Not here, so only their hashes were compared: models/model.onnx. Next: mv fetch
      exit 3"
    `);
  });

  it("names every file of a folder that is not as signed; needs no repository", async () => {
    const folder = scratchDir("model");
    writeFileSync(join(folder, "signed.json"), repo.read("signed.json"));
    writeFileSync(join(folder, "version.json"), "{}");
    writeFileSync(join(folder, "extra"), "");
    symlinkSync("extra", join(folder, "link"));
    const line = `mv verify --bundle ${join(folder, "signed.json")} --public-key ${PUBLIC} .`;
    const { screen } = await run({ ...repo, dir: folder }, line);
    expect(screen).toMatchInlineSnapshot(`
      "! mversion: .: 3 files are not as signed
      !   link is a link or no file, which is never signed
      !   extra was not signed
      !   models/model.onnx was signed, and is missing
      ! Next: do not use it; get it anew: mv get SOURCE VERSION -o DIR
      exit 13"
    `);
  });

  it("takes no other key, and nothing that is no bundle", async () => {
    expect(
      stable(await screen(repo, `mv verify --bundle signed.json --public-key ${OTHER}`)).replace(
        /[0-9a-f]{16}…/,
        "<hint>",
      ),
    ).toMatchInlineSnapshot(`
      "! mversion: refused: signed.json: the signature is not by /keys/other: it names another key, <hint>
      ! Next: --public-key with the key of whoever signed it
      exit 1"
    `);
    expect(stable(await screen(repo, `mv verify --bundle signed.json --public-key ${KEY}`))).toMatchInlineSnapshot(`
      "! mversion: /keys/key is a private key: only its public one belongs here
      ! Next: openssl ec -in /keys/key -pubout, or ssh-keygen -y -f /keys/key
      exit 2"
    `);
    expect(await screen(repo, "mv verify --bundle signed.json")).toMatchInlineSnapshot(`
      "! mversion: --bundle: give the signer's public key, and one VERSION or folder
      ! Next: mv verify --bundle signed.json --public-key FILE VERSION
      exit 2"
    `);
    expect(await screen(repo, `mv verify --bundle .mversion.yaml --public-key ${PUBLIC}`)).toMatchInlineSnapshot(`
      "! mversion: .mversion.yaml is no bundle of a model's signature: it is not JSON
      ! Next: mv sign VERSION, which writes one
      exit 13"
    `);
    expect(await screen(repo, `mv verify --bundle none --public-key ${PUBLIC}`)).toMatchInlineSnapshot(`
      "! mversion: refused: none: there is no such file
      ! Next: mv sign VERSION
      exit 1"
    `);
    const changed = JSON.parse(readFileSync(repo.path("signed.json"), "utf8")) as { dsseEnvelope: { payload: string } };
    changed.dsseEnvelope.payload = Buffer.from("{}").toString("base64");
    repo.write("changed.json", JSON.stringify(changed));
    expect(stable(await screen(repo, `mv verify --bundle changed.json --public-key ${PUBLIC}`))).toMatchInlineSnapshot(`
      "! mversion: refused: changed.json: the signature is not by /keys/pub: it was changed, or is another's
      ! Next: --public-key with the key of whoever signed it
      exit 1"
    `);
  });
});
