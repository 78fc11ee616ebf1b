// A Git with hooks in its config (2.54 and later): ours stand beside every hook file and every manager, and leave no trace.
// .ci/newest-git brings that Git; NEWEST_GIT names its folder where it is another.
import { existsSync } from "node:fs";
import { userInfo } from "node:os";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { scratchDir } from "../helpers/git.ts";
import { type HookManagers, hookManagers } from "../helpers/hook-managers.ts";
import { type Person, person } from "../helpers/program.ts";

const MODEL = "models/model.onnx";
// The account's own home: tests have another HOME.
const programs = process.env["NEWEST_GIT"] ?? join(userInfo().homedir, ".cache/mversion-ci/newest-git/bin");
/** Where it is missing the tests are left out; in CI, which brings it, they fail. */
const isLeftOut = !existsSync(join(programs, "git")) && process.env["CI"] === undefined;

/** A repository with the model's first release. */
function releasedOnce(path?: string): Person {
  const ada = person("Ada", { programs: path === undefined ? programs : `${path}:${programs}` });
  ada.sh("git init -q && mv init --model churn --yes");
  ada.write(MODEL, "model 1\n");
  ada.sh(`mv add ${MODEL} && git add . && git commit -qm "First training" && mv tag v1.0.0 -m "First release"`);
  return ada;
}

/** New bytes under the released number are refused, code goes on, and new bytes with a number of their own go in. */
function guards(ada: Person): void {
  ada.write(MODEL, "model 2\n");
  const words = ada.refused(`mv add ${MODEL} && git commit -qam wip`);
  expect(words).toContain(`${MODEL} would overwrite churn 1.0.0, which is released with other bytes.`);
  ada.write("train.py", "x = 1\n");
  ada.sh('mv bump draft && git add train.py && git commit -qam "A draft"');
  expect(ada.refused("git tag -f v1.0.0 -m moved", 128)).toContain("v1.0.0 is a release and final");
  ada.sh("git checkout -q v1.0.0");
  expect(ada.read(MODEL)).toBe("model 1\n");
  ada.sh("git checkout -q main");
  expect(ada.read(MODEL)).toBe("model 2\n");
}

describe.skipIf(isLeftOut)("a Git with hooks in its config", () => {
  test("runs ours beside a hook file, and forgets them without a trace", () => {
    const ada = person("Ada", { programs });
    expect(ada.sh("git version")).toMatch(/ 2\.(5[4-9]|[6-9]\d)\.| [3-9]\./);
    ada.sh("git init -q");
    ada.write(".git/hooks/pre-commit", `#!/bin/sh\necho theirs >>"$HOME/seen"\n`);
    ada.sh("chmod +x .git/hooks/pre-commit && mv init --model churn --yes --no-hooks");
    const before = ada.read(".git/config");
    const files = ada.sh("ls -l --time-style=full-iso .git/hooks");
    ada.sh("mv hooks install");
    expect(ada.sh("ls -l --time-style=full-iso .git/hooks")).toBe(files);
    expect(
      ada
        .sh("mv hooks status")
        .split("\n")
        .map((line) => line.trim().split(/ {2,}/)[1]),
    ).toEqual(Array.from({ length: 7 }, () => "installed"));
    expect(ada.sh("git hook list pre-commit")).toContain("mversion-pre-commit");
    ada.write(MODEL, "model 1\n");
    ada.sh(`mv add ${MODEL} && git add . && git commit -qm "First training" && mv tag v1.0.0 -m "First release"`);
    guards(ada);
    expect(ada.sh('sort -u "$HOME/seen"')).toBe("theirs");
    ada.sh("mv hooks uninstall");
    expect(ada.read(".git/config")).toBe(before);
    expect(ada.sh("ls -l --time-style=full-iso .git/hooks")).toBe(files);
    expect(ada.sh("ls .git/mversion")).not.toContain("hooks");
  });

  test("a clone, a merge and a push ask ours too", () => {
    const ada = releasedOnce();
    const server = scratchDir("server");
    ada.sh(
      `git init -q --bare ${server} && git remote add origin ${server} && git push -q --follow-tags -u origin main`,
    );
    const ben = person("Ben", { programs, clone: server });
    ben.sh("mv hooks install && git switch -qc topic");
    ben.write("train.py", "x = 2\n");
    ben.sh('git add . && git commit -qm "Code" && git switch -q main && git merge -q --no-ff --no-edit topic');
    ben.sh("git push -q");
    ada.write(MODEL, "model 3\n");
    ada.sh(`mv add ${MODEL} && git commit -q --no-verify -am "By force"`);
    expect(ada.refused("git push -q origin HEAD:by-force")).toContain("overwrites churn 1.0.0");
  });

  test.each<[string, (managers: HookManagers) => { path: string; install: string; files: Record<string, string> }]>([
    [
      "husky",
      ({ husky }) => ({
        path: husky,
        install: "husky",
        files: { "package.json": '{"private": true}\n', ".husky/pre-commit": 'echo theirs >>"$HOME/seen"\n' },
      }),
    ],
    [
      "lefthook",
      ({ lefthook }) => ({
        path: join(lefthook, ".."),
        install: "lefthook install",
        files: { "lefthook.yml": "pre-commit:\n  commands:\n    t:\n      run: echo theirs >>$HOME/seen\n" },
      }),
    ],
    [
      "pre-commit",
      ({ preCommit }) => ({
        path: preCommit,
        install: "pre-commit install",
        files: {
          ".pre-commit-config.yaml":
            "repos:\n- repo: local\n  hooks:\n  - {id: t, name: t, language: system, entry: sh -c 'echo theirs >>$HOME/seen', always_run: true, pass_filenames: false}\n",
        },
      }),
    ],
  ])("with %s, installed before and after", (_, kit) => {
    const { path, install, files } = kit(hookManagers());
    for (const isFirst of [true, false]) {
      const ada = person("Ada", { programs: `${path}:${programs}` });
      ada.sh("git init -q");
      for (const [file, text] of Object.entries(files)) ada.write(file, text);
      if (isFirst) ada.sh(`${install} && mv init --model churn --yes`);
      else ada.sh(`mv init --model churn --yes && ${install}`);
      ada.write(MODEL, "model 1\n");
      ada.sh(`mv add ${MODEL} && git add . && git commit -qm "First training" && mv tag v1.0.0 -m "First release"`);
      guards(ada);
      expect(ada.sh('sort -u "$HOME/seen"')).toBe("theirs");
    }
  });
});
