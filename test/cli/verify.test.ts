import { chmodSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { BYTES, json, MODEL, run, sampleProject, screen, trained } from "../helpers/cli.ts";
import { forgeTag, tagMessage } from "../helpers/forge.ts";
import type { TestRepo } from "../helpers/git.ts";

const B = "14148f94a8b3cfb68a156366ac5a16257a5326be700550db29dc8629553a4f6b";

function objectPath(repo: TestRepo, sha256: string): string {
  return join(repo.dir, ".git/mversion/cache/objects", sha256.slice(0, 2), sha256);
}

function rot(repo: TestRepo, sha256: string): void {
  chmodSync(objectPath(repo, sha256), 0o644);
  writeFileSync(objectPath(repo, sha256), "model X\n");
}

describe("mv verify", () => {
  it("says what was checked", async () => {
    const repo = await sampleProject({ until: "1.1.0" });
    expect(await screen(repo, "mv verify --all")).toMatchInlineSnapshot(`
      "churn 1.0.0  ok  2 objects  unsigned
      churn 1.1.0  ok  2 objects  unsigned"
    `);
    expect(await screen(repo, "mv verify v1.0.0")).toMatchInlineSnapshot(`"churn 1.0.0  ok  2 objects  unsigned"`);
    expect(await screen(repo, "mv verify")).toMatchInlineSnapshot(`
      "data/train.csv     ok  68335d23
      models/model.onnx  ok  b3242f12"
    `);
    expect(await json(repo, "mv verify v1.1.0 --json")).toMatchInlineSnapshot(`
      {
        "command": "verify",
        "data": {
          "absent": [],
          "events": 0,
          "problems": [],
          "releases": [
            {
              "date": "2026-01-01",
              "model": "churn",
              "objects": {
                "absent": 0,
                "checked": 2,
              },
              "problems": 0,
              "signature": null,
              "signed": false,
              "tag": "v1.1.0",
              "version": "1.1.0",
            },
          ],
          "worktree": null,
        },
        "ok": true,
        "schema": 1,
        "warnings": [],
      }
    `);
  });

  it("finds a rotten object and says how to get it back", async () => {
    const repo = await sampleProject({ until: "1.1.0" });
    rot(repo, B);
    expect(await screen(repo, "mv verify v1.0.0")).toMatchInlineSnapshot(`
      "! mversion: churn 1.0.0: models/model.onnx: the cached object 14148f94 held other bytes and is in quarantine now
      ! Next: mv add models/model.onnx where the bytes of models/model.onnx.mv.yaml still are, or copy object 14148f94a8b3cfb68a156366ac5a16257a5326be700550db29dc8629553a4f6b from another clone's cache
      exit 13"
    `);
    // It is in quarantine now: never again to be had, and no longer wrong.
    expect(await screen(repo, "mv verify v1.0.0")).toMatchInlineSnapshot(`
      "churn 1.0.0  1 not here  1 object  unsigned
      ! Not here, so not checked: models/model.onnx. Next: mv add, where the bytes still are
      exit 3"
    `);
  });

  it("names the file that still has the bytes", async () => {
    const repo = await sampleProject({ until: "1.0.0" });
    rot(repo, B);
    expect((await run(repo, "mv verify v1.0.0")).stderr).toMatchInlineSnapshot(`
      "mversion: churn 1.0.0: models/model.onnx: the cached object 14148f94 held other bytes and is in quarantine now
      Next: mv add models/model.onnx
      "
    `);
  });

  it("compares the working tree with its pointers, whatever the stat says", async () => {
    const repo = await sampleProject({ until: "1.1.0" });
    trained(repo, MODEL, BYTES.E);
    expect(await screen(repo, "mv verify")).toMatchInlineSnapshot(`
      "! mversion: models/model.onnx: holds 7879040e; its pointer says b3242f12
      ! Next: mv add models/model.onnx, or mv restore --force models/model.onnx
      exit 13"
    `);
    rmSync(repo.path(MODEL));
    expect(await screen(repo, "mv verify")).toMatchInlineSnapshot(`
      "data/train.csv     ok      68335d23
      models/model.onnx  absent  b3242f12
      ! Not here, so not checked: models/model.onnx. Next: mv restore
      exit 3"
    `);
  });

  it("finds a tag that was moved", async () => {
    const repo = await sampleProject({ until: "1.1.0" });
    const old = repo.git("rev-parse", "v1.0.0");
    forgeTag(repo, "v1.0.0", tagMessage(repo, "v1.0.0"), "v1.0.0");
    const text = await screen(repo, "mv verify --all");
    expect(text.replaceAll(old, "<old tag>").replaceAll(old.slice(0, 7), "<old tag>")).toMatchInlineSnapshot(`
      "! mversion: refused: churn 1.1.0: sealed churn 1.0.0 as tag object <old tag>; v1.0.0 was moved and is <tag v1.0.0> now
      ! Next: git -c mversion.unlock=v1.0.0 tag -f v1.0.0 <old tag>
      exit 1"
    `);
    const { error } = await json(repo, "mv verify --all --json");
    expect(error).toMatchObject({ code: "seal-broken", details: { problems: [{ what: "churn 1.1.0" }] } });
  });

  it("refuses what is no release", async () => {
    const repo = await sampleProject({ until: "1.0.0" });
    expect(await screen(repo, "mv verify main")).toMatchInlineSnapshot(`
      "! mversion: main is not a release: only a tag says what its bytes are
      ! Next: mv log
      exit 2"
    `);
    expect(await screen(repo, "mv verify --all v1.0.0")).toMatchInlineSnapshot(`
      "! mversion: --all: give versions or --all
      ! Next: mv verify --all
      exit 2"
    `);
  });
});
