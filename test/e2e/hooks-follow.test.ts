// post-checkout, post-merge and post-rewrite: artifacts follow where pointers changed, and nothing is
// started elsewhere. Which hook fires when is Git's: each case is played on a real history.
import { readFileSync, rmSync } from "node:fs";
import { describe, expect, test } from "vitest";
import { cloneRepo, createRepo, repoAt, scratchDir, type TestRepo } from "../helpers/git.ts";
import { createRecorder, install } from "../helpers/hooks.ts";

const program = createRecorder();

/** main: pointer at 1, then two commits of text; side, from the first commit: pointer at 2. */
async function history(): Promise<TestRepo> {
  const repo = createRepo();
  repo.commit("one", { "m/x.mv.yaml": "1\n", "a.txt": "1\n", ".gitignore": "*.log\n" });
  repo.git("switch", "--quiet", "-c", "side");
  repo.commit("side", { "m/x.mv.yaml": "2\n" });
  repo.git("switch", "--quiet", "main");
  repo.commit("text", { "a.txt": "2\n" });
  repo.commit("more text", { "a.txt": "3\n" });
  await install(repo, program.path);
  program.answer(0);
  program.calls();
  return repo;
}

/** The calls of hooks after the fact, without oids. */
function followed(): string[] {
  return program
    .calls()
    .filter((call) => call.startsWith("hook post-"))
    .map((call) => call.replace(/[0-9a-f]{40}/g, "OID"));
}

describe("the program is called", () => {
  test("by a switch that changes a pointer, from a subfolder too", async () => {
    const repo = await history();
    repo.git("switch", "--quiet", "side");
    expect(followed()).toEqual(["hook post-checkout OID OID 1"]);
    repo.gitWith({ cwd: repo.path("m") }, "checkout", "--quiet", "main");
    expect(followed()).toEqual(["hook post-checkout OID OID 1"]);
  });

  test("by a merge, a fast-forward and a squash", async () => {
    const repo = await history();
    repo.git("merge", "--quiet", "--no-edit", "side");
    expect(followed()).toEqual(["hook post-merge 0"]);
    repo.git("reset", "--quiet", "--hard", "HEAD~1");
    repo.git("merge", "--squash", "side");
    expect(followed()).toEqual(["hook post-merge 1"]);
    repo.git("reset", "--quiet", "--hard", "HEAD~2");
    repo.git("merge", "--quiet", "--ff-only", "side");
    expect(followed()).toEqual(["hook post-merge 0"]);
  });

  test("once by a rebase, at its end, with the tips of before and after", async () => {
    const repo = await history();
    repo.git("switch", "--quiet", "-c", "topic", "main~2");
    for (const name of ["b", "c", "d"]) repo.commit(name, { [`${name}.txt`]: "1\n" });
    program.calls();
    repo.git("rebase", "--quiet", "side");
    expect(followed()).toEqual([expect.stringMatching(/^hook post-rewrite rebase <<< OID OID;OID OID;OID OID;$/)]);
    repo.git("rebase", "--quiet", "--apply", "main");
    expect(followed()).toEqual([]);
    repo.git("rebase", "--quiet", "--apply", "--onto", "main~2", "HEAD~3");
    expect(followed()).toEqual([expect.stringMatching(/^hook post-rewrite rebase <<< /)]);
  });

  test("by a rebase that only fast-forwards", async () => {
    const repo = await history();
    repo.git("switch", "--quiet", "-c", "behind", "side~1");
    program.calls();
    repo.git("rebase", "--quiet", "side");
    expect(followed()).toEqual(["hook post-checkout OID OID 1"]);
  });

  test("by a new working tree and in it", async () => {
    const repo = await history();
    const linked = `${scratchDir("linked")}/a tree`;
    repo.git("worktree", "add", "--quiet", "-b", "linked", linked, "main");
    expect(followed()).toEqual([
      "hook post-checkout 0000000000000000000000000000000000000000 OID 1".replace(/0{40}/, "OID"),
    ]);
    repoAt(linked).git("switch", "--quiet", "--detach", "side");
    expect(followed()).toEqual(["hook post-checkout OID OID 1"]);
  });

  test("by a pull, and what it says or how it ends never fails Git", async () => {
    const repo = await history();
    const clone = cloneRepo(repo);
    await install(clone, program.path);
    repo.commit("pointer", { "m/x.mv.yaml": "3\n" });
    program.calls();
    program.answer(1);
    clone.git("pull", "--quiet");
    expect(followed()).toEqual(["hook post-merge 0"]);
    expect(clone.tryGit("switch", "-q", "--detach", "HEAD~1").status).toBe(0);
    expect(followed()).toEqual(["hook post-checkout OID OID 1"]);
  });
});

describe("nothing is started", () => {
  test("where no pointer changed", async () => {
    const repo = await history();
    repo.git("switch", "--quiet", "-c", "new");
    repo.git("switch", "--quiet", "--detach", "HEAD~1");
    repo.git("switch", "--quiet", "main");
    repo.git("checkout", "--quiet", "side", "--", "m/x.mv.yaml");
    repo.git("checkout", "--quiet", "HEAD", "--", "m/x.mv.yaml");
    repo.commit("empty");
    repo.git("commit", "--quiet", "--amend", "--allow-empty", "-m", "amended");
    repo.git("merge", "--quiet", "--no-edit", "main~1");
    expect(followed()).toEqual([]);
  });

  test("within bisect, CI, a command of ours, or a commit that hides changes", async () => {
    const repo = await history();
    const back = (env: Record<string, string>): string[] => {
      repo.gitWith({ env }, "checkout", "--quiet", "side");
      repo.gitWith({ env }, "checkout", "--quiet", "main");
      return followed();
    };
    expect(back({ CI: "true" })).toEqual([]);
    expect(back({ CI: "1" })).toEqual([]);
    expect(back({ MVERSION_NESTED: "1" })).toEqual([]);
    expect(back({ GIT_INDEX_FILE: repo.path(".git/index") })).toEqual([]);
    expect(back({ CI: "false" })).toHaveLength(2);
    repo.git("bisect", "start", "main", "side~1");
    repo.git("checkout", "--quiet", "side");
    repo.git("bisect", "reset");
    expect(followed()).toEqual([]);
  });

  test("in the middle of a rebase", async () => {
    const repo = await history();
    repo.git("switch", "--quiet", "-c", "topic", "side");
    repo.commit("b", { "a.txt": "conflict\n" });
    repo.commit("c", { "c.txt": "1\n" });
    program.calls();
    expect(repo.tryGit("rebase", "main").status).not.toBe(0);
    expect(followed()).toEqual([]);
    // A reset in between takes ORIG_HEAD along; the rebase itself remembers where it began.
    repo.git("reset", "--quiet", "--hard", "main");
    expect(followed()).toEqual([]);
    repo.write("a.txt", "solved\n");
    repo.git("add", "a.txt");
    repo.git("commit", "--quiet", "-m", "b");
    repo.git("checkout", "--quiet", "side", "--", "m/x.mv.yaml");
    repo.git("commit", "--quiet", "-m", "pointer");
    expect(repo.git("rev-parse", "ORIG_HEAD^{tree}")).not.toBe(repo.git("rev-parse", "topic^{tree}"));
    program.calls();
    repo.git("rebase", "--continue");
    expect(followed()).toEqual([]);
    expect(repo.git("show", "HEAD:m/x.mv.yaml")).toBe("2");
  });
});

test("The hooks that were there before run as before, with their exit status", async () => {
  const repo = createRepo();
  const log = `${scratchDir("log")}/seen`;
  repo.commit("one", { "x.mv.yaml": "1\n" });
  repo.git("branch", "side");
  repo.commit("two", { "x.mv.yaml": "2\n" });
  for (const name of ["post-checkout", "post-merge"]) repo.hook(name, `echo ${name} "$@" >>'${log}'`);
  repo.hook("post-rewrite", `{ echo post-rewrite "$@"; cat; } >>'${log}'`);
  repo.hook("post-checkout", `echo post-checkout "$@" >>'${log}'; exit 3`);
  repo.hook(
    "reference-transaction",
    `{ echo "$1"; cat; } >>'${log}'; [ "$1" != prepared ] || ! grep -q forbidden '${log}'`,
  );
  await install(repo, program.path);
  const seen = (): string => {
    const text = readFileSync(log, "utf8");
    rmSync(log);
    return text.replace(/[0-9a-f]{40}/g, "OID");
  };
  program.calls();
  // What `switch` exits with where this hook fails is Git's choice: 1, whatever the hook's own status was.
  expect(repo.tryGit("switch", "-q", "side").status).toBe(1);
  expect(followed()).toEqual(["hook post-checkout OID OID 1"]);
  expect(seen()).toContain("post-checkout OID OID 1\n");
  repo.git("merge", "--quiet", "main");
  expect(seen()).toContain("post-merge 0\n");
  repo.git("commit", "--quiet", "--amend", "-m", "other words");
  expect(seen()).toContain("post-rewrite amend\nOID OID\n");
  repo.git("branch", "new");
  expect(seen()).toBe("prepared\nOID OID refs/heads/new\ncommitted\nOID OID refs/heads/new\n");
  expect(repo.tryGit("branch", "forbidden").stderr).toContain("ref updates aborted by hook");
  expect(seen()).toContain("refs/heads/forbidden");
});
