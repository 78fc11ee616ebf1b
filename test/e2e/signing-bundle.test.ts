// Bundles of mv sign and of the reference implementation (model_signing from PyPI): each verifies what the other made, and finds
// a flipped byte, an added file and a missing one.
import { type ChildProcess, execFileSync, spawn, spawnSync } from "node:child_process";
import { once } from "node:events";
import { appendFileSync, cpSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { play, sampleProject } from "../helpers/cli.ts";
import { scratchDir, testEnv, type TestRepo } from "../helpers/git.ts";
import { type SshKey, sshKey } from "../helpers/keys.ts";
import { pythonTool } from "../helpers/python-tools.ts";

const PROGRAM = join(import.meta.dirname, "../../bin/mversion.js");

let repo: TestRepo;
/** What `mv get` makes of the release. */
let got: string;
const keys = scratchDir("keys");

beforeAll(async () => {
  repo = await sampleProject({ until: "draft" });
  repo.write("models/tokenizer/vocab größe.json", '{"a":0}\n');
  repo.write("models/tokenizer/.gitattributes", "* text\n");
  repo.write("models/tokenizer/empty", "");
  await play(repo, "mv add models/tokenizer", 'mv tag v1.0.0 -a -m "With a tokenizer"');
  const store = scratchDir("store");
  await play(repo, `mv remote add store ${store}`);
  repo.git("commit", "-qam", "A store");
  await play(repo, "mv push --all --no-git");
  got = join(scratchDir("got"), "model");
  mv(repo.dir, ["get", store, "v1.0.0", "-o", got]);
});

function mv(cwd: string, args: readonly string[], env: Record<string, string | undefined> = {}) {
  const done = spawnSync(process.execPath, [PROGRAM, ...args], { cwd, encoding: "utf8", env: testEnv(env) });
  return { status: done.status, stdout: done.stdout, stderr: done.stderr };
}

function reference(folder: string, bundle: string, publicKey: string) {
  const args = ["verify", "key", folder, "--signature", bundle, "--public_key", publicKey];
  const done = spawnSync(pythonTool("model_signing"), args, { encoding: "utf8" });
  return { status: done.status, said: done.stdout + done.stderr };
}

/** A PEM key pair as openssl makes it. */
function pemKey(curve: string, name: string, ...encrypt: string[]): { key: string; publicKey: string } {
  const [key, publicKey] = [join(keys, `${name}.key`), join(keys, `${name}.pub`)];
  const plain = join(keys, `${name}.plain`);
  execFileSync("openssl", ["ecparam", "-name", curve, "-genkey", "-noout", "-out", plain]);
  execFileSync("openssl", ["ec", "-in", plain, "-pubout", "-out", publicKey], { stdio: "ignore" });
  if (encrypt.length > 0) execFileSync("openssl", [...encrypt, "-in", plain, "-out", key], { stdio: "ignore" });
  else cpSync(plain, key);
  return { key, publicKey };
}

/** The public key as PEM, which is all that the reference reads. */
function asPem(key: SshKey): string {
  const pem = `${key.path}.pem`;
  writeFileSync(pem, execFileSync("ssh-keygen", ["-e", "-m", "PKCS8", "-f", `${key.path}.pub`]));
  return pem;
}

let count = 0;
function signed(key: string, env: Record<string, string | undefined> = {}): string {
  const bundle = join(scratchDir("bundle"), `${(count += 1)}.json`);
  const done = mv(repo.dir, ["sign", "v1.0.0", "--key", key, "-o", bundle], env);
  if (done.status !== 0) throw new Error(done.stderr);
  return bundle;
}

function copyOf(folder: string): string {
  const copy = join(scratchDir("copy"), "model");
  cpSync(folder, copy, { recursive: true });
  return copy;
}

const DAMAGE: [what: string, path: string, damage: (folder: string) => void][] = [
  ["a flipped byte", "models/model.onnx", (folder) => flip(join(folder, "models/model.onnx"))],
  ["an added file", "models/tokenizer/new", (folder) => writeFileSync(join(folder, "models/tokenizer/new"), "")],
  ["a missing file", "models/tokenizer/empty", (folder) => rmSync(join(folder, "models/tokenizer/empty"))],
];

function flip(path: string): void {
  const bytes = readFileSync(path);
  bytes[0] = (bytes[0] ?? 0) ^ 1;
  writeFileSync(path, bytes);
}

describe("a bundle of mv sign", () => {
  const pem = pemKey("prime256v1", "p256");

  test("is accepted by the reference over what mv get made, and by mv over folder and release", () => {
    const bundle = signed(pem.key);
    expect(reference(got, bundle, pem.publicKey)).toMatchObject({ status: 0 });
    // The bundle may lie in the folder.
    const within = copyOf(got);
    cpSync(bundle, join(within, "model.sig"));
    expect(reference(within, join(within, "model.sig"), pem.publicKey)).toMatchObject({ status: 0 });
    for (const subject of [[got], ["v1.0.0"], []]) {
      const args = ["verify", "--bundle", bundle, "--public-key", pem.publicKey, ...subject];
      expect(mv(repo.dir, args), subject[0]).toMatchObject({ status: 0 });
    }
    const outside = ["verify", "--bundle", "model.sig", "--public-key", pem.publicKey, "."];
    expect(mv(within, outside)).toMatchObject({ status: 0 });
  });

  test.each(DAMAGE)("%s is found by both", (_what, path, damage) => {
    const bundle = signed(pem.key);
    const folder = copyOf(got);
    damage(folder);
    expect(reference(folder, bundle, pem.publicKey)).toMatchObject({ status: 1, said: expect.stringContaining(path) });
    const ours = mv(folder, ["verify", "--bundle", bundle, "--public-key", pem.publicKey, folder]);
    expect(ours).toMatchObject({ status: 13, stderr: expect.stringContaining(path) });
  });

  test("is refused by both where it was changed, or is another key's", () => {
    const bundle = signed(pem.key);
    const other = pemKey("prime256v1", "other");
    expect(reference(got, bundle, other.publicKey)).toMatchObject({ status: 1 });
    expect(mv(got, ["verify", "--bundle", bundle, "--public-key", other.publicKey, got])).toMatchObject({ status: 1 });
    const json = JSON.parse(readFileSync(bundle, "utf8")) as { dsseEnvelope: { payload: string } };
    const payload = Buffer.from(json.dsseEnvelope.payload, "base64").toString();
    json.dsseEnvelope.payload = Buffer.from(payload.replace('"churn-1.0.0"', '"churn-1.0.1"')).toString("base64");
    writeFileSync(bundle, JSON.stringify(json));
    expect(reference(got, bundle, pem.publicKey)).toMatchObject({ status: 1 });
    expect(mv(got, ["verify", "--bundle", bundle, "--public-key", pem.publicKey, got])).toMatchObject({ status: 1 });
  });

  const PASSPHRASE = { MVERSION_KEY_PASSPHRASE: "a secret" };
  test.each([
    ["P-384, PKCS#8", pemKey("secp384r1", "p384", "pkcs8", "-topk8", "-nocrypt"), {}],
    ["P-521, SEC1", pemKey("secp521r1", "p521"), {}],
    ["encrypted PKCS#8", pemKey("prime256v1", "enc8", "pkcs8", "-topk8", "-passout", "pass:a secret"), PASSPHRASE],
    ["encrypted SEC1", pemKey("secp384r1", "enc1", "ec", "-aes256", "-passout", "pass:a secret"), PASSPHRASE],
  ])("by a key of %s", (_what, { key, publicKey }, env) => {
    expect(reference(got, signed(key, env), publicKey)).toMatchObject({ status: 0 });
  });

  test("by a key whose passphrase is typed, and shown nowhere", async () => {
    const { key, publicKey } = pemKey("prime256v1", "typed", "pkcs8", "-topk8", "-passout", "pass:a secret");
    const bundle = join(scratchDir("bundle"), "typed.json");
    const words = [process.execPath, PROGRAM, "sign", "v1.0.0", "--key", key, "-o", bundle];
    const line = words.map((word) => `'${word}'`).join(" ");
    const child = spawn("script", ["-qec", line, "/dev/null"], { cwd: repo.dir, env: testEnv({ TERM: "xterm" }) });
    let shown = "";
    child.stdout.on("data", (chunk: Buffer) => {
      const asked = shown.includes("Passphrase");
      shown += chunk.toString();
      if (!asked && shown.includes("Passphrase")) child.stdin.write("a secret\r");
    });
    const [status] = (await once(child, "close")) as [number];
    expect(shown).toContain(`Passphrase of ${key}: `);
    expect({ status, shown }).toEqual({ status: 0, shown: expect.not.stringContaining("a secret") });
    expect(reference(got, bundle, publicKey)).toMatchObject({ status: 0 });
  });

  test.each([256, 384, 521])("by an ssh key of %i bits", (bits) => {
    const key = sshKey("ada", { type: "ecdsa", bits });
    const bundle = signed(key.path);
    expect(reference(got, bundle, asPem(key))).toMatchObject({ status: 0 });
    const args = ["verify", "--bundle", bundle, "--public-key", `${key.path}.pub`, got];
    expect(mv(repo.dir, args)).toMatchObject({ status: 0 });
  });

  describe("by a key that only an ssh-agent has", () => {
    const socket = join(scratchDir("agent"), "socket");
    let agent: ChildProcess;
    beforeAll(() => {
      agent = spawn("ssh-agent", ["-D", "-a", socket], { stdio: "ignore" });
    });
    afterAll(() => {
      agent.kill();
    });

    test.each([256, 384, 521])("%i bits", async (bits) => {
      const key = sshKey("ada", { type: "ecdsa", bits, passphrase: "a secret" });
      const plain = join(scratchDir(), "plain");
      cpSync(key.path, plain);
      execFileSync("ssh-keygen", ["-q", "-p", "-P", "a secret", "-N", "", "-f", plain]);
      const env = { SSH_AUTH_SOCK: socket };
      const before = mv(repo.dir, ["sign", "v1.0.0", "--key", key.path, "-o", join(keys, "none")], env);
      expect(before).toMatchObject({ status: 2, stderr: expect.stringContaining("ssh-add") });
      execFileSync("ssh-add", ["-q", plain], { env: testEnv(env), stdio: "ignore" });
      for (const file of [key.path, `${key.path}.pub`]) {
        expect(reference(got, signed(file, env), asPem(key)), file).toMatchObject({ status: 0 });
      }
    });
  });
});

describe("a bundle of the reference", () => {
  const pem = pemKey("prime256v1", "reference");
  let [folder, bundle] = ["", ""];

  beforeAll(() => {
    folder = copyOf(got);
    rmSync(join(folder, "version.json"));
    bundle = join(scratchDir("bundle"), "model.sig");
    const args = ["sign", "key", folder, "--private_key", pem.key, "--signature", bundle];
    execFileSync(pythonTool("model_signing"), args, { stdio: "ignore" });
  });

  test("is accepted, over the folder and over the release of the same files", () => {
    for (const subject of [folder, "v1.0.0"]) {
      const args = ["verify", "--bundle", bundle, "--public-key", pem.publicKey, subject];
      expect(mv(repo.dir, args), subject).toMatchObject({ status: 0 });
    }
    // It says nothing of this one, so it is one too many.
    appendFileSync(join(folder, "version.json"), "{}");
    const added = mv(repo.dir, ["verify", "--bundle", bundle, "--public-key", pem.publicKey, folder]);
    expect(added).toMatchObject({ status: 13, stderr: expect.stringContaining("version.json was not signed") });
    rmSync(join(folder, "version.json"));
  });

  test.each(DAMAGE)("%s is found", (_what, path, damage) => {
    const copy = copyOf(folder);
    damage(copy);
    const ours = mv(copy, ["verify", "--bundle", bundle, "--public-key", pem.publicKey, "."]);
    expect(ours).toMatchObject({ status: 13, stderr: expect.stringContaining(path) });
  });
});
