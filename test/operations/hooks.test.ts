// Installing, reporting and removing the hooks, on real repositories: nothing of others is lost, and nothing of ours is left.
import { spawnSync } from "node:child_process";
import {
  chmodSync,
  existsSync,
  lstatSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  readlinkSync,
  renameSync,
  rmSync,
  symlinkSync,
} from "node:fs";
import { join } from "node:path";
import * as fc from "fast-check";
import { describe, expect, test } from "vitest";
import { type Git, openGit } from "../../src/git/git.ts";
import { appendBlock, hasBlock, removeBlocks } from "../../src/operations/hooks/blocks.ts";
import { HOOKS, SCRIPT_VERSION, scriptVersion } from "../../src/operations/hooks/events.ts";
import { configEntry, hasConfigHooks } from "../../src/operations/hooks/git-config.ts";
import { withHuskyLines } from "../../src/operations/hooks/husky.ts";
import { installHooks } from "../../src/operations/hooks/install.ts";
import { hooksWithCommands, withCommands } from "../../src/operations/hooks/lefthook.ts";
import { hookScript } from "../../src/operations/hooks/scripts.ts";
import { hooksMissing } from "../../src/operations/hooks/missing.ts";
import { hooksStatus } from "../../src/operations/hooks/status.ts";
import { uninstallHooks } from "../../src/operations/hooks/uninstall.ts";
import { createRepo, repoAt, scratchDir, testHome, type TestRepo } from "../helpers/git.ts";
import { createRecorder, install } from "../helpers/hooks.ts";

const program = createRecorder();

/** Every file below a folder with its mode and bytes (of a link, its target), except what Git writes by itself. */
function snapshot(folder: string, prefix = ""): Record<string, string> {
  const found: Record<string, string> = {};
  for (const entry of readdirSync(join(folder, prefix), { withFileTypes: true })) {
    const name = prefix === "" ? entry.name : `${prefix}/${entry.name}`;
    const path = join(folder, name);
    if (["index", "objects", "logs"].includes(name)) continue;
    if (entry.isDirectory()) Object.assign(found, { [`${name}/`]: "" }, snapshot(folder, name));
    else if (entry.isSymbolicLink()) found[name] = `-> ${readlinkSync(path)}`;
    else found[name] = `${(lstatSync(path).mode & 0o777).toString(8)} ${readFileSync(path, "latin1")}`;
  }
  return found;
}

async function uninstall(repo: TestRepo): Promise<string[]> {
  return (await uninstallHooks(await openGit(repo.dir))).changed;
}

async function states(repo: TestRepo): Promise<Record<string, string>> {
  const { hooks } = await hooksStatus(await openGit(repo.dir));
  return Object.fromEntries(hooks.map((item) => [item.hook, item.state]));
}

const all = (state: string): Record<string, string> => Object.fromEntries(HOOKS.map((hook) => [hook, state]));
const missing = async (repo: TestRepo): Promise<boolean> => hooksMissing(await openGit(repo.dir));

test("A script has its mark in the second line, all its parts, and only ASCII", async () => {
  for (const hook of HOOKS) {
    const script = await hookScript(hook);
    expect(script.split("\n")[1]).toContain(`# mversion hook ${SCRIPT_VERSION} (${hook})`);
    expect(scriptVersion(script)).toBe(SCRIPT_VERSION);
    expect(script).not.toMatch(/^# include/m);
    expect(script).toMatch(/^[\n\x20-\x7e]*$/);
    for (const shell of ["dash", "bash"]) expect(spawnSync(shell, ["-n"], { input: script }).status).toBe(0);
  }
});

describe("files in the hook folder", () => {
  test("are installed once, reported, and removed without a trace", async () => {
    const repo = createRepo();
    const before = snapshot(repo.path(".git"));
    expect(await states(repo)).toEqual(all("missing"));
    expect(await missing(repo)).toBe(true);
    const result = await install(repo, program.path);
    expect(result).toEqual({
      dir: repo.path(".git/hooks"),
      hooks: HOOKS.map((hook) => ({ hook, through: "git" })),
      changed: [],
      problems: [],
    });
    expect(await states(repo)).toEqual(all("installed"));
    expect(await missing(repo)).toBe(false);
    const once = snapshot(repo.path(".git"));
    await install(repo, program.path);
    expect(snapshot(repo.path(".git"))).toEqual(once);
    await uninstall(repo);
    expect(snapshot(repo.path(".git"))).toEqual(before);
    expect(await uninstall(repo)).toEqual([]);
  });

  test("run the hook that was there, and give it back: a script, a link, a hook that is switched off", async () => {
    const repo = createRepo();
    repo.hook("pre-commit", "#!/usr/bin/env python3\nimport sys\nsys.exit(5)\n");
    chmodSync(repo.path(".git/hooks/pre-commit"), 0o750);
    repo.write("scripts/push.sh", "#!/bin/sh\necho pushed\n", { executable: true });
    symlinkSync("../../scripts/push.sh", repo.path(".git/hooks/pre-push"));
    repo.hook("post-merge", "exit 9");
    chmodSync(repo.path(".git/hooks/post-merge"), 0o644);
    const before = snapshot(repo.path(".git"));
    await install(repo, program.path);
    await install(repo, program.path);
    expect(repo.tryGit("commit", "--allow-empty", "-m", "x").status).toBe(1);
    const { hooks } = await hooksStatus(await openGit(repo.dir));
    expect(hooks.filter((item) => item.next !== null).map((item) => [item.hook, item.state, item.problem])).toEqual([
      ["pre-commit", "installed", null],
      ["pre-push", "installed", null],
      ["post-merge", "installed", null],
    ]);
    await uninstall(repo);
    expect(snapshot(repo.path(".git"))).toEqual(before);
  });

  test("of an older mversion are replaced, a lost bit is put back, and both are reported before", async () => {
    const repo = createRepo();
    await install(repo, program.path);
    const file = repo.path(".git/hooks/pre-commit");
    const old = readFileSync(file, "utf8").replace("mversion hook 1 (", "mversion hook 0 (");
    repo.hook("pre-commit", old);
    chmodSync(repo.path(".git/hooks/pre-push"), 0o644);
    const { hooks } = await hooksStatus(await openGit(repo.dir));
    expect(hooks[0]).toMatchObject({ state: "outdated", problem: "of an older mversion: mv hooks install" });
    expect(hooks[2]?.problem).toMatch(/is not executable, so Git skips it: mv hooks install$/);
    await install(repo, program.path);
    expect(await states(repo)).toEqual(all("installed"));
    expect(existsSync(`${file}.mversion-next`)).toBe(false);
    expect(lstatSync(repo.path(".git/hooks/pre-push")).mode & 0o111).not.toBe(0);
  });

  test("replaced by hand are reported as foreign, and come back in front of what replaced them", async () => {
    const repo = createRepo();
    await install(repo, program.path);
    rmSync(repo.path(".git/hooks/post-merge"));
    repo.hook("pre-commit", "exit 0");
    expect(await states(repo)).toEqual({ ...all("installed"), "pre-commit": "foreign", "post-merge": "missing" });
    await install(repo, program.path);
    expect(await states(repo)).toEqual(all("installed"));
    expect(readFileSync(repo.path(".git/hooks/pre-commit.mversion-next"), "utf8")).toBe("#!/bin/sh\nexit 0");
  });

  test("lose neither of two foreign hooks that want one place", async () => {
    const repo = createRepo();
    repo.hook("pre-commit", "echo first");
    await install(repo, program.path);
    repo.hook("pre-commit", "echo second");
    const { hooks } = await hooksStatus(await openGit(repo.dir));
    expect(hooks[0]).toMatchObject({ state: "foreign", problem: expect.stringContaining("is not run any more") });
    await expect(install(repo, program.path)).rejects.toMatchObject({ code: "hooks-blocked" });
    await uninstall(repo);
    expect(readFileSync(repo.path(".git/hooks/pre-commit"), "utf8")).toContain("second");
    expect(readFileSync(repo.path(".git/hooks/pre-commit.mversion-next"), "utf8")).toContain("first");
    rmSync(repo.path(".git/hooks/pre-commit"));
    await uninstall(repo);
    expect(readFileSync(repo.path(".git/hooks/pre-commit"), "utf8")).toContain("first");
  });

  test("finish an installation that was cut off between moving and writing", async () => {
    const repo = createRepo();
    repo.hook("pre-commit", "exit 4");
    renameSync(repo.path(".git/hooks/pre-commit"), repo.path(".git/hooks/pre-commit.mversion-next"));
    await install(repo, program.path);
    expect(repo.tryGit("commit", "--allow-empty", "-m", "x").status).toBe(1);
    await uninstall(repo);
    expect(readFileSync(repo.path(".git/hooks/pre-commit"), "utf8")).toContain("exit 4");
  });

  test("are shared by linked working trees, and a submodule has its own", async () => {
    const repo = createRepo();
    repo.commit("one", { "a.txt": "1\n" });
    const linked = join(scratchDir("linked"), "a tree");
    repo.git("worktree", "add", "--quiet", "-b", "linked", linked);
    await install(repoAt(linked), program.path);
    expect(await states(repo)).toEqual(all("installed"));
    expect(await missing(repoAt(linked))).toBe(false);
    const outer = createRepo({ name: "äußeres Haus" });
    outer.git("submodule", "--quiet", "add", `file://${repo.dir}`, "inner");
    const inner = repoAt(outer.path("inner"));
    await install(inner, program.path);
    expect(existsSync(outer.path(".git/modules/inner/hooks/pre-commit"))).toBe(true);
    expect(await missing(inner)).toBe(false);
    expect(await missing(outer)).toBe(true);
    await uninstall(inner);
    expect(await missing(inner)).toBe(true);
  });

  test("a repository whose name is hostile to shells", async () => {
    const repo = createRepo({ name: 'it\'s $(touch gone) "a" `name`' });
    await install(repo, program.path);
    program.calls();
    repo.commit("pointer", { "x.mv.yaml": "1\n" });
    expect(program.calls()).toEqual(["hook pre-commit"]);
    expect(repo.exists("gone")).toBe(false);
  });
});

describe("core.hooksPath", () => {
  test("inside the repository is honoured, and what changes there is told", async () => {
    const repo = createRepo();
    repo.write(".githooks/pre-commit", "#!/bin/sh\nexit 0\n", { executable: true });
    repo.commit("hooks");
    await install(repo, program.path);
    repo.git("config", "core.hooksPath", ".githooks");
    expect(await missing(repo)).toBe(true);
    const { problems } = await hooksStatus(await openGit(repo.dir));
    expect(problems).toEqual([`core.hooksPath is .githooks: the hooks in ${repo.path(".git/hooks")} are not run.`]);
    const result = await install(repo, program.path);
    expect(result.dir).toBe(repo.path(".githooks"));
    expect(result.changed).toEqual(HOOKS.map((hook) => `.githooks/${hook}`));
    expect(existsSync(repo.path(".git/hooks/pre-commit"))).toBe(false);
    expect(await states(repo)).toEqual(all("installed"));
    await uninstall(repo);
    expect(repo.git("status", "--porcelain")).toBe("");
  });

  test("that others share is left alone: refused with the way out", async () => {
    const repo = createRepo();
    const shared = scratchDir("shared-hooks");
    repo.git("config", "--global", "core.hooksPath", shared);
    try {
      const before = snapshot(repo.path(".git"));
      await expect(install(repo, program.path)).rejects.toMatchObject({
        code: "hooks-blocked",
        message: `core.hooksPath sends Git to ${shared}, which is not this repository's own`,
        hint: expect.stringContaining(`git config core.hooksPath "${repo.path(".git/hooks")}"`),
      });
      expect(snapshot(repo.path(".git"))).toEqual(before);
      expect(readdirSync(shared)).toEqual([]);
      repo.git("config", "core.hooksPath", repo.path(".git/hooks"));
      await install(repo, program.path);
      expect(await states(repo)).toEqual(all("installed"));
    } finally {
      repo.git("config", "--global", "--unset", "core.hooksPath");
    }
    expect(readFileSync(join(testHome(), ".gitconfig"), "utf8")).not.toContain("hooksPath");
  });
});

describe("hooks of Git's config", () => {
  /** The repository as a Git of 2.54 or newer would open it. */
  async function newer(repo: TestRepo): Promise<Git> {
    const git = await openGit(repo.dir);
    return Object.assign(Object.create(git) as Git, git, {
      version: async () => [2, 54, 0] as [number, number, number],
    });
  }

  test("begin with 2.54", () => {
    const versions: [number, number, number][] = [
      [2, 53, 9],
      [2, 54, 0],
      [2, 60, 1],
      [3, 0, 0],
      [1, 99, 0],
    ];
    expect(versions.map(hasConfigHooks)).toEqual([false, true, true, true, false]);
  });

  test("take the place of files, whatever hooks others have, and leave no trace", async () => {
    const repo = createRepo({ name: "it's here" });
    repo.hook("pre-commit", "exit 0");
    const before = snapshot(repo.path(".git"));
    await install(repo, program.path);
    const git = await newer(repo);
    const result = await installHooks({ git, program: program.path, env: process.env });
    expect(new Set(result.hooks.map((item) => item.through))).toEqual(new Set(["git-config"]));
    expect(readFileSync(repo.path(".git/hooks/pre-commit"), "utf8")).toBe("#!/bin/sh\nexit 0");
    expect(repo.git("config", "hook.mversion-pre-push.event")).toBe("pre-push");
    expect((await hooksStatus(await newer(repo))).hooks.map((item) => item.state)).toEqual(
      HOOKS.map(() => "installed"),
    );
    expect(await hooksMissing(await newer(repo))).toBe(false);
    await installHooks({ git: await newer(repo), program: program.path, env: process.env });
    expect(repo.git("config", "--get-all", "hook.mversion-pre-push.event")).toBe("pre-push");
    await uninstallHooks(await newer(repo));
    expect(snapshot(repo.path(".git"))).toEqual(before);
  });

  test("run as Git runs a command: arguments behind it, nothing where the script is gone", async () => {
    const repo = createRepo({ name: "it's here" });
    await installHooks({ git: await newer(repo), program: program.path, env: process.env });
    repo.write("x.mv.yaml", "1\n");
    repo.git("add", ".");
    program.calls();
    const [, command] = configEntry("pre-commit", repo.path(".git/mversion/hooks")).command;
    const run = () => spawnSync("sh", ["-c", `${command} "$@"`, command, "one"], { cwd: repo.dir });
    expect(run().status).toBe(0);
    expect(program.calls()).toEqual(["hook pre-commit one"]);
    program.answer(1);
    expect(run().status).toBe(1);
    program.answer(0);
    rmSync(repo.path(".git/mversion/hooks"), { recursive: true });
    expect(run().status).toBe(0);
    expect(await hooksMissing(await newer(repo))).toBe(true);
  });

  test("are missed where the repository was moved, and removed where Git was replaced by an older one", async () => {
    const repo = createRepo();
    await installHooks({ git: await newer(repo), program: program.path, env: process.env });
    const moved = join(scratchDir("moved"), "elsewhere");
    renameSync(repo.dir, moved);
    const there = repoAt(moved);
    expect(await hooksMissing(await newer(there))).toBe(true);
    await install(there, program.path);
    expect(there.tryGit("config", "--get-regexp", "^hook").stdout).toBe("");
    expect(await states(there)).toEqual(all("installed"));
  });
});

test("The program and the Node.js of the installation are recorded, and a program that is gone is told", async () => {
  const repo = createRepo();
  await install(repo, program.path);
  expect(repo.git("config", "mversion.program")).toBe(program.path);
  expect(repo.git("config", "mversion.node")).toMatch(/\/node$/);
  repo.git("config", "mversion.program", "/nowhere/mversion.js");
  const { program: recorded, problems } = await hooksStatus(await openGit(repo.dir));
  expect(recorded).toBe("/nowhere/mversion.js");
  expect(problems).toEqual(["/nowhere/mversion.js cannot be run: the hooks look for git-mversion on PATH."]);
});

describe("lines in files of others", () => {
  const text = fc.string({ unit: fc.constantFrom("a", " ", "\n", "\r\n", "#", "pre-commit:\n", "  commands:\n", "é") });

  test("come out again byte for byte", () => {
    fc.assert(
      fc.property(text, (theirs) => {
        const ours = appendBlock(theirs, ["x"]);
        expect(hasBlock(ours)).toBe(true);
        expect(removeBlocks(ours)).toBe(theirs === "" || theirs.endsWith("\n") ? theirs : `${theirs}\n`);
      }),
    );
    fc.assert(
      fc.property(text, fc.constantFrom(...HOOKS), (theirs, hook) => {
        expect(removeBlocks(withHuskyLines(theirs, hook))).toBe(theirs);
        expect(withHuskyLines(withHuskyLines(theirs, hook), hook)).toBe(withHuskyLines(theirs, hook));
      }),
    );
  });

  test("stay where their end was cut off by hand", () => {
    const cut = appendBlock("a\n", ["x"]).split("\n").slice(0, 3).join("\n");
    expect(removeBlocks(cut)).toBe(cut);
  });

  test("of husky stand behind an interpreter line and share the input", () => {
    const script = withHuskyLines("#!/bin/sh\ncat\n", "pre-push");
    expect(script.startsWith("#!/bin/sh\n# >>> mversion >>>")).toBe(true);
    const repo = createRepo();
    mkdirSync(repo.path(".git/mversion/hooks"), { recursive: true });
    repo.write(".git/mversion/hooks/pre-push", `#!/bin/sh\ncat >'${repo.path("ours")}'\n`, { executable: true });
    for (const input of ["", "one line\n", "a\n$(touch gone)\n`x`\n\\n\n"]) {
      const done = spawnSync("sh", ["-e", "-c", script, "sh"], { cwd: repo.dir, input, encoding: "utf8" });
      expect([done.status, done.stdout, done.stderr]).toEqual([0, input, ""]);
      expect(repo.read("ours")).toBe(input === "" ? "\n" : input);
    }
    expect(repo.exists("gone")).toBe(false);
  });

  test.each([
    ["", "pre-commit:\n  commands:\n    mversion:\n"],
    ["# mine\nassert_lefthook_installed: true", "# mine\nassert_lefthook_installed: true\npre-commit:\n  commands:\n"],
    ["pre-commit:\n    parallel: true\npre-push:\n", "pre-commit:\n    commands:\n      mversion:\n"],
    ["pre-commit:\n  commands:\n     lint:\n       run: x\n", "pre-commit:\n  commands:\n     mversion:\n"],
  ])("of lefthook go where its settings let them: %j", (before, expected) => {
    const { text: after, unplaced } = withCommands(before, ["pre-commit"]);
    expect(unplaced).toEqual([]);
    expect(after.replace(/^ *# [<>]{3} .*\n/gm, "")).toContain(expected);
    expect(hooksWithCommands(after)).toEqual(["pre-commit"]);
    expect(withCommands(after, ["pre-commit"]).text).toBe(after);
    expect(removeBlocks(after)).toBe(before === "" || before.endsWith("\n") ? before : `${before}\n`);
  });

  test("of lefthook are given to the user where braces leave no room", () => {
    const before = "pre-commit: {parallel: true}\npre-push:\n  commands: {}\n";
    expect(withCommands(before, ["pre-commit", "pre-push"])).toEqual({
      text: before,
      unplaced: ["pre-commit", "pre-push"],
    });
  });
});
