import { rmSync } from "node:fs";
import { beforeAll, describe, expect, it } from "vitest";
import { BYTES, json, MODEL, play, run, sampleProject, screen, trained } from "../helpers/cli.ts";
import type { TestRepo } from "../helpers/git.ts";

describe("mv diff", () => {
  let repo: TestRepo;
  beforeAll(async () => {
    repo = await sampleProject({ until: "1.1.0" });
  });

  it("compares two versions", async () => {
    expect(await screen(repo, "mv diff v1.0.0 v1.1.0")).toMatchInlineSnapshot(`
      "churn 1.0.0 -> 1.1.0 (minor)
        artifacts        models/model.onnx  14148f94 -> b3242f12
        hyperparameters  C                  1.0 -> 0.5
        metrics          accuracy           0.90 -> 0.91
        code             train.py | 2 +-"
    `);
  });

  it("compares backwards without calling it a step", async () => {
    expect(await screen(repo, "mv diff v1.1.0 v1.0.0")).toMatchInlineSnapshot(`
      "churn 1.1.0 -> 1.0.0
        artifacts        models/model.onnx  b3242f12 -> 14148f94
        hyperparameters  C                  0.5 -> 1.0
        metrics          accuracy           0.91 -> 0.90
        code             train.py | 2 +-"
    `);
  });

  it("compares plain revisions", async () => {
    expect(await screen(repo, "mv diff main~3 main~2")).toMatchInlineSnapshot(`
      "churn 0.1.0-dev.1 (main~3) -> 0.1.0-dev.2 (main~2) (prerelease)
        artifacts  models/model.onnx  54fc455b -> 14148f94
        metrics    accuracy           0.89 -> 0.90"
    `);
  });

  it("says that nothing differs", async () => {
    expect(await screen(repo, "mv diff")).toMatchInlineSnapshot(
      `"! Nothing differs between churn 1.1.0 and the working tree."`,
    );
    expect((await run(repo, "mv diff --exit-code")).status).toBe(0);
    expect(await screen(repo, "mv diff --format markdown")).toMatchInlineSnapshot(`"No model differs."`);
  });

  it("makes a table for a pull request", async () => {
    expect(await screen(repo, "mv diff v1.0.0 v1.1.0 --format markdown")).toMatchInlineSnapshot(`
      "### churn 1.0.0 -&gt; 1.1.0 (minor)

      | | | from | to |
      | --- | --- | --- | --- |
      | artifacts | models/model.onnx | 14148f94 | b3242f12 |
      | hyperparameters | C | 1.0 | 0.5 |
      | metrics | accuracy | 0.90 | 0.91 |
      | code | train.py | -1 | +1 |"
    `);
  });

  it("gives the whole of it to a program, and exits 1 when asked to", async () => {
    const { status, stdout } = await run(repo, "mv diff v1.0.0 v1.1.0 --exit-code --json");
    expect(status).toBe(1);
    expect(JSON.parse(stdout)).toMatchInlineSnapshot(`
      {
        "command": "diff",
        "data": {
          "code": [
            {
              "files": [
                {
                  "added": 1,
                  "path": "train.py",
                  "removed": 1,
                },
              ],
              "from": "<commit 3>",
              "models": [
                "churn",
              ],
              "to": "<commit 4>",
            },
          ],
          "compared": [
            {
              "from": "churn 1.0.0",
              "model": "churn",
              "to": "churn 1.1.0",
            },
          ],
          "different": true,
          "models": [
            {
              "bump": "minor",
              "changes": {
                "artifacts": [
                  {
                    "from": {
                      "kind": "file",
                      "path": "models/model.onnx",
                      "sha256": "14148f94a8b3cfb68a156366ac5a16257a5326be700550db29dc8629553a4f6b",
                      "size": 8,
                    },
                    "path": "models/model.onnx",
                    "to": {
                      "kind": "file",
                      "path": "models/model.onnx",
                      "sha256": "b3242f120e959383b45cdc968f25d8b3a098c5b0af53bc19b6cb85091512af4d",
                      "size": 8,
                    },
                  },
                ],
                "datasets": [],
                "environment": [],
                "feature_set": null,
                "features": {
                  "added": [],
                  "removed": [],
                  "reordered": false,
                },
                "hyperparameters": [
                  {
                    "from": 1,
                    "key": "C",
                    "to": 0.5,
                  },
                ],
                "libraries": [],
                "metrics": [
                  {
                    "from": 0.9,
                    "key": "accuracy",
                    "to": 0.91,
                  },
                ],
                "other": [
                  {
                    "from": "2026-02-05",
                    "key": "training_date",
                    "to": "2026-02-09",
                  },
                  {
                    "from": "Initial production-ready model",
                    "key": "reason",
                    "to": "Retrained on the February snapshot",
                  },
                ],
              },
              "disk": [],
              "folders": [],
              "from": {
                "commit": "<commit 3>",
                "kind": "release",
                "name": "churn 1.0.0",
                "record": "churn.model.yaml",
                "version": "1.0.0",
              },
              "model": "churn",
              "stale": false,
              "to": {
                "commit": "<commit 4>",
                "kind": "release",
                "name": "churn 1.1.0",
                "record": "churn.model.yaml",
                "version": "1.1.0",
              },
            },
          ],
        },
        "ok": true,
        "schema": 1,
        "warnings": [],
      }
    `);
  });

  it("refuses a version that is not there", async () => {
    expect(await screen(repo, "mv diff v9.0.0")).toMatchInlineSnapshot(`
      "! mversion: There is no version v9.0.0; the newest is 1.1.0
      ! Next: mv log
      exit 2"
    `);
    expect(await json(repo, "mv diff v9.0.0 --json")).toMatchInlineSnapshot(`
      {
        "command": "diff",
        "error": {
          "code": "unknown-version",
          "details": {
            "version": "v9.0.0",
          },
          "hint": "mv log",
          "message": "There is no version v9.0.0; the newest is 1.1.0",
        },
        "ok": false,
        "schema": 1,
        "warnings": [],
      }
    `);
  });
});

describe("mv diff of the working tree", () => {
  it("marks bytes that were not added", async () => {
    const repo = await sampleProject({ until: "1.1.0" });
    trained(repo, MODEL, BYTES.D);
    repo.write("train.py", "import sklearn\n\nC = 0.4\n");
    expect(await screen(repo, "mv diff")).toMatchInlineSnapshot(`
      "churn 1.1.0 -> 1.1.0, working tree
        artifacts  models/model.onnx  b3242f12 -> de01334d, modified, not added
        code       train.py | 2 +-
      ! Next: mv add models/model.onnx"
    `);
    await play(repo, `mv add ${MODEL} --param C=0.4 --param solver=lbfgs`, "mv bump draft");
    expect(await screen(repo, "mv diff")).toMatchInlineSnapshot(`
      "churn 1.1.0 -> 1.2.0-dev.1, working tree (minor)
        artifacts        models/model.onnx  b3242f12 -> de01334d
        hyperparameters  C                  0.5 -> 0.4
                         solver             added lbfgs
        metrics          accuracy           removed 0.91
        code             train.py | 2 +-"
    `);
    trained(repo, MODEL, BYTES.E);
    expect(await screen(repo, "mv diff v1.0.0")).toMatchInlineSnapshot(`
      "churn 1.0.0 -> 1.2.0-dev.1, working tree (minor)
        artifacts        models/model.onnx  14148f94 -> de01334d, on disk 7879040e, modified, not added
        hyperparameters  C                  1.0 -> 0.4
                         solver             added lbfgs
        metrics          accuracy           removed 0.90
        code             train.py | 2 +-
      ! Next: mv add models/model.onnx"
    `);
  });

  it("works before the first release and before the first commit", async () => {
    const repo = await sampleProject({ until: "files" });
    await play(repo, `mv add ${MODEL} --param C=1.0`);
    expect(await screen(repo, "mv diff")).toMatchInlineSnapshot(`
      "churn nothing -> 0.1.0-dev.1, working tree
        artifacts        models/model.onnx      added 54fc455b
        hyperparameters  C                      added 1.0
        libraries        python                 added 3.11.7
                         scikit-learn           added 1.4.0
        environment      os                     added linux-x64
                         python_implementation  added CPython"
    `);
    repo.commit("First training");
    trained(repo, MODEL, BYTES.B);
    await play(repo, `mv add ${MODEL}`);
    expect(await screen(repo, "mv diff")).toMatchInlineSnapshot(`
      "churn 0.1.0-dev.1 (HEAD) -> 0.1.0-dev.2, working tree (prerelease)
        artifacts  models/model.onnx  54fc455b -> 14148f94"
    `);
  });

  it("finds no difference in an artifact that is here as a pointer only", async () => {
    const repo = await sampleProject({ until: "1.1.0" });
    rmSync(repo.path(MODEL));
    expect(await screen(repo, "mv diff")).toMatchInlineSnapshot(
      `"! Nothing differs between churn 1.1.0 and the working tree."`,
    );
  });
});
