import { beforeAll, describe, expect, it } from "vitest";
import { json, MODEL, play, run, sampleProject, screen, trained } from "../helpers/cli.ts";
import { forgeTag, tagMessage } from "../helpers/forge.ts";
import type { TestRepo } from "../helpers/git.ts";

describe("mv log --changelog", () => {
  let repo: TestRepo;
  beforeAll(async () => {
    repo = await sampleProject({ until: "1.1.0" });
    trained(repo, MODEL, "model D\n", "2026-03-01");
    await play(
      repo,
      `mv add ${MODEL} --metric auc=0.7 --param solver=lbfgs`,
      "mv set 'features=[age, income]' status=active purpose='[\"<b>churn</b>\", calls]'",
      "mv set --unset feature_set_version",
      'mv tag v1.2.0 -a -m "Features by name\n\n# no heading\n- no list"',
      'mv retract v1.1.0 -m "Leaked labels | all of them"',
    );
  });

  it("says what each version added, changed and removed, and why", async () => {
    expect(await screen(repo, "mv log --changelog")).toMatchInlineSnapshot(`
      "# Changelog of churn

      ## 1.2.0 - 2026-01-01

      Features by name

      &#35; no heading
      \\- no list

      ### Added

      - features: age, income
      - hyperparameters: solver lbfgs
      - metrics: auc 0.7
      - other: status active, purpose \\[&lt;b&gt;churn&lt;/b&gt;, calls\\]

      ### Changed

      - artifacts: models/model.onnx b3242f12 -&gt; de01334d

      ### Removed

      - feature set: 3.1.0
      - metrics: accuracy 0.91

      ## 1.1.0 - 2026-01-01 [RETRACTED]

      **Retracted 2026-01-01:** Leaked labels \\| all of them

      Retrained on the February snapshot

      ### Changed

      - artifacts: models/model.onnx 14148f94 -&gt; b3242f12
      - hyperparameters: C 1.0 -&gt; 0.5
      - metrics: accuracy 0.90 -&gt; 0.91

      ## 1.0.0 - 2026-01-01

      Initial production-ready model

      ### Added

      - artifacts: models/model.onnx 14148f94
      - datasets: data/train.csv 68335d23
      - feature set: 3.1.0
      - hyperparameters: C 1.0
      - libraries: python 3.11.7, scikit-learn 1.4.0
      - metrics: accuracy 0.90"
    `);
  });

  it("lists at most so many, and gives all of it to a program", async () => {
    const { data } = await json(repo, "mv log --changelog --max 1 --json");
    expect(data).toMatchInlineSnapshot(`
      {
        "first": null,
        "incomplete": null,
        "models": [
          {
            "entries": [
              {
                "bump": "minor",
                "changes": [
                  {
                    "from": "b3242f12",
                    "path": "models/model.onnx",
                    "section": "artifacts",
                    "thing": "models/model.onnx",
                    "to": "de01334d",
                  },
                  {
                    "from": null,
                    "section": "features",
                    "thing": "age",
                    "to": "",
                  },
                  {
                    "from": null,
                    "section": "features",
                    "thing": "income",
                    "to": "",
                  },
                  {
                    "from": "3.1.0",
                    "section": "feature set",
                    "thing": "",
                    "to": null,
                  },
                  {
                    "from": null,
                    "section": "hyperparameters",
                    "thing": "solver",
                    "to": "lbfgs",
                  },
                  {
                    "from": "0.91",
                    "section": "metrics",
                    "thing": "accuracy",
                    "to": null,
                  },
                  {
                    "from": null,
                    "section": "metrics",
                    "thing": "auc",
                    "to": "0.7",
                  },
                  {
                    "from": null,
                    "section": "other",
                    "thing": "status",
                    "to": "active",
                  },
                  {
                    "from": null,
                    "section": "other",
                    "thing": "purpose",
                    "to": "[<b>churn</b>, calls]",
                  },
                ],
                "date": "2026-01-01",
                "previous": "1.1.0",
                "reason": "Features by name

      # no heading
      - no list",
                "retracted": null,
                "tag": "v1.2.0",
                "version": "1.2.0",
              },
            ],
            "model": "churn",
          },
        ],
      }
    `);
  });

  it("says where a change is not known", async () => {
    const broken = await sampleProject({ until: "1.1.0" });
    forgeTag(broken, "v1.0.0", tagMessage(broken, "v1.0.0"), "main");
    const { stdout } = await run(broken, "mv log --changelog");
    expect(stdout).toContain("Retrained on the February snapshot\n\nWhat changed against 1.0.0 is not known here.");
  });

  it("refuses flags that are for other lists", async () => {
    expect(await screen(repo, "mv log --changelog --csv")).toMatchInlineSnapshot(`
      "! mversion: --csv has no meaning for a changelog
      ! Next: mv log --changelog
      exit 2"
    `);
    expect(await screen(repo, "mv log --changelog --stage production")).toMatchInlineSnapshot(`
      "! mversion: --changelog is for releases, not for a stage
      ! Next: mv log --stage production
      exit 2"
    `);
  });

  it("says where there is none", async () => {
    expect(await screen(await sampleProject(), "mv log --changelog")).toMatchInlineSnapshot(
      `"! No release yet. Next: mv tag v1.0.0 -m WHY"`,
    );
  });
});
