import { rmSync } from "node:fs";
import { beforeAll, describe, expect, it } from "vitest";
import { BYTES, DATA, json, MODEL, play, sampleProject, screen, trained } from "../helpers/cli.ts";
import { forkRepo } from "../helpers/fork.ts";
import type { TestRepo } from "../helpers/git.ts";

let base: TestRepo;

beforeAll(async () => {
  base = await sampleProject({ until: "1.1.0" });
});

describe("mv restore", () => {
  it("brings what the pointers say", async () => {
    const repo = forkRepo(base);
    expect(await screen(repo, "mv restore")).toMatchInlineSnapshot(
      `"Nothing to restore: everything is as its pointer says"`,
    );
    rmSync(repo.path(MODEL));
    expect(await screen(repo, "mv restore model.onnx", { cwd: "models" })).toMatchInlineSnapshot(`"model.onnx"`);
    rmSync(repo.path(MODEL));
    expect(await json(repo, "mv restore --json")).toMatchInlineSnapshot(`
      {
        "command": "restore",
        "data": {
          "absent": [],
          "affected": [],
          "from": null,
          "model": null,
          "next": null,
          "removed": [],
          "saved": [],
          "unchanged": 1,
          "version": null,
          "written": [
            "models/model.onnx",
          ],
        },
        "ok": true,
        "schema": 1,
        "warnings": [],
      }
    `);
  });

  it("brings a version onto today's branch", async () => {
    const repo = forkRepo(base);
    expect(await screen(repo, `mv restore v1.0.0 ${MODEL}`)).toMatchInlineSnapshot(`
      "models/model.onnx  from churn 1.0.0
      ! The record declares churn 1.0.0, staged"
    `);
    expect(await screen(repo, `mv restore v1.0.0 ${MODEL}`)).toMatchInlineSnapshot(`
      "The bytes are here already
      ! The record declares churn 1.0.0, staged"
    `);
    expect(await screen(repo, `mv restore v1.1.0 ${DATA}`)).toMatchInlineSnapshot(
      `"Nothing to restore: everything is as its pointer says"`,
    );
  });

  it("says when a released number names other bytes by it", async () => {
    const repo = forkRepo(base);
    trained(repo, "models/second.onnx", BYTES.D);
    await play(repo, "mv add models/second.onnx", "mv tag v1.2.0 -a -m second");
    expect(await screen(repo, `mv restore v1.0.0 ${MODEL}`)).toMatchInlineSnapshot(`
      "models/model.onnx  from churn 1.0.0
      ! The record declares churn 1.2.0, staged; that is released with other bytes
      ! Next: mv tag v1.3.0 -m WHY, or mv bump draft"
    `);
    expect(await screen(repo, "mv restore v1.0.0")).toMatchInlineSnapshot(`
      "models/second.onnx  removed
      ! The record declares churn 1.0.0, staged"
    `);
  });

  it("leaves shared artifacts alone, unless it is meant", async () => {
    const repo = forkRepo(base);
    await play(repo, "mv init --model risk --no-hooks", `mv add ${MODEL} --model risk`, "mv tag risk@v1.0.0 -a -m x");
    expect(await screen(repo, "mv restore v1.0.0")).toMatchInlineSnapshot(`
      "! mversion: refused: models/model.onnx is of risk too, and would change for it
      ! Next: repeat with --affected, which raises the draft of risk
      exit 1"
    `);
    expect(await screen(repo, "mv restore v1.0.0 --affected")).toMatchInlineSnapshot(`
      "models/model.onnx  from churn 1.0.0
      ! The record declares churn 1.0.0, staged
      ! risk 1.1.0-dev.1: its artifact changed too"
    `);
  });

  it("refuses to lose bytes, and what is no path and no version", async () => {
    const repo = forkRepo(base);
    repo.write(MODEL, "of today");
    expect(await screen(repo, "mv restore")).toMatchInlineSnapshot(`
      "! mversion: refused: models/model.onnx holds bytes that are stored nowhere
      ! Next: mv add models/model.onnx
      ! Or store them first: repeat with --force
      exit 1"
    `);
    expect(await screen(repo, "mv restore train.py")).toMatchInlineSnapshot(`
      "! mversion: refused: train.py holds no artifact
      ! Next: mv add train.py
      exit 1"
    `);
    expect(await screen(repo, "mv restore v1.0.0 models/other.onnx")).toMatchInlineSnapshot(`
      "! mversion: refused: churn 1.0.0 has no artifact models/other.onnx; it has data/train.csv, models/model.onnx
      ! Next: mv show v1.0.0
      exit 1"
    `);
    expect(await json(repo, "mv restore nothing --json")).toMatchInlineSnapshot(`
      {
        "command": "restore",
        "error": {
          "code": "unknown-version",
          "details": {
            "version": "nothing",
          },
          "hint": "mv log",
          "message": "There is no version nothing; the newest is 1.1.0",
        },
        "ok": false,
        "schema": 1,
        "warnings": [],
      }
    `);
    expect(await screen(repo, "mv restore --force")).toMatchInlineSnapshot(`
      "models/model.onnx
      ! Stored models/model.onnx as b128e333; back: mv restore b128e333fcc34f80118511ede569415da63f6d47a81874c85b501f3d1ca49ddf models/model.onnx"
    `);
  });
});

describe("mv revert", () => {
  it("prepares the next patch", async () => {
    const repo = forkRepo(base);
    expect(await screen(repo, "mv revert v1.0.0")).toMatchInlineSnapshot(`
      "churn 1.1.1 prepared from 1.0.0; code and data stay
      ! Next: mv tag v1.1.1"
    `);
    expect(repo.git("status", "--short")).toMatchInlineSnapshot(`
      "M  churn.model.yaml
      M  models/model.onnx.mv.yaml"
    `);
    expect(await screen(repo, "mv tag v1.1.1")).toMatchInlineSnapshot(`"churn 1.1.1  tag v1.1.1  commit <commit 5>"`);
    expect((await json(repo, "mv revert v1.0.0 -m 'Once more' --json")).data).toMatchInlineSnapshot(`
      {
        "affected": [],
        "from": "1.0.0",
        "model": "churn",
        "next": "mv tag v1.1.2",
        "reason": "Once more",
        "removed": [],
        "saved": [],
        "unchanged": 1,
        "version": "1.1.2",
        "written": [],
      }
    `);
  });

  it("refuses what is no release", async () => {
    expect(await screen(base, "mv revert main")).toMatchInlineSnapshot(`
      "! mversion: main is not a release
      ! Next: mv log
      exit 2"
    `);
  });
});
