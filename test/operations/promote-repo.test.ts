// promote --repo and rollback --repo: from a machine without a clone, nothing of which stays.
import { existsSync, mkdtempSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { beforeEach, describe, expect, test } from "vitest";
import { parseStageFile } from "../../src/model/stage-file.ts";
import type { Surroundings } from "../../src/operations/project.ts";
import { promoteAt, rollbackAt } from "../../src/operations/registry/elsewhere.ts";
import { play } from "../helpers/cli.ts";
import { createRepo, scratchDir, testEnv } from "../helpers/git.ts";
import { refusal } from "../helpers/refusal.ts";
import { type Shared, sharedProject } from "../helpers/shared.ts";

let shared: Shared;
let url: string;
let around: Surroundings;
/** The machine's folder for temporary files. */
let temp: string;

beforeEach(async () => {
  shared = await sharedProject();
  await play(shared.repo, "mv push");
  await play(shared.repo, "mv promote v1.0.0 production -m First --push");
  await play(shared.repo, "mv promote v1.1.0 production -m Second --push");
  url = `file://${shared.origin.dir}`;
  around = { cwd: scratchDir(), env: testEnv() };
  temp = mkdtempSync(join(scratchDir(), "tmp-"));
  process.env["TMPDIR"] = temp;
  return () => delete process.env["TMPDIR"];
});

const chain = (): string[] =>
  shared.origin.git("for-each-ref", "--format=%(refname:short) %(subject)", "refs/tags/churn#*").split("\n");

function numberInStore(): number {
  const file = join(shared.store, "models/churn/stages/production.json");
  return parseStageFile(readFileSync(file), file).assignment.number;
}

describe.each([[true], [false]])("a server that can leave files out: %s", (canFilter) => {
  beforeEach(() => void shared.origin.git("config", "uploadpack.allowFilter", String(canFilter)));

  test("a rollback makes the tag, pushes it, writes the store's file, and leaves nothing", async () => {
    const result = await rollbackAt(around, url, { stage: "production", reason: "Incident 12" });
    expect(result).toMatchObject({
      changed: true,
      assigned: { baseline: "1.0.0", number: 3, returns: { assignment: "churn#production#1" } },
      before: { baseline: "1.1.0" },
      published: { tags: ["churn#production#3"], store: { remote: "store", file: "written" } },
      share: null,
    });
    expect(chain().at(-1)).toBe("churn#production#3 churn 1.0.0 back on production");
    expect(numberInStore()).toBe(3);
    expect(readdirSync(temp)).toEqual([]);
    expect(readdirSync(around.cwd)).toEqual([]);
    expect(await refusal(rollbackAt(around, url, { stage: "production", reason: "More" }))).toMatchObject({
      code: "no-earlier",
      hint: `mv rollback production --to 1.1.0 --repo ${url} -m More`,
    });
  });

  test("a promotion, also to a share", async () => {
    const input = { version: "v1.0.0", stage: "production", weight: 10, reason: "Canary" };
    expect((await promoteAt(around, url, input)).assigned).toMatchObject({
      baseline: "1.1.0",
      rollout: [
        { version: "1.1.0", weight: 90 },
        { version: "1.0.0", weight: 10 },
      ],
    });
    expect(numberInStore()).toBe(3);
  });
});

test("the rules of the default branch hold for a promotion, and not for a rollback", async () => {
  const { repo } = shared;
  repo.write(".mversion.yaml", `${repo.read(".mversion.yaml")}stages:\n  production: {approvals: 1}\n  staging: {}\n`);
  repo.git("commit", "-qam", "Two pairs of eyes");
  repo.git("push", "-q", "origin", "main");
  const input = { version: "v1.0.0", stage: "production", reason: "Alone" };
  expect(await refusal(promoteAt(around, url, input))).toMatchObject({ code: "stage-rule" });
  expect((await rollbackAt(around, url, { stage: "production", reason: "Incident" })).changed).toBe(true);
});

test("without a reason, a repository or settings nothing is made", async () => {
  expect(await refusal(rollbackAt(around, url, { stage: "production" }))).toMatchObject({
    code: "no-reason",
    hint: `mv rollback production --repo ${url} -m WHY`,
  });
  expect(await refusal(rollbackAt(around, "file:///nowhere.git", { stage: "production", reason: "x" }))).toMatchObject({
    code: "unreachable",
  });
  expect(await refusal(rollbackAt(around, "ext::sh -c true", { stage: "production", reason: "x" }))).toMatchObject({
    code: "usage",
  });
  const secret = await refusal(rollbackAt(around, "http://ada:hunter2@127.0.0.1:1/c.git", { stage: "p", reason: "x" }));
  expect(secret.code).toBe("unreachable");
  expect(JSON.stringify(secret)).not.toContain("hunter2");
  expect(chain()).toHaveLength(2);
  expect(readdirSync(temp)).toEqual([]);
});

test("a path counts from the current folder", async () => {
  const result = await rollbackAt({ ...around, cwd: join(shared.origin.dir, "..") }, "repo", {
    stage: "production",
    reason: "Incident",
  });
  expect(result.assigned.number).toBe(3);
  expect(existsSync(join(temp, "repo"))).toBe(false);
});

test("a repository without a tag, and one without a commit, are named for what they lack", async () => {
  const bare = createRepo({ bare: true });
  const at = (): Promise<unknown> =>
    refusal(rollbackAt(around, `file://${bare.dir}`, { stage: "production", reason: "x" }));
  expect(await at()).toMatchObject({ code: "no-config" });
  bare.git("symbolic-ref", "HEAD", "refs/heads/main");
  shared.repo.git("push", "-q", "--no-verify", bare.dir, "main");
  expect(await at()).toMatchObject({ code: "no-earlier", message: "Nothing was ever on production" });
  expect(readdirSync(temp).filter((name) => name.startsWith("mversion-"))).toEqual([]);
});
