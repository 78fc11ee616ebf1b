// On a machine without awk the hooks find the same things, in the words of a shell.
import { describe, expect, test } from "vitest";
import { createRepo, type TestRepo } from "../helpers/git.ts";
import { createRecorder, folderOf, install } from "../helpers/hooks.ts";

process.env["PATH"] = folderOf("sh", "git", "cat", "grep", "sed", "env", "tr");
const PAYLOAD = "churn\n\nWhy\n\n---\nmversion: 1\nmodel: churn\n";

async function hooked(program: string): Promise<TestRepo> {
  const repo = createRepo();
  repo.commit("start", { ".mversion.yaml": "schema: 1\n", "a.txt": "1\n" });
  await install(repo, program);
  return repo;
}

describe("pre-commit", () => {
  test("calls the program, which decides, for every commit that changes something", async () => {
    const program = createRecorder();
    const repo = await hooked(program.path);
    repo.git("commit", "--allow-empty", "-m", "empty");
    expect(program.calls()).toEqual([]);
    repo.write("a.txt", "2\n");
    repo.git("commit", "-am", "text");
    expect(program.calls()).toEqual(["hook pre-commit"]);
    program.answer(1);
    repo.write("m/x.mv.yaml", "1\n");
    repo.git("add", ".");
    expect(repo.tryGit("commit", "-m", "pointer").status).toBe(1);
  });

  test("without the program refuses pointers and lets text through, with a word each", async () => {
    const repo = await hooked("/nowhere/git-mversion");
    repo.write("a.txt", "2\n");
    const text = repo.tryGit("commit", "-am", "text");
    expect(text.status).toBe(0);
    expect(text.stderr).toContain("No pointer or record is staged, so the commit goes on.");
    repo.write("m/x.mv.yaml", "1\n");
    repo.git("add", ".");
    const pointer = repo.tryGit("commit", "-m", "pointer");
    expect(pointer.status).toBe(1);
    expect(pointer.stderr).toContain("mversion: refused: pointers or records are staged");
    expect(pointer.stderr).not.toContain("awk");
  });
});

test("reference-transaction guards releases, one by one and in great numbers, and nothing else", async () => {
  const repo = await hooked(createRecorder().path);
  const head = repo.git("rev-parse", "HEAD");
  repo.gitWith({ input: PAYLOAD }, "tag", "-a", "--cleanup=verbatim", "-F-", "v1.0.0");
  repo.git("tag", "-a", "-m", "foreign", "foreign");
  const tagged = repo.git("rev-parse", "refs/tags/v1.0.0");
  const refused = (input: string | undefined, ...args: string[]): void => {
    expect(() => repo.gitWith(input === undefined ? {} : { input }, ...args)).toThrow("v1.0.0 is a release and final");
    expect(repo.git("rev-parse", "refs/tags/v1.0.0")).toBe(tagged);
  };
  refused(undefined, "tag", "-d", "v1.0.0");
  refused(undefined, "tag", "-f", "v1.0.0", "HEAD");
  refused(undefined, "update-ref", "-d", "refs/tags/v1.0.0", tagged);
  repo.git("pack-refs", "--all");
  refused(undefined, "tag", "-d", "v1.0.0");
  repo.git("update-ref", "refs/tags/v1.0.0", tagged, tagged);
  repo.git("tag", "-f", "-a", "-m", "moved", "foreign", "HEAD");

  const names = Array.from({ length: 60 }, (_, at) => `refs/tags/bulk-${at}`);
  const create = names.map((name) => `create ${name} ${head}\n`).join("");
  repo.gitWith({ input: create }, "update-ref", "--stdin");
  repo.git("pack-refs", "--all");
  const remove = names.map((name) => `delete ${name}\n`).join("");
  refused(`${remove}delete refs/tags/v1.0.0\n`, "update-ref", "--stdin");
  expect(repo.git("tag", "-l", "bulk-*").split("\n")).toHaveLength(60);
  repo.gitWith({ input: `${remove}delete refs/tags/foreign\n` }, "update-ref", "--stdin");
  expect(repo.git("tag", "-l")).toBe("v1.0.0");
});
