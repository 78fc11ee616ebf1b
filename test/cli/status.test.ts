import { rmSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { BYTES, DATA, json, MODEL, play, run, sampleProject, screen, trained } from "../helpers/cli.ts";
import { cloneRepo } from "../helpers/git.ts";

describe("mv status", () => {
  it("shows models and artifacts", async () => {
    const repo = await sampleProject();
    expect(await screen(repo, "mv status")).toMatchInlineSnapshot(`"churn  nothing added yet"`);
    await play(repo, `mv add ${DATA} --dataset`, `mv add ${MODEL}`);
    expect(await screen(repo, "mv status")).toMatchInlineSnapshot(`
      "churn  0.1.0-dev.1  not released; not committed
        data/train.csv     dataset  unchanged
        models/model.onnx  model    unchanged"
    `);
  });

  it("promises no bytes where no store is set up", async () => {
    const clone = cloneRepo(await sampleProject({ until: "1.0.0" }));
    expect((await run(clone, "mv status")).stderr).toContain(
      "No store is set up to fetch them from. Next: mv remote add NAME URL --default, or mv add a copy of each",
    );
  });

  it("concludes nothing where history or tags are not here", async () => {
    const repo = await sampleProject({ until: "1.1.0" });
    for (const [flags, command] of [
      [["--depth=1", "--no-tags"], "git fetch --unshallow --tags"],
      [["--no-tags"], "git fetch --tags"],
    ] as const) {
      const clone = cloneRepo(`file://${repo.dir}`, { flags: [...flags] });
      const { stdout, stderr } = await run(clone, "mv status");
      expect(stdout).toMatch(/^churn {2}1\.1\.0 {2}no release of it here$/m);
      expect(stderr).toContain(`History or tags are not all here, so releases may be missing. Next: ${command}`);
    }
  });

  it("misses nothing that a sparse checkout leaves out; restore and a release go on without it", async () => {
    const repo = await sampleProject({ until: "1.1.0" });
    repo.commit("Code of its own", { "other/code.py": "" });
    for (const path of [MODEL, DATA]) rmSync(repo.path(path));
    repo.git("sparse-checkout", "set", "other");
    expect(repo.exists("models")).toBe(false);
    expect(await screen(repo, "mv status")).toMatchInlineSnapshot(`
      "churn  1.1.0  released; only on this machine: 1.0.0, 1.1.0
        data/train.csv     dataset  left out by the sparse checkout
        models/model.onnx  model    left out by the sparse checkout"
    `);
    expect((await json(repo, "mv status --json")).data).toMatchObject({
      models: [{ stale: false, moved_datasets: [] }],
      artifacts: [
        { state: "absent", kept_out: true },
        { state: "absent", kept_out: true },
      ],
    });
    expect(await screen(repo, "mv restore")).toMatchInlineSnapshot(`"Nothing to restore"`);
    await play(repo, "mv set description=words", 'mv tag v1.1.1 -m "Say what it is"', "mv verify --all");
    expect(repo.exists("models")).toBe(false);
    await play(repo, `mv restore ${MODEL}`);
    expect(repo.read(MODEL)).toBe(BYTES.C);
    expect(repo.git("status", "--short")).toBe("");
  });

  it("gives walkthrough's document to a program", async () => {
    const repo = await sampleProject({ until: "1.1.0" });
    expect(await screen(repo, "mv status")).toMatchInlineSnapshot(`
      "churn  1.1.0  released; only on this machine: 1.0.0, 1.1.0
        data/train.csv     dataset  unchanged
        models/model.onnx  model    unchanged"
    `);
    expect(await json(repo, "mv status --json")).toMatchInlineSnapshot(`
      {
        "command": "status",
        "data": {
          "artifacts": [
            {
              "path": "data/train.csv",
              "role": "dataset",
              "state": "unchanged",
            },
            {
              "path": "models/model.onnx",
              "role": "model",
              "state": "unchanged",
            },
          ],
          "branch": "main",
          "broken": [],
          "conflicts": [],
          "has_store": false,
          "incomplete": null,
          "interrupted": null,
          "models": [
            {
              "artifacts": [
                "models/model.onnx",
              ],
              "declared": "1.1.0",
              "local_only": [
                "1.0.0",
                "1.1.0",
              ],
              "model": "churn",
              "moved_datasets": [],
              "newest": "1.1.0",
              "next": null,
              "overwrites": null,
              "record": "churn.model.yaml",
              "released": true,
              "stale": false,
              "stale_next": [],
              "uncommitted": false,
            },
          ],
        },
        "ok": true,
        "schema": 1,
        "warnings": [],
      }
    `);
  });

  it("tells changed, moved on, absent and unlisted apart, and what to type", async () => {
    const repo = await sampleProject({ until: "1.1.0" });
    trained(repo, MODEL, BYTES.D);
    expect(await screen(repo, "mv status", { cwd: "models" })).toMatchInlineSnapshot(`
      "churn  1.1.0  released; only on this machine: 1.0.0, 1.1.0
        ../data/train.csv  dataset  unchanged
        model.onnx         model    modified
      ! Changed on disk. Next: mv add model.onnx, or mv restore --force model.onnx"
    `);
    trained(repo, MODEL, BYTES.A);
    expect(await screen(repo, "mv status")).toMatchInlineSnapshot(`
      "churn  1.1.0  released; only on this machine: 1.0.0, 1.1.0
        data/train.csv     dataset  unchanged
        models/model.onnx  model    pointer moved, bytes are from an earlier add
      ! Next: mv restore models/model.onnx"
    `);
    trained(repo, MODEL, BYTES.B);
    rmSync(repo.path(DATA));
    expect(await screen(repo, "mv status")).toMatchInlineSnapshot(`
      "churn  1.1.0  released; only on this machine: 1.0.0, 1.1.0
        data/train.csv     dataset  absent, in the cache
        models/model.onnx  model    pointer moved, bytes are 1.0.0's
      ! Next: mv restore data/train.csv models/model.onnx"
    `);
    expect((await run(repo, "mv status --exit-code")).status).toBe(1);
  });

  it("names numbers that belong to other bytes, and data that moved on", async () => {
    const repo = await sampleProject({ until: "1.1.0" });
    trained(repo, MODEL, BYTES.D);
    trained(repo, DATA, `${BYTES.T}40,1,south,0\n`);
    await play(repo, `mv add ${MODEL}`, `mv add ${DATA}`);
    expect(await screen(repo, "mv status")).toMatchInlineSnapshot(`
      "churn  1.1.0  released with other bytes; not committed; only on this machine: 1.0.0, 1.1.0
        data/train.csv     dataset  unchanged
        models/model.onnx  model    unchanged
      ! 1.1.0 is released. Next: mv tag v1.2.0 -a -m WHY, or mv bump draft"
    `);
    repo.git("reset", "--quiet", "--hard");
    repo.git("rm", "--quiet", `${DATA}.mv.yaml`);
    expect(await screen(repo, "mv status")).toMatchInlineSnapshot(`
      "churn  1.1.0  released; only on this machine: 1.0.0, 1.1.0
        models/model.onnx  model  pointer moved, bytes are from an earlier add
      ! data/train.csv, which churn was trained on, is not tracked any more.
      ! Next: mv restore models/model.onnx"
    `);
  });

  it("names what cannot be read, and shows the rest", async () => {
    const repo = await sampleProject({ until: "1.0.0" });
    repo.write(`${DATA}.mv.yaml`, `<<<<<<< ours\n${repo.read(`${DATA}.mv.yaml`)}`);
    expect(await screen(repo, "mv status")).toMatchInlineSnapshot(`
      "churn  1.0.0  released; only on this machine: 1.0.0
        models/model.onnx  model  unchanged
      ! Broken: data/train.csv.mv.yaml:1: conflict markers of a merge are in the file. Next: mv merge --ours | --theirs, or settle it in data/train.csv.mv.yaml"
    `);
    repo.write("churn.model.yaml", "schema: 1\nmodel_name: [\n");
    expect(await screen(repo, "mv status")).toMatchInlineSnapshot(`
      "churn  record cannot be read
        models/model.onnx  model  unchanged
      ! Broken: churn.model.yaml:3: flow sequence in block collection must be sufficiently indented and end with a ]. Next: git restore :/churn.model.yaml
      ! Broken: data/train.csv.mv.yaml:1: conflict markers of a merge are in the file. Next: mv merge --ours | --theirs, or settle it in data/train.csv.mv.yaml"
    `);
    expect((await run(repo, "mv status --exit-code")).status).toBe(1);
  });

  it("says how a conflict is settled", async () => {
    const repo = await sampleProject({ until: "1.0.0" });
    for (const [branch, bytes] of [
      ["feb-a", BYTES.D],
      ["feb-b", BYTES.E],
    ] as const) {
      repo.git("switch", "--quiet", "-c", branch, "v1.0.0");
      trained(repo, MODEL, bytes);
      await play(repo, `mv add ${MODEL}`, "mv bump draft");
      repo.git("commit", "-qam", branch);
    }
    repo.tryGit("merge", "feb-a");
    expect(await screen(repo, "mv status")).toMatchInlineSnapshot(`
      "churn  1.1.0-dev.1  not released; only on this machine: 1.0.0
        data/train.csv     dataset  unchanged
        models/model.onnx  model    unchanged
      ! In conflict: churn.model.yaml, models/model.onnx.mv.yaml. Next: mv merge --ours, or mv merge --theirs"
    `);
    // As the second pick of a range leaves it: the pointer applied, the record did not.
    repo.git("checkout", "--theirs", `${MODEL}.mv.yaml`);
    repo.git("add", `${MODEL}.mv.yaml`);
    const { stderr } = await run(repo, "mv status");
    expect(stderr).toContain("In conflict: churn.model.yaml. Next: mv merge --ours, or mv merge --theirs");
    expect(stderr).not.toContain("mv add");
    await play(repo, "mv merge --theirs");
    expect(repo.read(MODEL)).toBe(BYTES.D);
  });

  it("refuses outside of a project", async () => {
    const repo = await sampleProject({ until: "files" });
    rmSync(repo.path(".mversion.yaml"));
    expect(await screen(repo, "mv status")).toMatchInlineSnapshot(`
      "! mversion: /repo has no .mversion.yaml
      ! Next: mv init --model NAME
      exit 10"
    `);
  });
});
