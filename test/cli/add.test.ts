import { describe, expect, it } from "vitest";
import { BYTES, DATA, json, MODEL, play, sampleProject, screen, trained } from "../helpers/cli.ts";

describe("mv add", () => {
  it("stores data, then the model that was trained on it", async () => {
    const repo = await sampleProject();
    expect(await screen(repo, `mv add ${DATA} --dataset`)).toMatchInlineSnapshot(
      `"data/train.csv  dataset  60 B  68335d23"`,
    );
    expect(await screen(repo, `mv add ${MODEL} --metric accuracy=0.89 --param C=1.0 --feature-set 3.1.0`))
      .toMatchInlineSnapshot(`
      "models/model.onnx  churn 0.1.0-dev.1  8 B  54fc455b
      ! Trained on data/train.csv 68335d23. Captured Python 3.11.7 in venv.
      ! Next: git commit, or mv tag v1.0.0 -m WHY"
    `);
    expect(repo.read("churn.model.yaml")).toMatchInlineSnapshot(`
      "schema: 1
      model_name: churn
      version: 0.1.0-dev.1
      content: "sha256:682e82b9e77700bf4b659b2c962a1e57e56fde0b59c5b0b0abb541fcee1701b8"
      training_date: "2026-02-04"
      dataset_snapshot_id: "sha256:68335d23f648a55492f8fd19c049a83705955b31677fc0c1ca1e950d9696928b"
      feature_set_version: "3.1.0"
      hyperparameters: {C: 1.0}
      library_versions: {python: "3.11.7", scikit-learn: "1.4.0"}
      environment: {os: linux-x64, python_implementation: CPython}
      metrics: {accuracy: 0.89}
      artifacts:
        - {path: models/model.onnx, kind: file, sha256: "54fc455b371c5e28c1b300ec60a31e06216e21cd1b223076be59b9a31bb2a650", size: 8}
      datasets:
        - {path: data/train.csv, kind: file, sha256: "68335d23f648a55492f8fd19c049a83705955b31677fc0c1ca1e950d9696928b", size: 60}
      "
    `);
    expect(repo.read("models/model.onnx.mv.yaml")).toMatchInlineSnapshot(`
      "schema: 1
      path: model.onnx
      kind: file
      role: model
      sha256: "54fc455b371c5e28c1b300ec60a31e06216e21cd1b223076be59b9a31bb2a650"
      xxh64: "d27eecc29565ae41"
      size: 8
      "
    `);
    expect(repo.read("models/.gitignore")).toBe("/model.onnx\n");
    expect(repo.git("status", "--short")).toMatchInlineSnapshot(`
      "A  .gitattributes
      A  .mversion.yaml
      A  churn.model.yaml
      A  data/.gitignore
      A  data/train.csv.mv.yaml
      A  models/.gitignore
      A  models/model.onnx.mv.yaml
      ?? train.py"
    `);
  });

  it("raises the draft for new bytes, and says what went with the old ones", async () => {
    const repo = await sampleProject({ until: "draft" });
    trained(repo, MODEL, BYTES.B);
    expect(await screen(repo, `mv add ${MODEL}`)).toMatchInlineSnapshot(`
      "models/model.onnx  churn 0.1.0-dev.1 -> 0.1.0-dev.2  8 B  14148f94
      ! Dropped with the old bytes: metrics.
      ! Kept: hyperparameters C, feature set 3.1.0."
    `);
  });

  it("says what a released number needs", async () => {
    const repo = await sampleProject({ until: "1.0.0" });
    trained(repo, MODEL, BYTES.C);
    expect(await screen(repo, `mv add ${MODEL} --param C=0.5 --metric accuracy=0.91`)).toMatchInlineSnapshot(`
      "models/model.onnx  churn 1.0.0, changed  8 B  b3242f12
      ! Dropped with the old bytes: reason.
      ! Kept: feature set 3.1.0.
      ! 1.0.0 is released. Next: mv tag v1.1.0 -a -m WHY, or mv bump draft"
    `);
    expect(await json(repo, `mv add ${MODEL} --json`)).toMatchInlineSnapshot(`
      {
        "command": "add",
        "data": {
          "artifacts": [
            {
              "changed": false,
              "kind": "file",
              "models": [
                "churn",
              ],
              "path": "models/model.onnx",
              "role": "model",
              "sha256": "b3242f120e959383b45cdc968f25d8b3a098c5b0af53bc19b6cb85091512af4d",
              "size": 8,
            },
          ],
          "models": [
            {
              "back": false,
              "captured": null,
              "changed": false,
              "datasets": [
                {
                  "kind": "file",
                  "path": "data/train.csv",
                  "sha256": "68335d23f648a55492f8fd19c049a83705955b31677fc0c1ca1e950d9696928b",
                  "size": 60,
                },
              ],
              "dropped": [],
              "from": "1.0.0",
              "kept": [],
              "model": "churn",
              "next": {
                "draft": "mv bump draft",
                "tag": "mv tag v1.1.0 -a -m WHY",
              },
              "overwrites": "release",
              "recorded": false,
              "relinked": false,
              "version": "1.0.0",
            },
          ],
          "waiting": [],
        },
        "ok": true,
        "schema": 1,
        "warnings": [],
      }
    `);
    trained(repo, MODEL, BYTES.B);
    expect(await screen(repo, `mv add ${MODEL}`)).toMatchInlineSnapshot(`
      "models/model.onnx  churn 1.0.0  8 B  14148f94
      ! The bytes of 1.0.0 again: the record is as committed."
    `);
    expect(repo.git("status", "--short")).toBe("");
  });

  it("says which training data is for", async () => {
    const repo = await sampleProject({ until: "draft" });
    repo.write("data/feb.csv", "age\n50\n");
    expect(await screen(repo, "mv add data/feb.csv --dataset")).toMatchInlineSnapshot(`
      "data/feb.csv  dataset  7 B  bf7e4421
      ! data/feb.csv is for the next training: mv add of its model links it."
    `);
    trained(repo, MODEL, BYTES.B);
    expect(await screen(repo, `mv add ${MODEL}`)).toMatchInlineSnapshot(`
      "models/model.onnx  churn 0.1.0-dev.1 -> 0.1.0-dev.2  8 B  14148f94
      ! Dropped with the old bytes: metrics.
      ! Kept: hyperparameters C, feature set 3.1.0.
      ! Trained on data/feb.csv bf7e4421, data/train.csv 68335d23."
    `);
  });

  it("shows several operands and models from a subfolder", async () => {
    const repo = await sampleProject({ until: "draft" });
    await play(repo, "mv init --model risk --no-hooks");
    repo.write("models/tokenizer/vocab.json", "{}\n");
    repo.write("models/risk.onnx", "risk\n");
    expect(await screen(repo, "mv add tokenizer risk.onnx --model churn --model risk", { cwd: "models" }))
      .toMatchInlineSnapshot(`
      "tokenizer  churn 0.1.0-dev.1 -> 0.1.0-dev.2, risk 0.1.0-dev.1  3 B  0502f0c6
      risk.onnx  churn 0.1.0-dev.1 -> 0.1.0-dev.2, risk 0.1.0-dev.1  5 B  357ec2d8
      ! churn: Dropped with the old bytes: metrics.
      ! churn: Kept: hyperparameters C, feature set 3.1.0.
      ! risk: Trained on ../data/train.csv 68335d23. Captured Python 3.11.7 in venv.
      ! Next: git commit, or mv tag risk@v1.0.0 -m WHY"
    `);
    repo.commit("Tokenizer");
    await play(repo, 'mv tag churn@v1.0.0 risk@v1.0.0 -m "First"');
    repo.write("models/tokenizer/vocab.json", '{"b": 1}\n');
    expect(await screen(repo, "mv add models/tokenizer/vocab.json")).toMatchInlineSnapshot(`
      "models/tokenizer  churn 1.0.0, changed, risk 1.0.0, changed  9 B  6e6c6f29
      ! churn: Dropped with the old bytes: reason.
      ! churn: Kept: hyperparameters C, feature set 3.1.0.
      ! risk: Dropped with the old bytes: reason.
      ! Declared for other bytes: churn 1.0.0, risk 1.0.0. Next: mv bump --affected minor, or mv bump --affected draft"
    `);
  });

  it("refuses what Git tracks, with a way out that works as typed", async () => {
    const repo = await sampleProject();
    repo.git("add", DATA);
    const text = await screen(repo, "mv add train.csv --dataset", { cwd: "data" });
    expect(text).toMatchInlineSnapshot(`
      "! mversion: refused: Git itself tracks data/train.csv
      ! Next: git rm -q --cached train.csv && mv add train.csv --dataset
      exit 1"
    `);
    repo.gitWith({ cwd: repo.path("data") }, "rm", "-q", "--cached", "train.csv");
    expect(await screen(repo, "mv add train.csv --dataset", { cwd: "data" })).toMatchInlineSnapshot(
      `"train.csv  dataset  60 B  68335d23"`,
    );
    expect(await json(repo, "mv add nothing.onnx --json")).toMatchInlineSnapshot(`
      {
        "command": "add",
        "error": {
          "code": "usage",
          "details": {},
          "hint": "ls .   # then mv add what is there",
          "message": "nothing.onnx: there is no such file or folder",
        },
        "ok": false,
        "schema": 1,
        "warnings": [],
      }
    `);
  });

  it("says that metadata alone was recorded", async () => {
    const repo = await sampleProject({ until: "draft" });
    expect(await screen(repo, `mv add ${MODEL} --metric recall=0.8`)).toMatchInlineSnapshot(`
      "models/model.onnx  churn 0.1.0-dev.1, unchanged  8 B  54fc455b
      ! The record has what was given; the bytes are as before."
    `);
    expect(await screen(repo, `mv add ${MODEL} --metric recall=0.8`)).toMatchInlineSnapshot(
      `"models/model.onnx  churn 0.1.0-dev.1, unchanged  8 B  54fc455b"`,
    );
  });

  it("refuses flags that cannot be meant", async () => {
    const repo = await sampleProject();
    const lines = [
      `mv add ${DATA} --dataset --metric accuracy=0.9`,
      `mv add ${MODEL} --metric accuracy=0,91`,
      `mv add ${MODEL} --metric accuracy`,
      `mv add ${MODEL} --date 2026-02-30`,
      `mv add ${MODEL} --dataset --role other`,
      `mv add ${MODEL} --params nowhere.yaml`,
      `mv add ${MODEL} --model risk`,
      "mv add",
    ];
    const screens: string[] = [];
    for (const line of lines) screens.push(`$ ${line}\n${await screen(repo, line)}`);
    expect(screens.join("\n")).toMatchInlineSnapshot(`
      "$ mv add data/train.csv --dataset --metric accuracy=0.9
      ! mversion: Nothing that is added here is a model that metrics could describe
      ! Next: give it with the model's file, or: mv set KEY=VALUE
      exit 2
      $ mv add models/model.onnx --metric accuracy=0,91
      ! mversion: --metric accuracy=0,91: a metric is a number, with a point
      ! Next: --metric accuracy=0.91
      exit 2
      $ mv add models/model.onnx --metric accuracy
      ! mversion: --metric accuracy: give it as KEY=VALUE
      ! Next: --metric accuracy=0.91
      exit 2
      $ mv add models/model.onnx --date 2026-02-30
      ! mversion: --date 2026-02-30: give a day as YYYY-MM-DD
      ! Next: --date 2026-02-09
      exit 2
      $ mv add models/model.onnx --dataset --role other
      ! mversion: --dataset and --role other say different things
      ! Next: give one of them
      exit 2
      $ mv add models/model.onnx --params nowhere.yaml
      ! mversion: nowhere.yaml: there is no such file
      ! Next: look for its name with ls
      exit 2
      $ mv add models/model.onnx --model risk
      ! mversion: There is no model risk; there is churn
      ! Next: mv init --model risk
      exit 2
      $ mv add
      ! mversion: missing required argument 'path'
      ! Next: mv add --help
      exit 2"
    `);
    expect(repo.exists("churn.model.yaml")).toBe(false);
  });
});
