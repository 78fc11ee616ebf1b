// The git program: making, signing and deleting release tags.
import { execFileSync } from "node:child_process";
import { mkdirSync, readdirSync, writeFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import { openGit } from "../../src/git/git.ts";
import { type TestRepo, cloneRepo, createRepo, repoAt, scratchDir, testHome, withEnv } from "../helpers/git.ts";
import { isMissing } from "../helpers/programs.ts";

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

  test.skipIf(isMissing("ssh-keygen"))(
    "are signed by ssh where asked or configured; a failing signature leaves nothing",
    async () => {
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
    },
  );

  test.skipIf(isMissing("gpg"))("are signed by gpg", async () => {
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
