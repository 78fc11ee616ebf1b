import { beforeAll, describe, expect, it } from "vitest";
import { BYTES, json, MODEL, play, sampleProject, screen, trained } from "../helpers/cli.ts";
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
            "commit": "<commit 3>",
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
          "published": null,
          "share": null,
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
      "! mversion: main is not a release, and stages have releases only
      ! Next: mv tag VERSION -m WHY, then promote that
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

  it("splits a stage by a weight, changes it, and ends it", async () => {
    const repo = forkRepo(base);
    expect(await screen(repo, "mv promote v1.1.0 production --weight 10 -m Canary")).toMatchInlineSnapshot(`
      "! mversion: refused: Nothing runs on production that could have the other 90 %
      ! Next: mv promote v1.1.0 production -m Canary
      exit 1"
    `);
    await play(repo, "mv promote v1.0.0 production -m First");
    expect(await screen(repo, "mv promote v1.1.0 production --weight 10 -m Canary")).toMatchInlineSnapshot(`
      "churn 1.0.0 90 %, 1.1.0 10 % on production  tag churn#production#2
      ! Before: 1.0.0"
    `);
    expect(await screen(repo, "mv promote v1.1.0 production --weight 10 -m again")).toMatchInlineSnapshot(`
      "churn 1.0.0 90 %, 1.1.0 10 % on production already
      ! Since 2026-01-01 01:08 +0000 by Ada"
    `);
    expect(await screen(repo, "mv promote v1.1.0 production --weight 60 -m 'No complaints'")).toMatchInlineSnapshot(`
      "churn 1.0.0 40 %, 1.1.0 60 % on production  tag churn#production#3
      ! Before: 1.0.0 90 %, 1.1.0 10 %"
    `);
    expect(await screen(repo, "mv promote v1.0.0 production --weight 60 -m why")).toMatchInlineSnapshot(`
      "! mversion: refused: churn 1.0.0 is what the split of production started from: weigh the other version
      ! Next: or say it whole: mv promote production --split 1.0.0=40,1.1.0=60 -m WHY
      exit 1"
    `);
    expect(await screen(repo, "mv promote v1.1.0 production --weight 100 -m why")).toMatchInlineSnapshot(`
      "! mversion: --weight 100: give a whole percent from 1 to 99
      ! Next: all of it: mv promote v1.1.0 production -m why
      exit 2"
    `);
    expect(await screen(repo, "mv promote v1.1.0 production -m 'It holds'")).toMatchInlineSnapshot(`
      "churn 1.1.0 on production  tag churn#production#4
      ! Before: 1.0.0 40 %, 1.1.0 60 %"
    `);
    expect(await screen(repo, "mv log --stage production")).toMatchInlineSnapshot(`
      "churn#production#4  churn 1.0.0 40 %, 1.1.0 60 % -> 1.1.0  2026-01-01 01:23 +0000 Ada  It holds
      churn#production#3  churn 1.0.0 90 %, 1.1.0 10 % -> 1.0.0 40 %, 1.1.0 60 %  2026-01-01 01:14 +0000 Ada  No complaints
      churn#production#2  churn 1.0.0 -> 1.0.0 90 %, 1.1.0 10 %  2026-01-01 01:08 +0000 Ada  Canary
      churn#production#1  churn 1.0.0  2026-01-01 01:05 +0000 Ada  First"
    `);
  });

  it("takes a split said whole", async () => {
    const repo = forkRepo(base);
    const split = "--split v1.0.0=70,v1.1.0=30";
    expect(await screen(repo, `mv promote production ${split} -m 'A/B test'`)).toMatchInlineSnapshot(`
      "churn 1.0.0 70 %, 1.1.0 30 % on production  tag churn#production#1
      ! Before: nothing"
    `);
    expect(await screen(repo, "mv promote production --split v1.0.0=70,v1.1.0=20 -m why")).toMatchInlineSnapshot(`
      "! mversion: --split v1.0.0=70,v1.1.0=20: the shares are 90 % together, not 100 %
      ! Next: mv promote production --split v1.2.0=90,v1.3.0=10 -m WHY
      exit 2"
    `);
    expect(await screen(repo, "mv promote production --split v1.0.0=70,1.0.0=30 -m why")).toMatchInlineSnapshot(`
      "! mversion: --split v1.0.0=70,1.0.0=30: 1.0.0 is in it twice
      ! Next: mv promote production --split v1.2.0=90,v1.3.0=10 -m WHY
      exit 2"
    `);
    expect(await screen(repo, `mv promote v1.0.0 production ${split} --weight 5 -m why`)).toMatchInlineSnapshot(`
      "! mversion: --weight and --split both say the shares
      ! Next: give one of them
      exit 2"
    `);
    expect(await screen(repo, "mv promote production -m why")).toMatchInlineSnapshot(`
      "! mversion: mv promote needs a version and a stage
      ! Next: mv promote v1.2.0 production -m WHY
      exit 2"
    `);
  });

  it("refuses to split between versions that take other inputs", async () => {
    const repo = forkRepo(base);
    trained(repo, MODEL, BYTES.D);
    await play(repo, `mv add ${MODEL} --feature-set 4.0.0`, "mv tag v2.0.0 -a -m 'New columns'");
    await play(repo, "mv promote v1.1.0 production -m First");
    expect(await screen(repo, "mv promote v2.0.0 production --weight 10 -m Canary")).toMatchInlineSnapshot(`
      "! mversion: refused: churn 1.1.0 and 2.0.0 cannot share a stage: their feature sets are 3.1.0 and 4.0.0
      ! Next: mv diff v1.1.0 v2.0.0
      exit 1"
    `);
    const signature = (type: string): string =>
      `signature:\n  inputs:\n    - {name: x, type: ${type}, shape: [-1, 3]}\n`;
    const unsigned = (): string => repo.read("churn.model.yaml").replace(/^signature:\n(?: .*\n)*/m, "");
    for (const [version, type, bytes] of [
      ["v2.1.0", "float", BYTES.E],
      ["v2.2.0", "double", BYTES.C],
    ] as const) {
      trained(repo, MODEL, bytes);
      await play(repo, `mv add ${MODEL}`);
      repo.write("churn.model.yaml", unsigned() + signature(type));
      await play(repo, `mv tag ${version} -a -m Other`);
    }
    await play(repo, "mv promote v2.1.0 production -m Float");
    expect(await screen(repo, "mv promote v2.2.0 production --weight 10 -m Canary")).toMatchInlineSnapshot(`
      "! mversion: refused: churn 2.1.0 and 2.2.0 cannot share a stage: their input signatures differ
      ! Next: mv diff v2.1.0 v2.2.0
      exit 1"
    `);
  });

  it("refuses a retracted version", async () => {
    const repo = forkRepo(base);
    await play(repo, "mv promote v1.0.0 production -m First", "mv retract v1.0.0 -m 'Leaked labels'");
    expect(await screen(repo, "mv promote v1.0.0 staging -m why")).toMatchInlineSnapshot(`
      "! mversion: refused: churn 1.0.0 is retracted: Leaked labels
      ! Next: mv log, and promote another
      exit 1"
    `);
    expect(await screen(repo, "mv promote v1.1.0 production --weight 10 -m why")).toMatchInlineSnapshot(`
      "! mversion: refused: churn 1.0.0 is retracted: Leaked labels
      ! Next: mv log, and promote another
      exit 1"
    `);
    expect(await screen(repo, "mv stages")).toMatchInlineSnapshot(`
      "staging     -
      production  churn 1.0.0  since 2026-01-01 02:14 +0000 by Ada  First
      ! churn 1.0.0 on production is retracted: Leaked labels. Next: mv rollback production -m WHY"
    `);
  });

  it("takes the model from the version's word, where that names one beyond doubt", async () => {
    const repo = forkRepo(base);
    await play(repo, "mv init --model risk", "mv promote v1.1.0 churn@staging -m First");
    expect(await screen(repo, "mv promote v1.1.0 production -m Why")).toMatchInlineSnapshot(`
      "! mversion: There are 2 models: churn, risk
      ! Next: name one with --model NAME
      exit 2"
    `);
    expect(await screen(repo, "mv promote churn@staging production -m Why")).toMatchInlineSnapshot(`
      "churn 1.1.0 on production  tag churn#production#1
      ! Before: nothing"
    `);
    expect(await screen(repo, "mv promote churn@latest production -m Why")).toMatchInlineSnapshot(`
      "churn 1.1.0 on production already
      ! Since 2026-01-01 02:38 +0000 by Ada"
    `);
    expect(await screen(repo, "mv promote")).toMatchInlineSnapshot(`
      "! mversion: mv promote needs a version and a stage
      ! Next: mv promote v1.2.0 production -m WHY
      exit 2"
    `);
  });
});
