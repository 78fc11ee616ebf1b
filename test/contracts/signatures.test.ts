// What ssh-keygen and gpg say of tags that a real Git signed, and what only looks signed.
import { execFileSync } from "node:child_process";
import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { checkTagSignature, type SignatureCheck, type Trust } from "../../src/git/signature.ts";
import { createRepo, scratchDir, testHome, type TestRepo } from "../helpers/git.ts";
import { isMissing } from "../helpers/programs.ts";

const NOW = new Date("2026-06-01T00:00:00Z");
const NOBODY: Trust = { allowedSigners: null, revokedKeys: null, gpg: null, now: NOW };
const MESSAGE = "churn 1.0.0\n\nFirst\n\n---\nmversion: 1\n";
/** 2026-03-01T00:00:00Z */
const DATE = "1772323200 +0000";

let repo: TestRepo;
beforeAll(() => {
  repo = createRepo();
  repo.commit("First");
});

let count = 0;

/** The raw object of a tag made now, signed as Git's config says. */
function tagged(config: Record<string, string> | null, message = MESSAGE): Buffer {
  const name = `v1.0.${(count += 1)}`;
  const options = Object.entries(config ?? {}).flatMap(([key, value]) => ["-c", `${key}=${value}`]);
  const flags = [config === null ? "--no-sign" : "--sign", "--cleanup=verbatim", "--file=-"];
  repo.gitWith({ input: message, env: { GIT_COMMITTER_DATE: DATE } }, ...options, "tag", ...flags, name);
  return execFileSync("git", ["cat-file", "tag", name], { cwd: repo.dir });
}

const edited = (raw: Buffer, from: string, to: string): Buffer =>
  Buffer.from(raw.toString("latin1").replace(from, to), "latin1");
const states = async (raw: Buffer, trust: Partial<Trust>): Promise<Pick<SignatureCheck, "state" | "principal">> => {
  const { state, principal } = await checkTagSignature(raw, { ...NOBODY, ...trust });
  return { state, principal };
};

test("no signature, and no tag", async () => {
  const check = await checkTagSignature(tagged(null), NOBODY);
  expect(check).toMatchObject({ state: "unsigned", kind: null, why: "it is not signed" });
  expect(await checkTagSignature(Buffer.from("tree\n\n---\n"), NOBODY)).toMatchObject({ state: "bad" });
});

test("a signature of a kind that is not checked vouches for nobody", async () => {
  const block = "-----BEGIN SIGNED MESSAGE-----\nMIIB\n-----END SIGNED MESSAGE-----\n";
  const raw = Buffer.concat([tagged(null), Buffer.from(block)]);
  expect(await checkTagSignature(raw, NOBODY)).toMatchObject({ state: "unknown-signer", kind: "x509" });
});

describe.skipIf(isMissing("ssh-keygen"))("ssh", () => {
  const keys = scratchDir("ssh");
  const publicKey = (name: string): string => readFileSync(join(keys, `${name}.pub`), "utf8").trim();
  const allow = (...lines: string[]): Partial<Trust> => ({ allowedSigners: Buffer.from(`${lines.join("\n")}\n`) });
  const byKey = (name: string): Buffer => tagged({ "gpg.format": "ssh", "user.signingKey": join(keys, name) });
  let raw: Buffer;

  beforeAll(() => {
    for (const name of ["ada", "eve"]) {
      execFileSync("ssh-keygen", ["-q", "-t", "ed25519", "-N", "", "-C", name, "-f", join(keys, name)]);
    }
    raw = byKey("ada");
  });

  test("the tagger's own", async () => {
    const check = await checkTagSignature(raw, { ...NOBODY, ...allow(`ada@example.org ${publicKey("ada")}`) });
    expect(check).toEqual({
      state: "good",
      principal: "ada@example.org",
      key: expect.stringMatching(/^SHA256:/),
      kind: "ssh",
      why: null,
      expired: false,
    });
    expect(await states(raw, allow(`*@example.org ${publicKey("ada")}`))).toMatchObject({ state: "good" });
  });

  test("nobody's, and somebody else's", async () => {
    expect(await checkTagSignature(raw, NOBODY)).toMatchObject({
      state: "unknown-signer",
      why: expect.stringMatching(/^nothing here says who may sign; the key is SHA256:/),
    });
    const unknown = { state: "unknown-signer", principal: null };
    expect(await states(raw, allow(""))).toEqual(unknown);
    expect(await states(raw, allow(`ada@example.org ${publicKey("eve")}`))).toEqual(unknown);
    const check = await checkTagSignature(byKey("eve"), {
      ...NOBODY,
      ...allow(`ada@example.org ${publicKey("ada")}`, `eve@example.org ${publicKey("eve")}`),
    });
    expect(check).toMatchObject({
      state: "not-tagger",
      principal: "eve@example.org",
      why: "it is signed by eve@example.org, not by its tagger ada@example.org",
    });
  });

  test("a key that is for other things than Git, and one that was revoked", async () => {
    expect(await states(raw, allow(`ada@example.org namespaces="file" ${publicKey("ada")}`))).toMatchObject({
      state: "unknown-signer",
    });
    const revokedKeys = Buffer.from(`${publicKey("ada")}\n`);
    const trust = { ...allow(`ada@example.org ${publicKey("ada")}`), revokedKeys };
    expect(await states(raw, trust)).toMatchObject({ state: "unknown-signer" });
  });

  test("a key's times hold at the tag's date, not today", async () => {
    const line = (options: string): Partial<Trust> => allow(`ada@example.org ${options} ${publicKey("ada")}`);
    const check = await checkTagSignature(raw, { ...NOBODY, ...line('valid-before="20260401"') });
    expect(check).toMatchObject({ state: "good", expired: true });
    expect(await states(raw, line('valid-before="20260201"'))).toMatchObject({ state: "unknown-signer" });
    expect(await states(raw, line('valid-after="20260401"'))).toMatchObject({ state: "unknown-signer" });
    expect(await states(raw, line('valid-after="20260201",valid-before="20270101"'))).toMatchObject({ state: "good" });
  });

  test("bytes that the signature is not over", async () => {
    const trust = allow(`ada@example.org ${publicKey("ada")}`);
    expect(await states(edited(raw, "First", "Fixst"), trust)).toMatchObject({ state: "bad" });
    expect(await states(edited(raw, "tagger Ada <ada@", "tagger Ada <eve@"), trust)).toMatchObject({ state: "bad" });
    // ssh-keygen and git verify-tag take both of these for good.
    const behind = Buffer.concat([raw, Buffer.from("\n---\nmversion: 1\nmodel: other\n")]);
    expect(await states(behind, trust)).toMatchObject({ state: "bad" });
    const within = edited(raw, "-----END SSH SIGNATURE-----\n", "-----END SSH SIGNATURE-----\n---\nmversion: 1\n");
    expect(await states(within, trust)).toMatchObject({ state: "bad" });
  });

  test("an address that no program can be given", async () => {
    const strange = edited(raw, "<ada@example.org>", "<ada@\0example.org>");
    expect(await states(strange, allow(`* ${publicKey("ada")}`))).toMatchObject({ state: "bad" });
  });

  test("what a compatible object format puts into the header is not what is signed", async () => {
    const header = "gpgsig-sha256 -----BEGIN SSH SIGNATURE-----\n U1NI\n -----END SSH SIGNATURE-----\n";
    const both = edited(raw, "\n\nchurn", `\n${header}\nchurn`);
    expect(await states(both, allow(`ada@example.org ${publicKey("ada")}`))).toMatchObject({ state: "good" });
  });
});

describe.skipIf(isMissing("gpg"))("gpg", () => {
  const gnupg = join(testHome(), ".gnupg");
  const gpg = (...args: string[]): string => {
    const done = execFileSync("gpg", ["--batch", "--passphrase", "", ...args], { stdio: ["ignore", "pipe", "ignore"] });
    return done.toString();
  };
  const makeKey = (name: string, email: string, ...args: string[]): string => {
    gpg(...args.slice(1), "--quick-generate-key", `${name} <${email}>`, "ed25519", "sign", args[0] ?? "never");
    return /^fpr:+([0-9A-F]+):/m.exec(gpg("--list-keys", "--with-colons", `=${name} <${email}>`))?.[1] ?? "";
  };
  const byKey = (fingerprint: string): Buffer => tagged({ "user.signingKey": fingerprint });
  const keyring = { gpg: { program: "gpg", minTrust: null } };
  let [ada, eve]: [string, string] = ["", ""];

  beforeAll(() => {
    mkdirSync(gnupg, { mode: 0o700, recursive: true });
    ada = makeKey("Ada", "Ada@example.org");
    eve = makeKey("Eve", "eve@example.org");
  });
  afterAll(() => {
    execFileSync("gpgconf", ["--kill", "gpg-agent"]);
  });

  test("the tagger's own", async () => {
    const raw = byKey(ada);
    const check = await checkTagSignature(raw, { ...NOBODY, ...keyring });
    expect(check).toMatchObject({ state: "good", principal: "Ada@example.org", key: ada, kind: "gpg", why: null });
    expect(await checkTagSignature(raw, NOBODY)).toMatchObject({ state: "unknown-signer" });
  });

  test("somebody else's, and a key that is not in the keyring", async () => {
    const raw = byKey(eve);
    expect(await checkTagSignature(raw, { ...NOBODY, ...keyring })).toMatchObject({
      state: "not-tagger",
      why: "it is signed by eve@example.org, not by its tagger ada@example.org",
    });
    const home = scratchDir("gnupg");
    const empty = join(home, "gpg");
    writeFileSync(empty, `#!/bin/sh\nexec gpg --homedir ${home} "$@"\n`, { mode: 0o755 });
    expect(await states(raw, { gpg: { program: empty, minTrust: null } })).toMatchObject({ state: "unknown-signer" });
  });

  test("no more trust than the keyring has", async () => {
    const raw = byKey(ada);
    expect(await states(raw, { gpg: { program: "gpg", minTrust: "ultimate" } })).toMatchObject({ state: "good" });
    writeFileSync(join(gnupg, "trust"), `${ada}:2:\n`);
    gpg("--import-ownertrust", join(gnupg, "trust"));
    expect(await states(raw, { gpg: { program: "gpg", minTrust: "marginal" } })).toMatchObject({
      state: "unknown-signer",
    });
    expect(await states(raw, keyring)).toMatchObject({ state: "good" });
  });

  test("bytes that the signature is not over", async () => {
    const raw = byKey(ada);
    expect(await states(edited(raw, "First", "Fixst"), keyring)).toMatchObject({ state: "bad" });
    const behind = Buffer.concat([raw, Buffer.from("\n---\nmversion: 1\n")]);
    expect(await states(behind, keyring)).toMatchObject({ state: "bad" });
  });

  test("an expired key, of signatures before and after, and a revoked one", async () => {
    const key = makeKey("Ada Old", "ada@example.org", "20250201T000000", "--faked-system-time", "20250101T000000");
    const unsigned = tagged(null);
    const signAt = (time: string): Buffer => {
      const [input, output] = [join(gnupg, "tag"), join(gnupg, "tag.asc")];
      writeFileSync(input, unsigned);
      gpg("--yes", "--faked-system-time", time, "-u", key, "--armor", "-o", output, "--detach-sign", input);
      return Buffer.concat([unsigned, readFileSync(output)]);
    };
    const before = signAt("20250115T000000");
    expect(await checkTagSignature(before, { ...NOBODY, ...keyring })).toMatchObject({ state: "good", expired: true });
    // gpg does not say how far it trusts an expired key.
    expect(await states(before, { gpg: { program: "gpg", minTrust: "marginal" } })).toMatchObject({
      state: "unknown-signer",
    });

    const revoked = byKey(eve);
    const certificate = readFileSync(join(gnupg, "openpgp-revocs.d", `${eve}.rev`), "utf8").replace(/^:/m, "");
    writeFileSync(join(gnupg, "revocation"), certificate);
    gpg("--import", join(gnupg, "revocation"));
    expect(await checkTagSignature(revoked, { ...NOBODY, ...keyring })).toMatchObject({
      state: "unknown-signer",
      why: `it is signed by ${eve}, a key that was revoked`,
    });
  });

  test("a program that is not there", async () => {
    const missing = { program: join(gnupg, "no-gpg"), minTrust: null };
    await expect(states(byKey(ada), { gpg: missing })).rejects.toMatchObject({ code: "signature" });
  });
});
