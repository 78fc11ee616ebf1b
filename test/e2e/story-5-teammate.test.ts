// Story 5, a teammate's fresh clone in which nobody ran init: told once what is missing, and otherwise left alone.
import { beforeAll, describe, expect, test } from "vitest";
import { scratchDir } from "../helpers/git.ts";
import { fixture, type Person, person, sha256 } from "../helpers/program.ts";

const MODEL = "models/model.onnx";
const model = fixture("models/churn-a/model.onnx");

let server: string;
let ben: Person;
beforeAll(() => {
  server = scratchDir("server");
  const ada = person("Ada");
  ada.sh(`git init -q --bare ${server}`);
  ada.write("train.py", "C = 1.0\n");
  ada.write("data/train.csv", fixture("data/january/train.csv"));
  ada.write(MODEL, model);
  ada.sh("git init -q && mv init --model churn --yes");
  ada.sh(`mv add data/train.csv --dataset && mv add ${MODEL} --metric accuracy=0.91`);
  ada.sh('git add . && git commit -qm "First training" && mv tag v1.0.0 -m "First release"');
  ada.sh(`git remote add origin ${server} && git push -q --follow-tags -u origin main`);
  ben = person("Ben", { clone: server });
});

describe.sequential("a teammate who never ran init", () => {
  test("clones by Git alone: pointers are there, bytes are not, and no hook of ours is", () => {
    expect(ben.exists(`${MODEL}.mv.yaml`)).toBe(true);
    expect(ben.exists(MODEL)).toBe(false);
    expect(ben.sh("git config --get-regexp mversion || true")).toBe("");
    expect(ben.sh("ls .git/hooks | grep -v sample || true")).toBe("");
  });

  test("is told at the first command that the hooks are missing, and how to install them", () => {
    const { stdout, stderr, status } = ben.run("mv status");
    expect(status).toBe(0);
    expect(stderr).toContain("the hooks are not installed in this clone");
    expect(stderr).toContain("mv hooks install");
    expect(stdout).toMatch(/^churn +1\.0\.0 +released$/m);
    expect(stdout).toMatch(/models\/model\.onnx +model +absent, not in the cache/);
    expect(stdout).toMatch(/data\/train\.csv +dataset +absent, not in the cache/);
  });

  test("is not told again and again", () => {
    expect(ben.run("mv status").stderr).not.toContain("hooks");
    expect(ben.run("mv log").stderr).not.toContain("hooks");
  });

  test("reads everything that Git knows", () => {
    expect(ben.sh("mv log")).toContain("1.0.0");
    expect(ben.sh("mv show v1.0.0")).toContain("0.91");
    expect(ben.sh(`mv identify ${sha256(model)}`)).toContain("1.0.0");
    ben.sh("mv check");
  });

  test("is told that bytes are nowhere to be had here, and nothing changes by asking", () => {
    const plain = ben.run("mv restore");
    expect(plain.status).toBe(0);
    expect(plain.stderr).toContain(`Not in the cache, left as pointers: data/train.csv, ${MODEL}`);
    expect(ben.refused(`mv restore ${MODEL}`)).toContain("not in the cache");
    expect(ben.refused("mv checkout v1.0.0")).toContain("churn 1.0.0 cannot be brought back");
    expect(ben.sh("git status --porcelain")).toBe("");
    expect(ben.sh("git symbolic-ref --short HEAD")).toBe("main");
  });

  test("works with Git as always", () => {
    ben.sh('git switch -qc fix && echo "C = 2.0" > train.py && git commit -qam "Another C"');
    ben.sh("git switch -q main && git merge -q --no-ff -m Merge fix && git branch -d fix");
    ben.sh("git tag v9.9.9 && git tag -d v9.9.9 && git stash list && git rebase -q HEAD~1");
    ben.sh("git push -q origin main");
  });

  test("gets the hooks by the command that was named, and then they work", () => {
    ben.sh("mv hooks install");
    ben.write(MODEL, fixture("models/churn-b/model.onnx"));
    ben.sh(`mv add ${MODEL}`);
    expect(ben.refused("git commit -am wip")).toContain("would overwrite churn 1.0.0");
    ben.sh('mv bump draft && git commit -qam "A first try"');
  });
});
