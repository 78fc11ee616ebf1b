// Part of the contract of every Git adapter: heads, refs and revisions.
import { describe, expect } from "vitest";
import { cloneRepo, createRepo } from "../../helpers/git.ts";
import { type Adapter, ableTo, merged } from "./adapter.ts";

export function refQuestions(adapter: Adapter): void {
  const { open } = adapter;
  const can = ableTo(adapter);

  describe("heads, refs and revisions", () => {
    can("head", "before the first commit, on a branch, detached", async () => {
      const repo = createRepo();
      const git = await open(repo.dir);
      expect(await git.head()).toEqual({ oid: null, branch: "main" });
      expect(await git.tags()).toEqual([]);
      expect(await git.listFiles("")).toEqual([]);
      expect(await git.resolveCommit("HEAD")).toBeNull();
      const oid = repo.commit("one");
      repo.git("switch", "-qc", "feature/ü");
      expect(await git.head()).toEqual({ oid, branch: "feature/ü" });
      repo.git("switch", "-q", "--detach");
      expect(await git.head()).toEqual({ oid, branch: null });
    });

    can("resolveCommit", "peels tags, takes what users write, and is safe with the rest", async () => {
      const repo = createRepo();
      const one = repo.commit("one");
      repo.git("tag", "-a", "v1", "-m", "one");
      const two = repo.commit("two");
      const git = await open(repo.dir);
      expect(await git.resolveCommit("v1")).toBe(one);
      expect(await git.resolveCommit("refs/tags/v1")).toBe(one);
      expect(await git.resolveCommit("main")).toBe(two);
      expect(await git.resolveCommit(two)).toBe(two);
      expect(await git.resolveCommit(two.slice(0, 10))).toBe(two);
      const tree = repo.git("rev-parse", "HEAD^{tree}");
      const hostile = ["--all", "-h", "^main", "main..v1", "", "a\nb", "a\0b", "nothing", "HEAD:x", "0".repeat(40)];
      for (const text of [...hostile, tree]) expect(await git.resolveCommit(text), text).toBeNull();
    });

    can("resolveCommit", "walks to parents", async () => {
      const { repo, base, left, right, merge, top } = merged();
      repo.git("tag", "-a", "v1", "-m", "one", merge);
      const git = await open(repo.dir);
      const meant: [text: string, oid: string | null][] = [
        ["HEAD~", merge],
        ["HEAD^", merge],
        ["HEAD~1^2", right],
        ["HEAD^^2~1", base],
        ["v1^1", left],
        ["v1^{commit}", merge],
        ["refs/tags/v1^{}~2", base],
        [`${top.slice(0, 9)}~0^0`, top],
        ["v1^3", null],
        ["main~9", null],
        ["nothing~1", null],
      ];
      for (const [text, oid] of meant) expect(await git.resolveCommit(text), text).toBe(oid);
    });

    can("resolveCommit", "knows Git's own notation where git is installed", async () => {
      const repo = createRepo();
      const one = repo.commit("one");
      repo.commit("two");
      const git = await open(repo.dir);
      for (const text of ["main@{1}", ":/one"]) {
        const answer = git.resolveCommit(text);
        if (adapter.needsGit.includes("status")) await expect(answer).rejects.toMatchObject({ code: "git-needed" });
        else expect(await answer, text).toBe(one);
      }
    });

    can("readRef", "takes full names only and does not peel", async () => {
      const repo = createRepo();
      repo.commit("one");
      repo.git("tag", "-a", "v1", "-m", "one");
      repo.git("pack-refs", "--all");
      repo.git("tag", "-a", "churn@v1.0.0+gpu", "-m", "two");
      const git = await open(repo.dir);
      expect(await git.readRef("refs/tags/v1")).toBe(repo.git("rev-parse", "v1"));
      expect(await git.readRef("refs/tags/churn@v1.0.0+gpu")).toBe(repo.git("rev-parse", "churn@v1.0.0+gpu"));
      expect(await git.readRef("refs/heads/main")).toBe(repo.head());
      for (const name of ["v1", "tags/v1", "refs/tags/v2", "refs/tags", "--all", "HEAD", "refs/../config"]) {
        expect(await git.readRef(name), name).toBeNull();
      }
    });

    can("tags", "says type and size of loose, packed, annotated and light ones", async () => {
      const repo = createRepo();
      const oid = repo.commit("one", { f: "12345" });
      repo.git("tag", "-a", "v1", "-m", "one");
      repo.git("tag", "light");
      repo.git("pack-refs", "--all");
      repo.git("tag", "-a", "a/b@v2", "-m", "two");
      repo.git("tag", "blob", "HEAD:f");
      repo.git("update-ref", "refs/tags/-x", oid);
      const git = await open(repo.dir);
      const expected = ["-x", "a/b@v2", "blob", "light", "v1"].map((name) => ({
        name,
        oid: repo.git("rev-parse", "--verify", `refs/tags/${name}`),
        type: repo.git("cat-file", "-t", `refs/tags/${name}`),
        size: Number(repo.git("cat-file", "-s", `refs/tags/${name}`)),
      }));
      expect(await git.tags()).toEqual(expected);
    });

    can("containedInRemote", "goes by the last fetch", async () => {
      const origin = createRepo();
      const shared = origin.commit("one");
      const clone = cloneRepo(origin);
      const own = clone.commit("two");
      const git = await open(clone.dir);
      expect(await git.remotes()).toEqual(["origin"]);
      expect(await git.containedInRemote(shared)).toBe(true);
      expect(await git.containedInRemote(own)).toBe(false);
      expect(await (await open(origin.dir)).containedInRemote(shared)).toBe(false);
    });

    can("branchAt", "names a local branch before a remote's", async () => {
      const origin = createRepo();
      const one = origin.commit("one");
      origin.git("switch", "-qc", "feb/b");
      const two = origin.commit("two");
      const three = origin.commit("three");
      const clone = cloneRepo(origin);
      clone.git("branch", "-q", "mine", one);
      const git = await open(clone.dir);
      expect(await git.branchAt(one)).toBe("mine");
      expect(await git.branchAt(two)).toBeNull();
      expect(await git.branchAt(three)).toBe("feb/b");
      clone.git("switch", "-q", "mine");
      clone.git("branch", "-qD", "feb/b");
      clone.git("remote", "set-head", "origin", "--delete");
      expect(await git.branchAt(three)).toBe("origin/feb/b");
    });

    can("inProgress", "names what was begun", async () => {
      const repo = createRepo();
      repo.commit("base", { f: "0\n" });
      repo.git("switch", "-qc", "side");
      const side = repo.commit("side", { f: "1\n" });
      repo.commit("side 2", { g: "1\n" });
      repo.git("switch", "-q", "main");
      repo.commit("main", { f: "2\n" });
      const git = await open(repo.dir);
      expect(await git.inProgress()).toBeNull();
      const cases: [string, string[], string[]][] = [
        ["merge", ["merge", "-q", "side"], ["merge", "--abort"]],
        ["cherry-pick", ["cherry-pick", side], ["cherry-pick", "--abort"]],
        ["revert", ["revert", "--no-edit", side], ["revert", "--abort"]],
        ["rebase", ["rebase", "-q", "side"], ["rebase", "--abort"]],
        ["rebase", ["rebase", "-q", "--apply", "side"], ["rebase", "--abort"]],
        ["bisect", ["bisect", "start"], ["bisect", "reset"]],
      ];
      for (const [name, begin, abort] of cases) {
        repo.tryGit(...begin);
        expect(await git.inProgress(), begin.join(" ")).toBe(name);
        repo.git(...abort);
        expect(await git.inProgress(), abort.join(" ")).toBeNull();
      }
      repo.gitWith({ input: "" }, "format-patch", "-q", "-1", side);
      repo.tryGit("am", "0001-side.patch");
      expect(await git.inProgress()).toBe("am");
      repo.git("am", "--abort");
      repo.tryGit("cherry-pick", side, "side");
      repo.write("f", "3\n");
      repo.git("commit", "-qam", "resolved");
      expect(await git.inProgress(), "between two picks").toBe("cherry-pick");
    });
  });
}
