import { existsSync } from "node:fs";
import { expect, test } from "vitest";
import { cloneRepo, createRepo, repoAt, testHome } from "../helpers/git.ts";

test("a repository has commits with dates in the order of the script", () => {
  const repo = createRepo({ name: "mit Leerzeichen ü\nneue Zeile" });
  const first = repo.commit("one", { "a/b.txt": "1\n" });
  const second = repo.commit("two", { "a/b.txt": "2\n" });
  expect(repo.git("log", "--format=%H %an")).toBe(`${second} Ada\n${first} Ada`);
  const [later, earlier] = repo.git("log", "--format=%ct").split("\n").map(Number);
  expect(later).toBeGreaterThan(earlier ?? Infinity);
  expect(repo.git("status", "--porcelain", "--branch")).toBe("## main");
  const clone = cloneRepo(repo, { flags: ["--depth=1"] });
  expect(clone.git("rev-list", "--count", "HEAD")).toBe("1");
});

test("hooks run, failures carry Git's words, config is ours alone", () => {
  const repo = createRepo();
  repo.hook("pre-commit", "echo no >&2; exit 1");
  expect(() => repo.commit("x", { a: "" })).toThrow(/exit 1\nno/);
  expect(repo.git("config", "--list", "--show-origin", "--name-only")).toContain(testHome());
  expect(repo.tryGit("config", "--list", "--system").stdout).toBe("");
  repo.git("commit", "-qnm", "x");
  repo.git("worktree", "add", "-q", "../linked");
  expect(repoAt(repo.path("../linked")).git("branch", "--show-current")).toBe("linked");
  expect(existsSync(repo.path("a"))).toBe(true);
});
