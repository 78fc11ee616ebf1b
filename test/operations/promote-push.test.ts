// An assignment goes to others: the tag without force, then the store's file, and of two people at once one wins.
import { mkdirSync, readFileSync, rmdirSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { beforeEach, describe, expect, test } from "vitest";
import { parseStageFile } from "../../src/model/stage-file.ts";
import { get } from "../../src/operations/get.ts";
import { promote, type PromoteInput } from "../../src/operations/promote.ts";
import { rollback, type RollbackInput } from "../../src/operations/rollback.ts";
import { BYTES, MODEL, play, trained } from "../helpers/cli.ts";
import { forkRepo } from "../helpers/fork.ts";
import { scratchDir, testEnv, type TestRepo } from "../helpers/git.ts";
import { openRepo } from "../helpers/project.ts";
import { refusal } from "../helpers/refusal.ts";
import { setRemotes, type Shared, sharedProject } from "../helpers/shared.ts";

const promoteIn = async (repo: TestRepo, version: string, input: Partial<PromoteInput> = {}) =>
  promote(await openRepo(repo), { version, stage: "production", reason: "Because", push: true, ...input });
const rollbackIn = async (repo: TestRepo, input: Partial<RollbackInput> = {}) =>
  rollback(await openRepo(repo), { stage: "production", reason: "Because", push: true, ...input });
const chainOf = (repo: TestRepo): string[] =>
  repo.git("for-each-ref", "--format=%(refname:short) %(subject)", "refs/tags/churn#*").split("\n").filter(Boolean);

let shared: Shared;
let ada: TestRepo;
let stageFile: string;

beforeEach(async () => {
  shared = await sharedProject();
  ada = shared.repo;
  stageFile = join(shared.store, "models/churn/stages/production.json");
  await play(ada, "mv push");
});

const numberInStore = (): number => parseStageFile(readFileSync(stageFile), stageFile).assignment.number;

function writeStageFile(text: string): void {
  mkdirSync(dirname(stageFile), { recursive: true });
  writeFileSync(stageFile, text);
}

describe("promote --push", () => {
  test("sends the tag and the file of the stage, from which the store alone serves it", async () => {
    const result = await promoteIn(ada, "v1.0.0");
    expect(result.published).toEqual({
      remote: "origin",
      tags: ["churn#production#1"],
      store: { remote: "store", file: "written" },
    });
    expect(result.share).toBeNull();
    expect(shared.origin.git("rev-parse", "churn#production#1")).toBe(result.assigned.oid);
    const text = readFileSync(stageFile, "utf8");
    expect(Object.keys(JSON.parse(text) as object)).toEqual(["model", "oid", "raw", "schema", "stage", "tag"]);
    expect(text.endsWith("}\n")).toBe(true);
    const into = join(scratchDir(), "model");
    const got = await get(
      { cwd: scratchDir(), env: testEnv() },
      { source: `file://${shared.store}`, version: "churn@production", into, paths: [] },
    );
    expect(got).toMatchObject({ version: "1.0.0", stage: "production" });
    expect(readFileSync(join(into, MODEL), "utf8")).toBe(BYTES.B);
  });

  test("sends what was promoted without it before, and the same version again where it was not sent", async () => {
    await promoteIn(ada, "v1.0.0", { push: false });
    expect(await promoteIn(ada, "v1.1.0", { push: false })).toMatchObject({
      published: null,
      share: "mv promote v1.1.0 production --push -m Because",
    });
    expect(await promoteIn(ada, "v1.1.0")).toMatchObject({
      changed: false,
      published: { tags: ["churn#production#1", "churn#production#2"], store: { file: "written" } },
    });
    expect(await promoteIn(ada, "v1.1.0")).toMatchObject({ changed: false, published: { store: { file: "there" } } });
    expect(numberInStore()).toBe(2);
  });

  test("refuses a version that others could not get, and assigns nothing", async () => {
    trained(ada, MODEL, BYTES.D);
    await play(ada, `mv add ${MODEL}`, "mv tag v1.2.0 -a -m March");
    expect(await refusal(promoteIn(ada, "v1.2.0"))).toMatchObject({
      code: "push-incomplete",
      message: "v1.2.0 is not on origin",
      hint: "mv push v1.2.0",
    });
    ada.git("push", "-q", "--no-verify", "origin", "v1.2.0");
    expect(await refusal(promoteIn(ada, "v1.2.0"))).toMatchObject({
      code: "push-incomplete",
      message: "store does not hold the file of churn 1.2.0",
    });
    expect(chainOf(ada)).toEqual([]);
    // In an incident nobody is sent away to push bytes: where it ran they are.
    await promoteIn(ada, "v1.1.0");
    await promoteIn(ada, "v1.2.0", { push: false });
    expect((await rollbackIn(ada)).published?.tags).toEqual(["churn#production#2", "churn#production#3"]);
  });

  test("needs a Git remote, and no store", async () => {
    setRemotes(ada, {});
    ada.git("commit", "-qam", "No store");
    ada.git("push", "-q", "origin", "main");
    expect((await promoteIn(ada, "v1.0.0")).published?.store).toBeNull();
    ada.git("remote", "remove", "origin");
    expect(await refusal(promoteIn(ada, "v1.1.0"))).toMatchObject({ code: "usage" });
  });

  test("says that the store failed where the tag is out, and finishes when it is repeated", async () => {
    mkdirSync(stageFile, { recursive: true });
    const failure = await refusal(promoteIn(ada, "v1.0.0"));
    expect(failure).toMatchObject({
      code: "partly",
      message: expect.stringContaining("churn#production#1 is pushed") as string,
      hint: expect.stringContaining("mv promote v1.0.0 production --push -m Because") as string,
    });
    expect(chainOf(shared.origin)).toHaveLength(1);
    rmdirSync(stageFile);
    expect((await promoteIn(ada, "v1.0.0")).published?.store?.file).toBe("written");
  });
});

describe("the file of a stage", () => {
  test("is never replaced by an older assignment", async () => {
    const ben = shared.clone();
    await promoteIn(ada, "v1.0.0", { push: false });
    await promoteIn(ben, "v1.0.0");
    await promoteIn(ben, "v1.1.0");
    const newest = readFileSync(stageFile, "utf8");
    ada.git("tag", "-d", "churn#production#1");
    ada.git("fetch", "-q", "--no-tags", "origin", "tag", "churn#production#1");
    const { writeStageFile: write } = await import("../../src/operations/push/stage-files.ts");
    const { openProjectRemote } = await import("../../src/operations/remotes.ts");
    const { readRegistry } = await import("../../src/operations/registry.ts");
    const { readReleases } = await import("../../src/operations/releases.ts");
    const project = await openRepo(ada);
    const standing = await readRegistry(project, await readReleases(project)).latest("churn", "production");
    if (!standing) throw new Error("nothing stands there");
    expect(standing.number).toBe(1);
    expect(await write(project, await openProjectRemote(project, null), standing)).toBe("newer");
    expect(readFileSync(stageFile, "utf8")).toBe(newest);
  });

  test.each([["not JSON"], ["{}"], ['{"schema":1,"oid":"0","raw":""}']])("that reads %s is replaced", async (text) => {
    writeStageFile(text);
    expect((await promoteIn(ada, "v1.0.0")).published?.store?.file).toBe("written");
    expect(numberInStore()).toBe(1);
  });
});

describe("two people at once", () => {
  test("one is told what the other did, and the same command then does it", async () => {
    const ben = shared.clone();
    await promoteIn(ben, "v1.1.0", { reason: "Better recall" });
    const failure = await refusal(promoteIn(ada, "v1.0.0"));
    expect(failure.code).toBe("race");
    expect(failure.message).toMatch(
      /^Ada put churn 1\.1\.0 on production at [-\d: +]+, which was not known here: Better recall$/,
    );
    expect(failure.hint).toBe("if you still want it: mv promote v1.0.0 production --push -m Because");
    expect(chainOf(ada)).toEqual(["churn#production#1 churn 1.1.0 on production"]);
    expect((await promoteIn(ada, "v1.0.0")).assigned).toMatchObject({
      number: 2,
      seal: { assignment: "churn#production#1" },
    });
    expect(await refusal(rollbackIn(ben))).toMatchObject({ code: "race" });
    expect((await rollbackIn(ben)).assigned.baseline).toBe("1.1.0");
    expect(numberInStore()).toBe(3);
  });

  test("the loser of the push itself has its tag taken back", async () => {
    const ben = shared.clone();
    await promoteIn(ben, "v1.1.0", { push: false });
    // Ben's push comes in between Ada's look at origin and her push.
    ada.hook("pre-push", `git -C '${ben.dir}' push -q origin 'refs/tags/churn#production#1'\n`);
    const failure = await refusal(promoteIn(ada, "v1.0.0"));
    expect(failure).toMatchObject({ code: "race" });
    expect(failure.message).toContain("put churn 1.1.0 on production");
    expect(chainOf(ada)).toEqual(chainOf(shared.origin));
    expect(chainOf(ada)).toEqual(["churn#production#1 churn 1.1.0 on production"]);
  });

  test("any number of people end with one chain without a gap or a fork", async () => {
    const people = [ada, ...Array.from({ length: 3 }, () => shared.clone())];
    const attempts = await Promise.all(
      people.map(async (repo, at) => {
        for (let tried = 1; ; tried += 1) {
          const version = tried % 2 === at % 2 ? "v1.0.0" : "v1.1.0";
          try {
            const { changed } = await promoteIn(repo, version, { reason: `${at}` });
            if (changed) return tried;
          } catch (error) {
            expect(error).toMatchObject({ code: "race" });
          }
        }
      }),
    );
    expect(Math.max(...attempts)).toBeGreaterThan(1);
    const tags = chainOf(shared.origin).map((line) => line.split(" ")[0]);
    expect(tags).toEqual(["churn#production#1", "churn#production#2", "churn#production#3", "churn#production#4"]);
    for (const [at, tag] of tags.entries()) {
      if (at === 0) continue;
      expect(shared.origin.git("cat-file", "tag", tag ?? "")).toContain(
        `seal: {assignment: "${tags[at - 1]}", tag: "${shared.origin.git("rev-parse", tags[at - 1] ?? "")}"}`,
      );
    }
    expect(numberInStore()).toBe(4);
  });

  test("whoever promoted without --push and lost is told how to go on", async () => {
    const ben = shared.clone();
    await promoteIn(ada, "v1.0.0", { push: false });
    await promoteIn(ben, "v1.1.0");
    const failure = await refusal(promoteIn(ada, "v1.0.0"));
    expect(failure).toMatchObject({
      code: "race",
      message: expect.stringContaining("another churn#production#1") as string,
    });
    const [command = ""] = (failure.hint ?? "").split(", then");
    for (const part of command.split(" && ")) {
      const words = part.replaceAll("'", "").split(" ").slice(1);
      ada.git(...words);
    }
    expect((await promoteIn(ada, "v1.0.0")).assigned.number).toBe(2);
  });

  test("a push that origin refuses assigns nothing", async () => {
    shared.origin.hook("pre-receive", "echo frozen >&2; exit 1\n");
    const failure = await refusal(promoteIn(ada, "v1.0.0"));
    expect(failure).toMatchObject({ code: "push-rejected" });
    expect(failure.message).toContain("Nothing was assigned");
    expect(failure.hint).toContain("a rule there may say who makes such tags");
    expect(chainOf(ada)).toEqual([]);
  });

  test("a remote that cannot be asked is named, and nothing is assigned", async () => {
    ada.git("remote", "set-url", "origin", join(shared.store, "nowhere.git"));
    const failure = await refusal(promoteIn(ada, "v1.0.0"));
    expect(failure).toMatchObject({ code: "unreachable" });
    expect(failure.message).toContain("origin cannot be asked");
    expect(failure.hint).toContain("git ls-remote origin");
    expect(chainOf(ada)).toEqual([]);
  });
});

test("a clone without tags learns of the stage's chain before it adds to it", async () => {
  await promoteIn(ada, "v1.0.0");
  const copy = forkRepo(ada);
  copy.git("-c", "mversion.unlock=churn#production#1", "tag", "-d", "churn#production#1");
  expect(await refusal(promoteIn(copy, "v1.1.0"))).toMatchObject({ code: "race" });
  expect((await promoteIn(copy, "v1.1.0")).assigned.number).toBe(2);
});
