// What `mv add` takes, what it writes, and what it leaves alone.
import { execFileSync } from "node:child_process";
import { chmodSync, mkdirSync, readdirSync, rmSync, statSync, symlinkSync, unlinkSync, writeFileSync } from "node:fs";
import { beforeAll, describe, expect, it } from "vitest";
import { numberText } from "../../src/model/value.ts";
import { BYTES, DATA, MODEL, sampleProject, trained } from "../helpers/cli.ts";
import { forkRepo } from "../helpers/fork.ts";
import type { TestRepo } from "../helpers/git.ts";
import { addTo } from "../helpers/project.ts";
import { refusal } from "../helpers/refusal.ts";

const RECORD = "churn.model.yaml";
const NINETY = { metrics: { accuracy: numberText("0.90") } };

let files: TestRepo;
let draft: TestRepo;

beforeAll(async () => {
  files = await sampleProject();
  draft = await sampleProject({ until: "draft" });
});

describe("operands", () => {
  it("say what to type where nothing could be tracked", async () => {
    const repo = forkRepo(files);
    mkdirSync(repo.path("empty"));
    execFileSync("mkfifo", [repo.path("pipe")]);
    const long = "x".repeat(250);
    repo.write(long, "");
    for (const path of ["empty", "pipe", long, ".", "models/../.git/config"])
      expect((await refusal(addTo(repo, path))).hint, path).toMatch(/\w/);
  });

  it("are all checked before anything is written", async () => {
    const repo = forkRepo(files);
    const refused = await refusal(addTo(repo, [MODEL, "models/nothing.onnx"]));
    expect(refused.message).toBe("models/nothing.onnx: there is no such file or folder");
    expect(refused.hint).toBe("ls models   # then mv add what is there");
    expect((await refusal(addTo(repo, "no/where.onnx", { cwd: "models" }))).hint).toBe(
      "ls .   # then mv add what is there",
    );
    expect((await refusal(addTo(repo, MODEL, { cwd: "data" }))).hint).toBe(`mv add ../${MODEL}`);
    expect(repo.git("status", "--short")).toBe(files.git("status", "--short"));
    expect(readdirSync(repo.path("models"))).toEqual(["model.onnx"]);
  });

  it("may be any name that a person gives a file, and Git ignores exactly that name", async () => {
    const repo = forkRepo(files);
    const names = [
      "a b.onnx",
      "-x.onnx",
      "ü😀.onnx",
      "g*[x]?.onnx",
      "#h.onnx",
      "!i.onnx",
      `q'uote".onnx`,
      "col:on",
      "0".repeat(247),
      "ta\tb",
      "back\\slash\\",
      "dot.",
      " two  ",
      "e\u001b[31m",
    ];
    for (const name of names) {
      repo.write(`models/${name}`, name);
      expect((await addTo(repo, `./${name}`, { cwd: "models" })).artifacts[0]?.path).toBe(`models/${name}`);
    }
    repo.write("models/gZ[x]?.onnx", "another");
    const untracked = repo.git("status", "--short", "-z", "--untracked-files=all", "models");
    expect(untracked.split("\0").filter((line) => line.startsWith("??"))).toEqual([
      "?? models/gZ[x]?.onnx",
      "?? models/model.onnx",
    ]);
  });

  it("cannot be ours, Git's, outside, too long for a pointer, or nothing to store", async () => {
    const repo = forkRepo(files);
    mkdirSync(repo.path("models/empty/inner"), { recursive: true });
    execFileSync("mkfifo", [repo.path("models/fifo")]);
    symlinkSync("model.onnx", repo.path("models/link"));
    symlinkSync("models", repo.path("linked"));
    repo.write(`models/${"0".repeat(248)}`, "x");
    repo.write(RECORD, "");
    const operands = [
      ".mversion.yaml",
      RECORD,
      ".git/config",
      ".",
      "/etc/hosts",
      "models/empty",
      "models/fifo",
      "models/link",
      `linked/model.onnx`,
      `models/${"0".repeat(248)}`,
      "models/n\ufffd",
      "models/c:o",
    ];
    rmSync(repo.path(RECORD));
    const messages: string[] = [];
    for (const operand of operands)
      messages.push((await refusal(addTo(repo, operand))).message.replaceAll(repo.dir, "/repo"));
    expect(messages).toMatchInlineSnapshot(`
      [
        ".mversion.yaml cannot be tracked: Git or mversion reads a file of that name for itself",
        "churn.model.yaml cannot be tracked: names with that ending are mversion's own files",
        ".git/config cannot be tracked: a name in it is a spelling of .git",
        ". is the whole repository; name files or folders in it",
        "/etc/hosts is not inside the repository /repo",
        "models/empty has no files, or .mvignore leaves all of them out: nothing could be restored",
        "models/fifo is neither a file nor a folder",
        "models/link is a symbolic link to model.onnx",
        "linked/model.onnx: /repo/linked is a symbolic link",
        "models/00000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000... cannot be tracked: its name is longer than 247 bytes, which leaves no room for .mv.yaml",
        "models/n� cannot be tracked: the name is not valid UTF-8",
        "models/c:o cannot be tracked: the path starts with a drive letter",
      ]
    `);
  });

  it("left out by .mvignore are refused, and left out of folders", async () => {
    const repo = forkRepo(files);
    repo.write(".mvignore", "*.tmp\n");
    repo.write("models/tok/.mvignore", "cache/\n");
    for (const file of ["vocab", "x.tmp", "cache/a", "deep/cache/b", "deep/c"]) repo.write(`models/tok/${file}`, file);
    repo.write("models/a.tmp", "x");
    expect(await refusal(addTo(repo, "models/a.tmp"))).toMatchObject({
      message: "models/a.tmp is left out by .mvignore",
    });
    expect((await addTo(repo, "models/tok")).artifacts[0]?.files).toBe(3);
  });

  it("are a folder with what is in it: empty files, modes, links inside, nothing else", async () => {
    const repo = forkRepo(files);
    repo.write("models/tok/build.sh", "#!/bin/sh\n", { executable: true });
    repo.write("models/tok/vocab.json", '{"a": 1}');
    repo.write("models/tok/empty", "");
    mkdirSync(repo.path("models/tok/none"));
    symlinkSync("vocab.json", repo.path("models/tok/latest.json"));
    const { artifacts } = await addTo(repo, "models/tok");
    expect(artifacts[0]).toMatchObject({ kind: "directory", size: 18, files: 4 });
    symlinkSync("../../train.py", repo.path("models/tok/out"));
    expect((await refusal(addTo(repo, "models/tok"))).code).toBe("link-leaves");
    unlinkSync(repo.path("models/tok/out"));

    repo.write("models/tok/vocab.json", '{"b": 1}');
    const inner = await addTo(repo, "vocab.json", { cwd: "models/tok" });
    expect(inner.artifacts[0]).toMatchObject({ path: "models/tok", changed: true });
    expect((await refusal(addTo(repo, "models"))).message).toBe(
      "models holds models/tok, which is an artifact of its own",
    );
  });

  it("that Git tracks are refused, each with what has to be typed", async () => {
    const repo = forkRepo(files);
    repo.write("data/set/one", "1");
    repo.write("data/set/two", "2");
    repo.git("add", "data", MODEL);
    expect(await refusal(addTo(repo, [MODEL]))).toMatchObject({
      code: "git-tracked",
      hint: `git rm -q --cached ${MODEL} && mv add ${MODEL}`,
    });
    const { message, hint } = await refusal(addTo(repo, "set", { cwd: "data", role: "dataset" }));
    expect([message, hint]).toEqual([
      "Git itself tracks 2 files in data/set",
      "git rm -q -r --cached set && mv add set --dataset",
    ]);
  });

  it("that other machines cannot tell apart are warned of", async () => {
    const repo = forkRepo(draft);
    repo.write("models/Model.onnx", "x");
    const warnings: string[] = [];
    await addTo(repo, "models/Model.onnx", { warnings });
    expect(warnings).toEqual([
      "models/model.onnx and models/Model.onnx are one file on Windows and macOS: mv move one of them",
    ]);
  });
});

describe("files of ours", () => {
  it("stay untouched, the index too, where nothing changed", async () => {
    const repo = forkRepo(draft);
    await addTo(repo, [MODEL, DATA]);
    const ours = [RECORD, `${MODEL}.mv.yaml`, `${DATA}.mv.yaml`, "models/.gitignore", ".git/index"];
    const times = (): bigint[] => ours.map((file) => statSync(repo.path(file), { bigint: true }).mtimeNs);
    const before = times();
    const { artifacts, models } = await addTo(repo, [MODEL, DATA]);
    expect(artifacts.map(({ changed }) => changed)).toEqual([false, false]);
    expect(models).toMatchObject([{ changed: false, dropped: [], version: "0.1.0-dev.1" }]);
    expect(times()).toEqual(before);
  });

  it("keep comments and a team's own keys", async () => {
    const repo = forkRepo(draft);
    repo.write(`${MODEL}.mv.yaml`, `# ours\n${repo.read(`${MODEL}.mv.yaml`)}team: risk # yes\n`);
    repo.write(
      RECORD,
      `${repo.read(RECORD).replace("metrics:", "# measured\nmetrics:")}card: {risk: low} # reviewed\n`,
    );
    trained(repo, MODEL, BYTES.B);
    await addTo(repo, MODEL, { given: NINETY });
    expect(repo.read(`${MODEL}.mv.yaml`)).toMatch(/^# ours\nschema[^]*team: risk # yes\n$/);
    expect(repo.read(RECORD)).toMatch(
      /\n# measured\nmetrics: \{accuracy: 0.90\}\n[^]*card: \{risk: low\} # reviewed\n$/,
    );
  });

  it("are staged again after an interruption or a reset", async () => {
    const repo = forkRepo(files);
    await addTo(repo, MODEL);
    const staged = repo.git("status", "--short");
    repo.git("rm", "-rq", "--cached", ".");
    await addTo(repo, MODEL);
    expect(repo.git("diff", "--cached", "--name-only").split("\n")).toEqual([
      RECORD,
      "models/.gitignore",
      `${MODEL}.mv.yaml`,
    ]);
    expect(staged).toContain(`A  ${MODEL}.mv.yaml`);
  });

  it("keep the role of a pointer that is in no index", async () => {
    const repo = forkRepo(files);
    await addTo(repo, DATA, { role: "dataset" });
    repo.git("rm", "-rq", "--cached", "data");
    expect((await addTo(repo, DATA)).artifacts[0]?.role).toBe("dataset");
  });

  it("leave a user's edits of .gitignore out of the index", async () => {
    const repo = forkRepo(draft);
    repo.write("models/.gitignore", "/model.onnx\n*.log\n");
    await addTo(repo, MODEL);
    expect(repo.git("status", "--short")).toBe(" M models/.gitignore");
    // A later line that takes the file back in is answered.
    repo.write("models/.gitignore", "/model.onnx\n!*.onnx\n");
    await addTo(repo, MODEL);
    expect(repo.read("models/.gitignore")).toBe("/model.onnx\n!*.onnx\n/model.onnx\n");
    expect(repo.tryGit("check-ignore", MODEL).status).toBe(0);
  });

  it("are not written over what cannot be read or is in conflict", async () => {
    const repo = forkRepo(draft);
    trained(repo, MODEL, BYTES.B);
    repo.write(`${MODEL}.mv.yaml`, `<<<<<<< ours\n${repo.read(`${MODEL}.mv.yaml`)}`);
    expect(await refusal(addTo(repo, MODEL))).toMatchObject({
      code: "invalid-file",
      message: `${MODEL}.mv.yaml:1: conflict markers of a merge are in the file`,
    });
    repo.git("restore", ".");
    for (const [branch, bytes] of [
      ["one", BYTES.B],
      ["two", BYTES.C],
    ] as const) {
      repo.git("switch", "--quiet", "-c", branch, "main");
      trained(repo, MODEL, bytes);
      await addTo(repo, MODEL);
      repo.git("commit", "-qam", branch);
    }
    repo.tryGit("merge", "one");
    trained(repo, MODEL, BYTES.D);
    expect(await refusal(addTo(repo, MODEL))).toMatchObject({
      code: "conflict",
      hint: "mv merge --ours, or mv merge --theirs",
    });
  });

  it("wait for another git, and name its lock where it was killed", async () => {
    const repo = forkRepo(draft);
    trained(repo, MODEL, BYTES.B);
    writeFileSync(repo.path(".git/index.lock"), "");
    expect(await refusal(addTo(repo, MODEL))).toMatchObject({ code: "locked" });
    setTimeout(() => rmSync(repo.path(".git/index.lock")), 300);
    await addTo(repo, MODEL);
    expect(repo.git("status", "--short")).toBe(`M  ${RECORD}\nM  ${MODEL}.mv.yaml`);
  });

  it("say that a file may be run", async () => {
    const repo = forkRepo(draft);
    chmodSync(repo.path(MODEL), 0o755);
    expect((await addTo(repo, MODEL)).artifacts[0]?.changed).toBe(true);
    expect(repo.read(`${MODEL}.mv.yaml`)).toMatch(/executable: true\n$/);
    expect(repo.git("status", "--short")).toBe(`M  ${MODEL}.mv.yaml`);
  });
});
