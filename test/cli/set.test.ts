import { beforeEach, describe, expect, it } from "vitest";
import { BYTES, json, MODEL, run, sampleProject, screen, trained } from "../helpers/cli.ts";
import type { TestRepo } from "../helpers/git.ts";

describe("mv set", () => {
  let repo: TestRepo;
  beforeEach(async () => {
    repo = await sampleProject({ until: "draft" });
  });

  it("sets and removes fields, and stages the record", async () => {
    expect(
      await screen(
        repo,
        `mv set metrics.accuracy=0.90 hyperparameters.optimizer.lr=1e-4 'features=[age, income]' owner=007 --unset feature_set_version`,
      ),
    ).toMatchInlineSnapshot(
      `"churn  metrics.accuracy, hyperparameters.optimizer.lr, features, owner, feature_set_version"`,
    );
    expect(repo.git("diff", "--cached", "--unified=0", "churn.model.yaml").replace(/^[^@]*/, ""))
      .toMatchInlineSnapshot(`
      "@@ -7,2 +7 @@ dataset_snapshot_id: "sha256:68335d23f648a55492f8fd19c049a83705955b31677fc0c1ca1
      -feature_set_version: "3.1.0"
      -hyperparameters: {C: 1.0}
      +hyperparameters: {C: 1.0, optimizer: {lr: 1e-4}}
      @@ -11 +10,2 @@ environment: {os: linux-x64, python_implementation: CPython}
      -metrics: {accuracy: 0.89}
      +features: [age, income]
      +metrics: {accuracy: 0.90}
      @@ -15,0 +16 @@ datasets:
      +owner: "007""
    `);
    expect(await screen(repo, "mv set metrics.accuracy=0.9")).toMatchInlineSnapshot(`"churn  nothing to change"`);
  });

  it("warns where a metric would tell of other bytes than those on disk, and where it does not, says nothing", async () => {
    trained(repo, MODEL, BYTES.E);
    expect(await screen(repo, "mv set metrics.accuracy=0.95")).toMatchInlineSnapshot(`
      "! mversion: warning: metrics.accuracy tells of models/model.onnx as it was added, 54fc455b, which is not what is there now; for that: mv add models/model.onnx, then the same again
      churn  metrics.accuracy"
    `);
    expect((await run(repo, "mv set owner=Ada")).stderr).toBe("");
    repo.write("m.json", '{"auc": 0.9}');
    expect((await run(repo, "mv capture --metrics m.json")).stderr).toContain(
      "metrics tells of models/model.onnx as it was added",
    );
    await run(repo, `mv add ${MODEL}`);
    expect((await run(repo, "mv set metrics.accuracy=0.96")).stderr).toBe("");
  });

  it("says what a correction of a release needs", async () => {
    await run(repo, 'mv tag v1.0.0 -m "First"');
    expect(await screen(repo, "mv set 'description=[draft] see: notes'")).toMatchInlineSnapshot(`
      "churn  description
      ! That corrects a release. Next: mv tag v1.0.1 -a -m WHY"
    `);
    expect(await json(repo, "mv set owner=ada --json")).toMatchInlineSnapshot(`
      {
        "command": "set",
        "data": {
          "changed": [
            "owner",
          ],
          "correction": "mv tag v1.0.1 -a -m WHY",
          "model": "churn",
          "record": "churn.model.yaml",
        },
        "ok": true,
        "schema": 1,
        "warnings": [],
      }
    `);
  });

  it("refuses what is derived, and what a record cannot hold", async () => {
    const lines = [
      "mv set version=1.0.0",
      "mv set content=x",
      "mv set datasets.0=x",
      "mv set schema=2",
      "mv set a..b=1",
      "mv set accuracy",
      "mv set metrics=high",
      "mv set features=age",
      "mv set training_date=yesterday",
      "mv set owner=ada --unset owner",
      "mv set",
    ];
    const before = repo.read("churn.model.yaml");
    const screens: string[] = [];
    for (const line of lines) screens.push(`$ ${line}\n${await screen(repo, line)}`);
    expect(screens.join("\n")).toMatchInlineSnapshot(`
      "$ mv set version=1.0.0
      ! mversion: version is not set by hand: a version has commands of its own
      ! Next: mv bump VERSION, or mv tag VERSION -m WHY
      exit 2
      $ mv set content=x
      ! mversion: content is not set by hand: it is the hash of the artifacts
      ! Next: mv add FILE
      exit 2
      $ mv set datasets.0=x
      ! mversion: datasets is not set by hand: it is the data that was added
      ! Next: mv add FILE --dataset, or mv remove FILE --model NAME
      exit 2
      $ mv set schema=2
      ! mversion: schema is not set by hand: it is the format's own
      exit 2
      $ mv set a..b=1
      ! mversion: "a..b" is not a field name
      ! Next: mv set metrics.accuracy=0.91
      exit 2
      $ mv set accuracy
      ! mversion: mv set accuracy: give it as KEY=VALUE
      ! Next: mv set metrics.accuracy=0.91
      exit 2
      $ mv set metrics=high
      ! mversion: metrics: \`key: value\` pairs are expected
      ! Next: mv set metrics.accuracy=0.91 'features=[age, income]'
      exit 2
      $ mv set features=age
      ! mversion: features: a list is expected
      ! Next: mv set metrics.accuracy=0.91 'features=[age, income]'
      exit 2
      $ mv set training_date=yesterday
      ! mversion: training_date: give a day as YYYY-MM-DD
      ! Next: mv set training_date=2026-02-09
      exit 2
      $ mv set owner=ada --unset owner
      ! mversion: owner is given twice
      ! Next: mv set owner=…
      exit 2
      $ mv set
      ! mversion: Name a field and its value
      ! Next: mv set metrics.accuracy=0.91
      exit 2"
    `);
    expect(repo.read("churn.model.yaml")).toBe(before);
  });

  it("refuses before anything was added", async () => {
    expect(await screen(await sampleProject(), "mv set owner=ada")).toMatchInlineSnapshot(`
      "! mversion: refused: churn has no record yet
      ! Next: mv add FILE
      exit 1"
    `);
  });
});
