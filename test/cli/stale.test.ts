// Artifacts that Git alone has moved or taken away, and files of ours that cannot be read: every way out is typed as printed.
import { rmSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { check } from "../../src/operations/check.ts";
import { BYTES, json, MODEL, play, run, sampleProject, screen, trained } from "../helpers/cli.ts";
import { createRepo, type TestRepo } from "../helpers/git.ts";
import { openRepo } from "../helpers/project.ts";

const POINTER = `${MODEL}.mv.yaml`;

/** What the check of the index says of the record and of files that cannot be read. */
async function staged(repo: TestRepo): Promise<readonly (readonly string[])[]> {
  const { findings } = await check(await openRepo(repo), { staged: true });
  return findings.filter(({ rule }) => rule === "record-stale" || rule === "invalid-file").map(({ next }) => next);
}

describe("an artifact that Git alone", () => {
  it("has moved with its folder is added where it is now, by all the models that it belongs to", async () => {
    const repo = await sampleProject({ until: "1.1.0" });
    await play(repo, "mv init --model risk --no-hooks", `mv add ${MODEL} --model risk`);
    repo.commit("A model that shares it");
    repo.git("mv", "models", "weights");
    expect((await run(repo, "mv status")).stderr).toContain(
      "The record of churn describes other bytes. Next: mv add weights/model.onnx\n",
    );
    expect(await staged(repo)).toEqual([["mv add weights/model.onnx"]]);
    expect((await json(repo, "mv tag risk@v1.0.0 -m x --json")).error?.hint).toBe("mv add weights/model.onnx");
    await play(repo, "mv add weights/model.onnx");
    expect(await staged(repo)).toEqual([]);
    expect(repo.read("risk.model.yaml")).toContain("path: weights/model.onnx");
    expect(repo.read("churn.model.yaml")).toContain("metrics: {accuracy: 0.91}");
    await play(repo, "mv check --staged");
  });

  it("took away is removed from its record too, or tracked again", async () => {
    const repo = await sampleProject({ until: "1.1.0" });
    repo.git("rm", "-q", POINTER);
    rmSync(repo.path(MODEL));
    const back = `git restore --source=HEAD --staged --worktree ${POINTER}`;
    expect(await staged(repo)).toEqual([[`mv remove ${MODEL}`, `Or keep tracking it: ${back}`]]);
    expect(await screen(repo, "mv status")).toMatchInlineSnapshot(`
      "churn  1.1.0  released; record describes other bytes; only on this machine: 1.0.0, 1.1.0
        data/train.csv  dataset  unchanged
      ! The record of churn describes other bytes. Next: mv remove models/model.onnx
      ! Or keep tracking it: git restore --source=HEAD --staged --worktree models/model.onnx.mv.yaml"
    `);
    repo.git(...back.split(" ").slice(1));
    expect((await json(repo, "mv status --json")).data).toMatchObject({ models: [{ stale: false }] });
    repo.git("rm", "-q", POINTER);
    expect(await screen(repo, `mv remove ${MODEL}`)).toMatchInlineSnapshot(`
      "models/model.onnx  no longer tracked
      ! churn 1.1.0: no artifact left
      ! Dropped with the old bytes: metrics, training_date, library_versions, environment, reason."
    `);
    expect(await staged(repo)).toEqual([]);
    expect(repo.git("status", "--short")).toMatchInlineSnapshot(`
      "M  churn.model.yaml
      D  models/.gitignore
      D  models/model.onnx.mv.yaml"
    `);
  });

  it("renamed by its pointer is named with the command that renames it, which loses nothing", async () => {
    const repo = await sampleProject({ until: "1.1.0" });
    repo.git("mv", POINTER, "models/net.onnx.mv.yaml");
    const [[rename = "", leaveOut = ""] = []] = await staged(repo);
    expect([rename, leaveOut]).toMatchInlineSnapshot(`
      [
        "to rename the artifact: git mv models/net.onnx.mv.yaml models/model.onnx.mv.yaml && mv move models/model.onnx models/net.onnx; else write path: net.onnx",
        "Or leave it out: git rm --cached models/net.onnx.mv.yaml",
      ]
    `);
    expect((await run(repo, "mv status")).stderr).toContain(rename);
    const [first = "", second = ""] = (/: (.*); else/.exec(rename)?.[1] ?? "").split(" && ");
    repo.git(...first.split(" ").slice(1));
    await play(repo, second);
    expect(await staged(repo)).toEqual([]);
    expect(repo.read("models/net.onnx")).toBe(BYTES.C);
  });
});

describe("files of ours", () => {
  it("that are committed one without the other are named together", async () => {
    const repo = await sampleProject({ until: "1.0.0" });
    trained(repo, MODEL, BYTES.C);
    await play(repo, `mv add ${MODEL}`, "mv bump minor");
    repo.git("restore", "--staged", "churn.model.yaml");
    expect(await staged(repo)).toEqual([["git add churn.model.yaml, then commit both together"]]);
    repo.git("add", "churn.model.yaml");
    expect(await staged(repo)).toEqual([]);
    repo.git("restore", "--staged", POINTER);
    expect(await staged(repo)).toEqual([[`git add ${POINTER}, then commit both together`]]);
  });

  it("that cannot be read keep what was written into them by hand", async () => {
    const repo = await sampleProject({ until: "1.0.0" });
    repo.write("churn.model.yaml", `\uFEFF${repo.read("churn.model.yaml")}`);
    repo.git("add", "churn.model.yaml");
    expect(await staged(repo)).toEqual([
      [
        "save it as UTF-8 without BOM",
        "Or back to what was committed: git restore --staged --worktree churn.model.yaml",
      ],
    ]);
  });
});

describe("another repository inside the tree", () => {
  it("keeps its own artifacts: nothing of ours is touched", async () => {
    const repo = await sampleProject({ until: "1.0.0" });
    repo.git("init", "-q", "sub dir");
    repo.write("sub dir/models/x.bin", "x");
    expect(await screen(repo, ["mv", "add", "sub dir/models/x.bin"])).toMatchInlineSnapshot(`
      "! mversion: refused: sub dir/models/x.bin belongs to the Git repository in sub dir
      ! Next: mv add -C 'sub dir' models/x.bin
      exit 1"
    `);
    expect(repo.git("status", "--short", "--untracked-files=no")).toBe("");
    expect(repo.exists("sub dir/models/x.bin.mv.yaml")).toBe(false);
  });
});

describe("bytes that were added and never committed", () => {
  it("are said, with what brings them back, where a version takes their place", async () => {
    for (const verb of ["restore", "revert"]) {
      const repo = await sampleProject({ until: "1.0.0" });
      trained(repo, MODEL, BYTES.E);
      await play(repo, `mv add ${MODEL}`);
      const { stderr } = await run(repo, `mv ${verb} v1.0.0`);
      const back = /back: (mv restore [0-9a-f]{64} \S+)/.exec(stderr)?.[1] ?? "";
      expect(repo.read(MODEL)).toBe(BYTES.B);
      await play(repo, back);
      expect(repo.read(MODEL)).toBe(BYTES.E);
      // Committed, they are in the history.
      await play(repo, "mv restore --force v1.0.0", "mv restore --force v1.0.0");
      expect((await run(repo, "mv restore v1.0.0")).stderr).not.toContain("Stored");
    }
  });
});

describe("where nothing is released or tracked yet", () => {
  it("the first command fits the model, and a folder without a repository", async () => {
    const repo = await sampleProject({ until: "1.0.0" });
    await play(repo, "mv init --model risk --no-hooks");
    for (const line of ["mv log --model risk", "mv log --changelog --model risk"]) {
      expect((await run(repo, line)).stderr).toContain("No release yet. Next: mv tag risk@v1.0.0 -m WHY");
    }
    expect(await screen(createRepo({ init: false }), "mv status")).toMatchInlineSnapshot(`
      "! mversion: /repo is not in a Git repository
      ! Next: cd into one, or make one here: git init && mv init --model NAME
      exit 10"
    `);
  });
});

describe("a hook of the user's that refuses a release", () => {
  it("is heard once: what it said, then what did not happen", async () => {
    const repo = await sampleProject({ until: "1.0.0" });
    repo.hook("commit-msg", "echo 'line one' >&2; echo 'no ticket' >&2; exit 1");
    expect(await screen(repo, 'mv tag v1.1.0 -m "why"')).toMatchInlineSnapshot(`
      "! line one
      ! no ticket
      ! mversion: refused: churn 1.1.0 was not released: no ticket
      ! Next: put that right, then: mv tag v1.1.0 -m why
      exit 1"
    `);
    expect((await json(repo, 'mv tag v1.1.0 -m "why" --json')).error?.details["output"]).toBe("line one\nno ticket");
  });
});
