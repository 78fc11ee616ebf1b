// Part of the contract of every Git adapter: config.
import { mkdirSync, writeFileSync } from "node:fs";
import { describe, expect } from "vitest";
import { createRepo, testHome } from "../../helpers/git.ts";
import { type Adapter, ableTo } from "./adapter.ts";

export function configQuestions(adapter: Adapter): void {
  const { open } = adapter;
  const can = ableTo(adapter);

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
}
