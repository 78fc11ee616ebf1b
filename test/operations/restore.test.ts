// What `mv restore` and `mv revert` bring onto today's branch: bytes, pointers and records together.
import { mkdirSync, rmSync } from "node:fs";
import { beforeAll, describe, expect, test } from "vitest";
import type { ErrorCode } from "../../src/errors.ts";
import { parseRecord } from "../../src/model/record.ts";
import { openProject } from "../../src/operations/project.ts";
import { restore, type RestoreInput, type RestoreResult } from "../../src/operations/restore.ts";
import { revert } from "../../src/operations/revert.ts";
import { BYTES, DATA, MODEL, play, run, sampleProject, trained } from "../helpers/cli.ts";
import { forkRepo } from "../helpers/fork.ts";
import { testEnv, type TestRepo } from "../helpers/git.ts";

const RECORD = "churn.model.yaml";

let base: TestRepo;
/** Three models that share a tokenizer: walkthrough C. */
let three: TestRepo;

beforeAll(async () => {
  base = await sampleProject({ until: "1.1.0" });
  three = forkRepo(base);
  for (const model of ["risk", "ltv"]) {
    await play(three, `mv init --model ${model} --no-hooks`);
    trained(three, `models/${model}.onnx`, `${model}\n`);
    await play(three, `mv add models/${model}.onnx --model ${model}`);
  }
  three.write("models/tokenizer/vocab.json", '{"a":0}\n');
  await play(
    three,
    "mv add models/tokenizer --model churn --model risk --model ltv",
    "mv tag churn@v1.2.0 risk@v1.3.0 ltv@v2.9.0 -a -m Shared",
  );
  three.write("models/tokenizer/vocab.json", '{"a":0,"b":1}\n');
  await play(three, "mv add models/tokenizer", "mv tag churn@v1.3.0 risk@v1.4.0 ltv@v2.10.0 -a -m 'Tokenizer with b'");
});

async function bring(repo: TestRepo, words: string[], input: Partial<RestoreInput> & { cwd?: string } = {}) {
  const cwd = input.cwd === undefined ? repo.dir : repo.path(input.cwd);
  const project = await openProject({ cwd, env: testEnv() });
  return restore(project, { words, ...input });
}

async function refused(repo: TestRepo, code: ErrorCode, words: string[], input: Partial<RestoreInput> = {}) {
  const state = () => [repo.git("status", "--porcelain=v2"), repo.git("diff"), repo.git("diff", "--cached")];
  const before = state();
  const error: unknown = await bring(repo, words, input).then(
    (result) => `it went: ${JSON.stringify(result)}`,
    (thrown: unknown) => thrown,
  );
  expect(error).toMatchObject({ code });
  expect(state()).toEqual(before);
  return error as { message: string; hint: string };
}

const record = (repo: TestRepo, file = RECORD) => parseRecord(repo.read(file), file);
const staged = (repo: TestRepo): string[] => repo.git("diff", "--cached", "--name-only").split("\n").filter(Boolean);
const summary = ({ written, removed, version }: RestoreResult) => ({ written, removed, version });

describe("what the pointers say", () => {
  test("all of them, one by path, by pointer, by folder, from a subfolder", async () => {
    const repo = forkRepo(base);
    const cases: [string[], string?][] = [
      [[]],
      [["."]],
      [[MODEL]],
      [[`${MODEL}.mv.yaml`]],
      [["models"]],
      [["models/"]],
      [["model.onnx"], "models"],
      [["../models/model.onnx"], "data"],
    ];
    for (const [words, cwd] of cases) {
      rmSync(repo.path(MODEL));
      expect(summary(await bring(repo, words, cwd === undefined ? {} : { cwd }))).toEqual({
        written: [MODEL],
        removed: [],
        version: null,
      });
      expect(repo.read(MODEL)).toBe(BYTES.C);
    }
    expect(await bring(repo, [])).toMatchObject({ written: [], unchanged: 2 });
  });

  test("what Git put back: reset --hard and git restore fire no hook", async () => {
    const repo = forkRepo(base);
    repo.git("reset", "-q", "--hard", "v1.0.0");
    expect((await bring(repo, [])).written).toEqual([MODEL]);
    repo.git("restore", `--source=v1.1.0`, `${MODEL}.mv.yaml`);
    expect((await bring(repo, [])).written).toEqual([MODEL]);
    expect(repo.read(MODEL)).toBe(BYTES.C);
  });

  test("bytes that are stored nowhere are not overwritten; with --force they are stored first", async () => {
    const repo = forkRepo(base);
    repo.write(MODEL, "of today");
    await refused(repo, "would-lose", []);
    const { saved } = await bring(repo, [MODEL], { force: true });
    await bring(repo, [saved[0]?.sha256 ?? "", "model.onnx"], { cwd: "models" });
    expect(repo.read(MODEL)).toBe("of today");
  });

  test("without words what the cache lacks stays a pointer; a named path has to come", async () => {
    const repo = forkRepo(base);
    rmSync(repo.path(".git/mversion/cache/objects"), { recursive: true });
    rmSync(repo.path(MODEL));
    expect(await bring(repo, [])).toMatchObject({ written: [], absent: [MODEL] });
    expect((await refused(repo, "object-missing", [MODEL])).message).toBe(
      `${MODEL} cannot be brought back: ${MODEL} is not in the cache`,
    );
  });

  test("one unreadable pointer does not keep the others", async () => {
    const repo = forkRepo(base);
    repo.write(`${DATA}.mv.yaml`, "<<<<<<< HEAD\n");
    rmSync(repo.path(MODEL));
    expect((await bring(repo, [])).written).toEqual([MODEL]);
  });

  test("a word that is neither: a path without artifacts, an unknown version, an object with two paths", async () => {
    const repo = forkRepo(base);
    mkdirSync(repo.path("src"));
    expect(await refused(repo, "not-tracked", ["train.py"])).toMatchObject({ hint: "mv add train.py" });
    await refused(repo, "not-tracked", ["src"]);
    await refused(repo, "unknown-version", ["nothing"]);
    await refused(repo, "usage", ["0".repeat(64)]);
    await refused(repo, "object-missing", ["0".repeat(64), "x.bin"]);
  });
});

describe("a version", () => {
  test("all of it: bytes, pointer and record go back, and rule 1 lets it through", async () => {
    const repo = forkRepo(base);
    expect(summary(await bring(repo, ["v1.0.0"]))).toEqual({ written: [MODEL], removed: [], version: "1.0.0" });
    expect(repo.read(MODEL)).toBe(BYTES.B);
    expect(repo.read(RECORD)).toBe(`${repo.git("show", `v1.0.0:${RECORD}`)}\n`);
    expect(staged(repo)).toEqual([RECORD, `${MODEL}.mv.yaml`]);
    expect(repo.read("train.py")).toContain("C = 0.5");
    await play(repo, "mv check --staged");
    // And forward again.
    await bring(repo, ["v1.1.0"]);
    expect(repo.git("status", "--porcelain")).toBe("");
    expect(repo.read(MODEL)).toBe(BYTES.C);
  });

  test("named paths: file, pointer, folder, the whole tree, from a subfolder", async () => {
    for (const [words, cwd] of [
      [["v1.0.0", MODEL], "."],
      [["v1.0.0", `${MODEL}.mv.yaml`], "."],
      [["1.0.0", "models"], "."],
      [["churn@v1.0.0", "."], "."],
      [["v1.0.0", "model.onnx"], "models"],
      [["v1.1.0~1", MODEL], "."],
    ] as const) {
      const repo = forkRepo(base);
      expect(summary(await bring(repo, [...words], { cwd }))).toEqual({
        written: [MODEL],
        removed: [],
        version: "1.0.0",
      });
    }
  });

  test("data alone leaves the record: the model was not trained on it", async () => {
    const repo = forkRepo(base);
    trained(repo, DATA, "march\n");
    await play(repo, `mv add ${DATA} --dataset`);
    repo.git("commit", "-qm", "March");
    const before = repo.read(RECORD);
    expect(summary(await bring(repo, ["v1.1.0", DATA]))).toEqual({ written: [DATA], removed: [], version: null });
    expect(repo.read(RECORD)).toBe(before);
    expect(staged(repo)).toEqual([`${DATA}.mv.yaml`]);
    expect(repo.read(DATA)).toBe(BYTES.T);
  });

  test("data of the training, where the pointer of the release's commit had moved on", async () => {
    const repo = forkRepo(base);
    trained(repo, DATA, "march\n");
    await play(repo, `mv add ${DATA} --dataset`, "mv set owner=ada", "mv tag v1.1.1 -a -m correction");
    await bring(repo, ["v1.1.1", DATA]);
    expect(repo.read(DATA)).toBe(BYTES.T);
    expect(repo.read(`${DATA}.mv.yaml`)).toBe(`${repo.git("show", `v1.0.0:${DATA}.mv.yaml`)}\n`);
  });

  test("one of two artifacts: other bytes under a released number, which is said", async () => {
    const repo = forkRepo(base);
    trained(repo, "models/second.onnx", BYTES.D);
    await play(repo, "mv add models/second.onnx --metric accuracy=0.95", "mv tag v1.2.0 -a -m second");
    const result = await bring(repo, ["v1.0.0", MODEL]);
    expect(result).toMatchObject({
      version: "1.2.0",
      next: { tag: "mv tag v1.3.0 -m WHY", draft: "mv bump draft" },
      written: [MODEL],
    });
    expect(record(repo).fields["metrics"]).toBeUndefined();
    await play(repo, "mv tag v1.3.0 -m 'The old model with the second'");
    // The whole of 1.0.0 takes the second away.
    expect(summary(await bring(repo, ["v1.0.0"]))).toMatchObject({ removed: ["models/second.onnx"], version: "1.0.0" });
    expect(repo.exists("models/second.onnx.mv.yaml")).toBe(false);
    expect(repo.read("models/.gitignore")).not.toContain("second");
  });

  test("while nothing is released, part of an older draft raises the number", async () => {
    const repo = await sampleProject({ until: "draft" });
    trained(repo, "models/second.onnx", BYTES.D);
    await play(repo, "mv add models/second.onnx");
    repo.git("commit", "-qam", "Second");
    trained(repo, MODEL, BYTES.B);
    await play(repo, `mv add ${MODEL}`);
    repo.git("commit", "-qam", "Third");
    expect(record(repo).version).toBe("0.1.0-dev.3");
    trained(repo, "models/second.onnx", BYTES.E);
    await play(repo, "mv add models/second.onnx");
    repo.git("commit", "-qam", "Fourth");
    expect((await bring(repo, ["HEAD~3", MODEL])).version).toBe("0.1.0-dev.5");
    await play(repo, "mv check --staged");
    // All bytes of an earlier draft: its number, as after a revert.
    repo.git("reset", "-q", "--hard");
    await bring(repo, []);
    expect((await bring(repo, ["HEAD~1", "models/second.onnx"])).version).toBe("0.1.0-dev.3");
    await play(repo, "mv check --staged");
    // Part of it replaced again before a commit: the number is that of other bytes by then.
    expect((await bring(repo, ["HEAD~3", MODEL])).version).toBe("0.1.0-dev.5");
    await play(repo, "mv check --staged");
    trained(repo, MODEL, BYTES.C);
    await play(repo, `mv add ${MODEL}`, "mv check --staged");
    expect(record(repo).version).toBe("0.1.0-dev.5");
  });

  test("bytes that are stored nowhere, objects that are missing, paths the version does not have", async () => {
    const repo = forkRepo(base);
    expect((await refused(repo, "not-tracked", ["v1.0.0", "models/other.onnx"])).message).toContain(MODEL);
    repo.write(MODEL, "of today");
    await refused(repo, "would-lose", ["v1.0.0"]);
    rmSync(repo.path(".git/mversion/cache/objects"), { recursive: true });
    await refused(repo, "object-missing", ["v1.0.0"], { force: true });
  });

  test("a record in conflict is not settled by the way", async () => {
    const repo = forkRepo(base);
    repo.git("switch", "-qc", "side", "v1.0.0");
    await play(repo, "mv restore");
    trained(repo, MODEL, BYTES.D);
    await play(repo, `mv add ${MODEL}`, "mv bump draft");
    repo.git("commit", "-qam", "side");
    expect(repo.tryGit("merge", "main").status).not.toBe(0);
    await refused(repo, "conflict", ["v1.0.0"]);
  });
});

describe("a shared artifact", () => {
  test("is refused where it would change for others; --affected raises their drafts", async () => {
    const repo = forkRepo(three);
    const { message, hint } = await refused(repo, "shared-artifact", ["risk@v1.3.0"]);
    expect(message).toBe("models/tokenizer is of churn and ltv too, and would change for them");
    expect(hint).toContain("--affected");
    const result = await bring(repo, ["risk@v1.3.0"], { affected: true });
    expect(result.version).toBe("1.3.0");
    expect(result.affected).toEqual([
      { model: "churn", version: "1.4.0-dev.1" },
      { model: "ltv", version: "2.11.0-dev.1" },
    ]);
    expect(repo.read("models/tokenizer/vocab.json")).toBe('{"a":0}\n');
    await play(repo, "mv check --staged");
    repo.git("commit", "-qam", "Old tokenizer");
    await play(repo, "mv tag churn@v1.4.0 ltv@v2.11.0 -m 'Old tokenizer'");
  });

  test("the other artifacts of one model go back alone", async () => {
    const repo = forkRepo(three);
    trained(repo, "models/risk.onnx", "risk 2\n");
    await play(repo, "mv add models/risk.onnx", "mv tag risk@v1.5.0 -a -m again");
    expect((await bring(repo, ["risk@v1.4.0"])).affected).toEqual([]);
    expect(staged(repo)).toEqual(["models/risk.onnx.mv.yaml", "risk.model.yaml"]);
  });

  test("one that the version did not have yet leaves this model's list and stays the others'", async () => {
    const repo = forkRepo(three);
    await bring(repo, ["v1.1.0"]);
    expect(record(repo).artifacts.map(({ path }) => path)).toEqual([MODEL]);
    expect(repo.read("models/tokenizer/vocab.json")).toContain("b");
    expect(record(repo, "risk.model.yaml").artifacts).toHaveLength(2);
    await play(repo, "mv check --staged");
  });

  test("a plain revision needs the model's name, unless the path says it", async () => {
    const repo = forkRepo(three);
    await refused(repo, "model-needed", ["HEAD~1"]);
    await refused(repo, "model-needed", ["HEAD~1", "models/tokenizer"]);
    expect((await bring(repo, ["HEAD~1", "models/risk.onnx"])).model).toBe("risk");
    expect((await bring(repo, ["HEAD~1", MODEL], { model: "churn" })).model).toBe("churn");
  });
});

describe("mv revert", () => {
  test("prepares the next patch with the old bytes; mv tag then needs no reason", async () => {
    const repo = forkRepo(base);
    const project = await openProject({ cwd: repo.dir, env: testEnv() });
    const result = await revert(project, { version: "v1.0.0" });
    expect(result).toMatchObject({ version: "1.1.1", from: "1.0.0", reason: "Return to 1.0.0", next: "mv tag v1.1.1" });
    expect(staged(repo)).toEqual([RECORD, `${MODEL}.mv.yaml`]);
    expect([repo.read(MODEL), repo.read("train.py")]).toEqual([BYTES.B, expect.stringContaining("C = 0.5")]);
    expect(record(repo)).toMatchObject({ version: "1.1.1", fields: { reason: "Return to 1.0.0" } });
    await play(repo, "mv tag v1.1.1", "mv verify v1.1.1");
    expect(repo.git("tag", "-l", "--format=%(contents:subject)", "v1.1.1")).toBe("churn 1.1.1");
  });

  test("takes a number that is free on its line, and a reason of the user's", async () => {
    const repo = forkRepo(base);
    await play(repo, "mv revert v1.0.0 -m 'Recall fell'", "mv tag");
    expect(repo.git("tag", "-l", "--format=%(contents:body)", "v1.1.1")).toContain("Recall fell");
    repo.git("switch", "-q", "-c", "other", "v1.1.0");
    await play(repo, "mv restore", "mv revert v1.0.0");
    expect(record(repo).version).toBe("1.1.2");
  });

  test("is refused where it would lose bytes, change other models, or has nothing to go back to", async () => {
    const repo = forkRepo(three);
    for (const [line, words] of [
      ["mv revert risk@v1.3.0", "models/tokenizer is of churn and ltv too"],
      ["mv revert main", "main is not a release"],
      ["mv revert v7.0.0", "There is no version v7.0.0"],
    ] as const) {
      expect((await run(repo, line)).stderr).toContain(words);
    }
    repo.write(MODEL, "of today");
    expect((await run(repo, "mv revert v1.0.0")).stderr).toContain("holds bytes that are stored nowhere");
    expect(repo.git("status", "--porcelain")).toBe("");
  });
});
