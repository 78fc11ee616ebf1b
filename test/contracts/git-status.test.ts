// The git program: status and differences, and that asking runs nothing of the repository's.
import { execFileSync } from "node:child_process";
import { chmodSync, mkdirSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import { openGit } from "../../src/git/git.ts";
import { createRepo, repoAt, withEnv } from "../helpers/git.ts";
import { conflict } from "./git/adapter.ts";

describe("status", () => {
  test("tells staged, unstaged, untracked and intended files apart", async () => {
    const repo = createRepo();
    repo.commit("one", {
      "a.txt": "a",
      "old name.txt": "same content that is long enough\n",
      "d/e.txt": "e",
      gone: "",
    });
    repo.write("a.txt", "changed");
    repo.git("mv", "old name.txt", "new\nname.txt");
    repo.write("d/e.txt", "staged");
    repo.git("add", "d/e.txt");
    repo.write("d/e.txt", "and more");
    repo.write("intent", "");
    repo.git("add", "--intent-to-add", "intent");
    repo.write("untracked ü.txt", "");
    repo.write("folder/x", "");
    repo.write(".gitignore", "ignored\n");
    repo.write("ignored", "");
    rmSync(repo.path("gone"));
    const git = await openGit(repo.dir);
    const status = await git.status();
    expect(status.staged.toSorted()).toEqual(["d/e.txt", "new\nname.txt", "old name.txt"]);
    expect(status.unstaged.toSorted()).toEqual(["a.txt", "d/e.txt", "gone", "intent"]);
    expect(status.untracked.toSorted()).toEqual([".gitignore", "folder/", "untracked ü.txt"]);
    expect(status.unmerged).toEqual([]);
  });

  test("names conflicts, works before the first commit and from a subfolder", async () => {
    expect(await (await openGit(conflict().dir)).status()).toMatchObject({
      unmerged: ["f.txt"],
      staged: [],
      unstaged: [],
    });
    const repo = createRepo({ config: { "status.showUntrackedFiles": "no", "status.relativePaths": "true" } });
    repo.write("sub/a.txt", "a");
    repo.git("add", "sub/a.txt");
    repo.write("b.txt", "b");
    const git = await openGit(repo.path("sub"));
    expect(await git.status()).toEqual({ staged: ["sub/a.txt"], unstaged: [], untracked: ["b.txt"], unmerged: [] });
  });

  test("a submodule with new commits is unstaged, one with stray files is not", async () => {
    const inner = createRepo();
    inner.commit("inner", { "a.txt": "a" });
    const repo = createRepo();
    repo.git("submodule", "--quiet", "add", inner.dir, "lib");
    repo.commit("outer");
    const git = await openGit(repo.dir);
    repo.write("lib/stray", "");
    expect((await git.status()).unstaged).toEqual([]);
    repoAt(repo.path("lib")).commit("more");
    expect((await git.status()).unstaged).toEqual(["lib"]);
  });

  test("does not write the index", async () => {
    const repo = createRepo();
    repo.commit("one", { "a.txt": "a" });
    repo.hook("post-index-change", "touch fired");
    execFileSync("touch", [repo.path("a.txt")]);
    await (await openGit(repo.dir)).status();
    expect(repo.exists("fired")).toBe(false);
  });
});

describe("nothing a repository's config names is run by a question", () => {
  test("fsmonitor, hooks, aliases, pager, external diff, textconv, ssh", async () => {
    const repo = createRepo();
    const one = repo.commit("one", { "a.txt": "a\n", ".gitattributes": "*.txt diff=evil\n" });
    const two = repo.commit("two", { "a.txt": "b\n" });
    const evil = repo.path("evil.sh");
    writeFileSync(evil, `#!/bin/sh\ntouch '${repo.path("pwned")}'\n`);
    chmodSync(evil, 0o755);
    mkdirSync(repo.path("evil-hooks"));
    for (const hook of ["post-index-change", "reference-transaction", "fsmonitor-watchman"]) {
      symlinkSync(evil, repo.path("evil-hooks", hook));
    }
    const keys = [
      "core.fsmonitor",
      "core.pager",
      "core.sshCommand",
      "core.editor",
      "diff.external",
      "diff.evil.command",
    ];
    for (const key of [...keys, "diff.evil.textconv", "gpg.program", "core.askPass"]) repo.git("config", key, evil);
    for (const name of ["status", "rev-parse", "cat-file"]) repo.git("config", `alias.${name}`, `!${evil}`);
    repo.git("config", "core.hooksPath", repo.path("evil-hooks"));
    repo.git("config", "log.showSignature", "true");
    rmSync(repo.path("pwned"), { force: true });
    const git = await openGit(repo.dir);
    repo.write("a.txt", "c\n");
    await git.status();
    await git.diffStat(one, two);
    await git.diffStat(one, null);
    await git.tags();
    await git.head();
    await git.listFiles("");
    await git.readPaths([{ rev: two, path: "a.txt" }]);
    await git.commits({ include: ["HEAD"], paths: ["a.txt"] });
    await git.config("core.fsmonitor");
    expect(repo.exists("pwned")).toBe(false);
  });

  test("a repository of another owner is refused with Git's words", async () => {
    const repo = createRepo();
    await withEnv({ GIT_TEST_ASSUME_DIFFERENT_OWNER: "1" }, async () => {
      await expect(openGit(repo.dir)).rejects.toMatchObject({
        code: "no-repository",
        message: expect.stringMatching(/dubious ownership|unsafe repository/),
      });
    });
  });
});
