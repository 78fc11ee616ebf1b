import { describe, expect, it } from "vitest";
import { BYTES, json, MODEL, play, run, sampleProject, screen, trained } from "../helpers/cli.ts";

describe("mv bump", () => {
  it("declares the next number of each kind, counted from the newest release", async () => {
    const repo = await sampleProject({ until: "1.1.0" });
    trained(repo, MODEL, BYTES.D);
    await play(repo, `mv add ${MODEL}`);
    const screens: string[] = [];
    for (const to of ["patch", "minor", "major", "draft", "draft", "2.0.0-rc.1", 'minor -m "Retrained in March"']) {
      screens.push(`$ mv bump ${to}\n${await screen(repo, `mv bump ${to}`)}`);
    }
    expect(screens.join("\n")).toMatchInlineSnapshot(`
      "$ mv bump patch
      churn 1.1.0 -> 1.1.1
      $ mv bump minor
      churn 1.1.1 -> 1.2.0
      $ mv bump major
      churn 1.2.0 -> 2.0.0
      $ mv bump draft
      churn 2.0.0 -> 1.2.0-dev.1
      $ mv bump draft
      churn 1.2.0-dev.1
      $ mv bump 2.0.0-rc.1
      churn 1.2.0-dev.1 -> 2.0.0-rc.1
      $ mv bump minor -m "Retrained in March"
      churn 2.0.0-rc.1 -> 1.2.0"
    `);
    expect(repo.git("diff", "--cached", "--unified=0", "churn.model.yaml").replace(/^[^@]*/, ""))
      .toMatchInlineSnapshot(`
      "@@ -3,2 +3,2 @@ model_name: churn
      -version: 1.1.0
      -content: "sha256:4cb13af91aa0a44a40c7970cf20e192f0cf1b310df93abbaa9b311567c717ac4"
      +version: 1.2.0
      +content: "sha256:c15316a9c92fd2fbba2af59969aea9465c6f4b45cb0ddc561a96c8ac4308c9ba"
      @@ -11 +10,0 @@ environment: {os: linux-x64, python_implementation: CPython}
      -metrics: {accuracy: 0.91}
      @@ -13 +12 @@ artifacts:
      -  - {path: models/model.onnx, kind: file, sha256: "b3242f120e959383b45cdc968f25d8b3a098c5b0af53bc19b6cb85091512af4d", size: 8}
      +  - {path: models/model.onnx, kind: file, sha256: "de01334dbebad7423c3171b70f64add4c39e1ef2bbfab4b461d3f7e25ae82cf6", size: 8}
      @@ -16 +15 @@ datasets:
      -reason: Retrained on the February snapshot
      +reason: Retrained in March"
    `);
  });

  it("raises every model whose bytes changed, and leaves what is raised already", async () => {
    const repo = await sampleProject({ until: "draft" });
    await play(repo, "mv init --model risk --no-hooks", "mv init --model ltv --no-hooks");
    for (const model of ["risk", "ltv"]) {
      repo.write(`models/${model}.onnx`, model);
      await play(repo, `mv add models/${model}.onnx --model ${model}`);
    }
    repo.commit("Three models");
    await play(repo, 'mv tag churn@v1.0.0 risk@v1.3.0 ltv@v2.9.0 -m "First"');
    repo.write("models/risk.onnx", "risk 2");
    repo.write("models/ltv.onnx", "ltv 2");
    await play(repo, "mv add models/risk.onnx models/ltv.onnx", "mv bump patch --model ltv");
    expect(await screen(repo, "mv bump minor")).toMatchInlineSnapshot(`
      "! mversion: There are 3 models: churn, risk, ltv
      ! Next: name one with --model NAME
      exit 2"
    `);
    expect(await screen(repo, "mv bump --affected minor")).toMatchInlineSnapshot(`"risk 1.3.0 -> 1.4.0, ltv 2.9.1"`);
    repo.commit("Retrained");
    expect(await screen(repo, "mv bump --affected minor")).toMatchInlineSnapshot(`
      "! mversion: refused: No model has other bytes than HEAD
      ! Next: mv status
      exit 1"
    `);
  });

  it("gives what it did to a program", async () => {
    const repo = await sampleProject({ until: "1.0.0" });
    expect(await json(repo, "mv bump minor --json")).toMatchInlineSnapshot(`
      {
        "command": "bump",
        "data": {
          "models": [
            {
              "from": "1.0.0",
              "model": "churn",
              "version": "1.1.0",
            },
          ],
        },
        "ok": true,
        "schema": 1,
        "warnings": [],
      }
    `);
  });

  it("refuses numbers that are taken, too low, or none", async () => {
    const repo = await sampleProject({ until: "1.1.0" });
    const lines = [
      "mv bump 1.1.0",
      "mv bump 1.0.5",
      "mv bump next",
      "mv bump",
      "mv bump minor --model risk",
      "mv bump minor --model churn --affected",
    ];
    const screens: string[] = [];
    for (const line of lines) screens.push(`$ ${line}\n${await screen(repo, line)}`);
    expect(screens.join("\n")).toMatchInlineSnapshot(`
      "$ mv bump 1.1.0
      ! mversion: refused: churn 1.1.0 is already released
      ! Next: mv bump minor
      exit 1
      $ mv bump 1.0.5
      ! mversion: refused: churn 1.0.5 is not above 1.1.0, the newest release of this line
      ! Next: mv bump minor
      exit 1
      $ mv bump next
      ! mversion: next is neither major, minor, patch, draft nor a version
      ! Next: mv bump minor
      exit 2
      $ mv bump
      ! mversion: missing required argument 'to'
      ! Next: mv bump --help
      exit 2
      $ mv bump minor --model risk
      ! mversion: There is no model risk; there is churn
      ! Next: mv init --model risk
      exit 2
      $ mv bump minor --model churn --affected
      ! mversion: --affected and --model name different models
      ! Next: give one of them
      exit 2"
    `);
    expect((await run(repo, "mv bump 1.1.0-dev.3")).status).toBe(0);
    expect(await screen(await sampleProject(), "mv bump minor")).toMatchInlineSnapshot(`
      "! mversion: refused: churn has no record yet
      ! Next: mv add FILE
      exit 1"
    `);
  });
});
