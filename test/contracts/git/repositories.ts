// Part of the contract of every Git adapter: where the repository is.
import { mkdirSync, symlinkSync, writeFileSync } from "node:fs";
import { describe, expect } from "vitest";
import { cloneRepo, createRepo, repoAt, scratchDir } from "../../helpers/git.ts";
import { type Adapter, ableTo } from "./adapter.ts";

export function repositoryQuestions(adapter: Adapter): void {
  const { open } = adapter;
  const can = ableTo(adapter);

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
}
