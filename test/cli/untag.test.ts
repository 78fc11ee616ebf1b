import { beforeAll, describe, expect, it } from "vitest";
import { json, play, sampleProject, screen } from "../helpers/cli.ts";
import { forkRepo } from "../helpers/fork.ts";
import { createRepo, type TestRepo } from "../helpers/git.ts";

let base: TestRepo;

beforeAll(async () => {
  base = await sampleProject({ until: "1.1.0" });
});

describe("mv untag", () => {
  it("takes a typo back", async () => {
    const repo = forkRepo(base);
    await play(repo, "mv revert v1.0.0", "mv tag v2.0.0");
    expect(await screen(repo, "mv untag v2.0.0")).toMatchInlineSnapshot(
      `"v2.0.0 removed. Its commit stays; the record is back at 1.1.1, staged."`,
    );
    expect(await screen(repo, "mv untag v2.0.0")).toMatchInlineSnapshot(`
      "! mversion: There is no version v2.0.0; the newest is 1.1.0
      ! Next: mv log
      exit 2"
    `);
    await play(repo, "mv tag v1.1.1");
    expect((await json(repo, "mv untag v1.1.1 --json")).data).toMatchObject({
      model: "churn",
      version: "1.1.1",
      tag: "v1.1.1",
      declared: null,
    });
  });

  it("leaves what others rely on", async () => {
    const repo = forkRepo(base);
    expect(await screen(repo, "mv untag v1.0.0")).toMatchInlineSnapshot(`
      "! mversion: refused: v1.0.0 is sealed by v1.1.0, so it stays
      ! Next: mv retract v1.0.0 -m WHY
      exit 1"
    `);
    const origin = createRepo({ bare: true });
    repo.git("remote", "add", "origin", origin.dir);
    repo.git("push", "-q", "origin", "v1.1.0");
    expect(await json(repo, "mv untag v1.1.0 --json")).toMatchInlineSnapshot(`
      {
        "command": "untag",
        "error": {
          "code": "untag-shared",
          "details": {
            "remote": "origin",
            "tag": "v1.1.0",
          },
          "hint": "mv retract v1.1.0 -m WHY",
          "message": "v1.1.0 is on origin, so it stays",
        },
        "ok": false,
        "schema": 1,
        "warnings": [],
      }
    `);
  });
});

describe("mv retract", () => {
  it("says where the version goes on running", async () => {
    const repo = forkRepo(base);
    await play(repo, "mv promote v1.0.0 production -m First", "mv promote v1.1.0 production --weight 10 -m Canary");
    expect(await screen(repo, "mv retract v1.1.0 -m 'Leaked labels'")).toMatchInlineSnapshot(`
      "! mversion: warning: churn 1.1.0 still runs on production. Next: mv rollback production -m WHY
      churn 1.1.0 retracted  tag v1.1.0#retracted"
    `);
  });

  it("marks a release, and says how others learn of it", async () => {
    const repo = forkRepo(base);
    expect(await screen(repo, "mv retract v1.0.0 -m 'Trained on leaked labels'")).toMatchInlineSnapshot(
      `"churn 1.0.0 retracted  tag v1.0.0#retracted"`,
    );
    expect(await screen(repo, "mv retract v1.0.0 -m again")).toMatchInlineSnapshot(`
      "! mversion: refused: churn 1.0.0 is retracted already: Trained on leaked labels
      ! Next: git show 'v1.0.0#retracted'
      exit 1"
    `);
    repo.git("remote", "add", "origin", "/nowhere");
    expect(await screen(repo, "mv retract v1.1.0", { answers: ["Recall fell"] })).toMatchInlineSnapshot(`
      "! Why is churn 1.1.0 withdrawn? 
      churn 1.1.0 retracted  tag v1.1.0#retracted
      ! Next: git push origin 'v1.1.0#retracted'"
    `);
  });

  it("gives a program the event, or what is missing", async () => {
    const repo = forkRepo(base);
    expect(await json(repo, "mv retract v1.1.0 --json")).toMatchInlineSnapshot(`
      {
        "command": "retract",
        "error": {
          "code": "no-reason",
          "details": {},
          "hint": "mv retract v1.1.0 -m WHY",
          "message": "Retracting churn 1.1.0 needs a reason",
        },
        "ok": false,
        "schema": 1,
        "warnings": [],
      }
    `);
    expect(await json(repo, "mv retract v1.1.0 -m why --json")).toMatchInlineSnapshot(`
      {
        "command": "retract",
        "data": {
          "model": "churn",
          "oid": "<tag v1.1.0#retracted>",
          "reason": "why",
          "remotes": [],
          "tag": "v1.1.0#retracted",
          "version": "1.1.0",
        },
        "ok": true,
        "schema": 1,
        "warnings": [],
      }
    `);
  });
});
