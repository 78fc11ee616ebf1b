import { beforeAll, describe, expect, it } from "vitest";
import { json, play, run, sampleProject, screen } from "../helpers/cli.ts";
import type { TestRepo } from "../helpers/git.ts";

describe("mv show", () => {
  let repo: TestRepo;
  beforeAll(async () => {
    repo = await sampleProject({ until: "1.1.0" });
  });

  it("is a page of one version", async () => {
    expect(await screen(repo, "mv show v1.1.0")).toMatchInlineSnapshot(`
      "churn 1.1.0  released 2026-01-01 by Ada <ada@example.org>
      tag v1.1.0  commit <commit 4>  minor, after 1.0.0  unsigned
      content sha256:4cb13af91aa0a44a40c7970cf20e192f0cf1b310df93abbaa9b311567c717ac4

      Retrained on the February snapshot

      artifacts  models/model.onnx  8 B   b3242f12  here
      datasets   data/train.csv     60 B  68335d23  here

      trained on       2026-02-09
      feature set      3.1.0
      hyperparameters  C 0.5
      metrics          accuracy 0.91
      libraries        python 3.11.7, scikit-learn 1.4.0
      environment      os linux-x64, python_implementation CPython"
    `);
  });

  it("shows what the working tree declares", async () => {
    expect(await screen(repo, "mv show")).toMatchInlineSnapshot(`
      "churn 1.1.0  declared in the working tree, released as v1.1.0
      content sha256:4cb13af91aa0a44a40c7970cf20e192f0cf1b310df93abbaa9b311567c717ac4

      Retrained on the February snapshot

      artifacts  models/model.onnx  8 B   b3242f12  here
      datasets   data/train.csv     60 B  68335d23  here

      trained on       2026-02-09
      feature set      3.1.0
      hyperparameters  C 0.5
      metrics          accuracy 0.91
      libraries        python 3.11.7, scikit-learn 1.4.0
      environment      os linux-x64, python_implementation CPython"
    `);
  });

  it("shows what a revision declares", async () => {
    expect(await screen(repo, "mv show main~3")).toMatchInlineSnapshot(`
      "churn 0.1.0-dev.1  declared at commit <commit 1>
      content sha256:682e82b9e77700bf4b659b2c962a1e57e56fde0b59c5b0b0abb541fcee1701b8

      artifacts  models/model.onnx  8 B   54fc455b  here
      datasets   data/train.csv     60 B  68335d23  here

      trained on       2026-02-04
      feature set      3.1.0
      hyperparameters  C 1.0
      metrics          accuracy 0.89
      libraries        python 3.11.7, scikit-learn 1.4.0
      environment      os linux-x64, python_implementation CPython"
    `);
  });

  it("prints the record as it was committed", async () => {
    const { stdout } = await run(repo, "mv show v1.0.0 --format record", { raw: true });
    expect(stdout).toBe(`${repo.git("show", "v1.0.0:churn.model.yaml")}\n`);
  });

  it("prints plain metadata", async () => {
    expect(await screen(repo, "mv show v1.1.0 --format metadata-json")).toMatchInlineSnapshot(`
      "{
        "model_name": "churn",
        "version": "1.1.0",
        "training_date": "2026-02-09",
        "dataset_snapshot_id": "sha256:68335d23f648a55492f8fd19c049a83705955b31677fc0c1ca1e950d9696928b",
        "feature_set_version": "3.1.0",
        "features": [],
        "hyperparameters": {
          "C": 0.5
        },
        "library_versions": {
          "python": "3.11.7",
          "scikit-learn": "1.4.0"
        },
        "metrics": {
          "accuracy": 0.91
        }
      }"
    `);
  });

  it("gives the whole of it to a program", async () => {
    expect(await json(repo, "mv show v1.1.0 --json")).toMatchInlineSnapshot(`
      {
        "command": "show",
        "data": {
          "artifacts": [
            {
              "bytes": "here",
              "kind": "file",
              "path": "models/model.onnx",
              "sha256": "b3242f120e959383b45cdc968f25d8b3a098c5b0af53bc19b6cb85091512af4d",
              "size": 8,
            },
          ],
          "commit": "<commit 4>",
          "content": "sha256:4cb13af91aa0a44a40c7970cf20e192f0cf1b310df93abbaa9b311567c717ac4",
          "datasets": [
            {
              "bytes": "here",
              "kind": "file",
              "path": "data/train.csv",
              "sha256": "68335d23f648a55492f8fd19c049a83705955b31677fc0c1ca1e950d9696928b",
              "size": 60,
            },
          ],
          "fields": {
            "artifacts": [
              {
                "kind": "file",
                "path": "models/model.onnx",
                "sha256": "b3242f120e959383b45cdc968f25d8b3a098c5b0af53bc19b6cb85091512af4d",
                "size": 8,
              },
            ],
            "content": "sha256:4cb13af91aa0a44a40c7970cf20e192f0cf1b310df93abbaa9b311567c717ac4",
            "dataset_snapshot_id": "sha256:68335d23f648a55492f8fd19c049a83705955b31677fc0c1ca1e950d9696928b",
            "datasets": [
              {
                "kind": "file",
                "path": "data/train.csv",
                "sha256": "68335d23f648a55492f8fd19c049a83705955b31677fc0c1ca1e950d9696928b",
                "size": 60,
              },
            ],
            "environment": {
              "os": "linux-x64",
              "python_implementation": "CPython",
            },
            "feature_set_version": "3.1.0",
            "hyperparameters": {
              "C": 0.5,
            },
            "library_versions": {
              "python": "3.11.7",
              "scikit-learn": "1.4.0",
            },
            "metrics": {
              "accuracy": 0.91,
            },
            "model_name": "churn",
            "reason": "Retrained on the February snapshot",
            "schema": 1,
            "training_date": "2026-02-09",
            "version": "1.1.0",
          },
          "metadata": {
            "dataset_snapshot_id": "sha256:68335d23f648a55492f8fd19c049a83705955b31677fc0c1ca1e950d9696928b",
            "feature_set_version": "3.1.0",
            "features": [],
            "hyperparameters": {
              "C": 0.5,
            },
            "library_versions": {
              "python": "3.11.7",
              "scikit-learn": "1.4.0",
            },
            "metrics": {
              "accuracy": 0.91,
            },
            "model_name": "churn",
            "training_date": "2026-02-09",
            "version": "1.1.0",
          },
          "model": "churn",
          "reason": "Retrained on the February snapshot",
          "record": {
            "path": "churn.model.yaml",
            "text": "schema: 1
      model_name: churn
      version: 1.1.0
      content: "sha256:4cb13af91aa0a44a40c7970cf20e192f0cf1b310df93abbaa9b311567c717ac4"
      training_date: "2026-02-09"
      dataset_snapshot_id: "sha256:68335d23f648a55492f8fd19c049a83705955b31677fc0c1ca1e950d9696928b"
      feature_set_version: "3.1.0"
      hyperparameters: {C: 0.5}
      library_versions: {python: "3.11.7", scikit-learn: "1.4.0"}
      environment: {os: linux-x64, python_implementation: CPython}
      metrics: {accuracy: 0.91}
      artifacts:
        - {path: models/model.onnx, kind: file, sha256: "b3242f120e959383b45cdc968f25d8b3a098c5b0af53bc19b6cb85091512af4d", size: 8}
      datasets:
        - {path: data/train.csv, kind: file, sha256: "68335d23f648a55492f8fd19c049a83705955b31677fc0c1ca1e950d9696928b", size: 60}
      reason: Retrained on the February snapshot
      ",
          },
          "release": {
            "bump": "minor",
            "commit": "<commit 4>",
            "date": "2026-01-01",
            "oid": "<tag v1.1.0>",
            "previous": "1.0.0",
            "retracted": null,
            "signed": false,
            "tag": "v1.1.0",
            "tagger": {
              "email": "ada@example.org",
              "name": "Ada",
            },
          },
          "released_as": null,
          "version": "1.1.0",
        },
        "ok": true,
        "schema": 1,
        "warnings": [],
      }
    `);
  });

  it("refuses a version that is not there", async () => {
    expect(await screen(repo, "mv show v1.2.0")).toMatchInlineSnapshot(`
      "! mversion: There is no version v1.2.0; the newest is 1.1.0
      ! Next: mv log
      exit 2"
    `);
    expect(await json(repo, "mv show v1.2.0 --json")).toMatchInlineSnapshot(`
      {
        "command": "show",
        "error": {
          "code": "unknown-version",
          "details": {
            "version": "v1.2.0",
          },
          "hint": "mv log",
          "message": "There is no version v1.2.0; the newest is 1.1.0",
        },
        "ok": false,
        "schema": 1,
        "warnings": [],
      }
    `);
  });

  it("refuses before anything was added", async () => {
    expect(await screen(await sampleProject(), "mv show")).toMatchInlineSnapshot(`
      "! mversion: refused: churn has no record yet: nothing was added
      ! Next: mv add FILE
      exit 1"
    `);
  });
});

describe("mv show of a team's own fields", () => {
  it("shows them after ours, harmless", async () => {
    const repo = await sampleProject({ until: "1.0.0" });
    const record = repo.read("churn.model.yaml");
    repo.write("churn.model.yaml", `${record}owner: "ml\\e[31m@example.org"\ncard: {risk: low, reviewed: true}\n`);
    await play(repo, 'mv retract v1.0.0 -m "Bad labels"');
    expect(await screen(repo, "mv show")).toMatchInlineSnapshot(`
      "churn 1.0.0  declared in the working tree, released as v1.0.0
      retracted 2026-01-01  Bad labels
      content sha256:7b4fa0c0ccde3673800305a00b43f754e7df0193214dd32a2f7f23fa55a64524

      Initial production-ready model

      artifacts  models/model.onnx  8 B   14148f94  here
      datasets   data/train.csv     60 B  68335d23  here

      trained on       2026-02-05
      feature set      3.1.0
      hyperparameters  C 1.0
      metrics          accuracy 0.90
      libraries        python 3.11.7, scikit-learn 1.4.0
      environment      os linux-x64, python_implementation CPython
      owner            ml\\u001b[31m@example.org
      card             risk low, reviewed true"
    `);
    expect((await run(repo, "mv show v1.0.0")).stdout).toMatchInlineSnapshot(`
      "churn 1.0.0  released 2026-01-01 by Ada <ada@example.org>
      retracted 2026-01-01  Bad labels
      tag v1.0.0  commit <commit 3>  initial  unsigned
      content sha256:7b4fa0c0ccde3673800305a00b43f754e7df0193214dd32a2f7f23fa55a64524

      Initial production-ready model

      artifacts  models/model.onnx  8 B   14148f94  here
      datasets   data/train.csv     60 B  68335d23  here

      trained on       2026-02-05
      feature set      3.1.0
      hyperparameters  C 1.0
      metrics          accuracy 0.90
      libraries        python 3.11.7, scikit-learn 1.4.0
      environment      os linux-x64, python_implementation CPython
      "
    `);
  });
});
