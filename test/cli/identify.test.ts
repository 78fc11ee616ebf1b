import { join } from "node:path";
import { writeFileSync } from "node:fs";
import { beforeAll, describe, expect, it } from "vitest";
import { BYTES, DATA, json, MODEL, sampleProject, screen, trained } from "../helpers/cli.ts";
import { scratchDir, type TestRepo } from "../helpers/git.ts";

describe("mv identify", () => {
  let repo: TestRepo;
  beforeAll(async () => {
    repo = await sampleProject({ until: "1.1.0" });
  });

  it("says which version a file anywhere on disk is", async () => {
    const file = join(scratchDir("download"), "model(1).onnx");
    writeFileSync(file, BYTES.B);
    expect(await screen(repo, ["identify", file])).toMatchInlineSnapshot(`
      "churn 1.0.0        2026-01-01             models/model.onnx  14148f94
      churn 0.1.0-dev.2  draft, commit <commit 2>  models/model.onnx  14148f94"
    `);
  });

  it("takes a hash, its beginning, or the content of a whole model", async () => {
    expect(await screen(repo, "mv identify b3242f12")).toMatchInlineSnapshot(
      `"churn 1.1.0  2026-01-01  models/model.onnx  b3242f12"`,
    );
    expect(await screen(repo, `mv identify ${DATA}`)).toMatchInlineSnapshot(`
      "churn 1.1.0        2026-01-01             dataset data/train.csv  68335d23
      churn 1.0.0        2026-01-01             dataset data/train.csv  68335d23
      churn 0.1.0-dev.2  draft, commit <commit 2>  dataset data/train.csv  68335d23
      churn 0.1.0-dev.1  draft, commit <commit 1>  dataset data/train.csv  68335d23"
    `);
    expect(await screen(repo, "mv identify sha256:4cb13af9")).toMatchInlineSnapshot(
      `"churn 1.1.0  2026-01-01  content  4cb13af9"`,
    );
  });

  it("finds drafts in the history", async () => {
    expect(await screen(repo, "mv identify 54fc455b")).toMatchInlineSnapshot(
      `"churn 0.1.0-dev.1  draft, commit <commit 1>  models/model.onnx  54fc455b"`,
    );
  });

  it("gives the whole of it to a program", async () => {
    expect(await json(repo, `mv identify ${MODEL} --json`)).toMatchInlineSnapshot(`
      {
        "command": "identify",
        "data": {
          "holdings": [
            {
              "as": "artifact",
              "commit": "<commit 4>",
              "date": "2026-01-01",
              "model": "churn",
              "path": "models/model.onnx",
              "sha256": "b3242f120e959383b45cdc968f25d8b3a098c5b0af53bc19b6cb85091512af4d",
              "state": "released",
              "tag": "v1.1.0",
              "version": "1.1.0",
            },
          ],
          "path": "models/model.onnx",
          "sha256": "b3242f120e959383b45cdc968f25d8b3a098c5b0af53bc19b6cb85091512af4d",
        },
        "ok": true,
        "schema": 1,
        "warnings": [],
      }
    `);
  });

  it("says that bytes are unknown", async () => {
    trained(repo, "models/other.onnx", BYTES.E);
    expect(await screen(repo, "mv identify models/other.onnx")).toMatchInlineSnapshot(`
      "! mversion: refused: models/other.onnx (7879040e) is in no version that this clone knows
      ! Next: mv add models/other.onnx
      exit 1"
    `);
    const elsewhere = join(scratchDir("download"), "other.onnx");
    writeFileSync(elsewhere, BYTES.E);
    expect((await json(repo, ["identify", elsewhere, "--json"])).error?.hint).toBe("git fetch --tags");
    expect(await json(repo, "mv identify 00000000 --json")).toMatchInlineSnapshot(`
      {
        "command": "identify",
        "error": {
          "code": "nothing-found",
          "details": {
            "sha256": null,
          },
          "hint": "git fetch --tags",
          "message": "00000000 is in no version that this clone knows",
        },
        "ok": false,
        "schema": 1,
        "warnings": [],
      }
    `);
  });

  it("refuses what is neither a file nor a hash", async () => {
    expect(await screen(repo, "mv identify model.onnx")).toMatchInlineSnapshot(`
      "! mversion: model.onnx is neither a file or folder nor a SHA-256 (8 hex digits at least)
      ! Next: mv identify models/model.onnx
      exit 2"
    `);
  });
});
