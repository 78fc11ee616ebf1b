// pre-commit, pre-merge-commit and pre-push: the program is asked where a model is concerned, and only there; without the
// program or Node.js innocent work goes on with a word, and nothing of a model goes in unchecked.
import { spawnSync } from "node:child_process";
import { chmodSync, readFileSync, rmSync } from "node:fs";
import { dirname } from "node:path";
import { describe, expect, test } from "vitest";
import { cloneRepo, createRepo, scratchDir, type TestRepo } from "../helpers/git.ts";
import { createRecorder, folderOf, install, writeExecutable } from "../helpers/hooks.ts";

const program = createRecorder();
const SETTINGS = "schema: 1\nmodels: {}\n";

async function guarded(settings = SETTINGS): Promise<TestRepo> {
  const repo = createRepo();
  repo.commit("start", { ".mversion.yaml": settings, "a.txt": "1\n" });
  await install(repo, program.path);
  program.answer(0);
  program.calls();
  return repo;
}

describe("pre-commit", () => {
  test("asks nothing for an empty commit and for small files", async () => {
    const repo = await guarded();
    repo.commit("empty");
    repo.commit("text", { "a.txt": "2\n", "sub/b.yaml": "x: 1\n", "odd name é\t.txt": "x" });
    expect(program.calls()).toEqual([]);
  });

  test.each([
    "model.onnx.mv.yaml",
    "deep/er/model.onnx.mv.yaml",
    "churn.model.yaml",
    "base.features.yaml",
    "sub/.mversion.yaml",
    'modèle "1"\n.mv.yaml',
    " blank .mv.yaml",
  ])("asks for %j", async (path) => {
    const repo = await guarded();
    repo.commit("pointer", { [path]: "schema: 1\n" });
    expect(program.calls()).toEqual(["hook pre-commit"]);
    program.answer(1);
    repo.git("rm", "--quiet", "--cached", "--", path);
    expect(repo.tryGit("commit", "-m", "gone").status).toBe(1);
    expect(program.calls()).toEqual(["hook pre-commit"]);
  });

  test("is not misled by names that only end alike", async () => {
    const repo = await guarded();
    repo.commit("near", { "mv.yaml": "", "x.mversion.yaml": "", "a.mv.yaml.txt": "", "model.yaml": "" });
    expect(program.calls()).toEqual([]);
  });

  test.each([
    ["", 5_000_001, true],
    ["", 5_000_000, false],
    ["policy: {naming: off, max_git_binary: 20KB}\n", 20_001, true],
    ["policy: {max_git_binary: 20KB, naming: off}\n", 19_999, false],
    ['policy:\n  max_git_binary: "0.5 MiB"   # half\n', 600_000, true],
    ["policy:\n  max_git_binary: 300\n", 301, true],
    ["policy:\n  max_git_binary: off\n", 6_000_000, false],
    ["# max_git_binary: 1KB\n", 2000, false],
  ])("with %j asks about a file of %i bytes: %s", async (policy, size, asked) => {
    const repo = await guarded(SETTINGS + policy);
    repo.commit("raw", { "raw.bin": new Uint8Array(size) });
    expect(program.calls()).toEqual(asked ? ["hook pre-commit"] : []);
  });

  test("sees the index of commit -a, --only and --amend, in a subfolder too", async () => {
    const repo = await guarded();
    repo.commit("pointer", { "m/x.mv.yaml": "1\n", "a.txt": "2\n" });
    program.calls();
    repo.write("m/x.mv.yaml", "2\n");
    repo.write("a.txt", "3\n");
    repo.gitWith({ cwd: repo.path("m") }, "commit", "-m", "only", "--only", "../a.txt");
    expect(program.calls()).toEqual([]);
    repo.gitWith({ cwd: repo.path("m") }, "commit", "-am", "all");
    expect(program.calls()).toEqual(["hook pre-commit"]);
    repo.git("--literal-pathspecs", "commit", "--amend", "-m", "words");
    expect(program.calls()).toEqual([]);
    repo.write("m/x.mv.yaml", "3\n");
    repo.git("--literal-pathspecs", "commit", "-a", "--amend", "-m", "bytes");
    expect(program.calls()).toEqual(["hook pre-commit"]);
  });

  test("leaves a commit of mversion itself to mversion", async () => {
    const repo = await guarded();
    repo.write("x.mv.yaml", "1\n");
    repo.git("add", ".");
    repo.gitWith({ env: { MVERSION_NESTED: "1" } }, "commit", "-m", "Release");
    expect(program.calls()).toEqual([]);
  });

  test("works for the first commit and in a linked working tree", async () => {
    const repo = createRepo();
    await install(repo, program.path);
    repo.commit("first", { "x.mv.yaml": "1\n" });
    expect(program.calls()).toEqual(["hook pre-commit"]);
    const linked = `${scratchDir("linked")}/a tree`;
    repo.git("worktree", "add", "--quiet", "-b", "linked", linked);
    program.calls();
    repo.gitWith({ cwd: linked }, "commit", "--allow-empty", "-m", "empty");
    expect(program.calls()).toEqual([]);
    repo.gitWith({ cwd: linked }, "rm", "--quiet", "x.mv.yaml");
    program.answer(1);
    expect(() => repo.gitWith({ cwd: linked }, "commit", "-m", "gone")).toThrow(/exit 1/);
  });
});

describe("a merge", () => {
  async function diverged(): Promise<TestRepo> {
    const repo = await guarded();
    repo.commit("base", { "x.mv.yaml": "0\n", ".gitattributes": "*.mv.yaml -merge\n" });
    repo.git("switch", "--quiet", "-c", "side");
    repo.commit("theirs", { "x.mv.yaml": "theirs\n" });
    repo.git("switch", "--quiet", "main");
    program.calls();
    return repo;
  }
  const asked = (): string[] => program.calls().filter((call) => call.startsWith("hook pre-"));

  test("without conflict asks as pre-merge-commit, also where ours stays", async () => {
    const repo = await diverged();
    repo.commit("other file", { "a.txt": "2\n" });
    repo.git("merge", "--quiet", "--no-edit", "side");
    expect(asked()).toEqual(["hook pre-merge-commit"]);
    repo.git("reset", "--quiet", "--hard", "HEAD~1");
    repo.git("--literal-pathspecs", "merge", "--quiet", "--no-edit", "-s", "ours", "side");
    expect(asked()).toEqual(["hook pre-merge-commit"]);
    program.answer(1);
    repo.git("reset", "--quiet", "--hard", "HEAD~1");
    expect(repo.tryGit("merge", "--no-edit", "side").status).not.toBe(0);
  });

  test("that is resolved to one side whole asks although nothing is staged", async () => {
    const repo = await diverged();
    repo.commit("ours", { "x.mv.yaml": "ours\n" });
    program.calls();
    repo.tryGit("merge", "side");
    repo.git("checkout", "--ours", "x.mv.yaml");
    repo.git("add", "x.mv.yaml");
    repo.git("commit", "--quiet", "-m", "Take ours");
    expect(asked()).toEqual(["hook pre-commit"]);
  });

  test("of other files asks nothing", async () => {
    const repo = await guarded();
    repo.git("switch", "--quiet", "-c", "side");
    repo.commit("theirs", { "b.txt": "1\n" });
    repo.git("switch", "--quiet", "main");
    repo.commit("ours", { "c.txt": "1\n" });
    repo.git("merge", "--quiet", "--no-edit", "side");
    expect(program.calls()).toEqual([]);
  });
});

describe("pre-push", () => {
  async function pushing(): Promise<TestRepo> {
    const repo = await guarded();
    const server = createRepo({ bare: true });
    repo.git("remote", "add", "origin", server.dir);
    program.answer(0);
    return repo;
  }
  function release(repo: TestRepo, name: string): void {
    const message = "churn\n\nWhy\n\n---\nmversion: 1\nmodel: churn\n";
    repo.gitWith({ input: message }, "tag", "-a", "--cleanup=verbatim", "-F-", name);
  }

  test("asks about ranges that touch our files, and gives Git's lines", async () => {
    const repo = await pushing();
    repo.git("push", "--quiet", "origin", "main");
    const [first = ""] = program.calls();
    expect(first).toMatch(/^hook pre-push origin \S+ <<< refs\/heads\/main [0-9a-f]{40} /);
    repo.commit("text", { "a.txt": "2\n" });
    repo.git("push", "--quiet", "origin", "main", "main:copy");
    repo.git("tag", "-a", "-m", "Foreign", "foreign");
    repo.git("tag", "light");
    repo.git("push", "--quiet", "origin", "foreign", "light");
    repo.git("push", "--quiet", "origin", ":copy", ":foreign", ":light");
    repo.git("push", "--quiet", "origin", "main");
    expect(program.calls()).toEqual([]);
    repo.commit("pointer", { "x.mv.yaml": "1\n" });
    repo.git("rm", "--quiet", "x.mv.yaml");
    repo.commit("and back");
    program.calls();
    repo.git("push", "--quiet", "origin", "main");
    expect(program.calls()).toHaveLength(1);
  });

  test("asks about releases: new, moved and deleted", async () => {
    const repo = await pushing();
    repo.git("push", "--quiet", "origin", "main");
    release(repo, "any-name");
    program.calls();
    repo.git("push", "--quiet", "origin", "any-name");
    expect(program.calls().join()).toContain("refs/tags/any-name");
    program.answer(1);
    expect(repo.tryGit("push", "origin", ":any-name").stderr).toContain("failed to push");
    expect(repo.tryGit("push", "--force", "origin", "HEAD:refs/tags/any-name").stderr).toContain("failed to push");
    expect(program.calls()).toHaveLength(2);
    repo.git("-c", "mversion.unlock=any-name", "tag", "-d", "any-name");
    expect(repo.tryGit("push", "origin", ":any-name").stderr).toContain("failed to push");
  });

  test("shares its input with the hook that was there before", async () => {
    const repo = createRepo();
    const log = `${scratchDir("log")}/seen`;
    repo.hook("pre-push", `echo "$@" >'${log}'; cat >>'${log}'; exit 7`);
    await install(repo, program.path);
    const server = createRepo({ bare: true });
    program.answer(0);
    repo.commit("pointer", { "x.mv.yaml": "1\n" });
    program.calls();
    expect(repo.tryGit("push", server.dir, "main", "main:b").status).not.toBe(0);
    const [call = ""] = program.calls();
    const seen = readFileSync(log, "utf8").trimEnd().split("\n");
    expect(seen[0]).toBe(`${server.dir} ${server.dir}`);
    expect(call).toBe(`hook pre-push ${seen[0]} <<< ${seen.slice(1).join(";")};`);
    expect(seen).toHaveLength(3);
  });
});

describe("without the program", () => {
  async function orphaned(): Promise<{ repo: TestRepo; bare: Record<string, string> }> {
    const repo = await guarded();
    await install(repo, `${scratchDir("gone")}/mversion.js`);
    return { repo, bare: { PATH: folderOf("git", "sh", "awk", "sed", "env", "grep", "cat") } };
  }

  test("an innocent commit goes on with one line, a pointer does not go in", async () => {
    const { repo, bare } = await orphaned();
    repo.write("a.txt", "2\n");
    const commit = (...args: string[]): string => {
      repo.git("add", "--all");
      return repo.gitWith({ env: { ...bare } }, "commit", "--quiet", ...args, "-m", "x");
    };
    commit();
    repo.write("a.txt", "3\n");
    repo.git("add", "--all");
    const said = spawnSync("git", ["commit", "-qm", "y"], {
      cwd: repo.dir,
      env: { ...process.env, ...bare },
      encoding: "utf8",
    });
    expect(said.stderr).toBe(
      "mversion: not checked: git-mversion is not installed here. No pointer or record is staged, so the commit goes on.\n",
    );
    repo.write("x.mv.yaml", "1\n");
    expect(() => commit()).toThrow(/refused: pointers or records are staged[^]*git commit --no-verify/);
    commit("--no-verify");
    const server = createRepo({ bare: true });
    expect(() => repo.gitWith({ env: bare }, "push", server.dir, "main")).toThrow(
      /refused: this push carries[^]*--no-verify/,
    );
    repo.gitWith({ env: bare }, "push", "--quiet", "--no-verify", server.dir, "main");
    repo.gitWith({ env: bare }, "push", "--quiet", "--no-verify", server.dir, "main:other");
    repo.gitWith({ env: bare }, "push", "--quiet", server.dir, ":other");
  });

  test("git-mversion on PATH stands in, and Node.js of the installation for one that is not on PATH", async () => {
    const repo = await guarded();
    await install(repo, `${scratchDir("gone")}/mversion.js`);
    repo.write("x.mv.yaml", "1\n");
    repo.git("add", "--all");
    const path = folderOf("git", "sh", "awk", "sed", "env", "grep", "cat", "tr");
    repo.gitWith({ env: { PATH: `${dirname(program.path)}:${path}` } }, "commit", "-qm", "stand-in");
    expect(program.calls()).toEqual(["hook pre-commit"]);

    const script = `${scratchDir("program")}/mversion.js`;
    writeExecutable(
      script,
      `#!/usr/bin/env node\nrequire("fs").writeFileSync(${JSON.stringify(repo.path("ran"))}, "");\n`,
    );
    await install(repo, script);
    repo.git("rm", "-q", "x.mv.yaml");
    repo.gitWith({ env: { PATH: path } }, "commit", "-qm", "node of the installation");
    expect(repo.exists("ran")).toBe(true);
    rmSync(repo.path("ran"));
    repo.git("config", "mversion.node", "/nowhere/node");
    repo.write("y.mv.yaml", "1\n");
    repo.git("add", "y.mv.yaml");
    expect(() => repo.gitWith({ env: { PATH: path } }, "commit", "-qm", "no node")).toThrow(/no Node\.js is on PATH/);
    chmodSync(script, 0o644);
    expect(() => repo.gitWith({ env: { PATH: path } }, "commit", "-qm", "no program")).toThrow(
      /git-mversion is not installed/,
    );
  });

  test("hooks after the fact are silent and exit 0", async () => {
    const { repo, bare } = await orphaned();
    repo.git("switch", "--quiet", "-c", "side");
    repo.git("commit", "--allow-empty", "--no-verify", "-qm", "x");
    repo.write("x.mv.yaml", "1\n");
    repo.git("add", ".");
    repo.git("commit", "--no-verify", "-qm", "pointer");
    const done = spawnSync("git", ["switch", "-q", "main"], {
      cwd: repo.dir,
      env: { ...process.env, ...bare },
      encoding: "utf8",
    });
    expect([done.status, done.stderr, done.stdout]).toEqual([0, "", ""]);
  });
});

test("Variables of an outer hook lead to the repository they name, and to no other", async () => {
  const outer = await guarded();
  const inner = await guarded();
  inner.write("x.mv.yaml", "1\n");
  inner.git("add", ".");
  program.calls();
  const env = { GIT_DIR: inner.path(".git"), GIT_WORK_TREE: inner.dir, GIT_INDEX_FILE: inner.path(".git/index") };
  outer.gitWith({ env }, "commit", "--quiet", "-m", "through the environment");
  expect(program.calls()).toEqual(["hook pre-commit"]);
  expect(inner.git("log", "-1", "--format=%s")).toBe("through the environment");
  expect(outer.git("log", "-1", "--format=%s")).toBe("start");
  const other = cloneRepo(inner);
  outer.gitWith(
    { env: { ...env, GIT_DIR: other.path(".git"), GIT_INDEX_FILE: other.path(".git/index") } },
    "tag",
    "v0",
  );
  expect(other.git("tag")).toBe("v0");
});
