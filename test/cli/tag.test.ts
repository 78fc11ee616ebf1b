import { cpSync } from "node:fs";
import { beforeAll, describe, expect, it } from "vitest";
import { BYTES, DATA, json, MODEL, play, sampleProject, screen, trained } from "../helpers/cli.ts";
import { forkRepo } from "../helpers/fork.ts";
import { cloneRepo, scratchDir, type TestRepo } from "../helpers/git.ts";

/** 1.0.0 released, then retrained and added; train.py changed too, not staged. */
let retrained: TestRepo;

beforeAll(async () => {
  retrained = await sampleProject({ until: "1.0.0" });
  retrained.write("train.py", "import sklearn\n\nC = 0.5\n");
  trained(retrained, MODEL, BYTES.C);
  await play(retrained, `mv add ${MODEL} --param C=0.5 --metric accuracy=0.91`);
});

describe("mv tag", () => {
  it("releases: one commit, one tag", async () => {
    const repo = forkRepo(retrained);
    const line = 'mv tag v1.1.0 -a -m "Retrained on the February snapshot"';
    expect(await screen(repo, line)).toMatchInlineSnapshot(`"churn 1.1.0  tag v1.1.0  commit <commit 4>"`);
    expect(repo.git("log", "-1", "--format=%B")).toBe("Release churn 1.1.0\n\nRetrained on the February snapshot\n");
    expect(repo.git("status", "--porcelain")).toBe("");
  });

  it("gives a program what was made", async () => {
    expect(await json(forkRepo(retrained), "mv tag v1.1.0 -a -m why --json")).toMatchInlineSnapshot(`
      {
        "command": "tag",
        "data": {
          "commit": "<commit 4>",
          "committed": true,
          "confirmed": [],
          "releases": [
            {
              "bump": "minor",
              "bundle": null,
              "model": "churn",
              "oid": "<tag v1.1.0>",
              "tag": "v1.1.0",
              "version": "1.1.0",
            },
          ],
        },
        "ok": true,
        "schema": 1,
        "warnings": [],
      }
    `);
  });

  it("asks for the reason at a terminal, when nothing else is in the way", async () => {
    const repo = forkRepo(retrained);
    expect(await screen(repo, "mv tag v1.1.0", { answers: [] })).toMatchInlineSnapshot(`
      "! mversion: refused: 1 changed file not staged: train.py
      ! Next: mv tag v1.1.0 -a -m WHY
      ! Or without them: git stash --keep-index
      exit 1"
    `);
    expect(await screen(repo, "mv tag v1.1.0 -a", { answers: [""] })).toMatchInlineSnapshot(`
      "! Why churn 1.1.0? 
      ! mversion: refused: churn 1.1.0 needs a reason
      ! Next: mv tag v1.1.0 -a -m WHY
      exit 1"
    `);
    expect(await screen(repo, "mv tag v1.1.0 -a", { answers: ["Because of February"] })).toMatchInlineSnapshot(`
      "! Why churn 1.1.0? 
      churn 1.1.0  tag v1.1.0  commit <commit 4>"
    `);
    expect(repo.git("log", "-1", "--format=%b")).toBe("Because of February\n");
  });

  it("names what will not be part of the release", async () => {
    const repo = forkRepo(retrained);
    await play(repo, "mv tag v1.1.0 -a -m why");
    repo.write("notes.txt", "x\n");
    trained(repo, DATA, `${BYTES.T}29,18000,north,0\n`);
    await play(repo, `mv add ${DATA} --dataset`);
    expect(await screen(repo, "mv tag v1.1.1 -m 'Say what C is'")).toMatchInlineSnapshot(`
      "! mversion: warning: 1 untracked file not part of the release: notes.txt
      ! mversion: warning: data/train.csv has changed since the training; the release keeps 68335d23
      churn 1.1.1  tag v1.1.1  commit <commit 5>"
    `);
  });

  it("in CI, without the bytes: only the tag, where a remote has them", async () => {
    const repo = forkRepo(retrained);
    const store = scratchDir("store");
    repo.write(".mversion.yaml", `${repo.read(".mversion.yaml")}remotes:\n  store: {url: "file://${store}"}\n`);
    await play(repo, 'mv bump minor -m "Retrained on the February snapshot"');
    repo.git("commit", "-qam", "Retrain");
    const ci = cloneRepo(repo);
    await play(ci, "mv status");
    expect(await screen(ci, "mv tag")).toMatchInlineSnapshot(`
      "! mversion: refused: models/model.onnx: its bytes are neither in the cache nor confirmed on a remote, nor are those of data/train.csv
      ! Next: mv push where it was added
      exit 1"
    `);
    cpSync(repo.path(".git/mversion/cache/objects"), `${store}/objects`, { recursive: true });
    expect(await screen(ci, "mv tag")).toMatchInlineSnapshot(`
      "churn 1.1.0  tag v1.1.0  commit <commit 4>
      ! store has 2 of 2 objects"
    `);
    expect(ci.git("rev-parse", "HEAD")).toBe(repo.head());
    expect(await json(ci, "mv tag --json")).toMatchInlineSnapshot(`
      {
        "command": "tag",
        "error": {
          "code": "version-exists",
          "details": {
            "tag": "v1.1.0",
          },
          "hint": "mv tag v1.2.0 -m WHY",
          "message": "churn 1.1.0 is already released",
        },
        "ok": false,
        "schema": 1,
        "warnings": [],
      }
    `);
  });
});

it("mv tag refuses with the command to type instead, and changes nothing", async () => {
  const repo = forkRepo(retrained);
  const state = (): string => repo.git("status", "--porcelain=v2", "--branch") + repo.git("diff", "HEAD");
  const before = state();
  const lines = [
    "mv tag v1.0.0 -a -m why",
    "mv tag -a -m why",
    "mv tag v1.1.0-dev.3 -a -m why",
    "mv tag v0.9.0 -a -m why",
    "mv tag v1.2.0 -a -m why",
    "mv tag v1.1 -a -m why",
    "mv tag risk@v1.1.0 -a -m why",
    "mv tag v1.1.0 v1.2.0 -a -m why",
    'mv tag v1.1.0 -m "it\'s better"',
    "mv tag v1.1.0 -a",
  ];
  const screens: string[] = [];
  for (const line of lines) screens.push(`$ ${line}\n${await screen(repo, line)}`);
  expect(screens.join("\n")).toMatchInlineSnapshot(`
    "$ mv tag v1.0.0 -a -m why
    ! mversion: refused: churn 1.0.0 is already released
    ! Next: mv tag v1.1.0 -a -m why
    exit 1
    $ mv tag -a -m why
    ! mversion: refused: churn 1.0.0 is already released
    ! Next: mv tag v1.1.0 -a -m why
    exit 1
    $ mv tag v1.1.0-dev.3 -a -m why
    ! mversion: refused: 1.1.0-dev.3 is a draft's number: a release has a final one, or a pre-release's such as -rc.1
    ! Next: mv tag v1.1.0 -a -m why
    exit 1
    $ mv tag v0.9.0 -a -m why
    ! mversion: refused: churn 0.9.0 is not above 1.0.0, the newest release of this line
    ! Next: mv tag v1.1.0 -a -m why
    exit 1
    $ mv tag v1.2.0 -a -m why
    ! mversion: refused: churn 1.2.0 skips 1.1.0
    ! Next: mv tag v1.1.0 -a -m why
    ! Or skip it: mv tag v1.2.0 -a --allow-gap -m why
    exit 1
    $ mv tag v1.1 -a -m why
    ! mversion: v1.1 is not a version: three numbers as in v1.2.0, -rc.1 or +build where wanted
    ! Next: mv tag v1.1.0 -a -m why
    exit 2
    $ mv tag risk@v1.1.0 -a -m why
    ! mversion: There is no model risk; there is churn
    ! Next: mv init --model risk
    exit 2
    $ mv tag v1.1.0 v1.2.0 -a -m why
    ! mversion: churn is named twice: v1.1.0 v1.2.0
    ! Next: mv tag v1.1.0 -a -m why
    exit 2
    $ mv tag v1.1.0 -m "it's better"
    ! mversion: refused: 1 changed file not staged: train.py
    ! Next: mv tag v1.1.0 -a -m 'it'\\''s better'
    ! Or without them: git stash --keep-index
    exit 1
    $ mv tag v1.1.0 -a
    ! mversion: refused: churn 1.1.0 needs a reason
    ! Next: mv tag v1.1.0 -a -m WHY
    exit 1"
  `);
  expect(await json(repo, "mv tag v1.0.0 -m why --json")).toMatchInlineSnapshot(`
    {
      "command": "tag",
      "error": {
        "code": "version-exists",
        "details": {
          "tag": "v1.0.0",
        },
        "hint": "mv tag v1.1.0 -m why",
        "message": "churn 1.0.0 is already released",
      },
      "ok": false,
      "schema": 1,
      "warnings": [],
    }
  `);
  expect(state()).toBe(before);
});
