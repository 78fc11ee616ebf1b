import { beforeAll, describe, expect, it } from "vitest";
import { json, play, sampleProject, screen } from "../helpers/cli.ts";
import { forkRepo } from "../helpers/fork.ts";
import { type TestRepo, withEnv } from "../helpers/git.ts";

let base: TestRepo;

/** Two approvals for production. */
beforeAll(async () => {
  base = await sampleProject({ until: "1.1.0" });
  const settings = base.read(".mversion.yaml");
  base.commit("Ask for approvals", {
    ".mversion.yaml": `${settings}stages:\n  staging: {}\n  production: {approvals: 2}\n`,
  });
});

/** What somebody else sees. */
async function as(name: string, work: () => Promise<unknown>): Promise<string> {
  let shown: unknown;
  const email = `${name.toLowerCase()}@example.org`;
  await withEnv({ GIT_COMMITTER_NAME: name, GIT_COMMITTER_EMAIL: email }, async () => {
    shown = await work();
  });
  return String(shown);
}

describe("mv approve", () => {
  it("counts people until the stage is satisfied", async () => {
    const repo = forkRepo(base);
    expect(await screen(repo, "mv promote v1.1.0 production -m Better")).toMatchInlineSnapshot(`
      "! mversion: refused: production needs 2 approvals of churn 1.1.0 by others than its author, and it has none that counts (.mversion.yaml stages.production.approvals)
      ! Next: mv approve v1.1.0 churn@production -m WHY, by another person
      exit 1"
    `);
    const ben = (line: string): Promise<string> => as("Ben", () => screen(repo, line));
    expect(await ben("mv approve v1.1.0 production -m 'Bias report read'")).toMatchInlineSnapshot(`
      "churn 1.1.0 approved for production  tag approved/churn/production/1.1.0/1
      ! production needs 2 approvals of churn 1.1.0 by others than its author, and it has 1 that counts (.mversion.yaml stages.production.approvals). Next: mv approve v1.1.0 churn@production -m WHY, by another person"
    `);
    expect(await ben("mv approve v1.1.0 production -m again")).toMatchInlineSnapshot(`
      "churn 1.1.0 approved for production already, by ben@example.org  tag approved/churn/production/1.1.0/1
      ! production needs 2 approvals of churn 1.1.0 by others than its author, and it has 1 that counts (.mversion.yaml stages.production.approvals). Next: mv approve v1.1.0 churn@production -m WHY, by another person"
    `);
    repo.git("remote", "add", "origin", "/nowhere");
    const cem = (line: string): Promise<string> => as("Cem", () => screen(repo, line));
    expect(await cem("mv approve v1.1.0 churn@production -m 'No objection'")).toMatchInlineSnapshot(`
      "churn 1.1.0 approved for production  tag approved/churn/production/1.1.0/2
      ! Nobody else knows yet. Next: mv approve v1.1.0 churn@production --push -m 'No objection'"
    `);
    expect(await screen(repo, "mv promote v1.1.0 production -m Better")).toMatchInlineSnapshot(`
      "churn 1.1.0 on production  tag churn#production#1
      ! Before: nothing
      ! Nobody else knows yet. Next: mv promote v1.1.0 production --push -m Better"
    `);
    expect(repo.git("cat-file", "tag", "approved/churn/production/1.1.0/2").replaceAll(/[0-9a-f]{40}/g, "OID"))
      .toMatchInlineSnapshot(`
      "object OID
      type commit
      tag approved/churn/production/1.1.0/2
      tagger Cem <cem@example.org> 1767228060 +0000

      churn 1.1.0 approved for production

      No objection

      ---
      mversion: 1
      event: approve
      model: churn
      version: 1.1.0
      release: "OID"
      stage: production"
    `);
  });

  it("is no business of whoever made the version", async () => {
    const repo = forkRepo(base);
    expect(await screen(repo, "mv approve v1.1.0 production -m 'I like it'")).toMatchInlineSnapshot(`
      "! mversion: refused: You (ada@example.org) made churn 1.1.0, and production needs approvals by others (.mversion.yaml stages.production.approvals)
      ! Somebody else: mv approve v1.1.0 churn@production -m WHY
      exit 1"
    `);
    // Where nobody has to, anybody may.
    expect(await screen(repo, "mv approve v1.1.0 staging -m 'I like it'")).toMatchInlineSnapshot(
      `"churn 1.1.0 approved for staging  tag approved/churn/staging/1.1.0/1"`,
    );
  });

  it("is no business of the commit's author either, where a machine released", async () => {
    const repo = forkRepo(base);
    await as("CI", () => play(repo, "mv revert v1.0.0 -m 'Recall fell'", "mv tag v1.1.1"));
    expect((await json(repo, "mv approve v1.1.1 production -m mine --json")).error?.code).toBe("self-approval");
  });

  it("refuses what cannot be approved", async () => {
    const repo = forkRepo(base);
    await play(repo, "mv retract v1.0.0 -m 'Leaked labels'");
    expect(await screen(repo, "mv approve v1.0.0 production -m fine")).toMatchInlineSnapshot(`
      "! mversion: refused: churn 1.0.0 is retracted: Leaked labels
      ! Next: mv log, and promote another
      exit 1"
    `);
    expect(await screen(repo, "mv approve v1.1.0 prod -m fine")).toMatchInlineSnapshot(`
      "! mversion: There is no stage prod; there is staging, production
      ! Next: add it to stages in .mversion.yaml: prod: {}
      exit 2"
    `);
    expect(await as("Ben", () => screen(repo, "mv approve v1.1.0 production"))).toMatchInlineSnapshot(`
      "! mversion: refused: Approving churn 1.1.0 for production needs a reason
      ! Next: mv approve v1.1.0 production -m WHY
      exit 1"
    `);
  });

  it("gives a program the approval, what is still asked for, or the refusal", async () => {
    const repo = forkRepo(base);
    const ben = await as("Ben", async () =>
      JSON.stringify(await json(repo, "mv approve v1.1.0 production -m fine --json"), null, 2),
    );
    expect(JSON.parse(ben)).toMatchInlineSnapshot(`
      {
        "command": "approve",
        "data": {
          "approval": {
            "by": "ben@example.org",
            "oid": "<tag approved/churn/production/1.1.0/1>",
            "reason": "fine",
            "tag": "approved/churn/production/1.1.0/1",
          },
          "changed": true,
          "model": "churn",
          "pushed": null,
          "share": null,
          "stage": "production",
          "unmet": [
            {
              "next": "mv approve v1.1.0 churn@production -m WHY, by another person",
              "rule": "approvals",
              "set": ".mversion.yaml stages.production.approvals",
              "what": "production needs 2 approvals of churn 1.1.0 by others than its author, and it has 1 that counts",
            },
          ],
          "version": "1.1.0",
        },
        "ok": true,
        "schema": 1,
        "warnings": [],
      }
    `);
    expect((await json(repo, "mv promote v1.1.0 production -m x --json")).error).toMatchInlineSnapshot(`
      {
        "code": "stage-rule",
        "details": {
          "rules": [
            {
              "next": "mv approve v1.1.0 churn@production -m WHY, by another person",
              "rule": "approvals",
              "set": ".mversion.yaml stages.production.approvals",
              "what": "production needs 2 approvals of churn 1.1.0 by others than its author, and it has 1 that counts",
            },
          ],
          "stage": "production",
        },
        "hint": "mv approve v1.1.0 churn@production -m WHY, by another person",
        "message": "production needs 2 approvals of churn 1.1.0 by others than its author, and it has 1 that counts (.mversion.yaml stages.production.approvals)",
      }
    `);
  });
});
