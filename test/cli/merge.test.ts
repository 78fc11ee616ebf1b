import { beforeAll, describe, expect, it } from "vitest";
import { BYTES, json, MODEL, play, sampleProject, screen, trained } from "../helpers/cli.ts";
import { forkRepo } from "../helpers/fork.ts";
import type { TestRepo } from "../helpers/git.ts";

/** Two branches that retrained at once: main has D, feat-b has E. */
let base: TestRepo;

beforeAll(async () => {
  base = await sampleProject({ until: "1.1.0" });
  for (const [branch, bytes] of [
    ["feat-b", BYTES.E],
    ["main", BYTES.D],
  ] as const) {
    if (branch !== "main") base.git("switch", "-qc", branch);
    else base.git("switch", "-q", "main");
    await play(base, "mv restore");
    trained(base, MODEL, bytes);
    await play(base, `mv add ${MODEL}`, "mv bump draft", `mv set owner=${branch}`);
    base.git("commit", "-qam", `Train on ${branch}`);
  }
});

describe("mv merge", () => {
  it("takes a side, and says what is lost and what comes next", async () => {
    const repo = forkRepo(base);
    repo.tryGit("merge", "feat-b");
    expect(await screen(repo, "mv merge")).toMatchInlineSnapshot(`
      "! mversion: refused: Both sides have new bytes for churn: --ours is 1.2.0-dev.1 of main, --theirs is 1.2.0-dev.1 of feat-b
      ! Next: mv merge --ours, or mv merge --theirs
      exit 1"
    `);
    expect(await screen(repo, "mv merge --theirs")).toMatchInlineSnapshot(`
      "churn 1.2.0-dev.2 from feat-b
      ! Lost, in no release: 1.2.0-dev.1
      ! Changed on both sides, taken with the bytes: owner
      ! Next: git commit"
    `);
    expect(await screen(repo, "mv merge --theirs")).toMatchInlineSnapshot(`
      "! mversion: refused: No record and no pointer is in conflict
      ! Next: git status
      exit 1"
    `);
  });

  it("says in a rebase whose bytes ours are", async () => {
    const repo = forkRepo(base);
    repo.git("switch", "-q", "feat-b");
    await play(repo, "mv restore");
    repo.tryGit("rebase", "main");
    expect(await screen(repo, "mv merge")).toMatchInlineSnapshot(`
      "! mversion: refused: Both sides have new bytes for churn: --ours is 1.2.0-dev.1 of main, --theirs is 1.2.0-dev.1 of feat-b
      ! Next: mv merge --ours, or mv merge --theirs
      exit 1"
    `);
    const other = forkRepo(repo);
    expect(await screen(repo, "mv merge --ours")).toMatchInlineSnapshot(`
      "churn 1.2.0-dev.1 from main, which you rebase onto
      ! Lost, in no release: 1.2.0-dev.1
      ! Changed on both sides, taken with the bytes: owner
      ! Next: git rebase --continue"
    `);
    expect(await screen(other, "mv merge --theirs")).toMatchInlineSnapshot(`
      "churn 1.2.0-dev.2 from feat-b
      ! Lost, in no release: 1.2.0-dev.1
      ! Changed on both sides, taken with the bytes: owner
      ! Next: git rebase --continue"
    `);
  });

  it("gives a program both names", async () => {
    const repo = forkRepo(base);
    repo.tryGit("merge", "feat-b");
    expect(await json(repo, "mv merge --json")).toMatchInlineSnapshot(`
      {
        "command": "merge",
        "error": {
          "code": "conflict",
          "details": {
            "model": "churn",
            "ours": "main",
            "theirs": "feat-b",
          },
          "hint": "mv merge --ours, or mv merge --theirs",
          "message": "Both sides have new bytes for churn: --ours is 1.2.0-dev.1 of main, --theirs is 1.2.0-dev.1 of feat-b",
        },
        "ok": false,
        "schema": 1,
        "warnings": [],
      }
    `);
    expect(await json(repo, "mv merge --ours --json")).toMatchInlineSnapshot(`
      {
        "command": "merge",
        "data": {
          "absent": [],
          "artifacts": [],
          "cause": "merge",
          "models": [
            {
              "lost": [
                "1.2.0-dev.1",
              ],
              "model": "churn",
              "overruled": [
                "owner",
              ],
              "side": "ours",
              "version": "1.2.0-dev.2",
            },
          ],
          "next": "git commit",
          "ours": "main",
          "removed": [],
          "saved": [],
          "theirs": "feat-b",
          "unmerged": [],
          "written": [],
        },
        "ok": true,
        "schema": 1,
        "warnings": [],
      }
    `);
  });

  it("wants one side", async () => {
    expect(await screen(base, "mv merge --ours --theirs")).toMatchInlineSnapshot(`
      "! mversion: --ours and --theirs exclude each other
      ! Next: mv merge --theirs
      exit 2"
    `);
  });
});
