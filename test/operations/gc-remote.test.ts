// What `mv gc --remote` keeps in a store that two repositories share, what goes, and when it refuses.
import { chmodSync, readFileSync, renameSync, utimesSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { beforeEach, describe, expect, test } from "vitest";
import { formatGcLock, formatPushLock, type LockHolder, newPushLock } from "../../src/model/store-lock.ts";
import { gcRemote, type GcRemoteInput, type GcRemoteResult, gcUnlock } from "../../src/operations/gc-remote.ts";
import { push } from "../../src/operations/push.ts";
import { BYTES, MODEL, play, trained } from "../helpers/cli.ts";
import { createRepo } from "../helpers/git.ts";
import {
  abandon,
  age,
  cloneOf,
  oneStore,
  type OneStore,
  openStore,
  RISK,
  retrain,
  type Team,
} from "../helpers/one-store.ts";
import { sha256 } from "../helpers/program.ts";
import { openRepo } from "../helpers/project.ts";
import { refusal } from "../helpers/refusal.ts";
import { lose, objectFile, setRemotes, spoil } from "../helpers/shared.ts";

let shared: OneStore;
let churn: Team;
let risk: Team;

beforeEach(async () => {
  shared = await oneStore();
  ({ churn, risk } = shared);
});

/** Cleans from a repository; with a grace age of nothing, so that locks alone protect. */
async function clean({ repo }: Team, input: Partial<GcRemoteInput> = {}): Promise<GcRemoteResult> {
  return gcRemote(await openRepo(repo), { remote: "store", grace: 0, ...input });
}

const all = [BYTES.A, BYTES.B, BYTES.C, BYTES.T, RISK.model, RISK.vocab];
const left = (): string[] => all.filter(shared.has);

describe("is kept", () => {
  test("what both repositories have ever committed, whoever cleans; nothing to do takes no lock", async () => {
    for (const team of [churn, risk]) {
      expect(await clean(team)).toMatchObject({ removed: [], kept: 7, young: 0, held: 0 });
    }
    expect(left()).toEqual(all);
    const store = await openStore(churn);
    expect(await store.listFiles("locks")).toEqual([]);
  });

  test("what only a branch of another clone names, once it is pushed", async () => {
    const clone = cloneOf(risk);
    clone.git("switch", "-qc", "theirs");
    await retrain(clone, "theirs\n");
    await push(await openRepo(clone), { words: [] });
    expect(await clean(churn)).toMatchObject({ removed: [] });
    expect(shared.has("theirs\n")).toBe(true);
  });

  test("what a fork names, although it is pushed elsewhere under the same id", async () => {
    const fork = createRepo({ bare: true });
    const clone = cloneOf(churn);
    clone.git("remote", "add", "fork", `file://${fork.dir}`);
    clone.git("config", "remote.pushDefault", "fork");
    clone.git("switch", "-qc", "forked");
    await retrain(clone, "of a fork\n");
    await push(await openRepo(clone), { words: [] });
    const { repositories } = await clean(churn);
    const addresses = [churn.origin, fork, risk.origin].map(({ dir }) => `file://${dir}`);
    expect(repositories.toSorted()).toEqual(addresses.toSorted());
    expect(shared.has("of a fork\n")).toBe(true);
  });

  test("what this clone alone knows of", async () => {
    churn.repo.git("switch", "-qc", "mine");
    await retrain(churn.repo, "mine\n");
    await push(await openRepo(churn.repo), { words: [], noGit: true });
    expect(await clean(churn)).toMatchObject({ removed: [] });
    // Anybody else's gc takes it once it is old enough: Git has nothing of it.
    expect(await clean(risk, { dryRun: true })).toMatchObject({ removed: [{ sha256: sha256("mine\n") }] });
  });

  test("what a release file of the store names, although its tag is gone", async () => {
    trained(churn.repo, MODEL, BYTES.D);
    await play(churn.repo, `mv add ${MODEL}`, 'mv tag v1.2.0 -a -m "D"', "mv push");
    for (const team of [churn.repo, churn.origin]) team.git("-c", "mversion.unlock=v1.2.0", "tag", "-d", "v1.2.0");
    churn.repo.git("reset", "-q", "--hard", "HEAD~1");
    churn.repo.git("reflog", "expire", "--expire=now", "--all");
    churn.repo.git("push", "-qf", "--no-verify", "origin", "main");
    expect(await clean(risk)).toMatchObject({ removed: [] });
    expect(shared.has(BYTES.D)).toBe(true);
  });

  test("what is younger than the grace age", async () => {
    await abandon(churn, "young\n");
    expect(await clean(churn, { grace: undefined })).toMatchObject({ removed: [], young: 1 });
    age(shared.store, "young\n");
    expect(await clean(churn, { grace: undefined })).toMatchObject({ removed: [{ size: 6 }], young: 0 });
  });

  test("what a push that is under way relies on", async () => {
    await abandon(churn, "relied on\n");
    const store = await openStore(churn);
    const lock = newPushLock(stranger, [sha256("relied on\n")]);
    await store.writeFile("locks/push-1.json", Buffer.from(formatPushLock(lock)));
    expect(await clean(churn)).toMatchObject({ removed: [], held: 1 });
    await store.removeFile("locks/push-1.json");
    expect(await clean(churn)).toMatchObject({ removed: [{ sha256: sha256("relied on\n") }], held: 0 });
  });
});

describe("goes", () => {
  test("what nothing leads to; a dry run says it first, and whoever is asked may say no", async () => {
    await abandon(churn, "abandoned\n");
    const gone = { removed: [{ sha256: sha256("abandoned\n"), size: 10 }], bytes: 10, kept: 7 };
    expect(await clean(risk, { dryRun: true })).toMatchObject({ ...gone, dry_run: true });
    expect(await clean(risk, { approve: async () => false })).toMatchObject({ removed: [] });
    expect(shared.has("abandoned\n")).toBe(true);
    expect(await clean(risk, { approve: async (found) => found.removed.length === 1 })).toMatchObject(gone);
    expect(shared.has("abandoned\n")).toBe(false);
    expect(left()).toEqual(all);
    await play(churn.repo, "mv verify --all");
  });

  test("what a deleted branch named, and its folder's files", async () => {
    const clone = cloneOf(risk);
    clone.git("switch", "-qc", "folder");
    clone.write("models/tokenizer/vocab.json", "other words\n");
    await play(clone, "mv restore models/model.onnx", "mv add models/tokenizer", "mv bump draft");
    clone.git("commit", "-qam", "folder");
    await push(await openRepo(clone), { words: [] });
    expect(await clean(churn)).toMatchObject({ removed: [] });
    clone.git("push", "-q", "--no-verify", "origin", ":folder");
    expect((await clean(churn)).removed).toHaveLength(2);
    expect([shared.has("other words\n"), ...all.map(shared.has)]).toEqual([false, ...all.map(() => true)]);
  });

  test("and the next push asks again, whatever it remembers of the last day", async () => {
    churn.repo.git("switch", "-qc", "late");
    await retrain(churn.repo, "late\n");
    await push(await openRepo(churn.repo), { words: [], noGit: true });
    await clean(risk);
    expect(shared.has("late\n")).toBe(false);
    expect(await push(await openRepo(churn.repo), { words: [] })).toMatchObject({ recorded: false, sent: 1 });
    expect(shared.has("late\n")).toBe(true);
  });
});

const stranger: LockHolder = {
  by: "Bob, process 4711 on far",
  pid: 4711,
  host: "far",
  boot: "b",
  space: "s",
  start: "1",
  since: "2026-02-09T12:00:00.000Z",
};

describe("one at a time", () => {
  const running = { ...stranger, id: "01", state: "running" as const };
  const lockFile = (): string => join(shared.store, "locks/gc.json");

  beforeEach(async () => {
    await abandon(churn, "abandoned\n");
    const store = await openStore(churn);
    await store.writeFile("locks/gc.json", Buffer.from(formatGcLock(running)));
  });

  test("a gc and a push refuse while another gc runs, and say who and what to do", async () => {
    expect(await refusal(clean(churn))).toEqual({
      code: "locked",
      message: "store is being cleaned by Bob, process 4711 on far since 2026-02-09T12:00:00.000Z",
      hint: "repeat when it is done; if that gc has certainly ended: mv gc --remote store --unlock",
    });
    churn.repo.git("config", "mversion.wait", "0");
    await retrain(churn.repo, "late\n");
    expect(await refusal(push(await openRepo(churn.repo), { words: [] }))).toMatchObject({ code: "locked" });
    expect([shared.has("late\n"), shared.has("abandoned\n")]).toEqual([false, true]);
    const store = await openStore(churn);
    expect(await store.listFiles("locks")).toEqual(["locks/gc.json"]);
  });

  test("a push waits for it", async () => {
    await retrain(churn.repo, "late\n");
    const warnings: string[] = [];
    const pushing = push(await openRepo(churn.repo, { warnings }), { words: [] });
    while (warnings.length === 0) await new Promise((resolve) => setTimeout(resolve, 20));
    writeFileSync(lockFile(), formatGcLock({ ...running, state: "ended" }));
    expect(await pushing).toMatchObject({ sent: 1 });
    expect(warnings).toEqual(["store is being cleaned by Bob, process 4711 on far; waiting for it"]);
  });

  test("one that was silent for long has ended, for pushes and for the next gc", async () => {
    const then = Date.now() / 1000 - 16 * 60;
    utimesSync(lockFile(), then, then);
    await retrain(churn.repo, "late\n");
    expect(await push(await openRepo(churn.repo), { words: [] })).toMatchObject({ sent: 1 });
    expect(JSON.parse(readFileSync(lockFile(), "utf8"))).toMatchObject({ state: "ended" });
    writeFileSync(lockFile(), formatGcLock(running));
    utimesSync(lockFile(), then, then);
    expect((await clean(churn)).removed).toHaveLength(1);
  });

  test("--unlock takes all locks away", async () => {
    const store = await openStore(churn);
    await store.writeFile("locks/push-1.json", Buffer.from("damaged"));
    expect(await refusal(clean(churn))).toMatchObject({
      code: "invalid-file",
      hint: expect.stringContaining("--unlock"),
    });
    expect(await gcUnlock(await openRepo(churn.repo), "store")).toEqual({ remote: "store", unlocked: 1 });
    expect((await clean(churn)).removed).toHaveLength(1);
    expect(JSON.parse(readFileSync(lockFile(), "utf8"))).toMatchObject({ state: "ended" });
  });
});

describe("refuses, and nothing goes", () => {
  beforeEach(async () => abandon(churn, "abandoned\n"));

  async function refused(input: Partial<GcRemoteInput> = {}) {
    const failure = await refusal(clean(churn, input));
    expect(shared.has("abandoned\n")).toBe(true);
    return failure;
  }

  test("where a repository cannot be asked, until it is forgotten", async () => {
    const gone = `${risk.origin.dir}.away`;
    renameSync(risk.origin.dir, gone);
    const url = `file://${risk.origin.dir}`;
    expect(await refused()).toEqual({
      code: "gc-refused",
      message: expect.stringContaining(`${url} uses store, and cannot be asked what it needs: ${url}: `),
      hint: `try: git ls-remote ${url}; where it is gone for good: mv gc --remote store --forget ${url}`,
    });
    expect(await clean(churn, { forget: [url], dryRun: true })).toMatchObject({ forgotten: [url] });
    const { repositories } = await clean(churn, { forget: ["115c0de5"] });
    expect(repositories).toEqual([`file://${churn.origin.dir}`]);
    const store = await openStore(churn);
    expect((await store.readFile("mversion.json", 10_000))?.bytes.toString()).not.toContain("115c0de5");
  });

  test("where another repository is there now", async () => {
    renameSync(risk.origin.dir, `${risk.origin.dir}.away`);
    const other = createRepo({ bare: true });
    churn.repo.git("push", "-q", "--no-verify", `file://${other.dir}`, "main");
    renameSync(other.dir, risk.origin.dir);
    expect(await refused()).toMatchObject({
      code: "gc-refused",
      message: expect.stringContaining("no branch there has id: 115c0de5 in .mversion.yaml"),
    });
  });

  test("where the store does not know us, or not where somebody is", async () => {
    const store = await openStore(churn);
    const write = (repositories: unknown[]): Promise<boolean> =>
      store.writeFile("mversion.json", Buffer.from(JSON.stringify({ repositories, schema: 1 })));
    await write([]);
    expect(await refused()).toMatchObject({ code: "gc-refused", hint: expect.stringContaining("mv push") });
    await write([{ id: "7d0c8f1e", url: null, models: ["churn"] }]);
    expect(await refused()).toMatchObject({
      code: "gc-refused",
      message: "store does not know where the repository of churn is, so it cannot be asked",
    });
  });

  test("where the list of files of a folder that a tag names is gone or rotten", async () => {
    const pointer = risk.repo.read("models/tokenizer.mv.yaml");
    const [, manifest = ""] = /^sha256: "?([0-9a-f]{64})/m.exec(pointer) ?? [];
    spoil(shared.store, manifest, "x".repeat(readFileSync(objectFile(shared.store, manifest)).length));
    expect(await refused()).toMatchObject({
      code: "gc-refused",
      hint: expect.stringContaining("mv verify --remote store"),
    });
    lose(shared.store, manifest);
    expect(await refused({ ignoreLost: true })).toMatchObject({
      code: "gc-refused",
      hint: "mv push --all --remote store, in a clone that has them",
    });
    // The clone that has it in its cache needs no store to know.
    expect((await clean(risk)).removed).toHaveLength(1);
  });

  test("where that of an old draft is nowhere, unless that is meant", async () => {
    const clone = cloneOf(risk);
    await play(clone, "mv restore");
    clone.write("models/tokenizer/vocab.json", "draft\n");
    await play(clone, "mv add models/tokenizer", "mv bump draft");
    clone.git("commit", "-qam", "draft");
    clone.write("models/tokenizer/vocab.json", "next\n");
    await play(clone, "mv add models/tokenizer", "mv bump draft");
    clone.git("commit", "-qam", "next");
    await push(await openRepo(clone), { words: [] });
    expect(await refused()).toMatchObject({
      code: "gc-refused",
      hint: expect.stringContaining("mv gc --remote store --ignore-lost"),
    });
    expect(await clean(churn, { ignoreLost: true })).toMatchObject({ lost: 1, removed: [{ size: 10 }] });
    expect(shared.has("next\n")).toBe(true);
  });

  test("where a release file cannot be read", async () => {
    const file = join(shared.store, "models/risk/releases/1.0.0.json");
    chmodSync(file, 0o644);
    writeFileSync(file, "{}");
    expect(await refused()).toMatchObject({ code: "gc-refused" });
  });

  test("where the remote cannot delete", async () => {
    setRemotes(churn.repo, {});
    churn.repo.write(
      ".mversion.yaml",
      `${churn.repo.read(".mversion.yaml")}remotes:\n  store: {url: lfs}\n  site: {url: "https://localhost:1/x"}\n`,
    );
    expect(await refusal(clean(churn))).toMatchObject({
      code: "gc-refused",
      message: expect.stringContaining("Git LFS"),
    });
    expect(await refusal(clean(churn, { remote: "site" }))).toMatchObject({ code: "gc-refused" });
  });
});

test("a store that a clone without the cache cleans is asked for the lists of files", async () => {
  const clone = cloneOf(churn);
  await abandon(risk, "abandoned\n");
  expect((await clean({ repo: clone, origin: churn.origin })).removed).toHaveLength(1);
  const other = cloneOf(risk);
  await play(other, "mv pull");
  expect(other.read("models/tokenizer/vocab.json")).toBe(RISK.vocab);
});
