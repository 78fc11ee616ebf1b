// What `mv verify --remote` reads of a store, what it finds, and how a push heals it.
import { readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { beforeEach, describe, expect, test } from "vitest";
import { push, type PushInput, type PushResult } from "../../src/operations/push.ts";
import { verifyRemote, type VerifyRemoteInput, type VerifyRemoteResult } from "../../src/operations/verify-remote.ts";
import { BYTES, DATA, MODEL, play } from "../helpers/cli.ts";
import type { TestRepo } from "../helpers/git.ts";
import { cloneOf, oneStore, type OneStore, retrain } from "../helpers/one-store.ts";
import { sha256 } from "../helpers/program.ts";
import { openRepo } from "../helpers/project.ts";
import { refusal } from "../helpers/refusal.ts";
import { cacheOf, lose, objectFile, spoil } from "../helpers/shared.ts";

let shared: OneStore;
let repo: TestRepo;

beforeEach(async () => {
  shared = await oneStore();
  ({ repo } = shared.churn);
});

const check = async (on: TestRepo, input: Partial<VerifyRemoteInput> = {}): Promise<VerifyRemoteResult> =>
  verifyRemote(await openRepo(on), { remote: "store", versions: [], ...input });
const pushFrom = async (on: TestRepo, input: Partial<PushInput> = {}): Promise<PushResult> =>
  push(await openRepo(on), { words: [], all: true, ...input });
const rottenList = (): string[] => {
  const text = readFileSync(join(shared.store, "mversion.json"), "utf8");
  return (JSON.parse(text) as { rotten?: string[] }).rotten ?? [];
};
const manifestOf = (on: TestRepo): string =>
  /^sha256: "?([0-9a-f]{64})/m.exec(on.read("models/tokenizer.mv.yaml"))?.[1] ?? "";

const ALL_RIGHT = { findings: [], unknown_folders: [], not_read: 0, unpublished: [], healed_by_push: true };

describe("reads", () => {
  test("everything that releases and branches of Git remotes need, and the release files", async () => {
    expect(await check(repo)).toEqual({
      remote: "store",
      ...ALL_RIGHT,
      objects: { needed: 3, bytes: 76, read: 3, read_bytes: 76 },
      release_files: { checked: 2, findings: [], unknown: [] },
    });
    // A list of files, and its file.
    expect(await check(shared.risk.repo)).toMatchObject({ ...ALL_RIGHT, objects: { needed: 3, read: 3 } });
    expect(await check(cloneOf(shared.risk))).toMatchObject({ ...ALL_RIGHT, objects: { needed: 3, read: 3 } });
  });

  test("of one version what that needs", async () => {
    expect(await check(repo, { versions: ["v1.0.0"] })).toMatchObject({
      objects: { needed: 2 },
      release_files: { checked: 1 },
    });
  });

  test("a draft that was pushed; a release and a branch that were not are nobody's yet", async () => {
    await retrain(repo, BYTES.D);
    await pushFrom(repo, { all: false });
    expect(await check(repo)).toMatchObject({ ...ALL_RIGHT, objects: { needed: 4 } });
    await retrain(repo, BYTES.E);
    await play(repo, 'mv tag v1.2.0 -m "E"');
    expect(await check(repo)).toMatchObject({ findings: [], objects: { needed: 4 }, unpublished: ["churn 1.2.0"] });
    expect(await check(repo, { versions: ["v1.2.0"] })).toMatchObject({
      findings: [{ state: "missing", sha256: sha256(BYTES.E) }],
      release_files: { findings: [{ state: "missing", path: "models/churn/releases/1.2.0.json" }] },
    });
  });

  test("of a sample so many, and says what it did not read", async () => {
    const found = await check(repo, { sample: 34 });
    expect(found).toMatchObject({ findings: [], not_read: 1, objects: { needed: 3, read: 2 } });
    expect(await check(repo, { sample: 0.001 })).toMatchObject({ not_read: 2, objects: { read: 1 } });
    // What is not there is found all the same.
    lose(shared.store, sha256(BYTES.C));
    expect(await check(repo, { sample: 0.001 })).toMatchObject({ not_read: 1, findings: [{ state: "missing" }] });
  });

  test("each object of many, some larger than a portion", async () => {
    const large = Buffer.alloc(65 * 1024 * 1024, 7);
    repo.write("models/tokenizer/large.bin", large);
    for (let at = 0; at < 300; at += 1) repo.write(`models/tokenizer/${at}.json`, `${at}\n`);
    await play(repo, "mv add models/tokenizer", 'mv tag v1.2.0 -a -m "many"', "mv push");
    const found = await check(repo);
    expect(found).toMatchObject({ ...ALL_RIGHT, objects: { needed: 3 + 300 + 1 + 1, read: 305 } });
    spoil(shared.store, sha256("17\n"), "18\n");
    expect((await check(repo)).findings).toEqual([
      {
        state: "rotten",
        sha256: sha256("17\n"),
        size: 3,
        needed_by: [
          { what: "churn 1.2.0", path: "models/tokenizer" },
          { what: "main", path: "models/tokenizer" },
        ],
      },
    ]);
  });
});

describe("finds", () => {
  test("rot, another size and what is missing, with the versions that need it", async () => {
    spoil(shared.store, sha256(BYTES.B), "model X\n");
    spoil(shared.store, sha256(BYTES.C), "short");
    lose(shared.store, sha256(BYTES.T));
    const { findings } = await check(repo);
    const by = (state: string, bytes: string) =>
      findings.find((each) => each.state === state && each.sha256 === sha256(bytes));
    expect(findings).toHaveLength(3);
    expect(by("rotten", BYTES.B)?.needed_by).toEqual([{ what: "churn 1.0.0", path: MODEL }]);
    expect(by("wrong-size", BYTES.C)?.needed_by).toContainEqual({ what: "churn 1.1.0", path: MODEL });
    expect(by("missing", BYTES.T)?.needed_by).toContainEqual({ what: "churn 1.0.0", path: DATA });
    expect(rottenList()).toEqual([sha256(BYTES.B), sha256(BYTES.C)].toSorted());
  });

  test("a rotten list of files; its files are known where a cache has it", async () => {
    const { repo: risk } = shared.risk;
    const manifest = manifestOf(risk);
    const size = readFileSync(objectFile(shared.store, manifest)).length;
    spoil(shared.store, manifest, "x".repeat(size));
    expect(await check(risk)).toMatchObject({
      findings: [{ state: "rotten", sha256: manifest, size }],
      unknown_folders: [],
      objects: { needed: 3 },
    });
    const blind = await check(cloneOf(shared.risk));
    expect(blind).toMatchObject({
      findings: [{ state: "rotten", sha256: manifest, size: null }],
      objects: { needed: 2 },
    });
    expect(blind.unknown_folders).toContainEqual({ what: "risk 1.0.0", path: "models/tokenizer" });
  });

  test("a release file that is missing, damaged, or of another tag", async () => {
    const file = (version: string): string => join(shared.store, `models/churn/releases/${version}.json`);
    const good = readFileSync(file("1.1.0"));
    rmSync(file("1.0.0"));
    writeFileSync(file("1.1.0"), "{}");
    expect((await check(repo)).release_files.findings).toMatchObject([
      { state: "missing", tag: "v1.0.0", message: "models/churn/releases/1.0.0.json is missing" },
      { state: "unreadable", tag: "v1.1.0" },
    ]);
    writeFileSync(file("1.1.0"), good);
    repo.git("-c", "mversion.unlock=v1.1.0", "tag", "-d", "v1.1.0");
    expect((await check(repo)).release_files.unknown).toEqual(["models/churn/releases/1.1.0.json"]);
    await play(repo, 'mv tag v1.1.0 -m "another"');
    expect((await check(repo, { versions: ["v1.1.0"] })).release_files.findings).toMatchObject([
      { state: "other-tag" },
    ]);
    // Pushing it is refused; the files of the other releases come back.
    await play(repo, "mv push v1.0.0");
    expect((await check(repo, { versions: ["v1.0.0"] })).release_files.findings).toEqual([]);
  });
});

describe("a push heals", () => {
  beforeEach(() => spoil(shared.store, sha256(BYTES.B), "model X\n"));

  test("what verify wrote down, from any clone that has the bytes", async () => {
    expect(await pushFrom(repo)).toMatchObject({ healed: 0 });
    await check(cloneOf(shared.churn));
    expect(rottenList()).toEqual([sha256(BYTES.B)]);
    expect(await pushFrom(repo)).toMatchObject({ healed: 1, sent: 0 });
    expect(readFileSync(objectFile(shared.store, sha256(BYTES.B)), "utf8")).toBe(BYTES.B);
    expect(rottenList()).toEqual([]);
    expect((await check(repo)).findings).toEqual([]);
  });

  test("in the clone that found it, though it pushed the same a moment ago", async () => {
    spoil(shared.store, sha256(BYTES.C), "model Y\n");
    await pushFrom(repo, { all: false });
    expect(await pushFrom(repo, { all: false })).toMatchObject({ recorded: true });
    await check(repo);
    expect(await pushFrom(repo, { all: false })).toMatchObject({ recorded: false, healed: 1 });
  });

  test("never with bytes that are rotten here too, or absent", async () => {
    await check(repo);
    spoil(cacheOf(repo), sha256(BYTES.B), "model Z\n");
    expect(await refusal(pushFrom(repo))).toEqual({
      code: "object-missing",
      message: `churn 1.0.0: store holds other bytes for ${MODEL}, and the right ones are not here`,
      hint: `mv push --all in a clone that has them, or mv add a good copy of ${MODEL} here, then repeat`,
    });
    expect(await refusal(pushFrom(cloneOf(shared.churn)))).toMatchObject({ code: "object-missing" });
    expect(readFileSync(objectFile(shared.store, sha256(BYTES.B)), "utf8")).toBe("model X\n");
    expect(rottenList()).toEqual([sha256(BYTES.B)]);
  });

  test("and what was healed otherwise leaves the list", async () => {
    await check(repo);
    spoil(shared.store, sha256(BYTES.B), BYTES.B);
    expect(await pushFrom(repo)).toMatchObject({ healed: 0 });
    expect(rottenList()).toEqual([]);
    spoil(shared.store, sha256(BYTES.B), "model X\n");
    await check(repo);
    spoil(shared.store, sha256(BYTES.B), BYTES.B);
    await check(repo);
    expect(rottenList()).toEqual([]);
  });

  test("a commit of code is not kept back by it, where others have the pointer already", async () => {
    spoil(shared.store, sha256(BYTES.C), "model Y\n");
    await check(repo);
    const clone = cloneOf(shared.churn);
    clone.commit("code", { "train.py": "x = 1\n" });
    const warnings: string[] = [];
    const pushed = await push(await openRepo(clone, { warnings }), { words: [] });
    expect(pushed).toMatchObject({ healed: 0, git: { refs: [{ state: "updated" }] } });
    expect(warnings).toEqual([
      `churn 1.1.0: store holds other bytes for ${MODEL}, and the right ones are not here; mv push --all where they are`,
    ]);
  });
});
