import { spawnSync } from "node:child_process";
import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { openGit } from "../../src/git/git.ts";
import { fromRoot, ignoredBy, readIgnored } from "../../src/operations/mvignore.ts";
import { type Project, projectWith } from "../../src/operations/project.ts";
import { createRepo, type TestRepo } from "../helpers/git.ts";

const FILES = [
  "a.txt",
  "b.log",
  "A.TXT",
  "build/a.txt",
  "build/deep/b.log",
  "src/build/a.txt",
  "src/#note",
  "src/!bang",
  "src/x[1].txt",
  "src/ü/b.log",
  "src/with space/a.txt",
];
const FOLDERS = ["", "tok", "tok/src", "tok/build"];

async function projectOf(repo: TestRepo): Promise<Project> {
  return projectWith(await openGit(repo.dir), null, { cwd: repo.dir, env: process.env });
}

/** What is left of the folder `tok` when it is walked, each folder asked for before its files. */
async function kept(project: Project): Promise<string[]> {
  const ignored = await readIgnored(project, "tok");
  return FILES.filter((file) => {
    const parts = file.split("/");
    return parts.every((_, at) => !ignored(parts.slice(0, at + 1).join("/"), at < parts.length - 1));
  });
}

describe("rules", () => {
  it("are those of .gitignore, in every folder from the root to the file", async () => {
    const word = fc.constantFrom(
      "*.txt",
      "*.log",
      "a.txt",
      "/a.txt",
      "build",
      "build/",
      "/build/",
      "src/build",
      "tok/build/",
      "**/deep",
      "deep/**",
      "!a.txt",
      "!*.log",
      "!build/",
      "!/build/a.txt",
      "*",
      "!*/",
      "\\#note",
      "\\!bang",
      "# comment",
      "",
      "x[[]1].txt",
      "src/*/b.log",
      "?.log",
      "/tok/src/build/a.txt",
      "with space/",
      "a.txt ",
      "tok",
      "[ab].*",
      "src/ü",
    );
    const rules = fc.array(fc.tuple(fc.constantFrom(...FOLDERS), fc.array(word, { minLength: 1, maxLength: 4 })), {
      minLength: 1,
      maxLength: 3,
    });
    const repo = createRepo();
    for (const file of FILES) repo.write(`tok/${file}`, "");
    const project = await projectOf(repo);
    await fc.assert(
      fc.asyncProperty(rules, async (files) => {
        const texts = new Map(FOLDERS.map((folder) => [folder, ""]));
        for (const [folder, lines] of files) texts.set(folder, lines.map((line) => `${line}\n`).join(""));
        for (const [folder, text] of texts) {
          for (const name of [".gitignore", ".mvignore"]) repo.write(folder === "" ? name : `${folder}/${name}`, text);
        }
        const paths = FILES.map((file) => `tok/${file}\0`).join("");
        const ignored = checkIgnore(repo, paths);
        const top = await ignoredBy(project, "tok", true);
        if (top === null) expect(await kept(project)).toEqual(FILES.filter((file) => !ignored.has(`tok/${file}`)));
        else expect(FILES.filter((file) => !ignored.has(`tok/${file}`))).toEqual([]);
      }),
      { numRuns: 80 },
    );
  });

  it("are nothing but a few questions to the file system where there is none", async () => {
    const repo = createRepo();
    repo.write("tok/a.txt", "");
    const ignored = await readIgnored(await projectOf(repo), "tok");
    expect([ignored("a.txt", false), ignored("deep", true)]).toEqual([false, false]);
  });

  it("name the file that leaves an operand out", async () => {
    const repo = createRepo();
    repo.write(".mvignore", "*.tmp\n");
    repo.write("models/.mvignore", "\uFEFFcache/\r\n!keep.tmp\r\n");
    const project = await projectOf(repo);
    expect(await ignoredBy(project, "models/cache", true)).toBe("models/.mvignore");
    expect(await ignoredBy(project, "models/cache", false)).toBe(null);
    expect(await ignoredBy(project, "models/cache/model.onnx", false)).toBe("models/.mvignore");
    expect(await ignoredBy(project, "models/a.tmp", false)).toBe(".mvignore");
    expect(await ignoredBy(project, "models/keep.tmp", false)).toBe(null);
  });

  it("mind case as Git does", async () => {
    const repo = createRepo();
    repo.write(".mvignore", "*.TMP\n");
    expect(await ignoredBy(await projectOf(repo), "a.tmp", false)).toBe(null);
    repo.git("config", "core.ignorecase", "true");
    expect(await ignoredBy(await projectOf(repo), "a.tmp", false)).toBe(".mvignore");
  });
});

describe("fromRoot", () => {
  it("puts the folder in front", () => {
    const cases = ["*.txt", "/a", "a/b", "build/", "!x", "!/x", "\\#a", "#a", " "].map((line) =>
      fromRoot("m/t[1]", line),
    );
    expect(cases).toMatchInlineSnapshot(`
      [
        "/m/t\\[1\\]/**/*.txt",
        "/m/t\\[1\\]/a",
        "/m/t\\[1\\]/a/b",
        "/m/t\\[1\\]/**/build/",
        "!/m/t\\[1\\]/**/x",
        "!/m/t\\[1\\]/x",
        "/m/t\\[1\\]/**/#a",
        null,
        null,
      ]
    `);
  });
});

/** Git's own answer: the paths that its rules leave out. */
function checkIgnore(repo: TestRepo, paths: string): Set<string> {
  const answer = spawnSync("git", ["check-ignore", "--no-index", "-z", "--stdin"], { cwd: repo.dir, input: paths });
  return new Set(answer.stdout.toString().split("\0"));
}
