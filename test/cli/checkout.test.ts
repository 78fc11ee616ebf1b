import { rmSync } from "node:fs";
import { beforeAll, describe, expect, it } from "vitest";
import { json, MODEL, play, sampleProject, screen } from "../helpers/cli.ts";
import { forkRepo } from "../helpers/fork.ts";
import type { TestRepo } from "../helpers/git.ts";

let base: TestRepo;

beforeAll(async () => {
  base = await sampleProject({ until: "1.1.0" });
});

describe("mv checkout", () => {
  it("says what came, and the way back", async () => {
    const repo = forkRepo(base);
    expect(await screen(repo, "mv checkout v1.0.0")).toMatchInlineSnapshot(`
      "churn 1.0.0  commit <commit 3>  2 files as released
      ! Detached; back: git switch main"
    `);
    expect(await screen(repo, "mv checkout v1.0.0")).toMatchInlineSnapshot(
      `"churn 1.0.0  commit <commit 3>  2 files as released, already here"`,
    );
    expect(await screen(repo, "mv checkout main")).toMatchInlineSnapshot(`"main  commit <commit 4>  2 files"`);
  });

  it("gives a program what changed", async () => {
    expect(await json(forkRepo(base), "mv checkout v1.0.0 --json")).toMatchInlineSnapshot(`
      {
        "command": "checkout",
        "data": {
          "absent": [],
          "branch": null,
          "commit": "<commit 3>",
          "files": 2,
          "left": "main",
          "model": "churn",
          "name": "churn 1.0.0",
          "removed": [],
          "saved": [],
          "switched": true,
          "version": "1.0.0",
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

  it("names what went, what is missing of other models, and what is retracted", async () => {
    const repo = forkRepo(base);
    await play(repo, "mv init --model risk --no-hooks");
    repo.write("models/risk.onnx", "risk 1\n");
    await play(repo, "mv add models/risk.onnx --model risk", "mv tag risk@v1.0.0 -a -m one");
    await play(repo, "mv retract v1.0.0 -m 'Trained on leaked labels'");
    expect(await screen(repo, "mv checkout v1.0.0")).toMatchInlineSnapshot(`
      "! mversion: warning: churn 1.0.0 is retracted: Trained on leaked labels
      churn 1.0.0  commit <commit 3>  2 files as released
      ! Not in this version, removed: models/risk.onnx
      ! Detached; back: git switch main"
    `);
    const [hash = ""] = repo.git("show", "main:models/risk.onnx.mv.yaml").match(/[0-9a-f]{64}/) ?? [];
    rmSync(repo.path(".git/mversion/cache/objects", hash.slice(0, 2), hash));
    expect(await screen(repo, "mv checkout main --model churn")).toMatchInlineSnapshot(`
      "main  commit <commit 5>  2 files
      ! Not in the cache, left as pointers: models/risk.onnx"
    `);
  });

  it("does not lose bytes; with --force it says how they come back, from where one is", async () => {
    const repo = forkRepo(base);
    repo.write(MODEL, "of today");
    expect(await screen(repo, "mv checkout v1.0.0")).toMatchInlineSnapshot(`
      "! mversion: refused: models/model.onnx holds bytes that are stored nowhere
      ! Next: mv add models/model.onnx
      ! Or store them first: repeat with --force
      exit 1"
    `);
    expect(await json(repo, "mv checkout v1.0.0 --json")).toMatchInlineSnapshot(`
      {
        "command": "checkout",
        "error": {
          "code": "would-lose",
          "details": {
            "paths": [
              "models/model.onnx",
            ],
          },
          "hint": "mv add models/model.onnx
      Or store them first: repeat with --force",
          "message": "models/model.onnx holds bytes that are stored nowhere",
        },
        "ok": false,
        "schema": 1,
        "warnings": [],
      }
    `);
    expect(await screen(repo, "mv checkout v1.0.0 --force", { cwd: "models" })).toMatchInlineSnapshot(`
      "churn 1.0.0  commit <commit 3>  2 files as released
      ! Stored model.onnx as b128e333; back: mv restore b128e333fcc34f80118511ede569415da63f6d47a81874c85b501f3d1ca49ddf model.onnx
      ! Detached; back: git switch main"
    `);
  });

  it("passes Git's refusal on", async () => {
    const repo = forkRepo(base);
    repo.write("train.py", "C = 0.1\n");
    expect(await screen(repo, "mv checkout v1.0.0")).toMatchInlineSnapshot(`
      "! error: Your local changes to the following files would be overwritten by checkout:
      ! 	train.py
      ! Please commit your changes or stash them before you switch branches.
      ! Aborting
      ! mversion: refused: Local changes would be overwritten: train.py
      ! Next: git stash, or git commit
      exit 1"
    `);
  });

  it("does not know every word", async () => {
    expect(await screen(base, "mv checkout v3.0.0")).toMatchInlineSnapshot(`
      "! mversion: There is no version v3.0.0; the newest is 1.1.0
      ! Next: mv log
      exit 2"
    `);
  });
});
