// Conflicts of real merges, squashes, rebases, cherry-picks, reverts and stashes, settled by one side.
import { rmSync } from "node:fs";
import { beforeAll, describe, expect, test } from "vitest";
import { parseRecord } from "../../src/model/record.ts";
import { merge, type MergeInput, type MergeResult } from "../../src/operations/merge.ts";
import { openProject } from "../../src/operations/project.ts";
import { BYTES, DATA, MODEL, play, sampleProject, trained } from "../helpers/cli.ts";
import { forkRepo } from "../helpers/fork.ts";
import { sha256 } from "../helpers/program.ts";
import { testEnv, type TestRepo } from "../helpers/git.ts";

const RECORD = "churn.model.yaml";
const POINTER = `${MODEL}.mv.yaml`;

/** Walkthrough B: 1.1.0, then feat-a (D, merged to main) and feat-b (E) retrained at once, both as 1.2.0-dev.1. */
let base: TestRepo;

beforeAll(async () => {
  base = await sampleProject({ until: "1.1.0" });
  await draft(base, "feat-a", BYTES.D, "--param C=0.5 --metric accuracy=0.92");
  base.git("switch", "-q", "main");
  await play(base, "mv restore");
  await draft(base, "feat-b", BYTES.E, "--param C=0.4 --metric accuracy=0.93");
  base.git("switch", "-q", "main");
  base.git("merge", "-q", "--no-ff", "-m", "Merge feat-a", "feat-a");
  await play(base, "mv restore");
});

async function draft(repo: TestRepo, branch: string, bytes: string, flags = ""): Promise<void> {
  if (branch !== "") repo.git("switch", "-qc", branch);
  trained(repo, MODEL, bytes);
  await play(repo, `mv add ${MODEL} ${flags}`, "mv bump draft");
  repo.git("commit", "-qam", `Train on ${branch || "main"}`);
}

function conflicts(repo: TestRepo, ...command: string[]): void {
  const { status, stdout, stderr } = repo.tryGit(...command);
  expect(stdout + stderr).toMatch(/CONFLICT|conflict/);
  expect(status).not.toBe(0);
}

async function settle(repo: TestRepo, side?: "ours" | "theirs", input: Partial<MergeInput> = {}): Promise<MergeResult> {
  const project = await openProject({ cwd: repo.dir, env: testEnv() });
  return merge(project, { side, ...input });
}

const record = (repo: TestRepo) => parseRecord(repo.read(RECORD), RECORD);

/** Pointer, record and disk say the same, and the commit passes every rule. */
async function holds(repo: TestRepo, bytes: string, version: string): Promise<void> {
  expect(repo.read(MODEL)).toBe(bytes);
  expect(record(repo).version).toBe(version);
  expect(record(repo).artifacts).toMatchObject([{ path: MODEL, sha256: sha256(bytes) }]);
  expect(repo.read(POINTER)).toContain(sha256(bytes));
  expect(repo.git("ls-files", "--unmerged", "--", RECORD, "models", "data")).toBe("");
  await play(repo, "mv check --staged");
}

describe("a merge", () => {
  test("theirs: their bytes with all that describes them, under a number above both", async () => {
    const repo = forkRepo(base);
    conflicts(repo, "merge", "feat-b");
    expect(await settle(repo, "theirs")).toMatchObject({
      cause: "merge",
      ours: "main",
      theirs: "feat-b",
      models: [{ model: "churn", version: "1.2.0-dev.2", side: "theirs", lost: ["1.2.0-dev.1"], overruled: [] }],
      written: [MODEL],
      unmerged: [],
      next: "git commit",
    });
    await holds(repo, BYTES.E, "1.2.0-dev.2");
    expect(JSON.parse(JSON.stringify(record(repo).fields))).toMatchObject({
      hyperparameters: { C: 0.4 },
      metrics: { accuracy: 0.93 },
    });
    repo.git("commit", "-q", "--no-edit");
  });

  test("ours: the bytes stay, under a number of their own", async () => {
    const repo = forkRepo(base);
    conflicts(repo, "merge", "feat-b");
    expect(await settle(repo, "ours")).toMatchObject({
      models: [{ version: "1.2.0-dev.2", side: "ours" }],
      written: [],
    });
    await holds(repo, BYTES.D, "1.2.0-dev.2");
  });

  test("neither: both have new bytes, and it is said whose", async () => {
    const repo = forkRepo(base);
    conflicts(repo, "merge", "feat-b");
    await expect(settle(repo)).rejects.toMatchObject({
      code: "conflict",
      message: "Both sides have new bytes for churn: --ours is 1.2.0-dev.1 of main, --theirs is 1.2.0-dev.1 of feat-b",
      hint: "mv merge --ours, or mv merge --theirs",
    });
    expect(repo.git("ls-files", "--unmerged")).not.toBe("");
  });

  test("neither, where only one side has new bytes: that side's, and the other's words", async () => {
    const repo = forkRepo(base);
    repo.git("switch", "-q", "feat-b");
    await play(repo, "mv restore");
    repo.git("switch", "-qc", "words", "v1.1.0");
    await play(repo, "mv restore", "mv set owner=ada description=Churn metrics.accuracy=0.5");
    repo.git("commit", "-qam", "Words");
    conflicts(repo, "merge", "feat-b");
    expect((await settle(repo)).models).toMatchObject([{ side: "theirs", lost: [] }]);
    expect(JSON.parse(JSON.stringify(record(repo).fields))).toMatchObject({
      owner: "ada",
      description: "Churn",
      metrics: { accuracy: 0.93 },
    });
    await holds(repo, BYTES.E, record(repo).version);
  });

  test("released bytes keep their number", async () => {
    const repo = forkRepo(base);
    await play(repo, "mv tag v1.2.0 -m 'feat-a'");
    repo.git("switch", "-q", "feat-b");
    await play(repo, "mv restore");
    conflicts(repo, "merge", "main");
    expect((await settle(repo, "theirs")).models).toMatchObject([{ version: "1.2.0", lost: ["1.2.0-dev.1"] }]);
    await holds(repo, BYTES.D, "1.2.0");
  });

  test("a final number that was declared stands, where rule 1 lets it", async () => {
    const repo = forkRepo(base);
    await play(repo, "mv bump minor -m 'Ready'");
    repo.git("commit", "-qam", "Declare");
    conflicts(repo, "merge", "feat-b");
    expect((await settle(repo, "ours")).models).toMatchObject([{ version: "1.2.0" }]);
    expect(record(repo).fields["reason"]).toBe("Ready");
    await holds(repo, BYTES.D, "1.2.0");
    // Taken by the other, under the same number, it may not.
    repo.git("merge", "--abort");
    repo.git("switch", "-q", "feat-b");
    await play(repo, "mv restore", "mv bump minor -m 'Ready too'");
    repo.git("commit", "-qam", "Declare too");
    repo.git("switch", "-q", "main");
    conflicts(repo, "merge", "--squash", "feat-b");
    expect((await settle(repo, "theirs")).models).toMatchObject([{ version: "1.3.0-dev.1" }]);
    expect(record(repo).fields["reason"]).toBeUndefined();
  });

  test("fields that both changed go with the bytes, and are named", async () => {
    const repo = forkRepo(base);
    await play(repo, "mv set owner=ada team.lead=ada team.size=3");
    repo.git("commit", "-qam", "Ada's");
    repo.git("switch", "-q", "feat-b");
    await play(repo, "mv restore", "mv set owner=ben team.lead=ben team.room=4");
    repo.git("commit", "-qam", "Ben's");
    repo.git("switch", "-q", "main");
    await play(repo, "mv restore");
    conflicts(repo, "merge", "feat-b");
    expect((await settle(repo, "theirs")).models[0]?.overruled.toSorted()).toEqual(["owner", "team.lead"]);
    expect(JSON.parse(JSON.stringify(record(repo).fields["team"]))).toEqual({ lead: "ben", size: 3, room: 4 });
  });

  test("the same bytes under two drafts: ours, since theirs has named other bytes on this branch", async () => {
    const repo = forkRepo(base);
    await draft(repo, "", BYTES.E);
    expect(record(repo).version).toBe("1.2.0-dev.2");
    conflicts(repo, "merge", "feat-b");
    await settle(repo, "theirs");
    await holds(repo, BYTES.E, "1.2.0-dev.2");
  });

  test("metadata alone: no side is needed, and the number stays", async () => {
    const repo = forkRepo(base);
    repo.git("switch", "-qc", "one");
    await play(repo, "mv set owner=ada");
    repo.git("commit", "-qam", "Owner");
    repo.git("switch", "-qc", "two", "main");
    await play(repo, "mv set license=MIT");
    repo.git("commit", "-qam", "License");
    conflicts(repo, "merge", "one");
    expect((await settle(repo)).models).toMatchObject([{ version: "1.2.0-dev.1", overruled: [], lost: [] }]);
    expect(record(repo).fields).toMatchObject({ owner: "ada", license: "MIT" });
  });

  test("code that is in conflict too stays so, and is named", async () => {
    const repo = forkRepo(base);
    repo.commit("main", { "train.py": "main\n" });
    repo.git("switch", "-q", "feat-b");
    repo.commit("b", { "train.py": "b\n" });
    repo.git("switch", "-q", "main");
    await play(repo, "mv restore");
    conflicts(repo, "merge", "feat-b");
    expect(await settle(repo, "theirs")).toMatchObject({ unmerged: ["train.py"] });
  });

  test("bytes that the cache lacks stay a pointer; bytes stored nowhere are not overwritten", async () => {
    const repo = forkRepo(base);
    conflicts(repo, "merge", "feat-b");
    repo.write(MODEL, "of today");
    await expect(settle(repo, "theirs")).rejects.toMatchObject({ code: "would-lose" });
    expect(repo.git("ls-files", "--unmerged")).not.toBe("");
    const hash = sha256(BYTES.E);
    rmSync(repo.path(".git/mversion/cache/objects", hash.slice(0, 2), hash));
    expect(await settle(repo, "theirs")).toMatchObject({ absent: [MODEL], written: [] });
    expect(repo.read(MODEL)).toBe("of today");
    expect(repo.read(POINTER)).toContain(hash);
  });

  test("nothing in conflict", async () => {
    await expect(settle(forkRepo(base), "ours")).rejects.toMatchObject({ code: "nothing-found", hint: "git status" });
  });
});

describe("other commands of Git", () => {
  test("a squash merge: one parent, and the number is above the other side's too", async () => {
    const repo = forkRepo(base);
    repo.git("switch", "-q", "feat-b");
    await play(repo, "mv restore");
    await draft(repo, "", BYTES.B);
    await draft(repo, "", BYTES.E);
    expect(record(repo).version).toBe("1.2.0-dev.3");
    repo.git("switch", "-q", "main");
    await play(repo, "mv restore");
    conflicts(repo, "merge", "--squash", "feat-b");
    const result = await settle(repo, "theirs");
    expect(result).toMatchObject({ cause: "squash", theirs: "feat-b", models: [{ version: "1.2.0-dev.4" }] });
    await holds(repo, BYTES.E, "1.2.0-dev.4");
    repo.git("commit", "-qm", "Squashed");
    expect(repo.git("log", "-1", "--format=%P").split(" ")).toHaveLength(1);
  });

  test("a rebase: ours is the branch that is rebased onto, theirs one's own", async () => {
    const repo = forkRepo(base);
    repo.git("switch", "-q", "feat-b");
    await play(repo, "mv restore");
    conflicts(repo, "rebase", "main");
    expect(await settle(repo, "theirs")).toMatchObject({
      cause: "rebase",
      ours: "main",
      theirs: "feat-b",
      models: [{ version: "1.2.0-dev.2" }],
      next: "git rebase --continue",
    });
    await holds(repo, BYTES.E, "1.2.0-dev.2");
    repo.git("rebase", "--continue");
    repo.git("reset", "-q", "--hard", "ORIG_HEAD");
    await play(repo, "mv restore");
    conflicts(repo, "rebase", "main");
    expect((await settle(repo, "ours")).models).toMatchObject([{ version: "1.2.0-dev.1" }]);
    await holds(repo, BYTES.D, "1.2.0-dev.1");
    repo.git("rebase", "--continue");
    expect(repo.head()).toBe(repo.git("rev-parse", "main"));
  });

  test("a cherry-pick, and a revert", async () => {
    const repo = forkRepo(base);
    conflicts(repo, "cherry-pick", "feat-b");
    expect(await settle(repo, "theirs")).toMatchObject({
      cause: "cherry-pick",
      theirs: "feat-b",
      models: [{ version: "1.2.0-dev.2" }],
      next: "git cherry-pick --continue",
    });
    await holds(repo, BYTES.E, "1.2.0-dev.2");
    repo.git("cherry-pick", "--continue");
    // Takes back feat-a's training, two commits ago.
    conflicts(repo, "revert", "--no-edit", "feat-a");
    const taken = repo.git("rev-parse", "--short=7", "feat-a");
    expect(await settle(repo, "theirs")).toMatchObject({
      cause: "revert",
      theirs: `before ${taken}`,
      models: [{ version: "1.1.0" }],
      next: "git revert --continue",
    });
    await holds(repo, BYTES.C, "1.1.0");
  });

  test("a stash", async () => {
    const repo = forkRepo(base);
    trained(repo, MODEL, BYTES.E);
    await play(repo, `mv add ${MODEL}`, "mv bump draft");
    repo.git("stash", "-q");
    await play(repo, "mv restore");
    await draft(repo, "", BYTES.B);
    conflicts(repo, "stash", "pop");
    expect(await settle(repo, "theirs")).toMatchObject({
      cause: "stash",
      theirs: "the stash",
      models: [{ version: "1.2.0-dev.3" }],
      next: "git stash drop",
    });
    await holds(repo, BYTES.E, "1.2.0-dev.3");
  });

  test("a stash that is gone: the higher number is known from the index, whichever side has it", async () => {
    for (const side of ["ours", "theirs"] as const) {
      const repo = forkRepo(base);
      trained(repo, MODEL, BYTES.E);
      await play(repo, `mv add ${MODEL}`, "mv bump 1.2.0-dev.7");
      repo.git("stash", "-q");
      await play(repo, "mv restore");
      await draft(repo, "", BYTES.B);
      conflicts(repo, "stash", "pop");
      repo.git("stash", "drop", "-q");
      await settle(repo, side);
      await holds(repo, side === "ours" ? BYTES.B : BYTES.E, side === "ours" ? "1.2.0-dev.2" : "1.2.0-dev.8");
    }
  });
});

describe("files", () => {
  test("the record alone: only its number differs", async () => {
    const repo = forkRepo(base);
    repo.git("switch", "-qc", "one");
    await play(repo, "mv bump 1.3.0 -m one");
    repo.git("commit", "-qam", "one");
    repo.git("switch", "-qc", "two", "main");
    await play(repo, "mv bump 1.4.0 -m two");
    repo.git("commit", "-qam", "two");
    conflicts(repo, "merge", "one");
    expect((await settle(repo, "theirs")).models).toMatchObject([{ version: "1.3.0", lost: [] }]);
    expect(record(repo).fields["reason"]).toBe("one");
    await holds(repo, BYTES.D, "1.3.0");
  });

  test("a pointer alone: data that both changed, with and without a side", async () => {
    const repo = forkRepo(base);
    for (const [branch, text] of [
      ["one", "one\n"],
      ["two", "two\n"],
    ] as const) {
      repo.git("switch", "-qc", branch, "main");
      await play(repo, "mv restore");
      trained(repo, DATA, text);
      await play(repo, `mv add ${DATA} --dataset`);
      repo.git("commit", "-qam", branch);
    }
    conflicts(repo, "merge", "one");
    await expect(settle(repo)).rejects.toMatchObject({ code: "conflict", message: `Both sides have changed ${DATA}` });
    expect(await settle(repo, "theirs")).toMatchObject({
      models: [],
      artifacts: [{ path: DATA, side: "theirs" }],
      written: [DATA],
    });
    expect(repo.read(DATA)).toBe("one\n");
    repo.git("commit", "-q", "--no-edit");
    expect(record(repo).version).toBe("1.2.0-dev.1");
  });

  test("new artifacts on both sides: one record's go, the ignore file is settled too", async () => {
    const repo = forkRepo(base);
    for (const [branch, name] of [
      ["one", "models/one.onnx"],
      ["two", "models/two.onnx"],
    ] as const) {
      repo.git("switch", "-qc", branch, "main");
      trained(repo, name, `${name}\n`);
      await play(repo, `mv add ${name}`, "mv bump draft");
      repo.git("commit", "-qam", branch);
      rmSync(repo.path(name));
    }
    await play(repo, "mv restore");
    conflicts(repo, "merge", "one");
    expect(repo.git("ls-files", "--unmerged")).toContain("models/.gitignore");
    const result = await settle(repo, "theirs");
    expect(result).toMatchObject({ written: ["models/one.onnx"], removed: ["models/two.onnx"], unmerged: [] });
    expect(record(repo).artifacts.map(({ path }) => path)).toEqual([MODEL, "models/one.onnx"]);
    expect(repo.read("models/.gitignore")).toBe("/model.onnx\n/one.onnx\n");
    expect(repo.exists("models/two.onnx.mv.yaml")).toBe(false);
    await play(repo, "mv check --staged");
    repo.git("commit", "-q", "--no-edit");
    expect(repo.git("status", "--porcelain")).toBe("");
  });

  test("an ignore file with lines of the user's own is left to the user", async () => {
    const repo = forkRepo(base);
    for (const [branch, name] of [
      ["one", "models/one.onnx"],
      ["two", "models/two.onnx"],
    ] as const) {
      repo.git("switch", "-qc", branch, "main");
      repo.write("models/.gitignore", `${repo.read("models/.gitignore")}*.${branch}\n`);
      trained(repo, name, `${name}\n`);
      await play(repo, `mv add ${name}`, "mv bump draft");
      repo.git("commit", "-qam", branch);
      rmSync(repo.path(name));
    }
    await play(repo, "mv restore");
    conflicts(repo, "merge", "one");
    expect(await settle(repo, "theirs")).toMatchObject({ unmerged: ["models/.gitignore"] });
  });

  test("an artifact removed on one side, retrained on the other", async () => {
    const repo = forkRepo(base);
    trained(repo, "models/second.onnx", "second\n");
    await play(repo, "mv add models/second.onnx", "mv bump draft");
    repo.git("commit", "-qam", "second");
    repo.git("switch", "-qc", "gone");
    await play(repo, "mv remove --delete models/second.onnx", "mv bump draft");
    repo.git("commit", "-qam", "gone");
    repo.git("switch", "-q", "main");
    await play(repo, "mv restore");
    trained(repo, "models/second.onnx", "second again\n");
    await play(repo, "mv add models/second.onnx", "mv bump draft");
    repo.git("commit", "-qam", "again");
    const before = repo.head();
    conflicts(repo, "merge", "gone");
    expect(await settle(repo, "theirs")).toMatchObject({ removed: ["models/second.onnx"], unmerged: [] });
    expect(repo.exists("models/second.onnx.mv.yaml")).toBe(false);
    await play(repo, "mv check --staged");
    repo.git("reset", "-q", "--hard", before);
    await play(repo, "mv restore");
    conflicts(repo, "merge", "gone");
    expect(await settle(repo, "ours")).toMatchObject({ removed: [], unmerged: [] });
    expect(repo.read("models/second.onnx")).toBe("second again\n");
    await play(repo, "mv check --staged");
  });

  test("a model removed on one side, retrained on the other", async () => {
    const repo = forkRepo(base);
    repo.git("switch", "-qc", "gone");
    repo.git("rm", "-q", RECORD, POINTER);
    repo.git("commit", "-qm", "No model any more");
    rmSync(repo.path(MODEL));
    repo.git("switch", "-q", "main");
    await play(repo, "mv restore");
    await draft(repo, "", BYTES.B);
    conflicts(repo, "merge", "gone");
    await expect(settle(repo)).rejects.toMatchObject({ message: expect.stringContaining("--theirs is gone in gone") });
    expect(await settle(repo, "theirs")).toMatchObject({ models: [{ version: null }], removed: [MODEL], unmerged: [] });
    expect([repo.exists(RECORD), repo.exists(POINTER)]).toEqual([false, false]);
    repo.git("commit", "-q", "--no-edit");
  });

  test("one of several models", async () => {
    const repo = forkRepo(base);
    await play(repo, "mv init --model risk --no-hooks");
    trained(repo, "models/risk.onnx", "risk 1\n");
    await play(repo, "mv add models/risk.onnx --model risk");
    repo.git("commit", "-qam", "risk");
    for (const branch of ["one", "two"]) {
      repo.git("switch", "-qc", branch, "main");
      await play(repo, "mv restore");
      trained(repo, "models/risk.onnx", `risk ${branch}\n`);
      trained(repo, MODEL, `churn ${branch}\n`);
      await play(repo, "mv add models/risk.onnx", `mv add ${MODEL}`, "mv bump --affected draft");
      repo.git("commit", "-qam", branch);
    }
    conflicts(repo, "merge", "one");
    expect(await settle(repo, "theirs", { model: "risk" })).toMatchObject({
      models: [{ model: "risk" }],
      unmerged: [RECORD, POINTER],
    });
    await settle(repo, "ours");
    expect([repo.read("models/risk.onnx"), repo.read(MODEL)]).toEqual(["risk one\n", "churn two\n"]);
    await play(repo, "mv check --staged");
  });
});
