// What `mv status` sees, without changing anything.
import { execFileSync } from "node:child_process";
import { chmodSync, readdirSync, rmSync, statSync, symlinkSync, writeFileSync } from "node:fs";
import { beforeAll, describe, expect, it } from "vitest";
import { withLock } from "../../src/platform/locks.ts";
import { status, type StatusResult } from "../../src/operations/status.ts";
import { BYTES, DATA, MODEL, play, sampleProject, trained } from "../helpers/cli.ts";
import { forkRepo } from "../helpers/fork.ts";
import { cloneRepo, type TestRepo } from "../helpers/git.ts";
import { addTo, openRepo } from "../helpers/project.ts";

let draft: TestRepo;
let released: TestRepo;

beforeAll(async () => {
  draft = await sampleProject({ until: "draft" });
  released = await sampleProject({ until: "1.1.0" });
});

async function statusOf(repo: TestRepo): Promise<StatusResult> {
  return status(await openRepo(repo));
}

async function stateOf(repo: TestRepo, path = MODEL): Promise<unknown> {
  const { artifacts } = await statusOf(repo);
  const { state, holds, stored } = artifacts.find((artifact) => artifact.path === path) ?? {};
  return [state, ...(holds === undefined ? [] : [holds]), ...(stored === undefined ? [] : [stored])];
}

describe("artifacts", () => {
  it("are unchanged, modified, another version's, or absent", async () => {
    const repo = forkRepo(released);
    expect(await stateOf(repo)).toEqual(["unchanged"]);
    trained(repo, MODEL, BYTES.D);
    expect(await stateOf(repo)).toEqual(["modified"]);
    trained(repo, MODEL, BYTES.B);
    expect(await stateOf(repo)).toEqual(["other-version", "churn 1.0.0"]);
    trained(repo, MODEL, BYTES.A);
    expect(await stateOf(repo)).toEqual(["other-version"]);
    rmSync(repo.path(MODEL));
    expect(await stateOf(repo)).toEqual(["absent", true]);
    const clone = cloneRepo(repo);
    expect(await stateOf(clone)).toEqual(["absent", false]);
  });

  it("whose executable bit changed are modified in that alone, and are as pointed again by restore", async () => {
    const repo = forkRepo(draft);
    repo.write("models/tokenizer/build.sh", "#!/bin/sh\n");
    repo.write("models/tokenizer/vocab.json", "{}\n");
    await addTo(repo, "models/tokenizer");
    const folder = "models/tokenizer";
    const of = async (path: string) => (await statusOf(repo)).artifacts.find((artifact) => artifact.path === path);
    for (const [path, file] of [
      [MODEL, MODEL],
      [folder, `${folder}/build.sh`],
    ] as const) {
      chmodSync(repo.path(file), 0o755);
      expect(await of(path)).toMatchObject({ state: "modified", only_executable: true });
      repo.git("config", "core.fileMode", "false");
      expect(await of(path)).toMatchObject({ state: "unchanged" });
      repo.git("config", "core.fileMode", "true");
      await play(repo, `mv restore ${path}`);
      expect(await of(path)).toMatchObject({ state: "unchanged" });
      expect(statSync(repo.path(file)).mode & 0o100).toBe(0);
      chmodSync(repo.path(file), 0o755);
      await addTo(repo, path);
      expect(await of(path)).toMatchObject({ state: "unchanged" });
    }
    expect(repo.read(`${MODEL}.mv.yaml`)).toContain("executable: true");
  });

  it("that are folders are modified where a file is gone, whatever the cache has", async () => {
    const repo = forkRepo(draft);
    repo.write("models/tokenizer/a", "a\n");
    repo.write("models/tokenizer/b", "b\n");
    await addTo(repo, "models/tokenizer");
    rmSync(repo.path("models/tokenizer/a"));
    expect(await stateOf(repo, "models/tokenizer")).toEqual(["modified"]);
    await addTo(repo, "models/tokenizer");
    repo.write("models/tokenizer/a", "a\n");
    expect(await stateOf(repo, "models/tokenizer")).toEqual(["other-version"]);
  });

  it("are never called modified when the pointer moved: reset --hard, stash, restore", async () => {
    const repo = forkRepo(draft);
    for (const undo of [["stash"], ["reset", "--hard"], ["restore", "--staged", "--worktree", "."]]) {
      trained(repo, MODEL, BYTES.E);
      await addTo(repo, MODEL);
      repo.git(...undo);
      expect(await stateOf(repo)).toEqual(["other-version"]);
    }
  });

  it("are seen to change in place, with size and time as before", async () => {
    const repo = forkRepo(draft);
    await statusOf(repo);
    const { mtime, size } = statSync(repo.path(MODEL));
    writeFileSync(repo.path(MODEL), BYTES.B);
    execFileSync("touch", ["-d", mtime.toISOString(), repo.path(MODEL)]);
    expect(statSync(repo.path(MODEL))).toMatchObject({ mtime, size });
    expect(await stateOf(repo)).toEqual(["modified"]);
  });

  it("in a folder count: a file more, a file less, a file that .mvignore leaves out", async () => {
    const repo = forkRepo(draft);
    repo.write("models/tok/vocab", "v");
    await addTo(repo, "models/tok");
    repo.write("models/tok/more", "m");
    expect(await stateOf(repo, "models/tok")).toEqual(["modified"]);
    repo.write(".mvignore", "more\n");
    expect(await stateOf(repo, "models/tok")).toEqual(["unchanged"]);
    rmSync(repo.path("models/tok/vocab"));
    expect(await stateOf(repo, "models/tok")).not.toEqual(["unchanged"]);
  });

  it("that are no file any more are named, and the others are still looked at", async () => {
    const repo = forkRepo(draft);
    rmSync(repo.path(MODEL));
    execFileSync("mkfifo", [repo.path(MODEL)]);
    rmSync(repo.path(DATA));
    symlinkSync("/etc/passwd", repo.path(DATA));
    const { artifacts, broken } = await statusOf(repo);
    expect(artifacts.map(({ path, state }) => [path, state])).toEqual([
      [DATA, "modified"],
      [MODEL, "modified"],
    ]);
    expect(broken.map(({ message }) => message)).toEqual([
      `${DATA} is a symbolic link to /etc/passwd`,
      `${MODEL} is neither a file nor a folder`,
    ]);
  });
});

describe("models", () => {
  it("that were not added to say so; with bytes of their own they say what they need", async () => {
    const repo = forkRepo(released);
    await play(repo, "mv init --model risk --no-hooks");
    trained(repo, MODEL, BYTES.D);
    await addTo(repo, MODEL);
    const { models } = await statusOf(repo);
    expect(models).toMatchObject([
      { model: "churn", declared: "1.1.0", released: true, uncommitted: true, overwrites: "release", stale: false },
      { model: "risk", declared: null, released: false, uncommitted: false, overwrites: null, newest: null },
    ]);
    expect(models[0]?.next).toEqual({ tag: "mv tag v1.2.0 -a -m WHY", draft: "mv bump draft --model churn" });
  });

  it("whose record is not true to its pointers are stale", async () => {
    const repo = forkRepo(draft);
    trained(repo, MODEL, BYTES.D);
    await addTo(repo, MODEL);
    repo.git("restore", "--staged", "--worktree", "churn.model.yaml");
    expect((await statusOf(repo)).models[0]).toMatchObject({ stale: true, artifacts: [MODEL] });
  });

  it("name data that moved on, not data that cannot be read", async () => {
    const repo = forkRepo(released);
    trained(repo, DATA, "other\n");
    await addTo(repo, DATA);
    expect((await statusOf(repo)).models[0]?.moved_datasets).toEqual([DATA]);
    repo.write(`${DATA}.mv.yaml`, "schema: [\n");
    const { models, broken } = await statusOf(repo);
    expect(models[0]?.moved_datasets).toEqual([]);
    expect(broken).toMatchObject([{ path: `${DATA}.mv.yaml` }]);
  });

  it("know which releases are only here", async () => {
    const repo = forkRepo(released);
    expect((await statusOf(repo)).models[0]?.local_only).toEqual(["1.0.0", "1.1.0"]);
    expect((await statusOf(cloneRepo(repo))).models[0]?.local_only).toEqual([]);
  });
});

describe("reading", () => {
  it("takes no lock and leaves every file of the tree, the index and HEAD as they were", async () => {
    const repo = forkRepo(released);
    const before = readdirSync(repo.dir, { recursive: true }).filter(
      (name) => !String(name).startsWith(".git/mversion"),
    );
    const index = statSync(repo.path(".git/index"), { bigint: true }).mtimeNs;
    await withLock(repo.path(".git/mversion"), "write", async () => {
      writeFileSync(repo.path(".git/index.lock"), "");
      expect((await statusOf(repo)).artifacts).toHaveLength(2);
      rmSync(repo.path(".git/index.lock"));
    });
    expect(statSync(repo.path(".git/index"), { bigint: true }).mtimeNs).toBe(index);
    expect(
      readdirSync(repo.dir, { recursive: true }).filter((name) => !String(name).startsWith(".git/mversion")),
    ).toEqual(before);
  });

  it("says that a change was interrupted, and leaves finishing it to a command that writes", async () => {
    const repo = forkRepo(draft);
    repo.write(".git/mversion/journal.json", JSON.stringify({ verb: "checkout" }));
    expect((await statusOf(repo)).interrupted).toBe("checkout");
    expect(repo.exists(".git/mversion/journal.json")).toBe(true);
  });

  it("works before the first commit and on a detached HEAD", async () => {
    const repo = await sampleProject();
    expect(await statusOf(repo)).toMatchObject({ branch: "main", models: [{ declared: null }], artifacts: [] });
    const detached = forkRepo(released);
    detached.git("switch", "--quiet", "--detach", "v1.0.0");
    expect(await statusOf(detached)).toMatchObject({ branch: null, models: [{ declared: "1.0.0", newest: "1.1.0" }] });
  });

  it("works in a repository that cannot be written", async () => {
    const repo = forkRepo(draft);
    trained(repo, MODEL, BYTES.A, "2026-05-01");
    chmodSync(repo.path(".git/mversion"), 0o555);
    expect(await stateOf(repo)).toEqual(["unchanged"]);
    chmodSync(repo.path(".git/mversion"), 0o755);
  });
});
