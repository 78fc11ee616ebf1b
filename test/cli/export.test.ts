import { beforeAll, describe, expect, it } from "vitest";
import { json, MODEL, play, run, sampleProject, screen } from "../helpers/cli.ts";
import type { TestRepo } from "../helpers/git.ts";

describe("mv export", () => {
  let repo: TestRepo;
  beforeAll(async () => {
    repo = await sampleProject({ until: "1.1.0" });
  });

  it("prints metadata as JSON", async () => {
    expect(await screen(repo, "mv export v1.1.0")).toMatchInlineSnapshot(`
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
        },
        "reason": "Retrained on the February snapshot",
        "content": "sha256:4cb13af91aa0a44a40c7970cf20e192f0cf1b310df93abbaa9b311567c717ac4",
        "artifacts": [
          {
            "path": "models/model.onnx",
            "kind": "file",
            "sha256": "b3242f120e959383b45cdc968f25d8b3a098c5b0af53bc19b6cb85091512af4d",
            "size": 8
          }
        ],
        "datasets": [
          {
            "path": "data/train.csv",
            "kind": "file",
            "sha256": "68335d23f648a55492f8fd19c049a83705955b31677fc0c1ca1e950d9696928b",
            "size": 60
          }
        ],
        "release": {
          "tag": "v1.1.0",
          "oid": "<tag v1.1.0>",
          "commit": "<commit 4>",
          "date": "2026-01-01T00:25:00Z",
          "tagger": {
            "name": "Ada",
            "email": "ada@example.org"
          },
          "signed": false,
          "bump": "minor",
          "previous": "1.0.0",
          "retracted": null
        },
        "record": {
          "environment": {
            "os": "linux-x64",
            "python_implementation": "CPython"
          }
        }
      }"
    `);
  });

  it("writes a model card", async () => {
    const { stdout } = await run(repo, "mv export v1.1.0 --format model-card");
    expect(stdout).toMatchInlineSnapshot(`
      "---
      library_name: sklearn
      tags: [mversion]
      metrics: [accuracy]
      ---

      # churn 1.1.0

      Retrained on the February snapshot

      - Released 2026-01-01 by Ada &lt;ada&#64;example.org&gt; as v1.1.0
      - Tag object \`<tag v1.1.0>\`, commit \`<commit 4>\`
      - Content \`sha256:4cb13af91aa0a44a40c7970cf20e192f0cf1b310df93abbaa9b311567c717ac4\`
      - A minor step after 1.0.0

      ## Intended use

      Not stated.

      ## Limits

      Not stated.

      ## Evaluation

      | metric | data | value | confidence interval |
      | --- | --- | --- | --- |
      | accuracy | all | 0.91 |  |

      ## Training

      - Trained 2026-02-09
      - Data snapshot sha256:68335d23f648a55492f8fd19c049a83705955b31677fc0c1ca1e950d9696928b
      - Feature set 3.1.0

      | path | kind | bytes | SHA-256 |
      | --- | --- | --- | --- |
      | data/train.csv | file | 60 | 68335d23f648a55492f8fd19c049a83705955b31677fc0c1ca1e950d9696928b |

      | hyperparameter | value |
      | --- | --- |
      | C | 0.5 |

      | library | value |
      | --- | --- |
      | python | 3.11.7 |
      | scikit-learn | 1.4.0 |

      | environment | value |
      | --- | --- |
      | os | linux-x64 |
      | python\\_implementation | CPython |

      ## Files

      | path | kind | bytes | SHA-256 |
      | --- | --- | --- | --- |
      | models/model.onnx | file | 8 | b3242f120e959383b45cdc968f25d8b3a098c5b0af53bc19b6cb85091512af4d |

      To get exactly these bytes: mv get REPOSITORY v1.1.0 -o DIR
      "
    `);
  });

  it("writes into a file what it else prints", async () => {
    const { stdout } = await run(repo, "mv export v1.1.0 --format model-card", { raw: true });
    expect(await screen(repo, "mv export v1.1.0 --format model-card -o card.md")).toMatchInlineSnapshot(
      `"card.md  churn 1.1.0  model-card"`,
    );
    expect(repo.read("card.md")).toBe(stdout);
  });

  it("writes the same bill of materials again, wherever it is made", async () => {
    await play(
      repo,
      "mv export v1.0.0 --format cyclonedx -o a.json",
      "mv export churn@v1.0.0 --format cyclonedx -o b.json",
    );
    expect(repo.read("a.json")).toBe(repo.read("b.json"));
    expect(JSON.parse(repo.read("a.json"))).toMatchObject({
      specVersion: "1.6",
      metadata: { component: { version: "1.0.0" } },
    });
  });

  it("gives the document to a program too", async () => {
    const { data } = await json(repo, "mv export v1.1.0 --json");
    expect(data).toMatchObject({ model: "churn", version: "1.1.0", tag: "v1.1.0", format: "json", file: null });
    expect(JSON.parse((data as { text: string }).text)).toMatchObject({
      model_name: "churn",
      metrics: { accuracy: 0.91 },
    });
  });

  it("fills a template of a team's own", async () => {
    repo.write("own.md", "# {{model}}\n{{#owner}}\nby {{owner}}\n{{/owner}}\n");
    expect(await screen(repo, "mv export v1.1.0 --format model-card --template own.md")).toBe("# churn");
    repo.write("own.md", "# {{modle}}\n");
    expect(await screen(repo, "mv export v1.1.0 --format model-card --template own.md")).toContain(
      "! mversion: own.md:1: there is no {{modle}}\n",
    );
    expect(await screen(repo, "mv export v1.1.0 --template own.md")).toMatchInlineSnapshot(`
      "! mversion: --template: json has no template
      ! Next: --format model-card
      exit 2"
    `);
    expect(await screen(repo, "mv export v1.1.0 --format model-card --template none.md")).toMatchInlineSnapshot(`
      "! mversion: --template none.md: there is no such file
      ! Next: mv export --help says how to begin one
      exit 2"
    `);
  });

  it("prints where -o is a lone dash, and makes no file of that name", async () => {
    for (const command of ["mv export v1.1.0", "mv audit v1.1.0 --format markdown"]) {
      expect(await run(repo, `${command} -o -`)).toEqual(await run(repo, command));
    }
    expect((await run(repo, "mv sign v1.1.0 --key none -o -")).status).not.toBe(0);
    expect(repo.git("status", "--porcelain", "--", "-")).toBe("");
  });

  it("takes only releases", async () => {
    expect(await screen(repo, "mv export main~1")).toMatchInlineSnapshot(`
      "! mversion: main~1 is not a release: only a tag says what belongs to it
      ! Next: mv log
      exit 2"
    `);
    expect((await json(repo, "mv export v9.0.0 --json")).error).toMatchObject({ code: "unknown-version" });
  });

  it("never writes over a model, a pointer, a record or the settings", async () => {
    for (const file of [MODEL, `${MODEL}.mv.yaml`, "churn.model.yaml", ".mversion.yaml", ".git/config"]) {
      const before = repo.read(file);
      const { status, stderr } = await run(repo, `mv export v1.0.0 -o ${file}`);
      expect([status, stderr]).toEqual([
        1,
        expect.stringContaining(`-o ${file}: that file is mversion's or a model's`),
      ]);
      expect(repo.read(file)).toBe(before);
    }
    expect(await screen(repo, "mv export v1.0.0 -o none/card.md")).toMatchInlineSnapshot(`
      "! mversion: -o none/card.md: there is no folder /repo/none
      ! Next: mkdir -p none
      exit 2"
    `);
  });
});
