// A machine without git: what only reads answers as it does with git, and what needs git says so and changes nothing.
import { rmSync } from "node:fs";
import { beforeAll, describe, expect, it } from "vitest";
import { BYTES, DATA, json, MODEL, play, run, type RunOptions, sampleProject, trained } from "../helpers/cli.ts";
import { forkRepo } from "../helpers/fork.ts";
import { createRepo, repoAt, scratchDir, type TestRepo } from "../helpers/git.ts";

/** Runs a line while PATH has no program at all. */
async function without<T>(work: () => Promise<T>): Promise<T> {
  const path = process.env["PATH"];
  process.env["PATH"] = scratchDir("no-programs");
  try {
    return await work();
  } finally {
    process.env["PATH"] = path;
  }
}

/** What is on the screen without git; fails where it is not the same with git. */
async function same(repo: TestRepo, line: string, options: RunOptions = {}): Promise<void> {
  const raw = { ...options, raw: true };
  const expected = await run(repo, line, raw);
  const found = await without(() => run(repo, line, raw));
  expect({ line, ...found }).toEqual({ line, ...expected });
}

const READING = [
  "mv status",
  "mv status --json",
  "mv log",
  "mv log --json",
  "mv log --csv",
  "mv show",
  "mv show v1.0.0",
  "mv show main~2 --json",
  "mv diff",
  "mv diff v1.0.0 v1.1.0",
  "mv diff v1.0.0 --json",
  "mv diff main~2 --files",
  "mv diff v1.0.0 v1.1.0 --format markdown",
  "mv verify",
  "mv verify --all",
  "mv verify v1.0.0 --json",
  "mv identify 14148f94",
  `mv identify ${MODEL} --json`,
  "mv show v9.9.9",
  "mv log --changelog",
  "mv audit v1.1.0",
  "mv export v1.1.0 --format cyclonedx",
  "mv export v1.1.0 --format model-card",
];

describe("without git", () => {
  let repo: TestRepo;
  beforeAll(async () => {
    repo = await sampleProject({ until: "1.1.0" });
    repo.write("train.py", "import sklearn\n\nC = 0.25\n");
    trained(repo, MODEL, BYTES.D);
    repo.write("models/tokenizer/vocab.json", "{}\n");
    await play(repo, "mv add models/tokenizer", `mv add ${MODEL}`);
    repo.write("models/tokenizer/vocab.json", '{"a":0}\n');
  });

  it("reading verbs say the same", async () => {
    for (const line of READING) await same(repo, line);
    for (const line of ["mv status", "mv diff"]) await same(repo, line, { cwd: "models" });
  });

  it("in a linked working tree and from packs too", async () => {
    const packed = forkRepo(repo);
    packed.git("gc", "-q");
    packed.git("pack-refs", "--all");
    const linked = `${scratchDir("linked")}/with blank`;
    packed.git("worktree", "add", "-q", "--detach", linked, "v1.0.0");
    await play(repoAt(linked), "mv restore");
    for (const line of READING) {
      await same(packed, line);
      if (!line.includes("main~2")) await same(repoAt(linked), line.replace(MODEL, DATA));
    }
  });

  it("restore brings back bytes, and those of a version with its pointer, and says what is not staged", async () => {
    const here = forkRepo(repo);
    rmSync(here.path(MODEL));
    here.write("models/tokenizer/vocab.json", "{}\n");
    const plain = await without(() => run(here, "mv restore", { raw: true }));
    expect(plain).toMatchObject({ status: 0, stderr: "" });
    expect(here.read(MODEL)).toBe(BYTES.D);
    const { screen } = await without(() => run(here, `mv restore v1.0.0 ${MODEL}`, { raw: true }));
    expect(screen).toMatchInlineSnapshot(`
      "! mversion: warning: not staged, since there is no git program here; where there is one: git add -f models/model.onnx.mv.yaml churn.model.yaml
      models/model.onnx  from churn 1.0.0
      ! Stored models/model.onnx as de01334d; back: mv restore de01334dbebad7423c3171b70f64add4c39e1ef2bbfab4b461d3f7e25ae82cf6 models/model.onnx
      ! The record declares churn 1.1.0, staged; that is released with other bytes
      ! Next: mv tag v1.2.0 -m WHY, or mv bump draft"
    `);
    expect(here.read(MODEL)).toBe(BYTES.B);
    expect(here.exists(".git/mversion/journal.json")).toBe(false);
    const add = /git (add .*)$/m.exec(screen)?.[1] ?? "";
    here.git(...add.split(" "));
    expect(here.git("status", "--short", "--", "models", "churn.model.yaml")).not.toMatch(/^.M/m);
  });

  it("what writes says that it needs git, and leaves all as it was", async () => {
    const before = repo.git("status", "--short");
    const lines = ["mv tag v1.2.0 -m Why", `mv add ${MODEL}`, "mv checkout v1.0.0", "mv bump minor", "mv set a=1"];
    for (const line of [
      ...lines,
      "mv check",
      `mv move ${MODEL} models/b.onnx`,
      `mv remove ${MODEL}`,
      "mv revert v1.0.0",
    ]) {
      const { ok, error } = await without(() => json(repo, `${line} --json`, { raw: true }));
      expect({ line, ok, code: error?.code, hint: error?.hint }).toEqual({
        line,
        ok: false,
        code: "git-needed",
        hint: "install Git, or put it on PATH",
      });
      expect({ line, status: repo.git("status", "--short") }).toEqual({ line, status: before });
      expect(repo.exists(".git/mversion/journal.json"), line).toBe(false);
    }
  });

  it("repositories that would be read wrongly are refused in words", async () => {
    const other = createRepo({ objectFormat: "sha256" });
    const { error } = await without(() => json(other, "mv status --json", { raw: true }));
    expect(error).toMatchObject({ code: "git-needed", message: "a sha256 repository needs the git program" });
  });
});
