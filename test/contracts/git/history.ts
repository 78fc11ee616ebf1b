// Part of the contract of every Git adapter: history.
import { describe, expect } from "vitest";
import { cloneRepo, createRepo } from "../../helpers/git.ts";
import { type Adapter, merged, ableTo } from "./adapter.ts";

export function historyQuestions(adapter: Adapter): void {
  const { open } = adapter;
  const can = ableTo(adapter);

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
}
