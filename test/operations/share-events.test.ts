// Approvals and confirmations go to others: the tag without force, and of several people at once each gets a number.
import { beforeEach, describe, expect, test } from "vitest";
import { approve, type ApproveResult } from "../../src/operations/approve.ts";
import { confirm, type ConfirmResult } from "../../src/operations/confirm.ts";
import { BYTES, MODEL, play, trained } from "../helpers/cli.ts";
import { forkRepo } from "../helpers/fork.ts";
import { type TestRepo, withEnv } from "../helpers/git.ts";
import { openRepo } from "../helpers/project.ts";
import { refusal } from "../helpers/refusal.ts";
import { type Shared, sharedProject } from "../helpers/shared.ts";

let shared: Shared;
let ada: TestRepo;
let ben: TestRepo;

beforeEach(async () => {
  shared = await sharedProject();
  ada = shared.repo;
  await play(ada, "mv push", "mv promote v1.0.0 production --push -m First");
  ben = forkRepo(ada);
});

async function approveAs(name: string, repo: TestRepo, version = "v1.1.0", push = true): Promise<ApproveResult> {
  let result: ApproveResult | undefined;
  const env = { GIT_COMMITTER_NAME: name, GIT_COMMITTER_EMAIL: `${name.toLowerCase()}@example.org` };
  await withEnv(env, async () => {
    result = await approve(await openRepo(repo), { version, stage: "production", reason: "fine", push });
  });
  if (!result) throw new Error("nothing came");
  return result;
}

const confirmIn = async (repo: TestRepo, source: string, push = true): Promise<ConfirmResult> =>
  confirm(await openRepo(repo), { version: "v1.0.0", stage: "production", source, push });
const tagsOf = (repo: TestRepo): string[] =>
  repo
    .git("for-each-ref", "--format=%(refname:short) %(taggername)", "refs/tags/approved", "refs/tags/confirmed")
    .split("\n")
    .filter(Boolean);

describe("approve --push", () => {
  test("takes the next number that is free on both sides, and sees what others approved", async () => {
    expect(await approveAs("Ben", ben)).toMatchObject({
      changed: true,
      pushed: "origin",
      share: null,
      approval: { tag: "approved/churn/production/1.1.0/1", by: "ben@example.org" },
    });
    expect(await approveAs("Cem", ada)).toMatchObject({ approval: { tag: "approved/churn/production/1.1.0/2" } });
    expect(tagsOf(ada)).toEqual(["approved/churn/production/1.1.0/1 Ben", "approved/churn/production/1.1.0/2 Cem"]);
    expect(tagsOf(shared.origin)).toEqual(tagsOf(ada));
  });

  test("sends one that was made without it, under another number where that is taken by now", async () => {
    expect(await approveAs("Ben", ben, "v1.1.0", false)).toMatchObject({
      pushed: null,
      share: "mv approve v1.1.0 production --push -m fine",
    });
    await approveAs("Cem", ada);
    expect(await approveAs("Ben", ben)).toMatchObject({
      changed: false,
      pushed: "origin",
      approval: { tag: "approved/churn/production/1.1.0/2", by: "ben@example.org" },
    });
    expect(tagsOf(shared.origin)).toEqual([
      "approved/churn/production/1.1.0/1 Cem",
      "approved/churn/production/1.1.0/2 Ben",
    ]);
    // And once more: it is there.
    expect(await approveAs("Ben", ben)).toMatchObject({ changed: false, pushed: "origin" });
  });

  test("refuses a release that others do not have, and takes back what the remote refuses", async () => {
    trained(ada, MODEL, BYTES.D);
    await play(ada, `mv add ${MODEL}`, "mv tag v1.2.0 -a -m March");
    expect(await refusal(approveAs("Ben", ada, "v1.2.0"))).toMatchObject({
      code: "push-incomplete",
      hint: "mv push v1.2.0",
    });
    shared.origin.hook("pre-receive", "echo no approvals on Fridays; exit 1");
    expect(await refusal(approveAs("Ben", ben))).toMatchObject({ code: "push-rejected" });
    expect(tagsOf(ben)).toEqual([]);
    ben.git("remote", "remove", "origin");
    expect(await refusal(approveAs("Ben", ben))).toMatchObject({ code: "usage" });
  });
});

describe("confirm --push", () => {
  test("of jobs that know nothing of each other loses none", async () => {
    const jobs = [ada, ben, forkRepo(ada)];
    const made = await Promise.all(jobs.map((repo, at) => confirmIn(repo, `job ${at}`)));
    expect(made.map(({ confirmation }) => confirmation.tag).toSorted()).toEqual([
      "confirmed/churn/production/1",
      "confirmed/churn/production/2",
      "confirmed/churn/production/3",
    ]);
    for (const { confirmation } of made) {
      expect(shared.origin.git("rev-parse", confirmation.tag)).toBe(confirmation.oid);
    }
    expect(shared.origin.git("cat-file", "tag", made[2]?.confirmation.tag ?? "")).toContain("source: job 2");
  });

  test("is repeated without harm", async () => {
    await confirmIn(ada, "job 1");
    expect(await confirmIn(ada, "job 1")).toMatchObject({ changed: false, pushed: "origin" });
    expect(tagsOf(shared.origin)).toHaveLength(1);
  });
});
