// What a check finds beside rule 1: files, metadata, tags, policy; and where it must not conclude anything.
import { rmSync, truncateSync } from "node:fs";
import { describe, expect, test } from "vitest";
import { check } from "../../src/operations/check.ts";
import { openHere } from "../../src/operations/hook/open.ts";
import { numberText } from "../../src/model/value.ts";
import { cloneRepo } from "../helpers/git.ts";
import { createHistory, type History, ONNX } from "./histories.ts";

async function released(): Promise<History> {
  const history = createHistory();
  history.model("1.0.0", { [ONNX]: "A" });
  history.repo.commit("first training");
  history.release("1.0.0");
  return history;
}

describe("files", () => {
  test("a record that describes other bytes than its pointer, once", async () => {
    const history = await released();
    history.model("1.1.0", { [ONNX]: "B" });
    history.pointer(ONNX, "C", "model");
    expect(await history.commit("by hand")).toEqual(["record-stale error"]);
    history.repo.write("train.py", "x = 1\n");
    expect(await history.commit("code")).toEqual([]);
    expect(await history.rules()).toEqual(["by hand: record-stale error"]);
  });

  test("conflict markers in a pointer; mended later they are a warning", async () => {
    const history = await released();
    const file = `${ONNX}.mv.yaml`;
    const text = history.repo.read(file);
    history.repo.write(file, `<<<<<<< ours\n${text}=======\n`);
    expect(await history.commit("markers")).toContain("invalid-file error");
    expect(await history.rules()).toContain("markers: invalid-file error");
    history.repo.write(file, text);
    history.repo.commit("mended");
    const { findings } = await history.check({ all: true });
    expect(findings.filter((finding) => finding.rule === "invalid-file").map((finding) => finding.severity)).toEqual([
      "warning",
    ]);
  });

  test("a pointer that no record lists, and settings, are read too", async () => {
    const history = await released();
    history.repo.write("data/train.csv.mv.yaml", "schema: 1\n");
    history.repo.write(".mversion.yaml", "schema: 1\nmodels: [\n");
    expect(await history.commit("broken")).toEqual(["invalid-file error", "invalid-file error"]);
  });

  test("a name that carries a version, where it is new", async () => {
    const history = createHistory();
    history.model("1.0.0-dev.1", { "models/model_final.onnx": "A" });
    expect(await history.commit("added")).toEqual(["name-says-version warning"]);
    history.model("1.0.0-dev.2", { "models/model_final.onnx": "B" });
    expect(await history.commit("retrained")).toEqual([]);
    const { findings } = await history.check({ all: true });
    expect(findings.map(({ message, next }) => [message, next])).toEqual([
      [
        "models/model_final.onnx: its name says \"final\", but the version is the tag's, not the file's.",
        ["mv move models/model_final.onnx models/model.onnx"],
      ],
    ]);
  });

  test("a large binary file, once; a large text file never", async () => {
    const history = await released();
    history.settings("policy: {max_git_binary: 1kB}");
    history.repo.commit("policy");
    history.repo.write("raw.bin", "");
    truncateSync(history.repo.path("raw.bin"), 2000);
    history.repo.write("notes.txt", "words\n".repeat(1000));
    history.repo.write("small.bin", "\0");
    expect(await history.commit("raw")).toEqual(["binary-in-git error"]);
    history.repo.git("mv", "raw.bin", "moved.bin");
    history.repo.commit("moved");
    const { findings } = await history.check({ range: "HEAD~2..HEAD" });
    expect(findings.map(({ message, next }) => [message, next])).toEqual([
      [
        "raw.bin: 2 kB of binary data went into Git itself.",
        [
          expect.stringContaining("git rebase -i"),
          expect.stringContaining("git rm --cached raw.bin && mv add raw.bin"),
        ],
      ],
    ]);
  });
});

describe("metadata", () => {
  test("a correction after the release is named until a patch is tagged", async () => {
    const history = await released();
    history.model("1.0.0", { [ONNX]: "A" }, { fields: { owner: "Ada" } });
    expect(await history.commit("owner")).toEqual(["metadata-changed warning"]);
    history.repo.write("train.py", "x = 1\n");
    expect(await history.commit("code")).toEqual([]);
    const { findings } = await history.check({ range: "HEAD" });
    expect(findings.map(({ message, next }) => [message, next])).toEqual([
      [
        "churn 1.0.0: owner changed after the release; a correction is a version of its own.",
        ["mv tag v1.0.1 -a -m WHY"],
      ],
    ]);
    history.model("1.0.1", { [ONNX]: "A" }, { fields: { owner: "Ada" } });
    expect(await history.commit("1.0.1")).toEqual([]);
    history.release("1.0.1");
    expect(await history.rules()).toEqual([]);
  });

  test("a comment in the record is no correction", async () => {
    const history = await released();
    history.repo.write("churn.model.yaml", `# reviewed\n${history.repo.read("churn.model.yaml")}`);
    expect(await history.commit("comment")).toEqual([]);
  });

  test("required fields: a draft may lack them", async () => {
    const history = createHistory();
    history.settings("policy: {required: [metrics.accuracy]}");
    history.repo.commit("policy");
    history.model("0.1.0-dev.1", { [ONNX]: "A" });
    expect(await history.commit("draft")).toEqual(["metadata-missing notice"]);
    history.model("1.0.0", { [ONNX]: "A" });
    expect(await history.commit("bump")).toEqual(["metadata-missing error"]);
    history.model("1.0.0", { [ONNX]: "A" }, { fields: { metrics: { accuracy: numberText("0.9") } } });
    expect(await history.commit("measured")).toEqual([]);
    expect(await history.rules()).toEqual([]);
  });
});

describe("tags", () => {
  async function sealed(): Promise<History> {
    const history = await released();
    const tag = history.repo.git("rev-parse", "refs/tags/v1.0.0");
    history.model("1.1.0", { [ONNX]: "B" });
    history.repo.commit("1.1.0");
    history.release("1.1.0", { seal: { version: "1.0.0", tag } });
    return history;
  }

  test("a whole chain says nothing", async () => {
    expect(await (await sealed()).rules()).toEqual([]);
  });

  test("a sealed tag is gone, or was moved", async () => {
    const history = await sealed();
    history.repo.git("update-ref", "-d", "refs/tags/v1.0.0");
    expect((await history.check({ range: "HEAD" })).findings.map((finding) => finding.message)).toEqual([
      expect.stringMatching(/^churn 1\.1\.0 seals 1\.0\.0 as tag [0-9a-f]{7}, which is gone\.$/),
    ]);
    history.release("1.0.0", { at: "HEAD~1" });
    expect((await history.check({ range: "HEAD" })).findings.map((finding) => finding.message)).toEqual([
      expect.stringMatching(/which is tag [0-9a-f]{7} now: it was moved\.$/),
    ]);
  });

  test("a release whose commit holds another record", async () => {
    const history = await released();
    history.model("1.0.0", { [ONNX]: "A" }, { fields: { owner: "Ada" } });
    history.repo.commit("elsewhere");
    const text = history.repo.git("cat-file", "tag", "v1.0.0").replace(/^object .*/, `object ${history.repo.head()}`);
    const oid = history.repo.gitWith({ input: `${text}\n` }, "mktag");
    history.repo.git("update-ref", "refs/tags/v1.0.0", oid);
    expect(await history.rules({ range: "HEAD" })).toContain("release-differs error");
  });

  test("a tag under a name that is not its own", async () => {
    const history = await released();
    history.repo.git("update-ref", "refs/tags/v9.9.9", "refs/tags/v1.0.0");
    expect(await history.rules({ range: "HEAD" })).toEqual(["seal-broken error"]);
  });
});

describe("policy", () => {
  test("the base's counts, and loosening it is a finding until it is reviewed", async () => {
    const history = await released();
    history.repo.git("switch", "-qc", "feature");
    history.settings("policy: {overwrite: off, required: []}");
    history.repo.commit("loosen");
    history.model("1.0.0", { [ONNX]: "B" });
    history.repo.commit("overwrite");
    expect(await history.rules({ range: "main..HEAD" })).toEqual(["overwrite: reused error", "policy-loosened error"]);
    history.repo.git("reset", "-q", "--hard", "HEAD~1");
    expect(await history.rules({ range: "main..HEAD" })).toEqual(["policy-loosened error"]);
    expect((await history.check({ range: "main..HEAD", policyReviewed: true })).errors).toBe(0);
  });

  test("a model that leaves the settings still counts", async () => {
    const history = await released();
    history.repo.git("switch", "-qc", "feature");
    history.repo.write(".mversion.yaml", "schema: 1\nmodels: {}\n");
    history.model("1.0.0", { [ONNX]: "B" });
    history.repo.commit("sneaky");
    expect(await history.rules({ range: "main..HEAD" })).toEqual(["sneaky: reused error", "policy-loosened error"]);
  });

  test("tightening is none", async () => {
    const history = await released();
    history.settings("policy: {naming: block, required: [owner], max_git_binary: 1MB}");
    history.repo.commit("tighten");
    expect(await history.rules({ range: "HEAD" })).toEqual([]);
  });
});

describe("ranges", () => {
  test("two dots, three dots, one commit, a new branch's zeros, none", async () => {
    const history = await released();
    history.repo.git("switch", "-qc", "feature");
    history.model("1.0.0", { [ONNX]: "B" });
    history.repo.commit("bad");
    history.repo.commit("code", { "train.py": "x = 1\n" });
    history.repo.git("switch", "-q", "main");
    history.repo.commit("main moves on", { "README.md": "x\n" });
    const count = async (range?: string) => (await history.check(range === undefined ? {} : { range })).range?.commits;
    expect(await count("main..feature")).toBe(2);
    expect(await count("feature...main")).toBe(1);
    expect(await count("feature~1")).toBe(1);
    expect(await history.rules({ range: "feature~1" })).toEqual(["bad: reused error"]);
    expect(await history.rules({ range: "feature" })).toEqual([]);
    expect(await count(`${"0".repeat(40)}..feature`)).toBe(4);
    expect(await count()).toBe(3);
    await expect(count("nowhere..main")).rejects.toMatchObject({ code: "unknown-version" });
    await expect(count(`${"1".repeat(40)}..main`)).rejects.toMatchObject({ code: "incomplete" });
  });

  test("in a clone, what HEAD has since it left the remote's default branch", async () => {
    const clone = cloneRepo((await released()).repo);
    clone.git("switch", "-qc", "feature");
    clone.commit("code", { "train.py": "x = 1\n" });
    const project = await openHere({ cwd: clone.dir, env: process.env });
    expect((await check(project, {})).range?.commits).toBe(1);
  });
});

describe("where history is not here, nothing is concluded", () => {
  test.each([["--depth=1"], ["--no-tags"]])("clone %s", async (flag) => {
    const clone = cloneRepo((await released()).repo, { flags: [flag] });
    const project = await openHere({ cwd: clone.dir, env: process.env });
    await expect(check(project, { range: "HEAD" })).rejects.toMatchObject({
      code: "incomplete",
      exit: 14,
      hint: expect.stringMatching(/^git fetch .*--tags$/),
    });
    clone.write(`${ONNX}.mv.yaml`, clone.read(`${ONNX}.mv.yaml`).replace("size: 8", "size: 9"));
    clone.write("churn.model.yaml", clone.read("churn.model.yaml").replace("version: 1.0.0", "version: 1.1.0"));
    clone.git("add", "--all");
    await expect(check(project, { staged: true })).rejects.toMatchObject({ code: "incomplete" });
  });

  test("a clone that lacks only an older release's tag", async () => {
    const history = await released();
    const tag = history.repo.git("rev-parse", "refs/tags/v1.0.0");
    history.model("1.1.0", { [ONNX]: "B" });
    history.repo.commit("1.1.0");
    history.release("1.1.0", { seal: { version: "1.0.0", tag } });
    const clone = cloneRepo(history.repo, { flags: ["--no-tags"] });
    clone.git("fetch", "-q", "origin", "refs/tags/v1.1.0:refs/tags/v1.1.0");
    const project = await openHere({ cwd: clone.dir, env: process.env });
    await expect(check(project, { range: "HEAD" })).rejects.toMatchObject({ code: "incomplete" });
    clone.git("fetch", "-q", "--tags");
    expect((await check(await openHere({ cwd: clone.dir, env: process.env }), { range: "HEAD" })).findings).toEqual([]);
  });

  test("a number that was declared and not released yet is told from a missing tag by asking the remote", async () => {
    const history = createHistory();
    history.model("1.0.0", { [ONNX]: "A" });
    history.repo.commit("Declare the first number");
    history.repo.commit("code", { "train.py": "x = 1\n" });
    const clone = cloneRepo(history.repo);
    const asked = async () => check(await openHere({ cwd: clone.dir, env: process.env }), { range: "HEAD" });
    expect((await asked()).findings).toEqual([]);
    history.release("1.0.0", { at: "HEAD~1" });
    await expect(asked()).rejects.toMatchObject({
      code: "incomplete",
      message: expect.stringMatching(/^origin has v1\.0\.0, which this clone has not: /),
      hint: "git fetch --tags",
    });
    clone.git("remote", "set-url", "origin", "file:///nowhere");
    await expect(asked()).rejects.toMatchObject({ code: "incomplete", hint: "git fetch --tags" });
  });

  test("a branch from before mv init, and a repository without a commit", async () => {
    const history = await released();
    history.repo.git("switch", "-q", "--orphan", "before");
    history.repo.commit("before mversion", { "train.py": "x = 1\n" });
    rmSync(history.repo.path("train.py"));
    expect(await history.commit("nothing of ours")).toEqual([]);
    expect(await history.rules()).toEqual([]);
  });
});
