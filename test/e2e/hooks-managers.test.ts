// Beside husky, lefthook and the pre-commit framework, each really installed, before and after ours: both run, exactly once,
// and leave without harm to the other.
import { spawnSync } from "node:child_process";
import { existsSync, readFileSync, rmSync } from "node:fs";
import { join } from "node:path";
import { beforeAll, beforeEach, describe, expect, test } from "vitest";
import { openGit } from "../../src/git/git.ts";
import { hooksStatus } from "../../src/operations/hooks/status.ts";
import { uninstallHooks } from "../../src/operations/hooks/uninstall.ts";
import { createRepo, scratchDir, type TestRepo } from "../helpers/git.ts";
import { type HookManagers, hookManagers } from "../helpers/hook-managers.ts";
import { createRecorder, install, pathWith } from "../helpers/hooks.ts";

const program = createRecorder();
let managers: HookManagers;
let log: string;

beforeAll(() => {
  managers = hookManagers();
});

beforeEach(() => {
  log = join(scratchDir("log"), "seen");
  program.answer(0);
});

/** What the user's own hooks wrote, one line each. */
function theirs(): string[] {
  if (!existsSync(log)) return [];
  const lines = readFileSync(log, "utf8").trimEnd().split("\n");
  rmSync(log);
  return lines;
}

function run(repo: TestRepo, path: string, command: string, ...args: string[]): void {
  const env = { ...process.env, PATH: pathWith(path), LEFTHOOK_QUIET: "meta,success" };
  const done = spawnSync(command, args, { cwd: repo.dir, env, encoding: "utf8" });
  if (done.status !== 0)
    throw new Error(`${command} ${args.join(" ")}: exit ${done.status}\n${done.stdout}${done.stderr}`);
}

/** Commits a pointer and pushes it; ours and theirs must each be asked once, with the same input. */
function commitAndPush(repo: TestRepo, path: string): { ours: string[]; theirs: string[] } {
  const env = { PATH: pathWith(path) };
  const server = createRepo({ bare: true });
  program.calls();
  theirs();
  repo.write("x.mv.yaml", `${Math.random()}\n`);
  repo.git("add", "--all");
  repo.gitWith({ env }, "commit", "--quiet", "-m", "pointer");
  repo.gitWith({ env }, "push", "--quiet", server.dir, "main");
  const ours = program.calls().map((call) => call.replaceAll(server.dir, "URL").replace(/[0-9a-f]{40}/g, "OID"));
  return { ours, theirs: theirs().map((line) => line.replace(/[0-9a-f]{40}/g, "OID")) };
}

function refusedCommit(repo: TestRepo, path: string): void {
  program.answer(1);
  repo.write("x.mv.yaml", `${Math.random()}\n`);
  repo.git("add", "--all");
  expect(() => repo.gitWith({ env: { PATH: pathWith(path) } }, "commit", "-m", "refused")).toThrow(/exit 1/);
  program.answer(0);
}

async function states(repo: TestRepo): Promise<Record<string, string>> {
  const { hooks } = await hooksStatus(await openGit(repo.dir));
  return Object.fromEntries(hooks.map((item) => [item.hook, `${item.state} ${item.through}`]));
}

const LINE = "refs/heads/main OID refs/heads/main OID";
const OURS = ["hook pre-commit", `hook pre-push URL URL <<< ${LINE};`];

describe("husky", () => {
  function project(): TestRepo {
    const repo = createRepo();
    repo.write("package.json", '{"private": true}\n');
    repo.write(".gitignore", "node_modules\n");
    repo.write(".husky/pre-commit", `echo theirs pre-commit >>'${log}'\nexit 0\n`);
    repo.write(".husky/pre-push", `#!/usr/bin/env sh\n{ echo theirs pre-push; cat; } >>'${log}'\n`);
    repo.git("add", "--all");
    repo.git("commit", "--quiet", "-m", "start");
    return repo;
  }
  const THEIRS = ["theirs pre-commit", "theirs pre-push", LINE];

  test("before ours", async () => {
    const repo = project();
    run(repo, managers.husky, "husky");
    const result = await install(repo, program.path);
    expect(result.changed).toEqual(
      ["pre-commit", "pre-merge-commit", "pre-push", "post-checkout", "post-merge", "post-rewrite"].map(
        (hook) => `.husky/${hook}`,
      ),
    );
    expect(commitAndPush(repo, managers.husky)).toEqual({ ours: OURS, theirs: THEIRS });
    refusedCommit(repo, managers.husky);
    run(repo, managers.husky, "husky");
    await install(repo, program.path);
    expect(commitAndPush(repo, managers.husky)).toEqual({ ours: OURS, theirs: THEIRS });
    expect(await states(repo)).toMatchObject({ "pre-push": "chained husky", "reference-transaction": "installed git" });
  });

  test("after ours: reported, then moved, without running twice", async () => {
    const repo = project();
    await install(repo, program.path);
    run(repo, managers.husky, "husky");
    expect(await states(repo)).toMatchObject({ "pre-commit": "foreign husky", "reference-transaction": "missing git" });
    expect(commitAndPush(repo, managers.husky)).toEqual({ ours: [], theirs: THEIRS });
    await install(repo, program.path);
    expect(existsSync(repo.path(".git/hooks/pre-commit"))).toBe(false);
    expect(commitAndPush(repo, managers.husky)).toEqual({ ours: OURS, theirs: THEIRS });
  });

  test("gets its files back as they were", async () => {
    const repo = project();
    run(repo, managers.husky, "husky");
    await install(repo, program.path);
    await uninstallHooks(await openGit(repo.dir));
    expect(repo.git("status", "--porcelain", "--ignored")).toBe("!! .husky/_/");
    expect(existsSync(repo.path(".husky/_/reference-transaction"))).toBe(false);
    expect(commitAndPush(repo, managers.husky)).toEqual({ ours: [], theirs: THEIRS });
  });

  test("of a teammate without mversion runs their scripts alone, our lines committed", async () => {
    const repo = project();
    run(repo, managers.husky, "husky");
    await install(repo, program.path);
    rmSync(repo.path(".git/mversion"), { recursive: true });
    expect(commitAndPush(repo, managers.husky)).toEqual({ ours: [], theirs: THEIRS });
  });
});

describe("lefthook", () => {
  function project(): TestRepo {
    const repo = createRepo();
    repo.write(
      "lefthook.yml",
      `pre-commit:
  jobs:
    - name: theirs
      run: echo theirs pre-commit >>'${log}'
pre-push:
  commands:
    theirs:
      use_stdin: true
      run: "{ echo theirs pre-push; cat; } >>'${log}'"
`,
    );
    repo.git("add", "--all");
    repo.git("commit", "--quiet", "-m", "start");
    return repo;
  }
  const sorted = (seen: { ours: string[]; theirs: string[] }) => ({
    ...seen,
    theirs: seen.theirs.filter((line) => line !== ""),
  });
  const THEIRS = ["theirs pre-commit", "theirs pre-push", LINE];
  const path = () => managers.husky;

  test("before ours", async () => {
    const repo = project();
    run(repo, path(), managers.lefthook, "install");
    const result = await install(repo, program.path);
    expect(result.changed).toEqual(["lefthook-local.yml"]);
    expect(repo.git("status", "--porcelain")).toBe("");
    expect(await states(repo)).toMatchObject({
      "pre-commit": "chained lefthook",
      "pre-push": "chained lefthook",
      "post-merge": "installed git",
      "reference-transaction": "installed git",
    });
    expect(sorted(commitAndPush(repo, path()))).toEqual({ ours: OURS, theirs: THEIRS });
    refusedCommit(repo, path());
    run(repo, path(), managers.lefthook, "install");
    expect(sorted(commitAndPush(repo, path()))).toEqual({ ours: OURS, theirs: THEIRS });
    await install(repo, program.path);
    expect(sorted(commitAndPush(repo, path()))).toEqual({ ours: OURS, theirs: THEIRS });
  });

  test("after ours: what it moved aside is reported, and comes back as a command", async () => {
    const repo = project();
    repo.hook("pre-commit", `echo old >>'${log}'`);
    await install(repo, program.path);
    run(repo, path(), managers.lefthook, "install");
    expect(await states(repo)).toMatchObject({ "pre-commit": "foreign lefthook", "post-merge": "installed git" });
    const { hooks } = await hooksStatus(await openGit(repo.dir));
    expect(hooks[0]?.problem).toContain("lefthook moved ours to");
    await install(repo, program.path);
    expect(sorted(commitAndPush(repo, path()))).toEqual({ ours: OURS, theirs: THEIRS });
    // The hook that ours ran is where lefthook would have put it.
    expect(readFileSync(repo.path(".git/hooks/pre-commit.old"), "utf8")).toContain("echo old");
  });

  test("that takes over one more hook later", async () => {
    const repo = project();
    run(repo, path(), managers.lefthook, "install");
    await install(repo, program.path);
    repo.write("lefthook.yml", `${repo.read("lefthook.yml")}post-merge:\n  jobs:\n    - run: "true"\n`);
    run(repo, path(), managers.lefthook, "install");
    expect(await states(repo)).toMatchObject({ "post-merge": "foreign lefthook" });
    await install(repo, program.path);
    expect(await states(repo)).toMatchObject({ "post-merge": "chained lefthook" });
    expect(existsSync(repo.path(".git/hooks/post-merge.old"))).toBe(false);
  });

  test("keeps its personal file, and gives up what we made", async () => {
    const repo = project();
    run(repo, path(), managers.lefthook, "install");
    const exclude = repo.read(".git/info/exclude");
    await install(repo, program.path);
    await uninstallHooks(await openGit(repo.dir));
    expect(repo.exists("lefthook-local.yml")).toBe(false);
    expect(repo.read(".git/info/exclude")).toBe(exclude);
    const personal = "# mine\npre-commit:\n  commands:\n    extra:\n      run: echo extra >/dev/null\n";
    repo.write("lefthook-local.yml", personal);
    await install(repo, program.path);
    expect(sorted(commitAndPush(repo, path()))).toEqual({ ours: OURS, theirs: THEIRS });
    await uninstallHooks(await openGit(repo.dir));
    expect(repo.read("lefthook-local.yml")).toBe(personal);
    expect(sorted(commitAndPush(repo, path()))).toEqual({ ours: [], theirs: THEIRS });
  });
});

describe("the pre-commit framework", () => {
  function project(): TestRepo {
    const repo = createRepo();
    const local = (id: string): string =>
      `      - {id: ${id}, name: ${id}, language: system, always_run: true, pass_filenames: false, stages: [${id}], entry: sh -c "echo theirs ${id} >>'${log}'"}\n`;
    repo.write(
      ".pre-commit-config.yaml",
      `repos:\n  - repo: local\n    hooks:\n${local("pre-commit")}${local("pre-push")}`,
    );
    repo.git("add", "--all");
    repo.git("commit", "--quiet", "-m", "start");
    return repo;
  }
  const THEIRS = ["theirs pre-commit", "theirs pre-push"];
  const framework = (repo: TestRepo, ...args: string[]): void =>
    run(repo, managers.preCommit, "pre-commit", ...args, "-t", "pre-commit", "-t", "pre-push");

  test("before ours", async () => {
    const repo = project();
    framework(repo, "install");
    await install(repo, program.path);
    expect(await states(repo)).toMatchObject({ "pre-commit": "chained pre-commit", "post-merge": "installed git" });
    expect(commitAndPush(repo, managers.preCommit)).toEqual({ ours: OURS, theirs: THEIRS });
    refusedCommit(repo, managers.preCommit);
    framework(repo, "install");
    await install(repo, program.path);
    expect(commitAndPush(repo, managers.preCommit)).toEqual({ ours: OURS, theirs: THEIRS });
    await uninstallHooks(await openGit(repo.dir));
    expect(existsSync(repo.path(".git/hooks/pre-commit.legacy"))).toBe(false);
    expect(commitAndPush(repo, managers.preCommit)).toEqual({ ours: [], theirs: THEIRS });
  });

  test("after ours, over a hook that was there first: all three run, and each can go", async () => {
    const repo = project();
    repo.hook("pre-commit", `echo first >>'${log}'`);
    await install(repo, program.path);
    framework(repo, "install");
    expect(await states(repo)).toMatchObject({ "pre-commit": "chained pre-commit" });
    await install(repo, program.path);
    expect(commitAndPush(repo, managers.preCommit)).toEqual({ ours: OURS, theirs: ["first", ...THEIRS] });
    framework(repo, "uninstall");
    expect(await states(repo)).toMatchObject({ "pre-commit": "installed git" });
    expect(commitAndPush(repo, managers.preCommit)).toEqual({ ours: OURS, theirs: ["first"] });
    framework(repo, "install");
    await uninstallHooks(await openGit(repo.dir));
    expect(commitAndPush(repo, managers.preCommit)).toEqual({ ours: [], theirs: ["first", ...THEIRS] });
  });

  test("that dropped ours by install -f is reported, and gets it back", async () => {
    const repo = project();
    await install(repo, program.path);
    framework(repo, "install", "-f");
    expect(await states(repo)).toMatchObject({ "pre-commit": "foreign pre-commit" });
    await install(repo, program.path);
    expect(commitAndPush(repo, managers.preCommit)).toEqual({ ours: OURS, theirs: THEIRS });
  });

  test("that hides unstaged changes during a commit moves no artifact", async () => {
    const repo = project();
    framework(repo, "install");
    await install(repo, program.path);
    commitAndPush(repo, managers.preCommit);
    repo.write("x.mv.yaml", "unstaged\n");
    repo.write("a.txt", "1\n");
    repo.git("add", "a.txt");
    program.calls();
    repo.gitWith({ env: { PATH: pathWith(managers.preCommit) } }, "commit", "--quiet", "-m", "a");
    expect(program.calls()).toEqual([]);
    expect(repo.read("x.mv.yaml")).toBe("unstaged\n");
  });
});
