import { describe, expect, it } from "vitest";
import { DATA, json, MODEL, sampleProject, screen } from "../helpers/cli.ts";

describe("mv move", () => {
  it("gives an artifact another place", async () => {
    const repo = await sampleProject({ until: "1.0.0" });
    expect(await screen(repo, "mv move model.onnx ../deploy/net.onnx", { cwd: "models" })).toMatchInlineSnapshot(`
      "model.onnx -> ../deploy/net.onnx
      ! Records that name it now: churn"
    `);
    expect(repo.git("status", "--short")).toMatchInlineSnapshot(`
      "M  churn.model.yaml
      A  deploy/.gitignore
      R  models/model.onnx.mv.yaml -> deploy/net.onnx.mv.yaml
      D  models/.gitignore"
    `);
    expect(await screen(repo, "mv status")).toMatchInlineSnapshot(`
      "churn  1.0.0  released; not committed; only on this machine: 1.0.0
        data/train.csv   dataset  unchanged
        deploy/net.onnx  model    unchanged"
    `);
  });

  it("gives what it did to a program", async () => {
    const repo = await sampleProject({ until: "draft" });
    expect(await json(repo, `mv move ${DATA} data/january/ --json`)).toMatchInlineSnapshot(`
      {
        "command": "move",
        "data": {
          "from": "data/train.csv",
          "models": [
            "churn",
          ],
          "to": "data/january/train.csv",
        },
        "ok": true,
        "schema": 1,
        "warnings": [],
      }
    `);
  });

  it("refuses where something is, and what cannot be", async () => {
    const repo = await sampleProject({ until: "draft" });
    const lines = [
      `mv move ${MODEL} train.py`,
      `mv move ${MODEL} ${DATA}`,
      `mv move ${MODEL} ${MODEL}/inner`,
      `mv move ${MODEL} models/`,
      `mv move ${MODEL} ../elsewhere`,
      `mv move ${MODEL} .git/model.onnx`,
      "mv move . other",
      "mv move train.py other.py",
    ];
    const screens: string[] = [];
    for (const line of lines) screens.push(`$ ${line}\n${await screen(repo, line)}`);
    expect(screens.join("\n")).toMatchInlineSnapshot(`
      "$ mv move models/model.onnx train.py
      ! mversion: refused: train.py is there already
      ! Next: mv move models/model.onnx ANOTHER-NAME
      exit 1
      $ mv move models/model.onnx data/train.csv
      ! mversion: refused: data/train.csv.mv.yaml is there already
      ! Next: mv move models/model.onnx ANOTHER-NAME
      exit 1
      $ mv move models/model.onnx models/model.onnx/inner
      ! mversion: refused: models/model.onnx/inner would be inside models/model.onnx, which is an artifact of its own
      ! Next: mv move models/model.onnx ANOTHER-PLACE
      exit 1
      $ mv move models/model.onnx models/
      ! mversion: models/model.onnx is there already
      ! Next: mv move FROM ANOTHER-NAME
      exit 2
      $ mv move models/model.onnx ../elsewhere
      ! mversion: refused: ../elsewhere is not inside the repository /repo
      ! Next: copy it into the repository first
      exit 1
      $ mv move models/model.onnx .git/model.onnx
      ! mversion: refused: .git/model.onnx cannot be tracked: a name in it is a spelling of .git
      ! Next: give it another name
      exit 1
      $ mv move . other
      ! mversion: . holds 2 artifacts; move them one at a time
      ! Next: mv status
      exit 2
      $ mv move train.py other.py
      ! mversion: refused: train.py is not an artifact; there is no train.py.mv.yaml
      ! Next: mv add train.py
      exit 1"
    `);
    expect(repo.git("status", "--short")).toBe("");
  });
});
