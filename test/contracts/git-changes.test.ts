// The git program: staging, committing and switching.
import { rmSync } from "node:fs";
import { describe, expect, test } from "vitest";
import { openGit } from "../../src/git/git.ts";
import { createRepo } from "../helpers/git.ts";
import { conflict } from "./git/adapter.ts";

describe("stage and unstage", () => {
  test("ignored files, odd names, patterns taken as names, files that are gone", async () => {
    const repo = createRepo();
    repo.commit("one", { ".gitignore": "*.bin\n", "gone.txt": "", "a.txt": "a" });
    const names = ["x.bin", "mit Leer\nzeile.txt", "*.txt", ":(top)y", "-z"];
    for (const name of names) repo.write(name, "new");
    rmSync(repo.path("gone.txt"));
    repo.write("a.txt", "changed");
    const git = await openGit(repo.dir);
    await git.stage([...names, "gone.txt", "never-there.txt"]);
    const status = await git.status();
    expect(status.staged.toSorted()).toEqual([...names, "gone.txt"].toSorted());
    expect(status.unstaged).toEqual(["a.txt"]);
    await git.unstage(["gone.txt", "*.txt", "never-there.txt"]);
    expect((await git.status()).staged.toSorted()).toEqual(names.filter((name) => name !== "*.txt").toSorted());
    await git.stage([]);
    await git.unstage([]);
  });

  test("settles a conflict, and works before the first commit", async () => {
    const repo = conflict();
    const git = await openGit(repo.dir);
    repo.write("f.txt", "settled\n");
    await git.stage(["f.txt"]);
    expect(await git.unmerged()).toEqual([]);
    const fresh = createRepo();
    fresh.write("a.txt", "a");
    const other = await openGit(fresh.dir);
    await other.stage(["a.txt"]);
    expect((await other.status()).staged).toEqual(["a.txt"]);
    await other.unstage(["a.txt"]);
    expect(await other.status()).toMatchObject({ staged: [], untracked: ["a.txt"] });
  });

  test("a locked index is said so", async () => {
    const repo = createRepo();
    repo.write("a.txt", "a");
    repo.write(".git/index.lock", "");
    const git = await openGit(repo.dir);
    await expect(git.stage(["a.txt"])).rejects.toMatchObject({ code: "locked", message: /index\.lock/ });
  });
});

describe("commit", () => {
  test("takes the index, keeps every line of the message, runs hooks and streams what they say", async () => {
    const repo = createRepo({ config: { "commit.cleanup": "strip", "commit.template": "nothing" } });
    repo.commit("one", { "a.txt": "a", "b.txt": "b" });
    repo.hook("pre-commit", "echo out; echo err >&2; git --version >/dev/null");
    repo.hook("commit-msg", 'echo "subject: $(head -1 "$1")"');
    repo.write("a.txt", "staged");
    repo.git("add", "a.txt");
    repo.write("b.txt", "not staged");
    const git = await openGit(repo.dir);
    let said = "";
    git.onOutput = (text) => (said += text);
    const message = "Release churn 1.0.0\n\n#4711 retrained ü\n---\nobject 1234\n";
    const oid = await git.commit({ message });
    expect(oid).toBe(repo.head());
    expect(repo.git("log", "-1", "--format=%B")).toBe(message);
    expect(repo.git("show", "--name-only", "--format=", oid)).toBe("a.txt");
    expect(said).toBe("out\nerr\nsubject: Release churn 1.0.0\n");
    const all = await git.commit({ message: "all", all: true });
    expect(repo.git("show", "--name-only", "--format=", all)).toBe("b.txt");
  });

  test("a refusal has the hook's words and leaves all as it was", async () => {
    const repo = createRepo();
    repo.commit("one");
    const before = repo.head();
    repo.write("a.txt", "a");
    repo.git("add", "a.txt");
    const git = await openGit(repo.dir);
    const refused = (message: RegExp | string) =>
      expect(git.commit({ message: "x" })).rejects.toMatchObject({ code: "commit-failed", message });
    repo.hook("pre-commit", "echo not today; exit 1");
    await refused(/not today/);
    repo.hook("pre-commit", "exit 1");
    await refused(/without a word/);
    repo.hook("pre-commit", "exit 0");
    repo.git("config", "commit.gpgSign", "true");
    repo.git("config", "gpg.program", "false");
    await refused(/gpg/);
    repo.git("config", "commit.gpgSign", "false");
    expect(repo.head()).toBe(before);
    expect((await git.status()).staged).toEqual(["a.txt"]);
    await git.commit({ message: "x" });
    await expect(git.commit({ message: "nothing" })).rejects.toMatchObject({
      code: "commit-failed",
      message: /nothing to commit/,
    });
    await expect(git.commit({ message: " \n" })).rejects.toMatchObject({ code: "commit-failed" });
    await git.commit({ message: "empty", allowEmpty: true });
  });

  test("does not wait for what a hook leaves in the background, nor bind hooks by options of ours", async () => {
    const repo = createRepo();
    repo.hook(
      "pre-commit",
      "sleep 30 &\ngit ls-files --error-unmatch '*.txt'\ngit commit-graph write --reach >/dev/null",
    );
    repo.write("a.txt", "a");
    repo.git("add", "a.txt");
    const git = await openGit(repo.dir);
    const begun = Date.now();
    await git.commit({ message: "x" });
    expect(Date.now() - begun).toBeLessThan(20_000);
  });
});

describe("switchTo", () => {
  test("a branch, a commit, a new branch; names that are tags too", async () => {
    const repo = createRepo();
    const one = repo.commit("one", { "a.txt": "1" });
    const two = repo.commit("two", { "a.txt": "2" });
    repo.git("branch", "side", one);
    repo.git("tag", "side", two);
    const git = await openGit(repo.dir);
    await git.switchTo({ branch: "side" });
    expect(await git.head()).toEqual({ oid: one, branch: "side" });
    expect(repo.read("a.txt")).toBe("1");
    await git.switchTo({ commit: two });
    expect(await git.head()).toEqual({ oid: two, branch: null });
    await git.switchTo({ newBranch: "feature/x", commit: one });
    expect(await git.head()).toEqual({ oid: one, branch: "feature/x" });
    await git.switchTo({ newBranch: "here" });
    expect(await git.head()).toEqual({ oid: one, branch: "here" });
    await expect(git.switchTo({ branch: "none" })).rejects.toMatchObject({ code: "nothing-found" });
    await expect(git.switchTo({ branch: "-f" })).rejects.toMatchObject({ code: "usage" });
    await expect(git.switchTo({ newBranch: "main" })).rejects.toMatchObject({ code: "exists" });
  });

  test("never goes over changes or ignored files; a failing post-checkout does not undo it", async () => {
    const repo = createRepo();
    const one = repo.commit("one", { "model.onnx": "tracked then" });
    repo.git("rm", "-q", "--cached", "model.onnx");
    const two = repo.commit("two", { ".gitignore": "model.onnx\n", "a.txt": "2" });
    repo.write("model.onnx", "bytes of today");
    const git = await openGit(repo.dir);
    await expect(git.switchTo({ commit: one })).rejects.toMatchObject({ code: "would-lose", message: /model\.onnx/ });
    expect(repo.read("model.onnx")).toBe("bytes of today");
    rmSync(repo.path("model.onnx"));
    repo.write("a.txt", "changed");
    await expect(git.switchTo({ commit: one })).rejects.toMatchObject({ code: "would-lose", message: /a\.txt/ });
    repo.git("restore", "a.txt");
    repo.hook("post-checkout", "echo nested $MVERSION_NESTED; exit 3");
    let said = "";
    git.onOutput = (text) => (said += text);
    await git.switchTo({ commit: one });
    expect(await git.head()).toEqual({ oid: one, branch: null });
    expect(said).toContain("nested 1");
    expect(two).not.toBe(one);
  });
});
