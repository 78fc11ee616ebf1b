import { expect, test } from "vitest";
import { BYTES, json, MODEL, play, run, sampleProject, screen, trained } from "../helpers/cli.ts";
import type { TestRepo } from "../helpers/git.ts";

/** 1.1.0 released, then other bytes under its number: staged, not committed. */
async function overwriting(): Promise<TestRepo> {
  const repo = await sampleProject({ until: "1.1.0" });
  trained(repo, MODEL, BYTES.D);
  await play(repo, `mv add ${MODEL}`);
  return repo;
}

test("what is staged, and nothing wrong with it", async () => {
  const repo = await overwriting();
  expect(await screen(repo, "mv check --staged")).toMatchInlineSnapshot(`
    "error: models/model.onnx would overwrite churn 1.1.0, which is released with other bytes.
      Release it: mv tag v1.2.0 -a -m WHY
      Or a draft: mv bump draft && git commit -am wip
    ! 1 error in what is staged.
    exit 1"
  `);
  await play(repo, "mv bump draft");
  expect(await screen(repo, "mv check --staged")).toMatchInlineSnapshot(`"! Nothing found in what is staged."`);
});

test("a range: the newest commit is amended, an older one is edited", async () => {
  const repo = await overwriting();
  repo.git("commit", "-qm", "wip");
  expect(await screen(repo, "mv check v1.1.0..HEAD")).toMatchInlineSnapshot(`
    "error: models/model.onnx overwrites churn 1.1.0, which is released with other bytes.
      in <commit 5> wip
      Next: mv bump minor && git commit --amend --no-edit
    ! 1 error in 1 commit.
    exit 1"
  `);
  repo.commit("code", { "train.py": "x = 1\n" });
  expect(await screen(repo, "mv check v1.1.0..HEAD")).toMatchInlineSnapshot(`
    "error: models/model.onnx overwrites churn 1.1.0, which is released with other bytes.
      in <commit 5> wip
      Next: git rebase -i <commit 5>~1, mark <commit 5> as edit
      There: mv bump minor && git commit --amend --no-edit && git rebase --continue
    ! 1 error in 2 commits.
    exit 1"
  `);
  expect(await screen(repo, "mv check v1.1.0")).toMatchInlineSnapshot(`"! Nothing found in 1 commit."`);
});

test("three models, one tokenizer", async () => {
  const repo = await sampleProject({ until: "1.0.0" });
  await play(repo, "mv init --model risk --no-hooks", "mv init --model ltv --no-hooks");
  repo.write("models/tokenizer/vocab.json", '{"a":0}\n');
  await play(repo, "mv add models/tokenizer --model churn --model risk --model ltv");
  repo.git("add", "--all");
  await play(repo, "mv tag v1.1.0 risk@v1.3.0 ltv@v2.9.0 -a -m first");
  repo.write("models/tokenizer/vocab.json", '{"a":0,"b":1}\n');
  await play(repo, "mv add models/tokenizer", "mv bump minor --model churn");
  expect(await screen(repo, "mv hook pre-commit")).toMatchInlineSnapshot(`
    "! mversion: refused: models/tokenizer would overwrite risk 1.3.0 and ltv 2.9.0, both released with other bytes.
    ! Next: mv bump --affected minor
    exit 1"
  `);
  await play(repo, "mv bump --affected minor");
  expect(await screen(repo, "mv hook pre-commit")).toBe("");
});

test("--format github: annotations, with what would end one escaped", async () => {
  const repo = await overwriting();
  repo.git("commit", "-qm", "100% done, ::error::no");
  expect(await screen(repo, "mv check HEAD --format github")).toMatchInlineSnapshot(`
    "::error file=churn.model.yaml,title=mversion reused::models/model.onnx overwrites churn 1.1.0, which is released with other bytes.%0AIn <commit 5> 100%25 done, ::error::no%0ANext: mv bump minor && git commit --amend --no-edit
    ! 1 error in 1 commit.
    exit 1"
  `);
});

test("--json and --format json are one document, and a failure of the command", async () => {
  const repo = await overwriting();
  repo.git("commit", "-qm", "wip");
  const document = await json(repo, "mv check HEAD --json");
  expect(document).toMatchObject({ command: "check", ok: false, error: { code: "check-failed" } });
  expect(document.error?.details["findings"]).toMatchInlineSnapshot(`
    [
      {
        "commit": {
          "oid": "<commit 5>",
          "subject": "wip",
        },
        "file": "churn.model.yaml",
        "message": "models/model.onnx overwrites churn 1.1.0, which is released with other bytes.",
        "models": [
          {
            "model": "churn",
            "version": "1.1.0",
          },
        ],
        "next": [
          "mv bump minor && git commit --amend --no-edit",
        ],
        "rule": "reused",
        "severity": "error",
      },
    ]
  `);
  const { stdout, status } = await run(repo, "mv check HEAD --format json");
  expect(JSON.parse(stdout)).toEqual(document);
  expect(status).toBe(1);
  expect(await json(repo, "mv check v1.1.0 --json")).toMatchObject({
    ok: true,
    data: { range: { commits: 1 }, findings: [], errors: 0, warnings: 0 },
  });
});

test("words that are not understood", async () => {
  const repo = await sampleProject({ until: "1.0.0" });
  expect(await screen(repo, "mv check nowhere")).toMatchInlineSnapshot(`
    "! mversion: There is no revision nowhere here
    ! Next: mv check main..HEAD
    exit 2"
  `);
  expect(await screen(repo, "mv check HEAD --staged")).toMatchInlineSnapshot(`
    "! mversion: --staged checks the index, not a range
    ! Next: mv check --staged
    exit 2"
  `);
});

test("a shallow clone concludes nothing", async () => {
  const repo = await sampleProject({ until: "1.0.0" });
  repo.write(".git/shallow", `${repo.head()}\n`);
  expect(await screen(repo, "mv check HEAD")).toMatchInlineSnapshot(`
    "! mversion: This clone is shallow: what was released before cannot be known here
    ! Next: git fetch --unshallow --tags
    exit 14"
  `);
  expect(await json(repo, "mv check HEAD --json")).toMatchObject({ ok: false, error: { code: "incomplete" } });
});
