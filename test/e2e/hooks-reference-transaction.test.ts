// Rule 2 at the ref: a release tag is neither moved nor deleted by any command of Git, and nothing else is in anyone's way.
import { existsSync } from "node:fs";
import { beforeAll, describe, expect, test } from "vitest";
import { cloneRepo, createRepo, repoAt, scratchDir, type TestRepo } from "../helpers/git.ts";
import { createRecorder, install } from "../helpers/hooks.ts";

const program = createRecorder();
const REFUSAL = /mversion: refused: v1\.0\.0 is a release and final/;

function release(repo: TestRepo, name: string, reason = "Why"): void {
  const message = `churn\n\n${reason}\n\n---\nmversion: 1\nmodel: churn\nversion: 1.0.0\n`;
  repo.gitWith({ input: message }, "tag", "--annotate", "--cleanup=verbatim", "--file=-", name);
}

async function guarded(options: Parameters<typeof createRepo>[0] = {}): Promise<TestRepo> {
  const repo = createRepo(options);
  repo.commit("one", { "a.txt": "1\n" });
  release(repo, "v1.0.0");
  repo.git("tag", "light");
  repo.git("tag", "-a", "-m", "Mentions mversion: 1\n\nmversion: 1", "foreign");
  repo.commit("two", { "a.txt": "2\n" });
  await install(repo, program.path);
  return repo;
}

function refuses(repo: TestRepo, ...args: string[]): void {
  const before = repo.git("rev-parse", "refs/tags/v1.0.0");
  const answer = repo.tryGit(...args);
  expect(answer.stderr).toMatch(REFUSAL);
  expect(answer.status).not.toBe(0);
  expect(repo.git("rev-parse", "refs/tags/v1.0.0")).toBe(before);
}

describe.each([["sha1"], ["sha256"]] as const)("a release in a repository of %s", (objectFormat) => {
  let repo: TestRepo;
  beforeAll(async () => {
    repo = await guarded({ objectFormat });
  });

  test("is not moved by tag -f or update-ref, nor made lightweight", () => {
    refuses(repo, "tag", "-f", "-a", "-m", "again", "v1.0.0", "HEAD");
    refuses(repo, "tag", "-f", "v1.0.0", "HEAD");
    refuses(repo, "update-ref", "refs/tags/v1.0.0", "HEAD");
    refuses(repo, "update-ref", "refs/tags/v1.0.0", "HEAD", "refs/tags/v1.0.0");
  });

  test("is not deleted, loose or packed", () => {
    refuses(repo, "tag", "-d", "v1.0.0");
    refuses(repo, "update-ref", "-d", "refs/tags/v1.0.0");
    refuses(repo, "update-ref", "-d", "refs/tags/v1.0.0", "refs/tags/v1.0.0");
    repo.git("pack-refs", "--all");
    expect(existsSync(repo.path(".git/refs/tags/v1.0.0"))).toBe(false);
    refuses(repo, "tag", "-d", "v1.0.0");
    refuses(repo, "tag", "-f", "v1.0.0", "HEAD");
    refuses(repo, "update-ref", "-d", "refs/tags/v1.0.0", "refs/tags/v1.0.0");
  });

  test("lets everything else happen", () => {
    for (const args of [
      ["tag", "-f", "light", "HEAD"],
      ["tag", "-d", "light"],
      ["tag", "-f", "-a", "-m", "moved", "foreign", "HEAD"],
      ["tag", "-d", "foreign"],
      ["tag", "v2.0.0"],
      ["tag", "-d", "v2.0.0"],
      ["tag", "dir/v1.0.0"],
      ["branch", "refs/tags/v1.0.0"],
      ["branch", "-D", "refs/tags/v1.0.0"],
      ["pack-refs", "--all"],
      ["gc", "--quiet", "--prune=now"],
      ["update-ref", "refs/tags/v1.0.0", "refs/tags/v1.0.0"],
      ["stash", "list"],
    ])
      repo.git(...args);
    release(repo, "v1.1.0");
    repo.git("pack-refs", "--all");
    release(repo, "v1.2.0");
    repo.git("pack-refs", "--all", "--prune");
    const pinned = `update refs/heads/other HEAD\nverify refs/tags/v1.0.0 ${repo.git("rev-parse", "refs/tags/v1.0.0")}\n`;
    repo.gitWith({ input: pinned }, "update-ref", "--stdin");
  });

  test("falls to whoever says so, and only then", () => {
    release(repo, "v9.0.0");
    const answer = repo.tryGit("-c", "mversion.unlock=v8.0.0", "tag", "-d", "v9.0.0");
    expect(answer.stderr).toContain("git -c mversion.unlock=v9.0.0 ...");
    repo.git("-c", "mversion.unlock=v8.0.0", "-c", "mversion.unlock=v9.0.0", "tag", "-d", "v9.0.0");
    release(repo, "v9.0.0");
    repo.gitWith({ env: { MVERSION_UNLOCK: "v9.0.0" } }, "tag", "-d", "v9.0.0");
    expect(repo.tryGit("rev-parse", "--verify", "refs/tags/v9.0.0").status).not.toBe(0);
  });
});

test("A release is known by its payload, not by its name", async () => {
  const repo = await guarded();
  release(repo, "risk-2026");
  release(repo, "deep/er@v1", "Cut here\n---\nmversion is great\n---\n#4711");
  for (const name of ["risk-2026", "deep/er@v1"]) {
    expect(repo.tryGit("tag", "-d", name).stderr).toContain(`${name} is a release and final`);
    expect(repo.tryGit("tag", "-f", name, "HEAD").status).not.toBe(0);
  }
  repo.gitWith(
    { input: "Notes\n---\nmversion: 1\n---\nno payload\n" },
    "tag",
    "-a",
    "--cleanup=verbatim",
    "-F-",
    "notes",
  );
  repo.git("tag", "-d", "notes");
});

test("Linked working trees, bare repositories and submodules are guarded alike", async () => {
  const repo = await guarded();
  repo.git("worktree", "add", "--quiet", "--detach", `${scratchDir("linked")}/tree`);
  const linked = repoAt(repo.git("worktree", "list", "--porcelain").match(/^worktree (.*linked.*)$/m)?.[1] ?? "");
  refuses(linked, "tag", "-d", "v1.0.0");
  refuses(linked, "tag", "-f", "v1.0.0", "HEAD");
  linked.git("tag", "v3.0.0");

  const outer = createRepo();
  outer.git("submodule", "--quiet", "add", `file://${repo.dir}`, "inner");
  const inner = repoAt(outer.path("inner"));
  await install(inner, program.path);
  refuses(inner, "tag", "-d", "v1.0.0");
  inner.git("tag", "v3.1.0");

  const bare = cloneRepo(repo, { flags: ["--bare"] });
  await install(bare, program.path);
  refuses(bare, "tag", "-d", "v1.0.0");
  const sub = repoAt(repo.dir);
  const answer = sub.tryGit("-C", ".git", "update-ref", "-d", "refs/tags/v1.0.0");
  expect(answer.stderr).toMatch(REFUSAL);
});

test("A remote cannot move or prune a release here, and a new one comes in", async () => {
  const origin = await guarded();
  const clone = cloneRepo(origin);
  await install(clone, program.path);
  release(origin, "v1.3.0");
  clone.git("fetch", "--quiet", "--tags");
  expect(clone.git("tag", "-l", "v1.3.0")).toBe("v1.3.0");
  origin.git("-c", "mversion.unlock=v1.0.0", "tag", "-f", "v1.0.0", "HEAD");
  refuses(clone, "fetch", "--tags", "--force");
  origin.git("-c", "mversion.unlock=v1.0.0", "tag", "-d", "v1.0.0");
  refuses(clone, "fetch", "--prune", "--prune-tags");
});

test("A transaction of many tags stands or falls as a whole", async () => {
  const repo = await guarded();
  const head = repo.head();
  const many = Array.from({ length: 300 }, (_, index) => `create refs/tags/bulk-${index} ${head}\n`).join("");
  repo.gitWith({ input: many }, "update-ref", "--stdin");
  const moves = Array.from({ length: 300 }, (_, index) => `update refs/tags/bulk-${index} ${head}~1\n`).join("");
  const answer = repo.tryGit("tag", "-l");
  expect(answer.stdout.split("\n").length).toBeGreaterThan(300);
  repo.gitWith({ input: moves }, "update-ref", "--stdin");
  repo.git("pack-refs", "--all");
  const last = `${moves}delete refs/tags/v1.0.0\n`;
  expect(() => repo.gitWith({ input: last }, "update-ref", "--stdin")).toThrow(REFUSAL);
  const bulk = Array.from({ length: 300 }, (_, index) => `delete refs/tags/bulk-${index}\n`).join("");
  repo.gitWith({ input: bulk }, "update-ref", "--stdin");
  expect(repo.git("tag", "-l", "bulk-*")).toBe("");
});
