// What push, fetch and pull print, as text and as JSON.
import { createHash } from "node:crypto";
import { beforeAll, describe, expect, it } from "vitest";
import { BYTES, json, MODEL, play, run, screen, trained } from "../helpers/cli.ts";
import type { TestRepo } from "../helpers/git.ts";
import { cacheOf, lose, type Shared, sharedProject } from "../helpers/shared.ts";

const sha256 = (text: string): string => createHash("sha256").update(text).digest("hex");

let shared: Shared;
let repo: TestRepo;

beforeAll(async () => {
  shared = await sharedProject();
  repo = shared.repo;
});

describe("a path inside a folder", () => {
  it("is brought as a whole, or by get", async () => {
    const other = (await sharedProject()).repo;
    other.write("shards/a/s1.bin", "1");
    await play(other, "mv add shards", "mv push");
    for (const verb of ["fetch", "restore", "pull"]) {
      expect(await screen(other, `mv ${verb} shards/a/s1.bin`)).toContain(
        [
          "! mversion: refused: shards/a/s1.bin is in the artifact shards, which is brought as a whole",
          "! Next: name shards; or some of its files: mv get . VERSION shards/a/s1.bin -o DIR",
          "exit 1",
        ].join("\n"),
      );
    }
    expect(await screen(other, "mv fetch 'shards/**/s*'")).toContain("mv get . VERSION 'shards/**/s*' -o DIR");
    expect(await screen(other, "mv fetch v9.0.0", { cwd: "shards" })).toContain("There is no version v9.0.0");
  });
});

describe("mv push", () => {
  it("says that a store which is not committed is known to nobody else", async () => {
    const { repo: other } = await sharedProject();
    other.git("reset", "-q", "--soft", "HEAD~1");
    expect((await run(other, "mv push")).stderr).toContain("store is not in a commit yet, so others do not find it");
    other.git("commit", "-qm", "A store");
    expect((await run(other, "mv push")).stderr).not.toContain("not in a commit");
  });

  it("says what would go, what went, and that nothing is left", async () => {
    expect(await screen(repo, "mv push --dry-run")).toMatchInlineSnapshot(`
      "Would send 3 objects, 76 B to store
      Would push main, v1.0.0, v1.1.0 to origin"
    `);
    expect(await screen(repo, "mv push")).toMatchInlineSnapshot(`
      "Sent 3 objects, 76 B to store
      churn 1.0.0 can be had from store
      churn 1.1.0 can be had from store
      Pushed main, v1.0.0, v1.1.0 to origin
      ! main follows origin from now on"
    `);
    expect(await screen(repo, "mv push")).toMatchInlineSnapshot(`
      "store has everything
      origin is up to date"
    `);
    expect(await json(repo, "mv push --json")).toMatchInlineSnapshot(`
      {
        "command": "push",
        "data": {
          "bytes": 0,
          "dry_run": false,
          "elsewhere": [],
          "follows": null,
          "git": {
            "refs": [
              {
                "ref": "refs/heads/main",
                "state": "up-to-date",
              },
            ],
            "remote": "origin",
          },
          "healed": 0,
          "nowhere": [],
          "objects": 0,
          "recorded": true,
          "releases": [],
          "remote": "store",
          "sent": 0,
          "stages": [],
        },
        "ok": true,
        "schema": 1,
        "warnings": [],
      }
    `);
  });

  it("says what stays behind", async () => {
    lose(cacheOf(repo), sha256(BYTES.A));
    expect(await screen(repo, "mv push --all")).toMatchInlineSnapshot(`
      "Nothing to send to store
      origin is up to date
      ! Not here, and on no remote: models/model.onnx"
    `);
    trained(repo, MODEL, BYTES.D);
    await play(repo, `mv add ${MODEL}`, 'mv tag v1.2.0 -a -m "D"');
    lose(cacheOf(repo), sha256(BYTES.D));
    expect(await screen(repo, "mv push")).toMatchInlineSnapshot(`
      "! mversion: refused: churn 1.2.0: the bytes of models/model.onnx are neither here nor on a remote
      ! Next: mv push where it was added, or mv add a good copy of models/model.onnx here, then repeat
      exit 1"
    `);
    expect(await json(repo, "mv push --json")).toMatchObject({
      ok: false,
      error: { code: "object-missing", details: { objects: [{ path: MODEL, of: "churn 1.2.0" }] } },
    });
    await play(repo, `mv add ${MODEL}`, "mv push");
  });

  it("refuses a number of jobs that is none, and a store that is not known", async () => {
    expect(await screen(repo, "mv push --jobs 0")).toMatchInlineSnapshot(`
      "! mversion: --jobs 0: give 1 to 256
      ! Next: --jobs 8
      exit 2"
    `);
    expect(await screen(repo, "mv push --remote backup")).toMatchInlineSnapshot(`
      "! mversion: There is no remote backup; there is store
      ! Next: mv remote list
      exit 2"
    `);
  });
});

describe("mv fetch and mv pull", () => {
  it("say what came", async () => {
    const clone = shared.clone();
    expect(await screen(clone, "mv status")).toMatchInlineSnapshot(`
      "! mversion: warning: the hooks are not installed in this clone, so nothing stops an overwrite here; install them: mv hooks install
      churn  1.2.0  released
        data/train.csv     dataset  absent, not in the cache
        models/model.onnx  model    absent, not in the cache
      ! Next: mv restore data/train.csv models/model.onnx, which fetches them"
    `);
    expect(await screen(clone, "mv fetch --dry-run")).toMatchInlineSnapshot(`"Would fetch 2 objects, 68 B from store"`);
    expect(await screen(clone, "mv fetch v1.0.0")).toMatchInlineSnapshot(`"Fetched 2 objects, 68 B from store"`);
    expect(await json(clone, "mv fetch --json")).toMatchInlineSnapshot(`
      {
        "command": "fetch",
        "data": {
          "artifacts": 2,
          "bytes": 8,
          "dry_run": false,
          "from": [
            "store",
          ],
          "objects": 1,
        },
        "ok": true,
        "schema": 1,
        "warnings": [],
      }
    `);
    expect(await screen(clone, "mv fetch")).toMatchInlineSnapshot(`"Everything is here"`);
    expect(await screen(clone, "mv pull")).toMatchInlineSnapshot(`
      "data/train.csv
      models/model.onnx"
    `);
    expect(await screen(clone, "mv pull")).toMatchInlineSnapshot(`"Up to date with origin/main"`);
  });

  it("say what is left, and exit 3", async () => {
    const clone = shared.clone();
    await play(clone, "mv pull");
    trained(repo, MODEL, BYTES.E);
    await play(repo, `mv add ${MODEL}`, 'mv tag v1.3.0 -a -m "E"', "mv push");
    clone.write(MODEL, "unsaved\n");
    expect(await screen(clone, "mv pull")).toMatchInlineSnapshot(`
      "main went from <commit 6> to origin/main <commit 7>
      ! models/model.onnx holds bytes that are stored nowhere: left as it is. Next: mv add models/model.onnx"
    `);
    const other = shared.clone();
    lose(shared.store, sha256(BYTES.E));
    expect(await screen(other, "mv pull")).toMatchInlineSnapshot(`
      "! mversion: warning: the hooks are not installed in this clone, so nothing stops an overwrite here; install them: mv hooks install
      ! mversion: warning: No remote has the bytes of models/model.onnx
      data/train.csv
      ! Left as pointers: models/model.onnx. Next: mv pull, to try again
      exit 3"
    `);
    expect(await screen(other, `mv fetch ${MODEL}`)).toMatchInlineSnapshot(`
      "! mversion: refused: No remote has the bytes of models/model.onnx
      ! Next: mv push where it was added
      exit 1"
    `);
    expect(await json(other, `mv restore ${MODEL} --json`)).toMatchObject({
      ok: false,
      error: { code: "object-missing" },
    });
    clone.commit("mine", { "mine.txt": "" });
    repo.commit("theirs", { "theirs.txt": "" });
    repo.git("push", "-q", "origin", "main");
    expect(await screen(clone, "mv pull")).toMatchInlineSnapshot(`
      "! mversion: refused: main and origin/main have each commits that the other lacks
      ! Next: git rebase origin/main, or git merge origin/main; then mv pull
      exit 1"
    `);
  });
});
