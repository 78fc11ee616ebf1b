// What `mv get --variants` brings, from a repository and from a store, and what it leaves as it was.
import { existsSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { beforeAll, describe, expect, test } from "vitest";
import { routeKey } from "../../src/operations/route/router.ts";
import { get, type GetInput } from "../../src/operations/get.ts";
import type { RolloutFile } from "../../src/operations/get/rollout-file.ts";
import { getVariants, type GetVariantsResult } from "../../src/operations/get/variants.ts";
import { BYTES, json, MODEL, play, sampleProject, trained } from "../helpers/cli.ts";
import { forkRepo } from "../helpers/fork.ts";
import { scratchDir, testEnv, type TestRepo } from "../helpers/git.ts";
import { assign, stock, withStore } from "../helpers/stocked.ts";

const TOKENIZER = "models/tokenizer";

let repo: TestRepo;
let store: string;

beforeAll(async () => {
  repo = await sampleProject({ until: "1.1.0" });
  store = withStore(repo);
  repo.write(`${TOKENIZER}/vocab.json`, '{"a":0}\n');
  repo.write(`${TOKENIZER}/run.sh`, "#!/bin/sh\n", { executable: true });
  trained(repo, MODEL, BYTES.D);
  await play(repo, `mv add ${MODEL} ${TOKENIZER}`, "mv tag v1.2.0 -a -m 'With a tokenizer'");
  await stock(repo, store);
  assign(repo, store, "production", 1, { "1.1.0": 90, "1.2.0": 10 });
  assign(repo, store, "staging", 1, { "1.2.0": 100 });
});

function variants(source: string, into: string, input: Partial<GetInput> = {}): Promise<GetVariantsResult> {
  const all = { source, into, version: "churn@production", paths: [], ...input };
  return getVariants({ cwd: scratchDir(), env: testEnv() }, all);
}

const plain = (into: string, version: string) =>
  get({ cwd: scratchDir(), env: testEnv() }, { source: store, into, version, paths: [] });
const text = (...path: string[]): string => readFileSync(join(...path), "utf8");
const rolloutIn = (folder: string): RolloutFile => JSON.parse(text(folder, "rollout.json")) as RolloutFile;
const files = (folder: string): string[] =>
  readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => !entry.isDirectory())
    .map((entry) => join(entry.parentPath, entry.name).slice(folder.length + 1))
    .toSorted();

describe.each([
  ["a repository", () => `file://${repo.dir}`],
  ["a store", () => `file://${store}`],
])("from %s", (_, source) => {
  test("every version of the split, and what routes keys to them", async () => {
    const into = join(scratchDir(), "model");
    const result = await variants(source(), into);
    expect(files(into)).toEqual([
      `1.1.0/${MODEL}`,
      "1.1.0/version.json",
      `1.2.0/${MODEL}`,
      `1.2.0/${TOKENIZER}/run.sh`,
      `1.2.0/${TOKENIZER}/vocab.json`,
      "1.2.0/version.json",
      "rollout.json",
    ]);
    expect([text(into, "1.1.0", MODEL), text(into, "1.2.0", MODEL)]).toEqual([BYTES.C, BYTES.D]);
    const oid = (name: string): string => repo.git("rev-parse", `refs/tags/${name}`);
    const rollout = rolloutIn(into);
    expect(rollout).toEqual({
      schema: 1,
      model: "churn",
      stage: "production",
      id: "churn#production#1",
      baseline: "1.1.0",
      variants: [
        { version: "1.1.0", weight: 90, slots: [[0, 89]], tag: "v1.1.0", oid: oid("v1.1.0"), folder: "1.1.0" },
        { version: "1.2.0", weight: 10, slots: [[90, 99]], tag: "v1.2.0", oid: oid("v1.2.0"), folder: "1.2.0" },
      ],
      assignment: { tag: "churn#production#1", oid: oid("churn#production#1"), number: 1 },
      source: expect.any(String) as string,
    });
    expect(result).toEqual({ ...rollout, folder: into, changed: true, files: 4, bytes: 8 + 8 + 8 + 10 });
    expect(JSON.parse(text(into, "1.2.0", "version.json"))).toMatchObject({ version: "1.2.0", stage: "production" });
  });

  test("a stage that is not split has one", async () => {
    const into = join(scratchDir(), "model");
    await variants(source(), into, { version: "staging" });
    expect(rolloutIn(into).variants).toMatchObject([{ version: "1.2.0", weight: 100, slots: [[0, 99]] }]);
  });
});

test("a serving process routes as mv route does", async () => {
  const own = forkRepo(repo);
  await play(own, "mv promote v1.1.0 staging -m First", "mv promote v1.2.0 staging --weight 40 -m Canary");
  await play(own, "mv promote --split v1.1.0=50,v1.2.0=30,v1.0.0=20 staging -m Three");
  const into = join(scratchDir(), "model");
  await variants(own.dir, into, { version: "churn@staging" });
  const rollout = rolloutIn(into);
  expect(rollout.variants.map(({ slots }) => slots)).not.toEqual([[[0, 49]], [[50, 79]], [[80, 99]]]);
  const keys = Array.from({ length: 60 }, (_, at) => `user-${at}`);
  const flags = keys.map((key) => `--key ${key}`).join(" ");
  const { data } = await json(own, `mv route staging ${flags} --json`);
  const { routes } = data as { routes: { version: string }[] };
  expect(await Promise.all(keys.map((key) => routeKey(rollout, key)))).toEqual(routes.map(({ version }) => version));
});

describe("--if-changed", () => {
  test("leaves the same rollout alone, and finds a changed byte", async () => {
    const into = join(scratchDir(), "model");
    await variants(store, into);
    expect(await variants(store, into, { ifChanged: true })).toMatchObject({ changed: false, files: 0 });
    // The same by another way.
    expect(await variants(repo.dir, into, { ifChanged: true })).toMatchObject({ changed: false });
    writeFileSync(join(into, "1.2.0", MODEL), "model X\n");
    expect(await variants(store, into, { ifChanged: true })).toMatchObject({ changed: true });
    expect(text(into, "1.2.0", MODEL)).toBe(BYTES.D);
  });

  test("new weights cost no byte of a version that is there", async () => {
    const [own, ownStore] = [forkRepo(repo), scratchDir("store")];
    await stock(own, ownStore);
    assign(own, ownStore, "production", 2, { "1.1.0": 90, "1.2.0": 10 });
    const into = join(scratchDir(), "model");
    await variants(ownStore, into);
    assign(own, ownStore, "production", 3, { "1.1.0": 75, "1.2.0": 25 });
    for (const name of readdirSync(join(ownStore, "objects"))) {
      // Of folders the store is asked for the list of files; no file's bytes are there any more.
      for (const object of readdirSync(join(ownStore, "objects", name))) {
        const path = join(ownStore, "objects", name, object);
        if (!text(path).startsWith('{"files"')) rmSync(path, { force: true });
      }
    }
    expect(await variants(ownStore, into, { ifChanged: true })).toMatchObject({ changed: true, files: 4 });
    expect(rolloutIn(into).variants.map(({ weight }) => weight)).toEqual([75, 25]);
    expect(text(into, "1.1.0", MODEL)).toBe(BYTES.C);
    // A byte that changed since is fetched, and so missed.
    writeFileSync(join(into, "1.1.0", MODEL), "model X\n");
    assign(own, ownStore, "production", 4, { "1.1.0": 60, "1.2.0": 40 });
    await expect(variants(ownStore, into)).rejects.toMatchObject({ code: "object-missing" });
    expect(rolloutIn(into).variants.map(({ weight }) => weight)).toEqual([75, 25]);
  });
});

describe("the folder", () => {
  test("goes from one version to all of them and back", async () => {
    const into = join(scratchDir(), "model");
    await plain(into, "v1.1.0");
    await variants(store, into);
    expect(readdirSync(into).toSorted()).toEqual(["1.1.0", "1.2.0", "rollout.json"]);
    await plain(into, "v1.2.0");
    expect(readdirSync(into).toSorted()).toEqual(["models", "version.json"]);
  });

  test("is not replaced where it holds a stranger's file, at any depth", async () => {
    for (const stray of ["notes.txt", "1.1.0/notes.txt", "1.2.0/models/tokenizer/mine.txt"]) {
      const into = join(scratchDir(), "model");
      await variants(store, into);
      writeFileSync(join(into, stray), "mine");
      await expect(variants(store, into)).rejects.toMatchObject({ code: "exists" });
      await expect(plain(into, "v1.1.0")).rejects.toMatchObject({ code: "exists" });
      expect(text(into, stray)).toBe("mine");
      await variants(store, into, { force: true });
      expect(existsSync(join(into, stray))).toBe(false);
    }
  });

  test("of somebody else's rollout.json is theirs", async () => {
    const into = scratchDir("mine");
    const hostile = { schema: 1, assignment: { oid: "x" }, variants: [{ folder: "../.." }] };
    writeFileSync(join(into, "rollout.json"), JSON.stringify(hostile));
    await expect(variants(store, into)).rejects.toMatchObject({ code: "exists" });
  });
});

test("refuses a version, and a stage that does not name its releases any more", async () => {
  const into = join(scratchDir(), "model");
  for (const version of ["v1.1.0", "churn", undefined]) {
    await expect(variants(store, into, { version })).rejects.toMatchObject({ code: "usage" });
  }
  await expect(variants(store, into, { version: "canary" })).rejects.toMatchObject({ code: "unknown-version" });
  const own = forkRepo(repo);
  own.git("tag", "-f", "-a", "-m", "other", "v1.2.0", "v1.1.0^{}");
  await expect(variants(own.dir, into)).rejects.toMatchObject({ code: "release-differs" });
  expect(existsSync(into)).toBe(false);
});
