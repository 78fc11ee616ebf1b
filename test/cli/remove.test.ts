import { describe, expect, it } from "vitest";
import { BYTES, DATA, json, MODEL, play, sampleProject, screen, trained } from "../helpers/cli.ts";

describe("mv remove", () => {
  it("stops tracking an artifact, which stays on disk", async () => {
    const repo = await sampleProject({ until: "1.0.0" });
    repo.write("models/labels.txt", "yes\nno\n");
    await play(repo, "mv add models/labels.txt", 'mv tag v1.1.0 -m "With labels"');
    expect(await screen(repo, "mv remove labels.txt", { cwd: "models" })).toMatchInlineSnapshot(`
      "labels.txt  no longer tracked
      ! Still on disk, and Git sees it now: labels.txt
      ! churn 1.1.0: 1 artifact left
      ! Dropped with the old bytes: training_date, library_versions, environment, reason.
      ! 1.1.0 is released. Next: mv tag v1.2.0 -a -m WHY, or mv bump draft"
    `);
    expect(repo.git("status", "--short")).toMatchInlineSnapshot(`
      "M  churn.model.yaml
      M  models/.gitignore
      D  models/labels.txt.mv.yaml
      ?? models/labels.txt"
    `);
  });

  it("keeps what a model was trained on in its record", async () => {
    const repo = await sampleProject({ until: "draft" });
    expect(await screen(repo, `mv remove ${DATA}`)).toMatchInlineSnapshot(`
      "data/train.csv  no longer tracked
      ! Still on disk, and Git sees it now: data/train.csv"
    `);
    expect(repo.read("churn.model.yaml")).toContain(DATA);
  });

  it("deletes the file too, but no bytes that are stored nowhere", async () => {
    const repo = await sampleProject({ until: "draft" });
    trained(repo, MODEL, BYTES.D);
    expect(await screen(repo, `mv remove --delete ${MODEL}`)).toMatchInlineSnapshot(`
      "! mversion: refused: models/model.onnx holds bytes that are stored nowhere
      ! Next: mv add models/model.onnx
      ! Or store them first: repeat with --force
      exit 1"
    `);
    const text = await screen(repo, `mv remove --delete --force ${MODEL}`);
    expect(text).toMatchInlineSnapshot(`
      "models/model.onnx  no longer tracked
      ! Stored models/model.onnx as de01334d; back: mv restore de01334dbebad7423c3171b70f64add4c39e1ef2bbfab4b461d3f7e25ae82cf6 models/model.onnx
      ! churn 0.1.0-dev.1 -> 0.1.0-dev.2: no artifact left
      ! Dropped with the old bytes: metrics, training_date, library_versions, environment."
    `);
    expect(repo.exists(MODEL)).toBe(false);
    const [sha256 = ""] = /\b[0-9a-f]{64}\b/.exec(text) ?? [];
    await play(repo, `mv restore ${sha256} ${MODEL}`);
    expect(repo.read(MODEL)).toBe(BYTES.D);
  });

  it("takes an artifact or data out of one model alone", async () => {
    const repo = await sampleProject({ until: "draft" });
    await play(repo, "mv init --model risk --no-hooks", `mv add ${MODEL} --model risk`);
    repo.commit("Shared");
    expect(await screen(repo, `mv remove ${MODEL} ${DATA} --model risk`)).toMatchInlineSnapshot(`
      "models/model.onnx  no longer part of risk
      data/train.csv  no longer part of risk
      ! risk 0.1.0-dev.1 -> 0.1.0-dev.2: no artifact left
      ! Dropped with the old bytes: training_date, library_versions, environment."
    `);
    expect(repo.git("status", "--short")).toBe("M  risk.model.yaml");
    expect(await json(repo, `mv remove ${DATA} --model risk --json`)).toMatchInlineSnapshot(`
      {
        "command": "remove",
        "error": {
          "code": "not-tracked",
          "details": {},
          "hint": "mv remove data/train.csv",
          "message": "data/train.csv is no artifact or dataset of risk",
        },
        "ok": false,
        "schema": 1,
        "warnings": [],
      }
    `);
  });

  it("refuses what is not tracked", async () => {
    const repo = await sampleProject({ until: "draft" });
    expect(await screen(repo, "mv remove train.py")).toMatchInlineSnapshot(`
      "! mversion: refused: train.py is not an artifact; there is no train.py.mv.yaml
      ! Next: mv add train.py
      exit 1"
    `);
    expect(await screen(repo, `mv remove ${MODEL} --model risk`)).toMatchInlineSnapshot(`
      "! mversion: There is no model risk; there is churn
      ! Next: mv init --model risk
      exit 2"
    `);
  });
});
