import { chmodSync, rmSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { diff, type DiffInput, type DiffResult } from "../../src/operations/diff.ts";
import { openProject } from "../../src/operations/project.ts";
import { BYTES, MODEL, play, run, sampleProject, screen, trained } from "../helpers/cli.ts";
import { createRepo, type TestRepo } from "../helpers/git.ts";

async function compared(repo: TestRepo, input: DiffInput = {}): Promise<DiffResult> {
  return diff(await openProject({ cwd: repo.dir, env: process.env }), input);
}

async function withTokenizer(): Promise<TestRepo> {
  const repo = await sampleProject({ until: "1.0.0" });
  repo.write("models/tokenizer/vocab.json", '{"a":0}\n');
  repo.write("models/tokenizer/merges.txt", "a b\n");
  repo.write("models/tokenizer/build.sh", "#!/bin/sh\n");
  await play(repo, "mv add models/tokenizer --model churn", "mv tag v1.1.0 -a -m Tokenizer");
  return repo;
}

describe("diff of folders", () => {
  it("lists the files inside that differ, told by the manifests", async () => {
    const repo = await withTokenizer();
    repo.write("models/tokenizer/vocab.json", '{"a":0,"b":1}\n');
    repo.git("mv", "-f", "train.py", "train2.py");
    repo.write("models/tokenizer/build.sh", "#!/bin/sh\n", { executable: true });
    repo.write("models/tokenizer/new.txt", "new\n");
    expect(await screen(repo, "mv diff --files")).toMatchInlineSnapshot(`
      "churn 1.1.0 -> 1.1.0, working tree
        artifacts  models/tokenizer  d74fc7bf -> 4feaf5b0, modified, not added
                     build.sh        a8076d3d, executable
                     new.txt         added 7aa7a535
                     vocab.json      c8811429 -> 8a691fe6
        code       train.py => train2.py | 0
      ! Next: mv add models/tokenizer"
    `);
    await play(repo, "mv add models/tokenizer", "mv tag v1.2.0 -a -m Vocabulary");
    expect(await screen(repo, "mv diff v1.1.0 v1.2.0 --files")).toMatchInlineSnapshot(`
      "churn 1.1.0 -> 1.2.0 (minor)
        artifacts  models/tokenizer  d74fc7bf -> 4feaf5b0
                     build.sh        a8076d3d, executable
                     new.txt         added 7aa7a535
                     vocab.json      c8811429 -> 8a691fe6
        code       train.py => train2.py | 0"
    `);
    expect((await compared(repo, { from: "v1.1.0", to: "v1.2.0" })).models[0]?.folders).toEqual([]);
  });

  it("says where a manifest is not in the cache", async () => {
    const repo = await withTokenizer();
    repo.git("rm", "-rq", "--cached", "models/tokenizer.mv.yaml");
    rmSync(repo.path(".git/mversion/cache"), { recursive: true });
    const result = await compared(repo, { from: "v1.0.0", to: "v1.1.0", files: true });
    expect(result.models[0]?.folders).toEqual([{ path: "models/tokenizer", files: null }]);
    expect((await run(repo, "mv diff v1.0.0 v1.1.0 --files")).stdout).toContain("a manifest is not in the cache");
  });
});

describe("diff of names", () => {
  it("shows a rename as one", async () => {
    const repo = await sampleProject({ until: "1.1.0" });
    await play(repo, `mv move ${MODEL} models/churn.onnx`);
    expect(await screen(repo, "mv diff")).toMatchInlineSnapshot(`
      "churn 1.1.0 -> 1.1.0, working tree
        artifacts  models/model.onnx -> models/churn.onnx  b3242f12, renamed"
    `);
    repo.write("models/.gitignore", `${repo.read("models/.gitignore")}*.tmp\n`);
    expect((await compared(repo)).code).toMatchObject([{ files: [{ path: "models/.gitignore" }] }]);
  });

  it("takes lines that init and add write for no code", async () => {
    const repo = createRepo();
    const first = repo.commit("Nothing yet", { "train.py": "" });
    repo.write("models/a [1].onnx", "a");
    await play(repo, "mv init --model churn --no-hooks", "mv add 'models/a [1].onnx'", "mv tag v1.0.0 -a -m First");
    const files = async () =>
      (await compared(repo, { from: first, to: "HEAD" })).code[0]?.files.map(({ path }) => path);
    expect(await files()).toEqual([".mversion.yaml"]);
    repo.commit("Code", { ".gitattributes": `${repo.read(".gitattributes")}*.py text\n`, "train.py": "1\n" });
    expect(await files()).toEqual([".gitattributes", ".mversion.yaml", "train.py"]);
  });

  it("tells bytes of another version from changed ones, and executable bits from both", async () => {
    const repo = await withTokenizer();
    repo.git("restore", "--source=v1.0.0", "--staged", "--worktree", "--", "churn.model.yaml");
    trained(repo, MODEL, BYTES.C);
    await play(repo, `mv add ${MODEL} models/tokenizer`);
    trained(repo, MODEL, BYTES.B);
    chmodSync(repo.path("models/tokenizer/build.sh"), 0o755);
    expect(await screen(repo, "mv diff", { cwd: "models" })).toMatchInlineSnapshot(`
      "churn 1.1.0 -> 1.0.0, working tree
        artifacts  models/model.onnx  14148f94 -> b3242f12, on disk 14148f94, pointer moved, bytes are 1.1.0's
                   models/tokenizer   d74fc7bf -> a8f4ec11, modified, its executable bit alone, not added
      ! Next: mv add tokenizer
      ! Next: mv restore model.onnx"
    `);
  });
});

describe("diff of several models", () => {
  it("has a block for each model that differs, and the code once", async () => {
    const repo = await sampleProject({ until: "1.0.0" });
    await play(repo, "mv init --model risk --no-hooks");
    trained(repo, "models/risk.onnx", "risk\n");
    await play(repo, "mv add models/risk.onnx --model risk", "mv tag risk@v1.0.0 -a -m Risk");
    trained(repo, MODEL, BYTES.C);
    trained(repo, "models/risk.onnx", "risk 2\n");
    repo.write("train.py", "import sklearn\n");
    await play(repo, `mv add ${MODEL}`, "mv add models/risk.onnx");
    expect(await screen(repo, "mv diff risk@v1.0.0^{commit}")).toMatchInlineSnapshot(`
      "churn 1.0.0 (risk@v1.0.0^{commit}) -> 1.0.0, working tree
        artifacts  models/model.onnx  14148f94 -> b3242f12
        metrics    accuracy           removed 0.90
      risk 1.0.0 (risk@v1.0.0^{commit}) -> 1.0.0, working tree
        artifacts  models/risk.onnx  357ec2d8 -> c1648a1c
      code <commit 4> -> working tree
        train.py | 2 --"
    `);
    expect((await compared(repo)).models.map((block) => block.model)).toEqual(["churn", "risk"]);
    expect((await compared(repo, { model: "risk" })).models.map((block) => block.model)).toEqual(["risk"]);
    expect((await compared(repo, { from: "risk@v1.0.0" })).models.map((block) => block.model)).toEqual(["risk"]);
    await expect(compared(repo, { from: "v1.0.0", to: "risk@v1.0.0" })).rejects.toMatchObject({ code: "usage" });
  });
});

describe("diff of records", () => {
  it("tells features, feature set, libraries and a team's own fields", async () => {
    const repo = await sampleProject({ until: "1.0.0" });
    const record = repo.read("churn.model.yaml");
    repo.write(
      "churn.model.yaml",
      record
        .replace('feature_set_version: "3.1.0"', 'feature_set_version: "3.2.0"')
        .replace('scikit-learn: "1.4.0"', 'scikit-learn: "1.5.0"')
        .concat('features: [age, income]\nowner: "a|b <script>"\n'),
    );
    expect(await screen(repo, "mv diff")).toMatchInlineSnapshot(`
      "churn 1.0.0 -> 1.0.0, working tree
        features     age             added
                     income          added
        feature set  3.1.0 -> 3.2.0
        libraries    scikit-learn    1.4.0 -> 1.5.0
        other        owner           added a|b <script>"
    `);
    expect(await screen(repo, "mv diff --format markdown")).toMatchInlineSnapshot(`
      "### churn 1.0.0 -&gt; 1.0.0, working tree

      | | | from | to |
      | --- | --- | --- | --- |
      | features | age | added |  |
      | features | income | added |  |
      | feature set |  | 3.1.0 | 3.2.0 |
      | libraries | scikit-learn | 1.4.0 | 1.5.0 |
      | other | owner | added | a\\|b &lt;script&gt; |"
    `);
  });

  it("reads the record where it was at the release", async () => {
    const repo = await sampleProject({ until: "1.0.0" });
    repo.git("mv", "churn.model.yaml", "cards.model.yaml");
    repo.write(".mversion.yaml", repo.read(".mversion.yaml").replace("churn.model.yaml", "cards.model.yaml"));
    const { models } = await compared(repo, { from: "v1.0.0" });
    expect(models).toEqual([]);
  });

  it("says that the record describes other bytes than the pointers", async () => {
    const repo = await sampleProject({ until: "1.1.0" });
    repo.git("restore", "--source=v1.0.0", "--", `${MODEL}.mv.yaml`);
    const { models } = await compared(repo);
    expect(models).toMatchObject([
      { stale: true, disk: [{ path: MODEL, state: "other-version", holds: "churn 1.1.0" }] },
    ]);
  });
});
