// What every Git adapter must answer. git-native.test.ts and git-embedded.test.ts run it.
import { expect, test } from "vitest";
import type { Git } from "../../src/git/git.ts";
import { createRepo } from "../helpers/git.ts";
import { type Adapter, ableTo } from "./git/adapter.ts";
import { configQuestions } from "./git/config.ts";
import { diffStatQuestions } from "./git/diff-stat.ts";
import { historyQuestions } from "./git/history.ts";
import { objectQuestions } from "./git/objects.ts";
import { refQuestions } from "./git/refs.ts";
import { repositoryQuestions } from "./git/repositories.ts";

export function gitContract(adapter: Adapter): void {
  const { open } = adapter;
  const can = ableTo(adapter);

  repositoryQuestions(adapter);
  refQuestions(adapter);
  objectQuestions(adapter);
  historyQuestions(adapter);
  configQuestions(adapter);
  diffStatQuestions(adapter);

  const changes: Record<string, (git: Git) => Promise<unknown>> = {
    status: (git) => git.status(),
    diffStat: (git) => git.diffStat("HEAD", null),
    remoteTags: (git) => git.remoteTags("origin", []),
    identity: (git) => git.identity(),
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
