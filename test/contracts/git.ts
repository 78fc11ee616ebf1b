// What every Git adapter must answer. git-native.test.ts and git-embedded.test.ts run it; what an adapter cannot do it
// names in `needsGit`, and then it must say so with "git-needed".
import { mkdirSync, symlinkSync, writeFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import type { Git } from "../../src/git/git.ts";
import { type TestRepo, cloneRepo, createRepo, repoAt, scratchDir, testHome } from "../helpers/git.ts";

/** A method of Git, or one of these kinds of repository. */
export type Ability = keyof Git | "sha256" | "conflict stages" | "working tree config";

export interface Adapter {
  open(cwd: string): Promise<Git>;
  needsGit: readonly Ability[];
}

const ODD = "mit Leerzeichen/ü né\nzweite Zeile.txt";

export function gitContract(adapter: Adapter): void {
  const { open } = adapter;
  /** A test of one ability; where the adapter lacks it, a test that it is named as lacking and refused in words. */
  const can = (ability: Ability, title: string, body: () => Promise<void>): void => {
    test.skipIf(adapter.needsGit.includes(ability))(`${ability}: ${title}`, body);
  };

  describe("where the repository is", () => {
    can("root", "is found from a subfolder, through a symlink, with an odd name", async () => {
      const repo = createRepo({ name: "ein Name\nmit ü" });
      mkdirSync(repo.path("a/b"), { recursive: true });
      const link = `${scratchDir()}/link`;
      symlinkSync(repo.path("a"), link);
      for (const cwd of [repo.dir, repo.path("a/b"), link]) {
        const git = await open(cwd);
        expect(git).toMatchObject({
          root: repo.dir,
          gitDir: repo.path(".git"),
          commonDir: repo.path(".git"),
          bare: false,
        });
      }
    });

    can("root", "is none outside a repository, in a missing folder, in a broken one", async () => {
      await expect(open(scratchDir())).rejects.toMatchObject({ code: "no-repository" });
      await expect(open(`${scratchDir()}/missing`)).rejects.toMatchObject({ code: "no-repository" });
      const repo = createRepo();
      writeFileSync(repo.path(".git/config"), "[core\nbroken");
      await expect(open(repo.dir)).rejects.toMatchObject({ code: "no-repository" });
    });

    can("bare", "repositories answer questions", async () => {
      const repo = createRepo();
      const oid = repo.commit("one", { "a.txt": "a\n" });
      const bare = cloneRepo(repo, { flags: ["--bare"] });
      const git = await open(bare.dir);
      expect(git).toMatchObject({ bare: true, root: bare.dir, gitDir: bare.dir, commonDir: bare.dir });
      expect(await git.head()).toEqual({ oid, branch: "main" });
      expect(await git.readPaths([{ rev: oid, path: "a.txt" }])).toEqual([Buffer.from("a\n")]);
    });

    can("gitDir", "of a linked working tree is its own, refs are shared", async () => {
      const repo = createRepo();
      const oid = repo.commit("one", { "a.txt": "a\n" });
      repo.git("tag", "v1");
      repo.git("worktree", "add", "-q", "-b", "side", "../linked");
      const linked = repoAt(repo.path("../linked"));
      linked.write("b.txt", "b\n");
      linked.git("add", "b.txt");
      const git = await open(linked.dir);
      expect(git.root).toBe(linked.dir);
      expect(git.gitDir).toBe(repo.path(".git/worktrees/linked"));
      expect(git.commonDir).toBe(repo.path(".git"));
      expect(await git.head()).toEqual({ oid, branch: "side" });
      expect((await git.tags()).map((tag) => tag.name)).toEqual(["v1"]);
      expect((await git.listFiles("")).map((file) => file.path)).toEqual(["a.txt", "b.txt"]);
      expect(await git.hooksDir()).toBe(repo.path(".git/hooks"));
    });

    can("gitDir", "of a submodule lies in its superproject", async () => {
      const inner = createRepo();
      const oid = inner.commit("inner", { "model.yaml": "x: 1\n" });
      const repo = createRepo();
      repo.git("submodule", "--quiet", "add", inner.dir, "lib");
      repo.commit("outer");
      const git = await open(repo.path("lib"));
      expect(git.root).toBe(repo.path("lib"));
      expect(git.commonDir).toBe(repo.path(".git/modules/lib"));
      expect(await git.head()).toEqual({ oid, branch: "main" });
      const outer = await open(repo.dir);
      expect(await outer.listFiles(repo.head())).toContainEqual({ path: "lib", oid, mode: "160000" });
      expect(await outer.readPaths([{ rev: repo.head(), path: "lib" }])).toEqual([null]);
    });
  });

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

    can("resolveCommit", "knows Git's own notation where git is installed", async () => {
      const repo = createRepo();
      const one = repo.commit("one");
      repo.commit("two");
      const git = await open(repo.dir);
      for (const text of ["HEAD~", "HEAD~1", "HEAD^", "main@{1}", ":/one"]) {
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

  describe("objects and files", () => {
    can("readObjects", "gives bytes as they are, leaves out what is not here", async () => {
      const repo = createRepo();
      const bytes = Buffer.from([0, 10, 255, 254, 13, 10, 0]);
      repo.commit("one", { bin: bytes, empty: "", long: "x".repeat(300_000) });
      repo.git("tag", "-a", "v1", "-m", "words");
      const oids = ["HEAD:bin", "HEAD:empty", "HEAD:long", "v1", "HEAD"].map((name) => repo.git("rev-parse", name));
      const git = await open(repo.dir);
      const found = await git.readObjects([...oids, "1".repeat(40), "HEAD", "--all\n", ...oids]);
      expect(found.size).toBe(5);
      expect(found.get(oids[0] ?? "")).toEqual({ type: "blob", bytes });
      expect(found.get(oids[1] ?? "")?.bytes.length).toBe(0);
      expect(found.get(oids[2] ?? "")?.bytes.length).toBe(300_000);
      expect(found.get(oids[3] ?? "")).toMatchObject({ type: "tag" });
      expect(found.get(oids[3] ?? "")?.bytes.toString()).toBe(`${repo.git("cat-file", "tag", "v1")}\n`);
      expect(found.get(oids[4] ?? "")?.type).toBe("commit");
      expect(await git.readObjects([])).toEqual(new Map());
      expect(await git.sizes([...oids.slice(0, 3), "1".repeat(40), "HEAD"])).toEqual(
        new Map([7, 0, 300_000].map((size, index) => [oids[index], size])),
      );
    });

    can("readObjects", "does not follow replace refs", async () => {
      const repo = createRepo();
      repo.commit("one", { a: "real", b: "fake" });
      const [real = "", fake = ""] = repo.git("rev-parse", "HEAD:a", "HEAD:b").split("\n");
      repo.git("replace", real, fake);
      const git = await open(repo.dir);
      expect((await git.readObjects([real])).get(real)?.bytes.toString()).toBe("real");
      expect(await git.readPaths([{ rev: repo.head(), path: "a" }])).toEqual([Buffer.from("real")]);
    });

    can("readPaths", "reads commit, tree and index in the order asked", async () => {
      const repo = createRepo();
      const oid = repo.commit("one", { "a.txt": "one\n", "d/e.txt": "deep", [ODD]: "odd", "0:a.txt": "colon" });
      symlinkSync("a.txt", repo.path("link"));
      repo.commit("two", { "a.txt": "two\n" });
      repo.write("a.txt", "staged\n");
      repo.git("add", "a.txt");
      repo.write("a.txt", "not staged\n");
      const git = await open(repo.dir);
      const tree = repo.git("rev-parse", `${oid}^{tree}`);
      const specs: [string, string, string | null][] = [
        [oid, "a.txt", "one\n"],
        ["", "a.txt", "staged\n"],
        [repo.head(), "a.txt", "two\n"],
        [tree, "d/e.txt", "deep"],
        [oid, "d", null],
        ["", "d", null],
        [oid, "missing", null],
        ["", "missing.txt", null],
        ["1".repeat(40), "a.txt", null],
        ["", "0:a.txt", "colon"],
        ["", "link", "a.txt"],
      ];
      const odd: [string, string, string | null][] = [
        [oid, ODD, "odd"],
        ["", ODD, "odd"],
        [oid, "x\ny", null],
        [oid, "a.txt", "one\n"],
        [oid, "d\r", null],
      ];
      for (const group of [specs, [...odd, ...specs]]) {
        const bytes = await git.readPaths(group.map(([rev, path]) => ({ rev, path })));
        expect(bytes.map((file) => file?.toString() ?? null)).toEqual(group.map(([, , text]) => text));
      }
      expect(await git.readPaths([])).toEqual([]);
    });

    can("unmerged", "lists each path in conflict once", async () => {
      const repo = conflict();
      expect(await (await open(repo.dir)).unmerged()).toEqual(["f.txt"]);
      repo.git("add", "f.txt");
      expect(await (await open(repo.dir)).unmerged()).toEqual([]);
    });

    can("conflict stages", "are read as :1, :2 and :3", async () => {
      const repo = conflict();
      const git = await open(repo.dir);
      const read = await git.readPaths([":1", ":2", ":3", ""].map((rev) => ({ rev, path: "f.txt" })));
      expect(read.map((file) => file?.toString() ?? null)).toEqual(["0\n", "ours\n", "theirs\n", null]);
      expect((await git.listFiles("")).map((file) => file.path)).toEqual(["other.txt"]);
    });

    can("listFiles", "gives mode and oid, of all or by suffix", async () => {
      const repo = createRepo();
      repo.write("run.sh", "#!/bin/sh\n", { executable: true });
      symlinkSync("run.sh", repo.path("link"));
      const oid = repo.commit("one", { [ODD]: "odd", "m/a.mv.yaml": "1", "b.mv.yaml": "2", "b.mv.yaml.txt": "" });
      const git = await open(repo.dir);
      const names = ["b.mv.yaml", "b.mv.yaml.txt", "link", "m/a.mv.yaml", ODD, "run.sh"];
      const modes: Record<string, string> = { link: "120000", "run.sh": "100755" };
      const expected = names.map((path) => ({
        path,
        oid: repo.git("rev-parse", `HEAD:${path}`),
        mode: modes[path] ?? "100644",
      }));
      expect(await git.listFiles(oid)).toEqual(expected);
      expect(await git.listFiles("")).toEqual(expected);
      expect((await git.listFiles(oid, [".mv.yaml", ".sh"])).map((file) => file.path)).toEqual([
        "b.mv.yaml",
        "m/a.mv.yaml",
        "run.sh",
      ]);
      expect((await git.listFiles("", [".mv.yaml"])).map((file) => file.path)).toEqual(["b.mv.yaml", "m/a.mv.yaml"]);
    });

    can("trackedUnder", "takes names as they are, not as patterns", async () => {
      const repo = createRepo();
      repo.commit("one", { "a.txt": "", "d/e.txt": "", "d/f/g.txt": "", "[ab].txt": "", [ODD]: "" });
      const git = await open(repo.dir);
      expect(await git.trackedUnder(["d", "missing", "d/e.txt"])).toEqual(["d/e.txt", "d/f/g.txt"]);
      expect(await git.trackedUnder(["[ab].txt", "*.txt", ":(top)d"])).toEqual(["[ab].txt"]);
      expect(await git.trackedUnder([ODD])).toEqual([ODD]);
      expect(await git.trackedUnder([])).toEqual([]);
    });
  });

  describe("history", () => {
    can("commits", "lists children first, with their own parents, paths given or not", async () => {
      const { repo, base, left, right, merge, top } = merged();
      const git = await open(repo.dir);
      const all = await git.commits({ include: ["HEAD"] });
      expect(new Map(all.map((commit) => [commit.oid, commit.parents]))).toEqual(
        new Map([
          [top, [merge]],
          [merge, [left, right]],
          [left, [base]],
          [right, [base]],
          [base, []],
        ]),
      );
      expect(all[0]?.oid).toBe(top);
      expect(all.at(-1)?.oid).toBe(base);
      expect(await git.commits({ include: ["refs/heads/main"], firstParent: true, max: 2 })).toEqual([
        { oid: top, parents: [merge] },
        { oid: merge, parents: [left, right] },
      ]);
      const some = await git.commits({ include: [merge], exclude: [left] });
      expect(some).toEqual([
        { oid: merge, parents: [left, right] },
        { oid: right, parents: [base] },
      ]);
      const touching = await git.commits({ include: ["HEAD"], paths: ["l.txt"] });
      expect(touching).toEqual([
        { oid: merge, parents: [left, right] },
        { oid: left, parents: [base] },
      ]);
      expect(await git.commits({ include: ["HEAD"], paths: ["deep"] })).toEqual([
        { oid: top, parents: [merge] },
        { oid: base, parents: [] },
      ]);
      expect(await git.commits({ include: ["HEAD"], paths: ["*.txt", "nothing"] })).toEqual([]);
      expect(await git.commits({ include: [] })).toEqual([]);
      await expect(git.commits({ include: ["refs/heads/none"] })).rejects.toMatchObject({ code: "no-repository" });
      await expect(git.commits({ include: ["--all"] })).rejects.toMatchObject({ code: "internal" });
    });

    can("isAncestor", "and mergeBase", async () => {
      const { repo, base, left, right, merge } = merged();
      const stranger = repo.git("commit-tree", "-m", "stranger", `${base}^{tree}`);
      const git = await open(repo.dir);
      expect(await git.isAncestor(base, merge)).toBe(true);
      expect(await git.isAncestor(merge, merge)).toBe(true);
      expect(await git.isAncestor(merge, base)).toBe(false);
      expect(await git.isAncestor(left, right)).toBe(false);
      expect(await git.mergeBase(left, right)).toBe(base);
      expect(await git.mergeBase(left, stranger)).toBeNull();
    });

    can("isShallow", "and the boundary has no parents", async () => {
      const repo = createRepo();
      repo.commit("one");
      const two = repo.commit("two");
      const clone = cloneRepo(repo, { flags: ["--depth=1"] });
      expect(await (await open(repo.dir)).isShallow()).toBe(false);
      const git = await open(clone.dir);
      expect(await git.isShallow()).toBe(true);
      expect(await git.commits({ include: ["HEAD"] })).toEqual([{ oid: two, parents: [] }]);
    });
  });

  describe("config", () => {
    can("config", "has the last value, whatever the spelling of the key", async () => {
      const repo = createRepo({
        config: { "mversion.cache": "/a b", "remote.Team X.url": "x", "mversion.multi": "1" },
      });
      repo.git("config", "--add", "mversion.multi", "2\nlines");
      writeFileSync(repo.path(".git/config"), `${repo.read(".git/config")}[flag]\n\tset\n`);
      repo.git("config", "--global", "mversion.link", "copy");
      const git = await open(repo.dir);
      expect(await git.config("MVersion.Cache")).toBe("/a b");
      expect(await git.configAll("mversion.multi")).toEqual(["1", "2\nlines"]);
      expect(await git.config("mversion.link")).toBe("copy");
      expect(await git.config("flag.set")).toBe("true");
      expect(await git.config("mversion.none")).toBeNull();
      expect(await git.remotes()).toEqual(["Team X"]);
      repo.git("config", "--global", "--unset", "mversion.link");
    });

    can("hooksDir", "honours core.hooksPath", async () => {
      const repo = createRepo();
      expect(await (await open(repo.dir)).hooksDir()).toBe(repo.path(".git/hooks"));
      repo.git("config", "core.hooksPath", ".husky/_");
      mkdirSync(repo.path("sub"));
      expect(await (await open(repo.path("sub"))).hooksDir()).toBe(repo.path(".husky/_"));
      repo.git("config", "core.hooksPath", "~/hooks");
      expect(await (await open(repo.dir)).hooksDir()).toBe(`${testHome()}/hooks`);
    });

    can("working tree config", "is read", async () => {
      const repo = createRepo({ config: { "extensions.worktreeConfig": "true" } });
      repo.git("config", "--worktree", "mversion.jobs", "3");
      expect(await (await open(repo.dir)).config("mversion.jobs")).toBe("3");
    });
  });

  const changes: Record<string, (git: Git) => Promise<unknown>> = {
    status: (git) => git.status(),
    diffStat: (git) => git.diffStat("HEAD", null),
    remoteTags: (git) => git.remoteTags("origin", []),
    version: (git) => git.version(),
    stage: (git) => git.stage(["a"]),
    unstage: (git) => git.unstage(["a"]),
    commit: (git) => git.commit({ message: "x" }),
    createTags: (git) => git.createTags([{ name: "v1", target: "1".repeat(40), message: "x" }]),
    deleteTags: (git) => git.deleteTags([{ name: "v1", oid: "1".repeat(40) }]),
    switchTo: (git) => git.switchTo({ branch: "main" }),
    setConfig: (git) => git.setConfig("a.b", "c"),
  };
  const lacking = Object.keys(changes).filter((name) => adapter.needsGit.some((ability) => ability === name));
  test.skipIf(lacking.length === 0)("what needs git says so", async () => {
    const git = await open(createRepo().dir);
    for (const name of lacking) await expect(changes[name]?.(git), name).rejects.toMatchObject({ code: "git-needed" });
  });

  can("sha256", "repositories work alike", async () => {
    const repo = createRepo({ objectFormat: "sha256" });
    const oid = repo.commit("one", { "a.txt": "a\n" });
    repo.git("tag", "-a", "v1", "-m", "one");
    const git = await open(repo.dir);
    expect(oid).toHaveLength(64);
    expect(await git.head()).toEqual({ oid, branch: "main" });
    expect(await git.resolveCommit("v1")).toBe(oid);
    expect((await git.tags())[0]?.oid).toBe(repo.git("rev-parse", "v1"));
    expect(await git.readPaths([{ rev: oid, path: "a.txt" }])).toEqual([Buffer.from("a\n")]);
    expect(await git.commits({ include: ["HEAD"] })).toEqual([{ oid, parents: [] }]);
  });
}

/** A history with a merge: base - left, right - merge - top; top and base touch deep/. */
export function merged() {
  const repo = createRepo();
  const base = repo.commit("base", { "deep/x.txt": "0" });
  repo.git("switch", "-qc", "side");
  const right = repo.commit("right", { "r.txt": "r" });
  repo.git("switch", "-q", "main");
  const left = repo.commit("left", { "l.txt": "l" });
  repo.git("merge", "-q", "--no-ff", "-m", "merge", "side");
  const merge = repo.head();
  const top = repo.commit("top", { "deep/x.txt": "1" });
  return { repo, base, left, right, merge, top };
}

/** A merge stopped by a conflict in f.txt. */
export function conflict(): TestRepo {
  const repo = createRepo();
  repo.commit("base", { "f.txt": "0\n", "other.txt": "" });
  repo.git("switch", "-qc", "side");
  repo.commit("theirs", { "f.txt": "theirs\n" });
  repo.git("switch", "-q", "main");
  repo.commit("ours", { "f.txt": "ours\n" });
  repo.tryGit("merge", "-q", "side");
  return repo;
}
