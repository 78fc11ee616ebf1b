import { beforeAll, describe, expect, it } from "vitest";
import { json, sampleProject, screen } from "../helpers/cli.ts";
import { forkRepo } from "../helpers/fork.ts";
import type { TestRepo } from "../helpers/git.ts";

let base: TestRepo;

beforeAll(async () => {
  base = await sampleProject({ until: "1.1.0" });
});

describe("mv promote", () => {
  it("puts a version on a stage, and says what stood there", async () => {
    const repo = forkRepo(base);
    expect(await screen(repo, "mv stages")).toMatchInlineSnapshot(`
      "staging     -
      production  -"
    `);
    expect(await screen(repo, "mv promote v1.0.0 production -m 'First model'")).toMatchInlineSnapshot(`
      "churn 1.0.0 on production  tag churn#production#1
      ! Before: nothing"
    `);
    expect(await screen(repo, "mv promote v1.1.0 production", { answers: ["Better recall"] })).toMatchInlineSnapshot(`
      "! Why churn 1.1.0 on production? 
      churn 1.1.0 on production  tag churn#production#2
      ! Before: 1.0.0"
    `);
    expect(await screen(repo, "mv promote v1.1.0 production -m again")).toMatchInlineSnapshot(`
      "churn 1.1.0 on production already
      ! Since 2026-01-01 00:34 +0000 by Ada"
    `);
    expect(await screen(repo, "mv stages")).toMatchInlineSnapshot(`
      "staging     -
      production  churn 1.1.0  since 2026-01-01 00:34 +0000 by Ada  Better recall"
    `);
    expect(repo.git("cat-file", "tag", "churn#production#2").replaceAll(/[0-9a-f]{40}/g, "OID")).toMatchInlineSnapshot(`
      "object OID
      type commit
      tag churn#production#2
      tagger Ada <ada@example.org> 1767227640 +0000

      churn 1.1.0 on production

      Better recall

      ---
      mversion: 1
      event: assign
      model: churn
      stage: production
      number: 2
      baseline: 1.1.0
      rollout:
        - {version: 1.1.0, tag: "OID", weight: 100}
      seal: {assignment: "churn#production#1", tag: "OID"}"
    `);
  });

  it("gives a program what stands there", async () => {
    const repo = forkRepo(base);
    expect(await json(repo, "mv promote v1.0.0 production -m 'First model' --json")).toMatchInlineSnapshot(`
      {
        "command": "promote",
        "data": {
          "assigned": {
            "at": "2026-01-01T00:44:00Z",
            "baseline": "1.0.0",
            "by": "mversion",
            "model": "churn",
            "number": 1,
            "oid": "<tag churn#production#1>",
            "reason": "First model",
            "returns": null,
            "rollout": [
              {
                "retracted": null,
                "tag": "<tag v1.0.0>",
                "version": "1.0.0",
                "weight": 100,
              },
            ],
            "rollout_id": "churn#production#1",
            "seal": null,
            "signed": false,
            "stage": "production",
            "tag": "churn#production#1",
            "tagger": {
              "date": 1767228240,
              "email": "ada@example.org",
              "name": "Ada",
              "zone": "+0000",
            },
          },
          "before": null,
          "changed": true,
          "model": "churn",
          "stage": "production",
        },
        "ok": true,
        "schema": 1,
        "warnings": [],
      }
    `);
  });

  it("refuses a stage, a version or a reason that is not there", async () => {
    const repo = forkRepo(base);
    expect(await screen(repo, "mv promote v1.0.0 prod -m why")).toMatchInlineSnapshot(`
      "! mversion: There is no stage prod; there is staging, production
      ! Next: add it to stages in .mversion.yaml: prod: {}
      exit 2"
    `);
    expect(await screen(repo, "mv promote v9.0.0 production -m why")).toMatchInlineSnapshot(`
      "! mversion: There is no version v9.0.0; the newest is 1.1.0
      ! Next: mv log
      exit 2"
    `);
    expect(await screen(repo, "mv promote main production -m why")).toMatchInlineSnapshot(`
      "! mversion: main is not a release, and churn runs on production
      ! Next: mv log
      exit 2"
    `);
    expect(await screen(repo, "mv promote v1.0.0 production")).toMatchInlineSnapshot(`
      "! mversion: refused: churn 1.0.0 on production needs a reason
      ! Next: mv promote v1.0.0 production -m WHY
      exit 1"
    `);
    expect(await screen(repo, "mv promote v1.0.0 risk@production -m why")).toMatchInlineSnapshot(`
      "! mversion: There is no model risk; there is churn
      ! Next: mv init --model risk
      exit 2"
    `);
  });
});
