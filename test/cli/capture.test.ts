import { describe, expect, it } from "vitest";
import { json, play, sampleProject, screen } from "../helpers/cli.ts";

describe("mv capture", () => {
  it("reads libraries and files into the record", async () => {
    const repo = await sampleProject({ until: "draft" });
    repo.write("requirements.txt", "scikit-learn==1.5.0\nnumpy==2.0.1\n");
    repo.write("params.yaml", "solver: lbfgs\nC: 0.50\n");
    repo.write("metrics.json", '{"auc": 0.90}\n');
    expect(await screen(repo, "mv capture --python requirements.txt --params params.yaml --metrics metrics.json"))
      .toMatchInlineSnapshot(`
      "numpy         2.0.1
      scikit-learn  1.5.0
      ! Captured requirements.txt"
    `);
    expect(repo.git("diff", "--cached", "--unified=0", "churn.model.yaml").replace(/^[^@]*/, ""))
      .toMatchInlineSnapshot(`
      "@@ -8,4 +8,4 @@ feature_set_version: "3.1.0"
      -hyperparameters: {C: 1.0}
      -library_versions: {python: "3.11.7", scikit-learn: "1.4.0"}
      -environment: {os: linux-x64, python_implementation: CPython}
      -metrics: {accuracy: 0.89}
      +hyperparameters: {C: 0.50, solver: lbfgs}
      +library_versions: {scikit-learn: "1.5.0", numpy: "2.0.1"}
      +environment: {os: linux-x64}
      +metrics: {accuracy: 0.89, auc: 0.90}"
    `);
  });

  it("takes the Python in use, and changes nothing the second time", async () => {
    const repo = await sampleProject({ until: "draft" });
    expect(await screen(repo, "mv capture")).toMatchInlineSnapshot(`
      "python        3.11.7
      scikit-learn  1.4.0
      ! Captured Python 3.11.7 in venv"
    `);
    expect(await json(repo, "mv capture --json")).toMatchInlineSnapshot(`
      {
        "command": "capture",
        "data": {
          "changed": false,
          "environment": {
            "os": "linux-x64",
            "python_implementation": "CPython",
          },
          "library_versions": {
            "python": "3.11.7",
            "scikit-learn": "1.4.0",
          },
          "model": "churn",
          "source": "Python 3.11.7 in venv",
        },
        "ok": true,
        "schema": 1,
        "warnings": [],
      }
    `);
    expect(repo.git("status", "--short")).toBe("");
  });

  it("refuses what is not there", async () => {
    const repo = await sampleProject({ until: "draft" });
    expect(await screen(repo, "mv capture --python nowhere/bin/python")).toMatchInlineSnapshot(`
      "! mversion: --python /repo/nowhere/bin/python: there is no Python
      ! Next: --python .venv/bin/python
      exit 2"
    `);
    await play(repo, "mv init --model risk --no-hooks");
    expect(await screen(repo, "mv capture")).toMatchInlineSnapshot(`
      "! mversion: There are 2 models: churn, risk
      ! Next: name one with --model NAME
      exit 2"
    `);
    expect(await screen(repo, "mv capture --model risk")).toMatchInlineSnapshot(`
      "! mversion: refused: risk has no record yet
      ! Next: mv add FILE
      exit 1"
    `);
  });
});
