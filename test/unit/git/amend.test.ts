import { expect, test } from "vitest";
import { type Process, judgeAncestors } from "../../../src/git/amend.ts";

/** Judges a chain of processes, the nearest first; numbered from 2, as 1 is where the walk ends. */
function judge(chain: Process["args"][], sameAuthor = false): Promise<boolean> {
  const look = async (pid: number): Promise<Process | null> => {
    const args = chain[pid - 2];
    return args === undefined ? null : { parent: pid + 1, args };
  };
  return judgeAncestors(2, look, async () => sameAuthor);
}

const sh = ["/bin/sh", ".git/hooks/pre-commit"];

test.each([
  [["git", "commit", "--amend"]],
  [["/usr/lib/git-core/git", "commit", "-m", "x", "--ame"]],
  [["git-commit", "--amend", "--no-edit"]],
  [["C:\\Program Files\\Git\\bin\\git.exe", "commit", "--am"]],
  [["git", "-c", "user.name=x", "-C", "/commit", "--no-pager", "commit", "-am", "text", "--amend"]],
  [["git", "commit", "--no-amend", "--amend"]],
])("%j amends", async (args) => {
  expect(await judge([sh, args])).toBe(true);
});

test.each([
  [["git", "commit"]],
  [["git", "commit", "-m", "--amend"]],
  [["git", "commit", "-am", "--amend"]],
  [["git", "commit", "--message", "--amend"]],
  [["git", "commit", "--message=--amend"]],
  [["git", "commit", "-F", "--amend"]],
  [["git", "commit", "-m", "x", "--", "--amend"]],
  [["git", "commit", "--amend", "--no-amend"]],
  [["git", "commit", "--all", "--author", "--amend"]],
  [["git", "merge", "--amend"]],
  [["git", "--git-dir", "commit", "merge", "--amend"]],
  [["digit", "commit", "--amend"]],
])("%j does not", async (args) => {
  expect(await judge([sh, args])).toBe(false);
});

test("the git nearest to the hook decides", async () => {
  const amend = ["git", "commit", "--amend"];
  expect(await judge([sh, ["sh", "-c", "husky"], ["git", "mversion", "hook"], ["git-mversion"], amend])).toBe(true);
  expect(await judge([sh, ["git", "merge", "x"], sh, amend])).toBe(false);
  expect(await judge([sh, ["git", "commit", "-m", "x"], sh, amend])).toBe(false);
  expect(await judge([sh, amend, ["git", "rebase", "-i"]])).toBe(true);
  expect(await judge([sh, ["node", "deploy.js"]])).toBe(false);
  expect(await judge([])).toBe(false);
  expect(await judge([...Array.from({ length: 40 }, () => sh), amend])).toBe(false);
});

test("joined arguments are believed before a message, and behind it with a second sign", async () => {
  expect(await judge(["/bin/sh hook", "git commit --amend -m what --no-amend does"])).toBe(true);
  expect(await judge(["/bin/sh hook", "git commit -q --am"])).toBe(true);
  expect(await judge(["/bin/sh hook", "git commit -m fix --amend"], true)).toBe(true);
  expect(await judge(["/bin/sh hook", "git commit -m explain --amend to all"], false)).toBe(false);
  expect(await judge(["/bin/sh hook", "git commit -m fix"], true)).toBe(false);
});
