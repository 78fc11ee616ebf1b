// What `mv untag` takes back, and what it leaves because somebody relies on it.
import { cpSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { beforeAll, describe, expect, test } from "vitest";
import type { ErrorCode } from "../../src/errors.ts";
import { releaseFilePath } from "../../src/model/release-file.ts";
import { parseRecord } from "../../src/model/record.ts";
import { check } from "../../src/operations/check.ts";
import { openProject } from "../../src/operations/project.ts";
import { readReleases } from "../../src/operations/releases.ts";
import { retract } from "../../src/operations/retract.ts";
import { untag, type UntagResult } from "../../src/operations/untag.ts";
import { findVersion } from "../../src/operations/versions.ts";
import { BYTES, MODEL, play, sampleProject, trained } from "../helpers/cli.ts";
import { forkRepo } from "../helpers/fork.ts";
import { createRepo, testEnv, type TestRepo } from "../helpers/git.ts";
import { stock, withStore } from "../helpers/stocked.ts";

const RECORD = "churn.model.yaml";

/** The end of walkthrough A: the hooks are there, and v1.0.0 is prepared to come back as 1.1.1. */
let base: TestRepo;

beforeAll(async () => {
  base = await sampleProject({ until: "1.1.0", hooks: true });
  await play(base, "mv revert v1.0.0");
});

const open = (repo: TestRepo) => openProject({ cwd: repo.dir, env: testEnv() });

async function take(repo: TestRepo, version: string): Promise<UntagResult> {
  return untag(await open(repo), { version });
}

async function refused(repo: TestRepo, code: ErrorCode, version: string): Promise<{ message: string; hint: string }> {
  const state = () => [repo.git("status", "--porcelain"), repo.git("for-each-ref")];
  const before = state();
  const error: unknown = await take(repo, version).then(
    (result) => `it went: ${JSON.stringify(result)}`,
    (thrown: unknown) => thrown,
  );
  expect(error).toMatchObject({ code });
  expect(state()).toEqual(before);
  return error as { message: string; hint: string };
}

const record = (repo: TestRepo) => parseRecord(repo.read(RECORD), RECORD);

describe("mv untag", () => {
  test("a typo: tag gone, record back at what was only staged before", async () => {
    const repo = forkRepo(base);
    await play(repo, "mv tag v2.0.0 -m oops");
    const oid = repo.git("rev-parse", "refs/tags/v2.0.0");
    expect(await take(repo, "v2.0.0")).toEqual({
      model: "churn",
      version: "2.0.0",
      tag: "v2.0.0",
      oid,
      declared: "1.1.1",
    });
    expect(repo.git("tag")).toBe("v1.0.0\nv1.1.0");
    expect(record(repo)).toMatchObject({ version: "1.1.1", fields: { reason: "Return to 1.0.0" } });
    expect(repo.git("status", "--porcelain")).toBe(`M  ${RECORD}`);
    await refused(repo, "unknown-version", "v2.0.0");
    await play(repo, "mv tag v1.1.1", "mv verify --all");
  });

  test("where the clone does not remember, the commit before the release says it; after an amend too", async () => {
    const repo = forkRepo(base);
    await play(repo, "mv tag v2.0.0 -m oops");
    writeFileSync(repo.path(".git/mversion/local-tags.json"), "{");
    repo.git("commit", "-q", "--amend", "-m", "Other words");
    expect((await take(repo, "v2.0.0")).declared).toBe("1.1.0");
    expect(record(repo).fields["reason"]).toBe("Retrained on the February snapshot");
  });

  test("a tag alone: what HEAD declared stays declared", async () => {
    const repo = forkRepo(base);
    await play(repo, "mv bump 1.1.1 -m why");
    repo.git("commit", "-qm", "Declare");
    await play(repo, "mv tag");
    expect((await take(repo, "v1.1.1")).declared).toBeNull();
    expect(repo.git("status", "--porcelain")).toBe("");
    await play(repo, "mv tag");
  });

  test("a number that was declared for other bytes is not declared for these: the commit is refused as before the tag", async () => {
    const repo = forkRepo(base);
    await play(repo, "mv bump 1.2.0 -m first");
    repo.git("commit", "-qm", "Declare 1.2.0");
    trained(repo, MODEL, BYTES.D);
    await play(repo, `mv add ${MODEL}`, "mv tag v2.0.0 -a -m oops");
    expect((await take(repo, "v2.0.0")).declared).toBe("1.2.0");
    const { findings } = await check(await open(repo), { staged: true });
    expect(findings).toMatchObject([
      { message: `${MODEL} would overwrite churn 1.2.0, declared with other bytes before.` },
    ]);
    await play(repo, "mv bump draft", "mv check --staged");
  });

  test("a record that says something else by now is left as it is", async () => {
    const repo = forkRepo(base);
    await play(repo, "mv tag v2.0.0 -m oops");
    trained(repo, MODEL, BYTES.D);
    await play(repo, `mv add ${MODEL}`, "mv bump draft");
    expect((await take(repo, "v2.0.0")).declared).toBeNull();
    expect(record(repo).version).toBe("2.1.0-dev.1");
  });

  test("stays: sealed by a later one, retracted, on a remote, or on one that cannot be asked", async () => {
    const repo = forkRepo(base);
    expect(await refused(repo, "untag-shared", "v1.0.0")).toMatchObject({
      message: "v1.0.0 is sealed by v1.1.0, so it stays",
      hint: "mv retract v1.0.0 -m WHY",
    });
    const origin = createRepo({ bare: true });
    repo.git("remote", "add", "origin", origin.dir);
    repo.git("push", "-q", "--no-verify", "origin", "v1.1.0");
    expect((await refused(repo, "untag-shared", "v1.1.0")).message).toBe("v1.1.0 is on origin, so it stays");
    repo.git("remote", "set-url", "origin", "file:///nowhere");
    expect((await refused(repo, "unreachable", "v1.1.0")).hint).toBe("repeat when it can be reached");
    repo.git("remote", "remove", "origin");
    await play(repo, "mv retract v1.1.0 -m leak");
    expect((await refused(repo, "untag-shared", "v1.1.0")).message).toContain("is retracted");
  });

  test("stays where a store has a copy of it, and goes where it has another's", async () => {
    const repo = forkRepo(base);
    const store = withStore(repo);
    repo.git("commit", "-qam", "A store");
    await stock(repo, store);
    expect((await refused(repo, "untag-shared", "v1.1.0")).message).toBe("v1.1.0 is in the store store, so it stays");
    await play(repo, "mv tag v2.0.0 -a -m oops");
    const file = (version: string) => join(store, releaseFilePath("churn", version));
    cpSync(file("1.1.0"), file("2.0.0"));
    expect((await take(repo, "v2.0.0")).tag).toBe("v2.0.0");
  });

  test("goes where a remote has another tag of that name: it is the way out of a race", async () => {
    const repo = forkRepo(base);
    const origin = createRepo({ bare: true });
    repo.git("remote", "add", "origin", origin.dir);
    repo.git("push", "-q", "--no-verify", "origin", "main", "refs/tags/v1.0.0:refs/tags/v1.1.0");
    expect((await take(repo, "v1.1.0")).tag).toBe("v1.1.0");
  });

  test("only what is a release", async () => {
    const repo = forkRepo(base);
    repo.git("tag", "mine");
    await refused(repo, "unknown-version", "mine");
    await refused(repo, "unknown-version", "v9.0.0");
  });
});

describe("mv retract", () => {
  test("is an event beside the release: latest passes it over, the release stays as it was", async () => {
    const repo = forkRepo(base);
    const project = await open(repo);
    const before = repo.git("rev-parse", "refs/tags/v1.1.0");
    const latest = async () => (await findVersion(project, await readReleases(project), "latest")).name;
    expect(await latest()).toBe("churn 1.1.0");
    const reason = "Trained on leaked labels\n\n---\n#4711";
    const result = await retract(project, { version: "v1.1.0", reason });
    expect(result).toMatchObject({ tag: "v1.1.0#retracted", reason, remotes: [] });
    expect(await latest()).toBe("churn 1.0.0");
    expect(repo.git("rev-parse", "refs/tags/v1.1.0")).toBe(before);
    const releases = await readReleases(project);
    expect(releases.retractions).toMatchObject([{ version: "1.1.0", release: before, reason }]);
    await play(repo, "mv verify --all");
    await retract(project, { version: "v1.0.0", reason: "Too" });
    await expect(latest()).rejects.toMatchObject({ code: "unknown-version" });
  });

  test("needs a reason, a release, and is made once; the hook keeps it", async () => {
    const repo = forkRepo(base);
    const project = await open(repo);
    await expect(retract(project, { version: "v1.1.0" })).rejects.toMatchObject({ code: "no-reason" });
    await expect(retract(project, { version: "main", reason: "x" })).rejects.toMatchObject({ code: "unknown-version" });
    await retract(project, { version: "v1.1.0", askReason: async () => "asked" });
    await expect(retract(project, { version: "v1.1.0", reason: "x" })).rejects.toMatchObject({
      code: "retracted",
      hint: "git show 'v1.1.0#retracted'",
    });
    expect(repo.tryGit("tag", "-d", "v1.1.0#retracted").status).not.toBe(0);
    expect(readFileSync(repo.path(".git/hooks/reference-transaction"), "utf8")).toContain("mversion");
  });
});
