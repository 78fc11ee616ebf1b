// What ssh-keygen and gpg say of tags that a real Git signed, and what only looks signed.
import { execFileSync } from "node:child_process";
import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { checkTagSignature, checkTagSignatures, type SignatureCheck, type Trust } from "../../src/git/signature.ts";
import { createRepo, scratchDir, testHome, type TestRepo, withEnv } from "../helpers/git.ts";
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
/** The last letters of a signature, within the signature proper. */
const armourEnd = (raw: Buffer | undefined): string =>
  /([A-Za-z0-9+/]{8})[A-Za-z0-9+/=]{0,12}\n-----END/.exec(raw?.toString("latin1") ?? "")?.[1] ?? "";
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

  describe("many at once", () => {
    const kinds = [
      ["ed25519"],
      ["ecdsa", "-b", "256"],
      ["ecdsa", "-b", "384"],
      ["ecdsa", "-b", "521"],
      ["rsa", "-b", "2048"],
    ];
    const day = (date: string): string => `${Date.parse(`${date}T00:00:00Z`) / 1000} +0000`;
    /** Every check, and how often ssh-keygen was started for it. */
    async function counted(raws: readonly Buffer[], trust: Partial<Trust>): Promise<[SignatureCheck[], number]> {
      const [folder, log] = [scratchDir("keygen"), join(scratchDir(), "log")];
      const real = execFileSync("sh", ["-c", "command -v ssh-keygen"]).toString().trim();
      writeFileSync(join(folder, "ssh-keygen"), `#!/bin/sh\necho >>'${log}'\nexec '${real}' "$@"\n`, { mode: 0o755 });
      writeFileSync(log, "");
      let checks: SignatureCheck[] = [];
      await withEnv({ PATH: `${folder}:${process.env["PATH"]}` }, async () => {
        checks = await checkTagSignatures(raws, { ...NOBODY, ...trust });
      });
      return [checks, readFileSync(log, "utf8").length];
    }
    const oneByOne = async (raws: readonly Buffer[], trust: Partial<Trust>): Promise<SignatureCheck[]> => {
      const checks = [];
      for (const one of raws) checks.push(await checkTagSignature(one, { ...NOBODY, ...trust }));
      return checks;
    };

    test.each(kinds)(
      "of one %s key %s %s: ssh-keygen is asked once, and every changed byte is found",
      async (...kind) => {
        const name = kind.join("");
        const [type = "", ...flags] = kind;
        const file = join(keys, name);
        execFileSync("ssh-keygen", ["-q", "-t", type, ...flags, "-N", "", "-C", name, "-f", file]);
        const raws = Array.from({ length: 6 }, () => byKey(name));
        const trust = allow(`ada@example.org ${publicKey(name)}`);
        const [checks, starts] = await counted(raws, trust);
        expect(checks.map(({ state }) => state)).toEqual(Array.from({ length: 6 }, () => "good"));
        expect(starts).toBe(1);
        const armour = raws[1]?.toString("latin1").split("SIGNATURE-----\n")[1] ?? "";
        const broken = [
          edited(raws[0] ?? raw, "First", "Fixst"),
          // The signature of another tag of the same key, and a damaged one.
          edited(raws[2] ?? raw, raws[2]?.toString("latin1").split("SIGNATURE-----\n")[1] ?? "", armour),
          edited(raws[3] ?? raw, armourEnd(raws[3]), "AAAAAAAA"),
        ];
        const mixed = [raws[4] ?? raw, ...broken, raws[5] ?? raw];
        const [found] = await counted(mixed, trust);
        expect(found.map(({ state }) => state)).toEqual(["good", "bad", "bad", "bad", "good"]);
        expect(found).toEqual(await oneByOne(mixed, trust));
      },
    );

    test("whose key it is, when, and for what is never taken over from another", async () => {
      const at = (date: string, email: string, key = "ada", format = "git"): Buffer => {
        const body = edited(tagged(null), DATE, day(date))
          .toString("latin1")
          .replace("<ada@example.org>", `<${email}>`);
        const sign = ["-Y", "sign", "-q", "-n", format, "-f", join(keys, key)];
        return Buffer.concat([
          Buffer.from(body),
          execFileSync("ssh-keygen", sign, { input: body, stdio: ["pipe", "pipe", "ignore"] }),
        ]);
      };
      const raws = [
        at("2026-03-01", "ada@example.org"),
        at("2026-03-02", "ada@example.org"),
        at("2026-03-03", "eve@example.org"),
        at("2026-03-04", "ada@example.org", "eve"),
        at("2026-03-05", "ada@example.org", "ada", "file"),
        at("2026-01-31", "ada@example.org"),
        at("2026-02-01", "ada@example.org"),
        at("2026-04-01", "ada@example.org"),
        at("2026-04-02", "ada@example.org"),
        at("2026-05-02", "ada@example.org"),
        at("2026-06-02", "ada@example.org"),
      ];
      const files = [
        allow(`ada@example.org ${publicKey("ada")}`),
        allow(`*@example.org,!eve@example.org ${publicKey("ada")}`),
        allow(`ada@example.org valid-after="20260201Z",valid-before="20260401Z" ${publicKey("ada")}`),
        allow(`ada@example.org valid-after="20260201",valid-before="20260401" ${publicKey("ada")}`),
        allow(
          `ada@example.org valid-before="20260201Z" ${publicKey("ada")}`,
          `ada@example.org valid-after="202605010000Z" ${publicKey("ada")}`,
          `ada@example.org valid-after="20260101",valid-before="20270101",namespaces="file" ${publicKey("ada")}`,
        ),
      ];
      for (const [file, trust] of files.entries()) {
        expect((await counted(raws, trust))[0], `file ${file}`).toEqual(await oneByOne(raws, trust));
        const revoked = { ...trust, revokedKeys: Buffer.from(`${publicKey("ada")}\n`) };
        expect((await counted(raws, revoked))[0].some(({ state }) => state === "good")).toBe(false);
      }
    });
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
