import { beforeAll, describe, expect, it } from "vitest";
import { BYTES, json, MODEL, play, run, sampleProject, screen, trained } from "../helpers/cli.ts";
import { forgeTag, tagMessage } from "../helpers/forge.ts";
import { cloneRepo, type TestRepo } from "../helpers/git.ts";

describe("mv log", () => {
  let repo: TestRepo;
  beforeAll(async () => {
    repo = await sampleProject({ until: "1.1.0" });
  });

  it("lists releases, newest first, with what each measured and changed", async () => {
    expect(await screen(repo, "mv log")).toMatchInlineSnapshot(`
      "churn 1.1.0  2026-01-01  minor  Retrained on the February snapshot
        metrics          accuracy 0.91
        artifacts        models/model.onnx 14148f94 -> b3242f12
        hyperparameters  C 1.0 -> 0.5
      churn 1.0.0  2026-01-01  initial  Initial production-ready model
        metrics  accuracy 0.90"
    `);
  });

  it("gives the whole of it to a program", async () => {
    const { stdout } = await run(repo, "mv log --max 1 --json");
    expect(JSON.parse(stdout.replace(/"time":\d+/, '"time":0'))).toMatchInlineSnapshot(`
      {
        "command": "log",
        "data": {
          "first": null,
          "incomplete": null,
          "releases": [
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
              },
              "commit": "<commit 4>",
              "content": "sha256:4cb13af91aa0a44a40c7970cf20e192f0cf1b310df93abbaa9b311567c717ac4",
              "dataset_snapshot_id": "sha256:68335d23f648a55492f8fd19c049a83705955b31677fc0c1ca1e950d9696928b",
              "date": "2026-01-01",
              "feature_set_version": "3.1.0",
              "features": [],
              "hyperparameters": {
                "C": 0.5,
              },
              "metrics": {
                "accuracy": 0.91,
              },
              "model": "churn",
              "oid": "<tag v1.1.0>",
              "previous": "1.0.0",
              "reason": "Retrained on the February snapshot",
              "retracted": null,
              "signed": false,
              "summary": [
                {
                  "part": "metrics",
                  "words": "accuracy 0.91",
                },
                {
                  "part": "artifacts",
                  "words": "models/model.onnx 14148f94 -> b3242f12",
                },
                {
                  "part": "hyperparameters",
                  "words": "C 1.0 -> 0.5",
                },
              ],
              "tag": "v1.1.0",
              "time": 0,
              "version": "1.1.0",
            },
          ],
          "sorted": null,
          "unreleased": [],
        },
        "ok": true,
        "schema": 1,
        "warnings": [],
      }
    `);
  });

  it("sorts by a metric, best first", async () => {
    expect(await screen(repo, "mv log --sort accuracy --max 1")).toMatchInlineSnapshot(`
      "churn 1.1.0  2026-01-01  minor  Retrained on the February snapshot
        metrics          accuracy 0.91
        artifacts        models/model.onnx 14148f94 -> b3242f12
        hyperparameters  C 1.0 -> 0.5
      ! Sorted with a higher accuracy as better; .mversion.yaml can say otherwise: policy.metrics.accuracy.better: lower"
    `);
  });

  it("writes CSV with CRLF", async () => {
    const { stdout } = await run(repo, "mv log --csv");
    expect(stdout.replaceAll("\r\n", "<CRLF>\n")).toMatchInlineSnapshot(`
      "model,version,date,reason,metrics.accuracy,hyperparameters.C,dataset_snapshot_id,content,commit<CRLF>
      churn,1.1.0,2026-01-01,Retrained on the February snapshot,0.91,0.5,sha256:68335d23f648a55492f8fd19c049a83705955b31677fc0c1ca1e950d9696928b,sha256:4cb13af91aa0a44a40c7970cf20e192f0cf1b310df93abbaa9b311567c717ac4,<commit 4><CRLF>
      churn,1.0.0,2026-01-01,Initial production-ready model,0.90,1.0,sha256:68335d23f648a55492f8fd19c049a83705955b31677fc0c1ca1e950d9696928b,sha256:7b4fa0c0ccde3673800305a00b43f754e7df0193214dd32a2f7f23fa55a64524,<commit 3><CRLF>
      "
    `);
  });

  it("refuses a metric that no release has", async () => {
    expect(await screen(repo, "mv log --sort recall")).toMatchInlineSnapshot(`
      "! mversion: refused: No release has a number for the metric recall
      ! Next: mv log --sort accuracy
      exit 1"
    `);
    expect(await json(repo, "mv log --sort recall --json")).toMatchInlineSnapshot(`
      {
        "command": "log",
        "error": {
          "code": "nothing-found",
          "details": {
            "metrics": [
              "accuracy",
            ],
          },
          "hint": "mv log --sort accuracy",
          "message": "No release has a number for the metric recall",
        },
        "ok": false,
        "schema": 1,
        "warnings": [],
      }
    `);
  });

  it("refuses --max 0", async () => {
    expect(await screen(repo, "mv log --max 0")).toMatchInlineSnapshot(`
      "! mversion: --max 0: give how many releases to list
      ! Next: mv log --max 10
      exit 2"
    `);
  });
});

describe("mv log of a life", () => {
  it("says that nothing is released yet", async () => {
    expect(await screen(await sampleProject({ until: "draft" }), "mv log")).toMatchInlineSnapshot(`
      "! No release yet. Next: mv tag v1.0.0 -m WHY
      ! Declared, not released: churn 0.1.0-dev.1"
    `);
  });

  it("concludes nothing in a clone without tags, nor in a shallow one", async () => {
    const origin = await sampleProject({ until: "1.0.0" });
    const tagless = cloneRepo(origin, { flags: ["--no-tags"] });
    expect(await screen(tagless, "mv log")).toContain(
      "No release is here, and there may be some. Next: git fetch --tags",
    );
    const shallow = cloneRepo(origin, { flags: ["--depth=1", "--no-tags"] });
    expect(await screen(shallow, "mv log")).toMatch(
      /there may be some. Next: git fetch --unshallow --tags\n.*no release of it here: churn 1.0.0/,
    );
  });

  it("shows whole reasons with --full, and never plays what they hold", async () => {
    const repo = await sampleProject({ until: "1.0.0" });
    trained(repo, MODEL, BYTES.C);
    await play(repo, `mv add ${MODEL}`);
    await run(repo, ["tag", "v1.1.0", "-a", "-m", "Red \u001b[31mtext\u0007\n\n#4711 retrained\n---\nobject 1234"]);
    expect(await screen(repo, "mv log --full")).toMatchInlineSnapshot(`
      "churn 1.1.0  2026-01-01  minor  Red \\u001b[31mtext\\u0007

          #4711 retrained
          ---
          object 1234
        artifacts  models/model.onnx 14148f94 -> b3242f12
      churn 1.0.0  2026-01-01  initial  Initial production-ready model
        metrics  accuracy 0.90"
    `);
    expect(await screen(repo, "mv log --max 1")).toMatchInlineSnapshot(`
      "churn 1.1.0  2026-01-01  minor  Red \\u001b[31mtext\\u0007
        artifacts  models/model.onnx 14148f94 -> b3242f12"
    `);
  });

  it("marks what was retracted, and names what is declared", async () => {
    const repo = await sampleProject({ until: "1.1.0" });
    await play(repo, 'mv retract v1.1.0 -m "Trained on leaked labels"');
    trained(repo, MODEL, BYTES.D);
    await play(repo, `mv add ${MODEL}`);
    expect(await screen(repo, "mv log")).toMatchInlineSnapshot(`
      "churn 1.1.0  2026-01-01  minor  Retrained on the February snapshot
        retracted        2026-01-01  Trained on leaked labels
        metrics          accuracy 0.91
        artifacts        models/model.onnx 14148f94 -> b3242f12
        hyperparameters  C 1.0 -> 0.5
      churn 1.0.0  2026-01-01  initial  Initial production-ready model
        metrics  accuracy 0.90
      ! Released with other bytes than the record has now: churn 1.1.0. Next: mv status"
    `);
    await play(repo, "mv bump draft");
    expect((await run(repo, "mv log")).stderr).toMatchInlineSnapshot(`
      "Declared, not released: churn 1.2.0-dev.1
      "
    `);
  });

  it("plays nothing that a stranger's tag holds, neither as a warning nor as an error", async () => {
    const repo = await sampleProject({ until: "1.0.0" });
    const message = tagMessage(repo, "v1.0.0").replace("bump: initial", 'bump: "\\e[31mred"');
    forgeTag(repo, "v1.1.0", message.replaceAll("1.0.0", "1.1.0"));
    forgeTag(repo, "v1.2.0", message.replace("version: 1.0.0", 'version: "\\e[32mgreen"'));
    for (const line of ["mv log", "mv verify --all", "mv diff v1.1.0", "mv show v1.1.0", "mv diff v1.2.0"]) {
      expect(await screen(repo, line)).not.toContain(String.fromCharCode(27));
    }
    expect((await run(repo, "mv log --max 1")).stdout).toContain(String.raw`\u001b[31mred`);
  });
});
