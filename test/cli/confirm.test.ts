import { beforeAll, describe, expect, it } from "vitest";
import { json, play, sampleProject, screen } from "../helpers/cli.ts";
import { forkRepo } from "../helpers/fork.ts";
import type { TestRepo } from "../helpers/git.ts";

let base: TestRepo;

beforeAll(async () => {
  base = await sampleProject({ until: "1.1.0" });
  await play(
    base,
    "mv promote v1.0.0 production -m 'First model'",
    "mv promote v1.1.0 production --weight 10 -m 'Canary'",
  );
});

describe("mv confirm", () => {
  it("says that a version of the newest assignment runs", async () => {
    const repo = forkRepo(base);
    const line = "mv confirm production --version v1.1.0 --source 'deploy job 4711'";
    expect(await screen(repo, line)).toMatchInlineSnapshot(`
      "churn 1.1.0 runs on production  tag confirmed/churn/production/1
      ! Confirms churn#production#2"
    `);
    expect(await screen(repo, line)).toMatchInlineSnapshot(`
      "churn 1.1.0 runs on production, confirmed already  tag confirmed/churn/production/1
      ! Confirms churn#production#2"
    `);
    repo.git("remote", "add", "origin", "/nowhere");
    expect(await screen(repo, "mv confirm churn@production --version 1.0.0 -m 'All pods'")).toMatchInlineSnapshot(`
      "churn 1.0.0 runs on production  tag confirmed/churn/production/2
      ! Confirms churn#production#2
      ! Nobody else knows yet. Next: mv confirm churn@production --version 1.0.0 -m 'All pods' --push"
    `);
    expect(repo.git("cat-file", "tag", "confirmed/churn/production/1").replaceAll(/[0-9a-f]{40}/g, "OID"))
      .toMatchInlineSnapshot(`
      "object OID
      type commit
      tag confirmed/churn/production/1
      tagger Ada <ada@example.org> 1767227640 +0000

      churn 1.1.0 runs on production

      ---
      mversion: 1
      event: confirm
      model: churn
      version: 1.1.0
      release: "OID"
      stage: production
      assignment: {assignment: "churn#production#2", tag: "OID"}
      source: deploy job 4711"
    `);
  });

  it("refuses a version that is not assigned, and a stage that nothing is on", async () => {
    const repo = forkRepo(base);
    await play(repo, "mv promote v1.1.0 production -m 'Better recall'");
    expect(await screen(repo, "mv confirm production --version v1.0.0")).toMatchInlineSnapshot(`
      "! mversion: refused: churn 1.0.0 is not on production: churn#production#3 put 1.1.0 there
      ! Next: deploy what is assigned, or assign what runs: mv promote v1.0.0 production -m WHY
      exit 1"
    `);
    expect(await screen(repo, "mv confirm staging --version v1.0.0")).toMatchInlineSnapshot(`
      "! mversion: Nothing is on churn@staging
      ! Next: mv promote VERSION staging -m WHY
      exit 2"
    `);
    expect(await screen(repo, "mv confirm production")).toMatchInlineSnapshot(`
      "! mversion: mv confirm needs the version that runs there
      ! Next: mv confirm production --version v1.2.0
      exit 2"
    `);
  });

  it("refuses to confirm a plain tag, which is what some checkouts make of an assignment", async () => {
    const repo = forkRepo(base);
    const commit = repo.git("rev-parse", "churn#production#2^{commit}");
    repo.git("-c", "core.hooksPath=/dev/null", "tag", "-f", "churn#production#2", commit);
    expect(await screen(repo, "mv confirm production --version v1.0.0")).toMatchInlineSnapshot(`
      "! mversion: churn#production#2 is a plain tag here: what it says of production was lost on the way
      ! Next: git fetch --force origin 'refs/tags/churn#production#*:refs/tags/churn#production#*'
      exit 14"
    `);
  });

  it("gives a program the confirmation", async () => {
    const repo = forkRepo(base);
    expect(await json(repo, "mv confirm production --version v1.0.0 --json")).toMatchInlineSnapshot(`
      {
        "command": "confirm",
        "data": {
          "assignment": {
            "number": 2,
            "oid": "<tag churn#production#2>",
            "tag": "churn#production#2",
          },
          "changed": true,
          "confirmation": {
            "oid": "<tag confirmed/churn/production/1>",
            "source": null,
            "tag": "confirmed/churn/production/1",
          },
          "model": "churn",
          "pushed": null,
          "share": null,
          "stage": "production",
          "version": "1.0.0",
        },
        "ok": true,
        "schema": 1,
        "warnings": [],
      }
    `);
  });
});

describe("mv stages, of what is confirmed", () => {
  it("tells what is assigned from what runs, and by whose clock", async () => {
    const repo = forkRepo(base);
    expect(await screen(repo, "mv stages")).toMatchInlineSnapshot(`
      "staging     -
      production  churn 1.0.0 90 %, 1.1.0 10 %  since 2026-01-01 00:31 +0000 by Ada  Canary"
    `);
    await play(repo, "mv confirm production --version v1.0.0 --source 'deploy job 4711'");
    expect(await screen(repo, "mv stages")).toMatchInlineSnapshot(`
      "staging     -
      production  churn 1.0.0 90 %, 1.1.0 10 %  since 2026-01-01 00:31 +0000 by Ada      Canary
                  churn 1.0.0 runs              confirmed 2026-01-01 01:08 +0000 by Ada  deploy job 4711"
    `);
    await play(repo, "mv confirm production --version v1.1.0");
    await play(repo, "mv confirm production --version v1.0.0 --source 'deploy job 4712'");
    expect(await screen(repo, "mv stages")).toMatchInlineSnapshot(`
      "staging     -
      production  churn 1.0.0 90 %, 1.1.0 10 %  since 2026-01-01 00:31 +0000 by Ada      Canary
                  churn 1.0.0 runs              confirmed 2026-01-01 01:17 +0000 by Ada  deploy job 4712
                  churn 1.1.0 runs              confirmed 2026-01-01 01:14 +0000 by Ada"
    `);
    const [before] = repo
      .git("for-each-ref", "--format=%(creatordate:iso-strict)", "refs/tags/confirmed/*/*/2")
      .split("\n");
    expect(await screen(repo, `mv stages --at ${before}`)).toMatchInlineSnapshot(`
      "staging     -
      production  churn 1.0.0 90 %, 1.1.0 10 %  since 2026-01-01 00:31 +0000 by Ada      Canary
                  churn 1.0.0 runs              confirmed 2026-01-01 01:08 +0000 by Ada  deploy job 4711
                  churn 1.1.0 runs              confirmed 2026-01-01 01:14 +0000 by Ada"
    `);
    await play(repo, "mv promote v1.1.0 production -m 'Whole'");
    expect(await screen(repo, "mv stages")).toMatchInlineSnapshot(`
      "staging     -
      production  churn 1.1.0       since 2026-01-01 01:27 +0000 by Ada                             Whole
                  churn 1.0.0 runs  confirmed 2026-01-01 01:17 +0000 by Ada for churn#production#2  deploy job 4712"
    `);
  });

  it("names what is overdue", async () => {
    const repo = forkRepo(base);
    const settings = repo.read(".mversion.yaml");
    repo.commit("Confirm soon", {
      ".mversion.yaml": `${settings}stages:\n  staging: {}\n  production: {confirm_within: 2h}\n`,
    });
    await play(repo, "mv confirm production --version v1.0.0");
    expect(await screen(repo, "mv stages")).toMatchInlineSnapshot(`
      "staging     -
      production  churn 1.0.0 90 %, 1.1.0 10 %  since 2026-01-01 00:31 +0000 by Ada      Canary
                  churn 1.0.0 runs              confirmed 2026-01-01 01:36 +0000 by Ada
      ! churn 1.1.0 on production is overdue: nobody confirmed that it runs by 2026-01-01T02:31:00Z (.mversion.yaml stages.production.confirm_within). Next, once it runs: mv confirm production --version 1.1.0"
    `);
    // Two hours are not over then.
    expect(await screen(repo, "mv stages --at 2026-01-01T02:00Z")).not.toContain("not confirmed");
    const { data } = await json(repo, "mv stages --json");
    expect((data as { stages: { stage: string; overdue: unknown; confirmed: unknown }[] }).stages[1]).toMatchObject({
      stage: "production",
      confirmed: [{ version: "1.0.0", current: true, assignment: "churn#production#2", source: null }],
      overdue: { versions: ["1.1.0"] },
    });
  });
});
