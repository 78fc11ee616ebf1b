// A release with the signed list of its files in the same commit.
import { generateKeyPairSync } from "node:crypto";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { beforeAll, beforeEach, describe, expect, test } from "vitest";
import { BYTES, json, MODEL, play, run, sampleProject, screen, trained } from "../helpers/cli.ts";
import { forkRepo } from "../helpers/fork.ts";
import { scratchDir, type TestRepo } from "../helpers/git.ts";

const keys = scratchDir("keys");
const [KEY, PUBLIC] = [join(keys, "key"), join(keys, "pub")];
const BUNDLE = "churn-1.1.0.sigstore.json";
const TAG = `mv tag v1.1.0 -a -m Better --bundle ${KEY}`;

let original: TestRepo;
let repo: TestRepo;

beforeAll(async () => {
  const pair = generateKeyPairSync("ec", { namedCurve: "P-384" });
  writeFileSync(KEY, pair.privateKey.export({ type: "pkcs8", format: "pem" }));
  writeFileSync(PUBLIC, pair.publicKey.export({ type: "spki", format: "pem" }));
  original = await sampleProject({ until: "1.0.0" });
  trained(original, MODEL, BYTES.C);
  await play(original, `mv add ${MODEL}`);
});
beforeEach(() => {
  repo = forkRepo(original);
});

const state = (): string[] => [
  repo.head(),
  repo.git("tag"),
  repo.git("status", "--porcelain"),
  repo.read("churn.model.yaml"),
];

test("commit and tag hold a bundle that verifies", async () => {
  expect(await screen(repo, TAG)).toMatchInlineSnapshot(
    `"churn 1.1.0  tag v1.1.0  commit <commit 4>  churn-1.1.0.sigstore.json"`,
  );
  writeFileSync(join(keys, "bundle"), repo.git("show", `v1.1.0:${BUNDLE}`));
  const verified = await run(repo, `mv verify --bundle ${join(keys, "bundle")} --public-key ${PUBLIC} v1.1.0`);
  expect(verified).toMatchObject({ status: 0 });
  expect(repo.git("status", "--porcelain")).toBe("");
  await play(repo, "mv verify --all", "mv check --all");
  // The next version's stands beside it.
  trained(repo, MODEL, BYTES.D);
  await play(repo, `mv add ${MODEL}`, `mv tag v1.2.0 -a -m Best --bundle ${KEY}`);
  expect(repo.git("ls-files", "*.sigstore.json").split("\n")).toEqual([BUNDLE, "churn-1.2.0.sigstore.json"]);
});

test("for a program", async () => {
  const { data } = await json(repo, `${TAG} --json`);
  expect(data).toMatchObject({ releases: [{ version: "1.1.0", bundle: BUNDLE }] });
});

test("what HEAD declares without one gets a commit that has it", async () => {
  await play(repo, "mv bump minor -m Better");
  repo.commit("Declared");
  const declared = repo.head();
  await play(repo, `mv tag --bundle ${KEY}`);
  expect(repo.git("rev-parse", "v1.1.0^{commit}^")).toBe(declared);
  expect(repo.git("diff", "--name-only", declared, "v1.1.0")).toBe(BUNDLE);
  // A second run after the tag was lost makes the tag alone.
  const head = repo.head();
  repo.git("tag", "-d", "v1.1.0");
  await play(repo, `mv tag --bundle ${KEY}`);
  expect(repo.git("rev-parse", "v1.1.0^{commit}")).toBe(head);
});

describe("what fails leaves nothing behind", () => {
  test("a key that cannot be had", async () => {
    const before = state();
    expect(await screen(repo, "mv tag v1.1.0 -a -m Better --bundle nokey")).toMatchInlineSnapshot(`
      "! mversion: refused: nokey: there is no such key file
      ! Next: openssl ecparam -name prime256v1 -genkey -noout -out model.key
      exit 1"
    `);
    expect(state()).toEqual(before);
  });

  test("a hook that refuses the commit, where a file of that name was there and where none was", async () => {
    repo.hook("commit-msg", "exit 1");
    const before = state();
    expect(await screen(repo, TAG)).toMatch(/refused: churn 1\.1\.0 was not released[^]*--bundle/);
    expect(state()).toEqual(before);
    expect(repo.exists(BUNDLE)).toBe(false);
    repo.write(BUNDLE, "mine");
    expect(await run(repo, TAG)).toMatchObject({ status: 1 });
    expect(repo.read(BUNDLE)).toBe("mine");
  });

  test("a tag that cannot be made", async () => {
    repo.hook("reference-transaction", 'grep -q refs/tags/v1 && [ "$1" = prepared ] && exit 1; exit 0');
    const before = state();
    expect(await run(repo, TAG)).toMatchObject({ status: 1 });
    expect(state()).toEqual(before);
    expect(repo.exists(BUNDLE)).toBe(false);
  });
});
