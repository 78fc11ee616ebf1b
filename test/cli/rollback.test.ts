import { beforeAll, describe, expect, it } from "vitest";
import { BYTES, json, MODEL, play, sampleProject, screen, trained } from "../helpers/cli.ts";
import { forkRepo } from "../helpers/fork.ts";
import type { TestRepo } from "../helpers/git.ts";

/** 1.0.0, 1.1.0 and 1.2.0 ran on production, one after the other. */
let base: TestRepo;

beforeAll(async () => {
  base = await sampleProject({ until: "1.1.0" });
  trained(base, MODEL, BYTES.D);
  await play(base, `mv add ${MODEL}`, "mv tag v1.2.0 -a -m 'March'");
  for (const version of ["v1.0.0", "v1.1.0", "v1.2.0"]) {
    await play(base, `mv promote ${version} production -m 'Out with ${version}'`);
  }
});

describe("mv rollback", () => {
  it("goes back, and further back, not to and fro", async () => {
    const repo = forkRepo(base);
    expect(await screen(repo, "mv rollback production -m 'Recall fell'")).toMatchInlineSnapshot(`
      "churn 1.1.0 on production  tag churn#production#4
      ! Before: 1.2.0"
    `);
    expect(await screen(repo, "mv rollback production", { answers: ["Still falling"] })).toMatchInlineSnapshot(`
      "! Why churn back to 1.0.0 on production? 
      churn 1.0.0 on production  tag churn#production#5
      ! Before: 1.1.0"
    `);
    expect(await screen(repo, "mv rollback production -m 'And again'")).toMatchInlineSnapshot(`
      "! mversion: refused: No version that could run again ran alone on production before churn#production#1
      ! Next: mv rollback production --to 1.1.0 -m 'And again'
      exit 1"
    `);
    expect(await screen(repo, "mv log --stage production --full")).toMatchInlineSnapshot(`
      "churn#production#5  churn 1.1.0 -> 1.0.0, back to churn#production#1  2026-01-01 00:46 +0000 Ada  Still falling
      churn#production#4  churn 1.2.0 -> 1.1.0, back to churn#production#2  2026-01-01 00:43 +0000 Ada  Recall fell
      churn#production#3  churn 1.1.0 -> 1.2.0  2026-01-01 00:40 +0000 Ada  Out with v1.2.0
      churn#production#2  churn 1.0.0 -> 1.1.0  2026-01-01 00:37 +0000 Ada  Out with v1.1.0
      churn#production#1  churn 1.0.0  2026-01-01 00:34 +0000 Ada  Out with v1.0.0"
    `);
    expect(repo.git("cat-file", "tag", "churn#production#5").replaceAll(/[0-9a-f]{40}/g, "OID")).toMatchInlineSnapshot(`
      "object OID
      type commit
      tag churn#production#5
      tagger Ada <ada@example.org> 1767228360 +0000

      churn 1.0.0 back on production

      Still falling

      ---
      mversion: 1
      event: assign
      model: churn
      stage: production
      number: 5
      baseline: 1.0.0
      rollout:
        - {version: 1.0.0, tag: "OID", weight: 100}
      seal: {assignment: "churn#production#4", tag: "OID"}
      returns: {assignment: "churn#production#1", tag: "OID"}"
    `);
  });

  it("goes to a version that ran there, and to no other", async () => {
    const repo = forkRepo(base);
    expect(await screen(repo, "mv rollback production --to v1.0.0 -m 'The one we know'")).toMatchInlineSnapshot(`
      "churn 1.0.0 on production  tag churn#production#4
      ! Before: 1.2.0"
    `);
    expect(await screen(repo, "mv rollback production --to v1.0.0 -m again")).toMatchInlineSnapshot(`
      "churn 1.0.0 on production already
      ! Since 2026-01-01 00:56 +0000 by Ada"
    `);
    expect(await screen(repo, "mv rollback staging --to v1.0.0 -m why")).toMatchInlineSnapshot(`
      "! mversion: refused: churn 1.0.0 never ran on staging
      ! Next: mv promote v1.0.0 staging -m WHY
      exit 1"
    `);
    expect(await screen(repo, "mv rollback staging -m why")).toMatchInlineSnapshot(`
      "! mversion: refused: Nothing was ever on staging
      ! Next: mv promote VERSION staging -m WHY
      exit 1"
    `);
    expect(await screen(repo, "mv rollback prod -m why")).toMatchInlineSnapshot(`
      "! mversion: There is no stage prod; there is staging, production
      ! Next: add it to stages in .mversion.yaml: prod: {}
      exit 2"
    `);
    expect(await screen(repo, "mv rollback production")).toMatchInlineSnapshot(`
      "! mversion: refused: No version that could run again ran alone on production before churn#production#1
      ! Next: mv rollback production --to 1.2.0 -m WHY
      exit 1"
    `);
  });

  it("passes over what was withdrawn, and splits", async () => {
    const repo = forkRepo(base);
    await play(repo, "mv retract v1.1.0 -m 'Leaked labels'");
    await play(repo, "mv promote production --split v1.2.0=50,v1.0.0=50 -m Test");
    expect((await json(repo, "mv rollback production -m Why --json")).data).toMatchObject({
      changed: true,
      before: { baseline: "1.2.0" },
      assigned: { baseline: "1.2.0", number: 5, returns: { assignment: "churn#production#3" } },
    });
    expect(await screen(repo, "mv rollback production -m Why")).toMatchInlineSnapshot(`
      "churn 1.0.0 on production  tag churn#production#6
      ! Before: 1.2.0"
    `);
    expect(await screen(repo, "mv rollback production --to v1.1.0 -m Why")).toMatchInlineSnapshot(`
      "! mversion: refused: churn 1.1.0 is retracted: Leaked labels
      ! Next: mv log, and promote another
      exit 1"
    `);
  });

  it("is kept back by no rule, but signs where the stage wants it", async () => {
    const repo = forkRepo(base);
    const strict = "stages:\n  production: {requires: staging, approvals: 2, min_days: 7}\n  staging: {}\n";
    repo.write(".mversion.yaml", `${repo.read(".mversion.yaml")}${strict}`);
    expect(await screen(repo, "mv rollback production -m 'Incident 12'")).toMatchInlineSnapshot(`
      "churn 1.1.0 on production  tag churn#production#4
      ! Before: 1.2.0"
    `);
    repo.write(".mversion.yaml", repo.read(".mversion.yaml").replace("min_days: 7", "signed: true"));
    repo.git("config", "gpg.program", "/nowhere/gpg");
    const { error } = await json(repo, "mv rollback production -m 'Incident 12' --json");
    expect(error?.code).toBe("commit-failed");
    expect(error?.message).toContain("Nothing was assigned");
    expect(repo.git("tag", "--list", "churn#production#*").split("\n")).toHaveLength(4);
  });
});
