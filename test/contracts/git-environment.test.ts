// The git program started inside a hook, its remotes, its config, and making a repository.
import { existsSync, mkdirSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { initRepository, openGit } from "../../src/git/git.ts";
import { pathWith, writeExecutable } from "../helpers/hooks.ts";
import { cloneRepo, createRepo, repoAt, scratchDir, withEnv } from "../helpers/git.ts";

describe("the environment of an outer hook", () => {
  test("GIT_INDEX_FILE is the index that is read and changed", async () => {
    const repo = createRepo();
    repo.commit("one", { "a.txt": "a" });
    const index = ".git/next-index-7.lock";
    repo.write("b.txt", "b");
    repo.gitWith({ env: { GIT_INDEX_FILE: index } }, "read-tree", "HEAD");
    repo.gitWith({ env: { GIT_INDEX_FILE: index } }, "add", "b.txt");
    mkdirSync(repo.path("sub"));
    await withEnv({ GIT_INDEX_FILE: index }, async () => {
      const git = await openGit(repo.path("sub"));
      expect((await git.status()).staged).toEqual(["b.txt"]);
      expect((await git.listFiles("")).map((file) => file.path)).toEqual(["a.txt", "b.txt"]);
      repo.write("c.txt", "c");
      await git.stage(["c.txt"]);
      expect((await git.status()).staged).toEqual(["b.txt", "c.txt"]);
    });
    expect(repo.git("diff", "--cached", "--name-only")).toBe("");
  });

  test("GIT_DIR of a linked working tree, and one relative to where we were started", async () => {
    const repo = createRepo();
    repo.commit("one", { "a.txt": "a" });
    repo.git("worktree", "add", "-q", "../linked");
    const linked = repoAt(repo.path("../linked"));
    await withEnv({ GIT_DIR: repo.path(".git/worktrees/linked") }, async () => {
      const git = await openGit(linked.dir);
      expect([git.root, git.gitDir]).toEqual([linked.dir, repo.path(".git/worktrees/linked")]);
      expect((await git.head()).branch).toBe("linked");
      linked.write("b.txt", "b");
      await git.stage(["b.txt"]);
      await git.commit({ message: "in the linked tree" });
    });
    expect(linked.git("log", "-1", "--format=%s")).toBe("in the linked tree");
    expect(repo.git("log", "-1", "--format=%s")).toBe("one");
  });

  test("git -c of the user and an editor reach Git and the hooks, as does our mark", async () => {
    const repo = createRepo();
    repo.hook("pre-commit", 'echo "$(git config x.y) $EDITOR $PAGER $MVERSION_NESTED $MINE"');
    const env = {
      GIT_CONFIG_COUNT: "1",
      GIT_CONFIG_KEY_0: "x.y",
      GIT_CONFIG_VALUE_0: "given",
      PAGER: "less",
      EDITOR: "vi",
    };
    await withEnv(env, async () => {
      const git = await openGit(repo.dir);
      expect(await git.config("x.y")).toBe("given");
      let said = "";
      git.onOutput = (text) => (said += text);
      await git.commit({ message: "x", allowEmpty: true, env: { MINE: "mine" } });
      expect(said.trim()).toBe("given vi less 1 mine");
    });
  });

  test("pathspec variables do not matter", async () => {
    const repo = createRepo();
    repo.commit("one", { "a.txt": "a" });
    await withEnv({ GIT_GLOB_PATHSPECS: "1", GIT_ICASE_PATHSPECS: "1" }, async () => {
      expect(await (await openGit(repo.dir)).trackedUnder(["A.TXT", "a.txt"])).toEqual(["a.txt"]);
    });
  });
});

test("identity is that of the next tag's tagger", async () => {
  const repo = createRepo();
  repo.git("config", "user.name", "Ben Ångström");
  repo.git("config", "user.email", "ben@example.org");
  const git = await openGit(repo.dir);
  const ofTag = (name: string): string => {
    repo.git("tag", "-a", name, "-m", name, repo.commit(name));
    return repo.git("for-each-ref", "--format=%(taggername) %(taggeremail)", `refs/tags/${name}`);
  };
  // The environment wins over config, as it does for the tag.
  expect(await git.identity()).toEqual({ name: "Ada", email: "ada@example.org" });
  expect(ofTag("one")).toBe("Ada <ada@example.org>");
  const before = { ...process.env };
  try {
    for (const part of ["NAME", "EMAIL"]) delete process.env[`GIT_COMMITTER_${part}`];
    expect(await git.identity()).toEqual({ name: "Ben Ångström", email: "ben@example.org" });
    expect(ofTag("two")).toBe("Ben Ångström <ben@example.org>");
    repo.git("config", "user.useConfigOnly", "true");
    repo.git("config", "--unset", "user.email");
    process.env["GIT_CONFIG_GLOBAL"] = "/dev/null";
    expect(await git.identity()).toBeNull();
  } finally {
    Object.assign(process.env, before);
  }
});

describe("remotes", () => {
  test("remoteTags asks for whole names", async () => {
    const origin = createRepo();
    origin.commit("one");
    for (const name of ["v1", "x/v1", "v2"]) origin.git("tag", "-a", name, "-m", name);
    origin.git("update-ref", "refs/tags/refs/tags/v1", "HEAD");
    const clone = cloneRepo(origin);
    const git = await openGit(clone.dir);
    expect(await git.remoteTags("origin", ["v1", "v3"])).toEqual([
      { name: "v1", oid: origin.git("rev-parse", "refs/tags/v1") },
    ]);
    expect((await git.remoteTags("origin", [])).map((tag) => tag.name)).toEqual(["refs/tags/v1", "v1", "v2", "x/v1"]);
    const many = Array.from({ length: 1500 }, (_, n) => `n${n}`);
    expect((await git.remoteTags("origin", [...many, "v2"])).map((tag) => tag.name)).toEqual(["v2"]);
  });

  test("one that cannot be reached says so, without the password", async () => {
    const repo = createRepo();
    repo.git("remote", "add", "origin", "http://ada:secret@127.0.0.1:1/x.git");
    const git = await openGit(repo.dir);
    const error = await git.remoteTags("origin", ["v1"]).catch((reason: unknown) => reason);
    expect(error).toMatchObject({ code: "unreachable" });
    expect(String(error)).not.toContain("secret");
    await expect(git.remoteTags("ext::sh -c 'touch x'", [])).rejects.toMatchObject({ code: "usage" });
    await expect(git.remoteTags("--upload-pack=x", [])).rejects.toMatchObject({ code: "usage" });
  });
});

describe("config and setting up", () => {
  test("setConfig replaces, removes without a trace and is seen at once", async () => {
    const repo = createRepo();
    const before = repo.read(".git/config");
    const git = await openGit(repo.dir);
    for (const [key, value] of [
      ["mversion.program", "/a b/node"],
      ["mversion.x", "-1"],
      ["core.hooksPath", ".husky"],
    ] as const) {
      expect(await git.config(key)).toBeNull();
      await git.setConfig(key, value);
      expect(await git.config(key)).toBe(value);
    }
    repo.git("config", "--add", "mversion.x", "2");
    await git.setConfig("mversion.x", "3");
    expect(await git.configAll("mversion.x")).toEqual(["3"]);
    for (const key of ["mversion.program", "mversion.x", "core.hooksPath", "mversion.never"])
      await git.setConfig(key, null);
    expect(repo.read(".git/config")).toBe(before);
  });

  test("initRepository makes one, whatever the environment says", async () => {
    const other = createRepo();
    const dir = scratchDir();
    await withEnv({ GIT_DIR: other.path(".git") }, () => initRepository(dir));
    expect(existsSync(`${dir}/.git/HEAD`)).toBe(true);
    expect(await (await openGit(dir)).head()).toEqual({ oid: null, branch: "main" });
    const [major] = await (await openGit(dir)).version();
    expect(major).toBeGreaterThanOrEqual(2);
  });

  test("a Git before 2.31, which repeats options that it does not know, is named", async () => {
    const repo = createRepo();
    const old = scratchDir("old-git");
    writeExecutable(
      join(old, "git"),
      '#!/bin/sh\n[ "$1" = version ] && echo "git version 2.30.2" || printf \'%s\\n\' --path-format=absolute false\n',
    );
    await withEnv({ PATH: pathWith(old) }, async () => {
      await expect(openGit(repo.dir)).rejects.toMatchObject({
        code: "git-needed",
        message: "git version 2.30.2 is too old: mversion needs Git 2.34 or newer",
      });
    });
  });

  test("without a git on PATH nothing can be made", async () => {
    await withEnv({ PATH: scratchDir() }, async () => {
      await expect(initRepository(scratchDir())).rejects.toMatchObject({ code: "git-needed" });
    });
  });
});
