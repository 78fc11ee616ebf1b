// The git program: the common contract, then what only it can do.
import { execFileSync, spawn } from "node:child_process";
import { chmodSync, existsSync, mkdirSync, readdirSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { build } from "esbuild";
import { describe, expect, test } from "vitest";
import { initRepository, openGit } from "../../src/git/git.ts";
import { type TestRepo, cloneRepo, createRepo, repoAt, scratchDir, testEnv, testHome } from "../helpers/git.ts";
import { conflict, gitContract, merged } from "./git.ts";

gitContract({ open: openGit, needsGit: [] });

/** Runs `work` with variables set in this process, as a hook's environment would. */
async function withEnv(env: Record<string, string>, work: () => Promise<void>): Promise<void> {
  const before = testEnv();
  Object.assign(process.env, env);
  try {
    await work();
  } finally {
    for (const name of Object.keys(env)) delete process.env[name];
    Object.assign(process.env, before);
  }
}

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
    await expect(git.stage(["a.txt"])).rejects.toMatchObject({ code: "no-write", message: /index\.lock/ });
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

describe("tags", () => {
  const target = (repo: TestRepo) => repo.commit("one", { "a.txt": "a" });
  const raw = (repo: TestRepo, name: string) => repo.gitWith({ env: {} }, "cat-file", "tag", `refs/tags/${name}`);

  test("keep the message byte for byte; several are one transaction", async () => {
    const repo = createRepo({ config: { "core.logAllRefUpdates": "always" } });
    const oid = target(repo);
    const message = "churn 1.0.0\n\n#4711 retrained  \nobject 1234\n\n\n---\nmversion: 1\ncontent: ü\n\n";
    const git = await openGit(repo.dir);
    const made = await git.createTags([
      { name: "v1.0.0", target: oid, message },
      { name: "risk@v1.4.0", target: oid, message: "no newline at the end" },
      { name: "a/b@v1.0.0+gpu", target: oid, message: "x\n" },
    ]);
    expect(made.map((tag) => tag.name)).toEqual(["v1.0.0", "risk@v1.4.0", "a/b@v1.0.0+gpu"]);
    for (const tag of made) expect(await git.readRef(`refs/tags/${tag.name}`)).toBe(tag.oid);
    expect(repo.git("cat-file", "tag", "v1.0.0")).toMatch(
      `object ${oid}\ntype commit\ntag v1.0.0\ntagger Ada <ada@example.org> `,
    );
    expect(`${raw(repo, "v1.0.0")}\n`.split("\n\n").slice(1).join("\n\n")).toBe(message);
    expect(raw(repo, "risk@v1.4.0")).toMatch(/\n\nno newline at the end$/);
    expect(repo.read(".git/logs/refs/tags/v1.0.0")).toMatch(/\tmversion: release\n$/);
    expect(repo.git("fsck", "--strict")).toBe("");
    expect(readdirSync(repo.path(".git/mversion"))).toEqual([]);
    expect(await git.createTags([])).toEqual([]);
  });

  test("a taken name, or a hook that refuses one, leaves none", async () => {
    const repo = createRepo();
    const oid = target(repo);
    repo.git("tag", "v1.0.0");
    const git = await openGit(repo.dir);
    const two = ["v0.9.0", "v1.0.0"].map((name) => ({ name, target: oid, message: "x" }));
    await expect(git.createTags(two)).rejects.toMatchObject({ code: "version-exists", details: { tags: ["v1.0.0"] } });
    repo.git("tag", "-d", "v1.0.0");
    repo.hook(
      "reference-transaction",
      '[ "$1" = prepared ] || exit 0\ngrep -q v1.0.0 && { echo no such release >&2; exit 1; }\nexit 0',
    );
    await expect(git.createTags(two)).rejects.toMatchObject({ code: "commit-failed", message: /no such release|hook/ });
    expect(await git.tags()).toEqual([]);
    await expect(git.createTags([{ name: "a..b", target: oid, message: "x" }])).rejects.toMatchObject({
      code: "commit-failed",
    });
    await expect(git.createTags([{ name: "v2", target: "1".repeat(40), message: "x" }])).rejects.toMatchObject({
      code: "commit-failed",
    });
    expect(await git.tags()).toEqual([]);
  });

  test("one of two that make the same tag at once loses with version-exists", async () => {
    const repo = createRepo();
    const oid = target(repo);
    const git = await openGit(repo.dir);
    const attempts = Array.from({ length: 4 }, (_, n) =>
      git.createTags([{ name: "v1.0.0", target: oid, message: `${n}` }]),
    );
    const results = await Promise.allSettled(attempts);
    expect(results.filter((result) => result.status === "fulfilled")).toHaveLength(1);
    for (const result of results) {
      if (result.status === "rejected") expect(result.reason).toMatchObject({ code: "version-exists" });
    }
  });

  test("are signed by ssh where asked or configured; a failing signature leaves nothing", async () => {
    const repo = createRepo({ config: { "gpg.format": "ssh" } });
    const oid = target(repo);
    const keys = scratchDir("keys");
    execFileSync("ssh-keygen", ["-q", "-t", "ed25519", "-N", "", "-C", "ada", "-f", `${keys}/id`]);
    writeFileSync(
      `${keys}/allowed`,
      `ada@example.org ${execFileSync("cat", [`${keys}/id.pub`], { encoding: "utf8" })}`,
    );
    repo.git("config", "user.signingKey", `${keys}/id`);
    repo.git("config", "gpg.ssh.allowedSignersFile", `${keys}/allowed`);
    const git = await openGit(repo.dir);
    await git.createTags([{ name: "v1", target: oid, message: "asked" }], { sign: true });
    repo.git("verify-tag", "v1");
    await git.createTags([{ name: "v2", target: oid, message: "not asked" }]);
    expect(raw(repo, "v2")).not.toContain("SIGNATURE");
    repo.git("config", "tag.gpgSign", "true");
    const signing = await openGit(repo.dir);
    await signing.createTags([{ name: "v3", target: oid, message: "configured" }]);
    repo.git("verify-tag", "v3");
    await signing.createTags([{ name: "v4", target: oid, message: "refused" }], { sign: false });
    expect(raw(repo, "v4")).not.toContain("SIGNATURE");
    repo.git("config", "user.signingKey", `${keys}/none`);
    const two = ["v5", "v6"].map((name) => ({ name, target: oid, message: "x" }));
    await expect(signing.createTags(two)).rejects.toMatchObject({ code: "commit-failed", message: /key/ });
    expect((await git.tags()).map((tag) => tag.name)).toEqual(["v1", "v2", "v3", "v4"]);
    expect(readdirSync(repo.path(".git/mversion"))).toEqual([]);
  });

  test("are signed by gpg", async () => {
    const repo = createRepo({ config: { "gpg.format": "openpgp", "user.signingKey": "ada@example.org" } });
    const oid = target(repo);
    const gnupg = `${testHome()}/.gnupg`;
    mkdirSync(gnupg, { mode: 0o700 });
    const key = ["--batch", "--quiet", "--passphrase", "", "--quick-generate-key", "Ada <ada@example.org>", "ed25519"];
    try {
      execFileSync("gpg", key, { stdio: "ignore" });
      const git = await openGit(repo.dir);
      await git.createTags([{ name: "v1", target: oid, message: "text\n---\nmversion: 1" }], { sign: true });
      repo.git("verify-tag", "v1");
      expect(raw(repo, "v1")).toMatch(/\nmversion: 1\n-----BEGIN PGP SIGNATURE-----\n/);
    } finally {
      execFileSync("gpgconf", ["--kill", "all"]);
    }
  });

  test("are made in linked working trees, submodules, SHA-256 and bare repositories", async () => {
    const repo = createRepo({ name: 'a "quoted" name' });
    const oid = target(repo);
    repo.git("worktree", "add", "-q", "../linked");
    const outer = createRepo();
    outer.git("submodule", "--quiet", "add", repo.dir, "lib");
    const sha256 = createRepo({ objectFormat: "sha256" });
    const bare = cloneRepo(repo, { flags: ["--bare"] });
    const places: [TestRepo, string][] = [
      [repoAt(repo.path("../linked")), oid],
      [repoAt(outer.path("lib")), oid],
      [sha256, target(sha256)],
      [bare, oid],
    ];
    for (const [place, commit] of places) {
      const git = await openGit(place.dir);
      const [tag] = await git.createTags([{ name: "v7", target: commit, message: "x" }]);
      expect(place.git("rev-parse", "v7", "v7^{commit}")).toBe(`${tag?.oid}\n${commit}`);
    }
  });

  test("the user's identity by folder (includeIf) is used", async () => {
    const repo = createRepo();
    const oid = target(repo);
    writeFileSync(`${repo.path("..")}/work.config`, "[user]\n\tname = Worker\n");
    repo.git("config", "--global", `includeIf.gitdir:${repo.dir}/.path`, `${repo.path("..")}/work.config`);
    await withEnv({ GIT_COMMITTER_NAME: "" }, async () => {
      delete process.env["GIT_COMMITTER_NAME"];
      await (await openGit(repo.dir)).createTags([{ name: "v1", target: oid, message: "x" }]);
    });
    repo.git("config", "--global", "--remove-section", `includeIf.gitdir:${repo.dir}/`);
    expect(raw(repo, "v1")).toContain("tagger Worker ");
  });

  test("are deleted if they still are what was seen, all or none, with an environment for the hooks", async () => {
    const repo = createRepo();
    const oid = target(repo);
    const git = await openGit(repo.dir);
    const made = await git.createTags(["v1", "v2"].map((name) => ({ name, target: oid, message: name })));
    repo.hook("reference-transaction", '[ "$UNLOCK" = yes ] || exit 1');
    await expect(git.deleteTags(made)).rejects.toMatchObject({ code: "release-final" });
    const wrong = made.map((tag, index) => (index === 0 ? tag : { ...tag, oid }));
    await expect(git.deleteTags(wrong, { UNLOCK: "yes" })).rejects.toMatchObject({ code: "release-final" });
    expect((await git.tags()).map((tag) => tag.name)).toEqual(["v1", "v2"]);
    await git.deleteTags(made, { UNLOCK: "yes" });
    expect(await git.tags()).toEqual([]);
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

describe("diffStat", () => {
  test("counts lines, without files of given ends, from a subfolder, with renames", async () => {
    const repo = createRepo({ config: { "diff.noprefix": "true", "diff.relative": "true", "color.ui": "always" } });
    const text = Array.from({ length: 30 }, (_, n) => `line ${n}\n`).join("");
    const one = repo.commit("one", { "sub/train.py": "a\nb\n", "old.py": text, "m.mv.yaml": "1\n", "x[1].txt": "" });
    repo.git("mv", "old.py", "mit Leer.py");
    const two = repo.commit("two", {
      "sub/train.py": "a\nc\nd\n",
      "sub/deep/n.mv.yaml": "1\n",
      "m.mv.yaml": "2\n",
      ".mversion.yaml": "1\n",
      "b.bin": Buffer.from([0, 1, 2]),
      "x[1].txt": "1\n",
    });
    const git = await openGit(repo.path("sub"));
    const deltas = await git.diffStat(one, two, [".mv.yaml", ".mversion.yaml", "[1].txt"]);
    expect(deltas.toSorted((a, b) => (a.path < b.path ? -1 : 1))).toEqual([
      { path: "b.bin", added: null, removed: null },
      { path: "mit Leer.py", added: 0, removed: 0, from: "old.py" },
      { path: "sub/train.py", added: 2, removed: 1 },
    ]);
    repo.write("sub/train.py", "a\n");
    expect(await git.diffStat(two, null)).toEqual([{ path: "sub/train.py", added: 0, removed: 2 }]);
    expect(await git.diffStat(two, two)).toEqual([]);
  });
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

  test("without a git on PATH nothing can be made", async () => {
    await withEnv({ PATH: scratchDir() }, async () => {
      await expect(initRepository(scratchDir())).rejects.toMatchObject({ code: "git-needed" });
    });
  });
});

describe("amending", () => {
  test("is told by a real pre-commit hook, however the amend is spelt", async () => {
    const hook = `${scratchDir("hook")}/amending.mjs`;
    await build({
      stdin: {
        contents: 'import { amending } from "./src/git/amend.ts"; console.log("amending", await amending());',
        resolveDir: process.cwd(),
      },
      bundle: true,
      platform: "node",
      format: "esm",
      outfile: hook,
    });
    const repo = createRepo({ config: { "alias.fix": "commit --amend", "alias.sham": "!git commit --amend" } });
    repo.commit("one");
    repo.commit("two", { "a.txt": "2" });
    repo.hook("pre-commit", `sh -c '"${process.execPath}" "${hook}"'`);
    repo.hook("pre-merge-commit", `exec "${process.execPath}" "${hook}"`);
    const says = (...args: string[]) => /amending (true|false)/.exec(repo.tryGit(...args).stderr)?.[1] ?? "no hook";
    const empty = ["--allow-empty", "-q"];
    expect(says("commit", ...empty, "-m", "three")).toBe("false");
    expect(says("commit", ...empty, "-m", "--amend")).toBe("false");
    expect(says("commit", ...empty, "--amend", "--no-edit")).toBe("true");
    expect(says("commit", ...empty, "-m", "text", "--am")).toBe("true");
    expect(says("fix", ...empty, "-m", "text")).toBe("true");
    expect(says("sham", ...empty, "-m", "text")).toBe("true");
    repo.commit("four", { "b.txt": "4" });
    expect(says("-c", "sequence.editor=sed -i 1s/pick/reword/", "rebase", "-qi", "HEAD~1")).toBe("true");
    repo.git("switch", "-qc", "side", "HEAD~1");
    repo.git("commit", "-qn", "--allow-empty", "-m", "side");
    expect(says("merge", "-q", "--no-ff", "-m", "merge", "main")).toBe("false");
    const program = spawn(process.execPath, [
      "-e",
      `require("child_process").spawnSync("git", ["commit", "--amend", "--no-edit"], {stdio: "inherit", cwd: ${JSON.stringify(repo.dir)}})`,
    ]);
    let said = "";
    program.stderr.on("data", (chunk: Buffer) => (said += String(chunk)));
    await new Promise((done) => program.on("close", done));
    expect(said).toContain("amending true");
  });
});

test("a history with a merge is what the tests think it is", () => {
  const { repo, merge, left, right } = merged();
  expect(repo.git("rev-parse", `${merge}^1`, `${merge}^2`)).toBe(`${left}\n${right}`);
});
