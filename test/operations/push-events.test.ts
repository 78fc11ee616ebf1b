// mv push and git push carry events: those that the remote lacks, and only with the releases that they name.
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { beforeEach, describe, expect, test } from "vitest";
import { parseStageFile } from "../../src/model/stage-file.ts";
import { hook, type HookResult } from "../../src/operations/hook.ts";
import { push, type PushInput } from "../../src/operations/push.ts";
import { verify } from "../../src/operations/verify.ts";
import { BYTES, MODEL, play, trained } from "../helpers/cli.ts";
import { testEnv, type TestRepo } from "../helpers/git.ts";
import { openRepo } from "../helpers/project.ts";
import { refusal } from "../helpers/refusal.ts";
import { type Shared, sharedProject } from "../helpers/shared.ts";

const warnings: string[] = [];
const pushFrom = async (repo: TestRepo, input: Partial<PushInput> = {}) =>
  push(await openRepo(repo, { warnings }), { words: [], ...input });

let shared: Shared;
let repo: TestRepo;
let stageFile: string;

beforeEach(async () => {
  warnings.length = 0;
  shared = await sharedProject();
  repo = shared.repo;
  stageFile = join(shared.store, "models/churn/stages/production.json");
});

const eventsThere = (): string[] => shared.refs().filter((ref) => /#|^approved|^confirmed/.test(ref));
const numberInStore = (): number => parseStageFile(readFileSync(stageFile), stageFile).assignment.number;

describe("mv push", () => {
  test("sends the events that HEAD leads to with the releases, and then the stages' files", async () => {
    await play(
      repo,
      "mv promote v1.0.0 production -m First",
      "mv promote v1.1.0 staging -m Next",
      "mv approve v1.1.0 production -m Fine",
    );
    const result = await pushFrom(repo);
    expect(result.stages).toEqual([
      { model: "churn", stage: "production", tag: "churn#production#1" },
      { model: "churn", stage: "staging", tag: "churn#staging#1" },
    ]);
    expect(eventsThere()).toEqual(["approved/churn/production/1.1.0/1", "churn#production#1", "churn#staging#1"]);
    expect(numberInStore()).toBe(1);
    await play(repo, "mv promote v1.1.0 production -m Second");
    expect((await pushFrom(repo)).git?.refs.filter(({ state }) => state === "new")).toEqual([
      { ref: "refs/tags/churn#production#2", state: "new" },
    ]);
    expect(numberInStore()).toBe(2);
    expect(await pushFrom(repo)).toMatchObject({ stages: [], recorded: true });
    expect(warnings).toEqual([]);
  });

  test("leaves an event here whose release does not go along, and says so", async () => {
    await pushFrom(repo);
    repo.git("switch", "-qc", "side");
    trained(repo, MODEL, BYTES.D);
    await play(repo, `mv add ${MODEL}`, "mv tag v1.2.0 -a -m March");
    await play(repo, "mv promote v1.1.0 production -m First", "mv promote v1.2.0 production --weight 10 -m Canary");
    repo.git("switch", "-q", "main");
    expect((await pushFrom(repo)).stages).toEqual([{ model: "churn", stage: "production", tag: "churn#production#2" }]);
    expect(warnings).toEqual(["churn#production#2 stays here: v1.2.0 is not on origin; mv push v1.2.0"]);
    expect(eventsThere()).toEqual(["churn#production#1"]);
    await pushFrom(repo, { all: true });
    expect(eventsThere()).toEqual(["churn#production#1", "churn#production#2"]);
    expect(numberInStore()).toBe(2);
  });

  test("refuses where somebody else assigned first, and pushes nothing", async () => {
    await pushFrom(repo);
    const ben = shared.clone();
    await play(ben, "mv promote v1.1.0 production -m Mine --push");
    await play(repo, "mv promote v1.0.0 production -m Ours");
    repo.commit("Code", { "more.py": "x = 1\n" });
    const before = shared.origin.git("rev-parse", "main");
    expect(await refusal(pushFrom(repo))).toMatchObject({
      code: "race",
      message: "origin has another churn#production#1: somebody was first",
    });
    expect(shared.origin.git("rev-parse", "main")).toBe(before);
    // Below what the remote has, under a number that was free.
    ben.git("push", "-q", "origin", ":churn#production#1");
    ben.git("-c", "mversion.unlock=churn#production#1", "tag", "-d", "churn#production#1");
    ben.git("tag", "-a", "-m", "by another tool", "churn#production#4", "v1.0.0^{commit}");
    ben.git("push", "-q", "origin", "churn#production#4");
    expect((await refusal(pushFrom(repo))).message).toContain(
      "later assignments of production than churn#production#1",
    );
  });

  test("sends a chain without a hole: what an assignment seals goes with it, or it stays too", async () => {
    await pushFrom(repo);
    await play(repo, "mv promote v1.0.0 production -m First");
    repo.git("tag", "-a", "-m", "Assigning stage", "churn#production#2", "v1.1.0^{commit}");
    await play(repo, "mv promote v1.0.0 production -m Back");
    await pushFrom(repo);
    expect(eventsThere()).toEqual(["churn#production#1", "churn#production#2", "churn#production#3"]);
    repo.git("switch", "-qc", "side");
    trained(repo, MODEL, BYTES.D);
    await play(repo, `mv add ${MODEL}`, "mv tag v1.2.0 -a -m March");
    await play(repo, "mv promote v1.2.0 production -m Canary", "mv rollback production -m Worse");
    repo.git("switch", "-q", "main");
    await pushFrom(repo);
    expect(warnings).toEqual(["churn#production#4 stays here, and 1 more: v1.2.0 is not on origin; mv push v1.2.0"]);
    expect(eventsThere()).toHaveLength(3);
    await pushFrom(repo, { words: ["v1.2.0"] });
    await pushFrom(repo);
    expect(eventsThere()).toHaveLength(5);
    const clone = await openRepo(shared.clone());
    expect((await verify(clone, { versions: [], all: true })).problems).toEqual([]);
  });

  test("leaves other tools' tags alone", async () => {
    repo.git("tag", "-a", "-m", "Assigning stage", "churn#production#1", "v1.0.0^{commit}");
    repo.git("tag", "churn#staging#1", "v1.0.0^{commit}");
    await pushFrom(repo, { all: true });
    expect(eventsThere()).toEqual([]);
    expect(existsSync(stageFile)).toBe(false);
    expect(warnings).toEqual([]);
    // Who has the store alone is told nothing new by GTO.
    await play(repo, "mv promote v1.1.0 production -m First --push");
    repo.git("tag", "-a", "-m", "Assigning stage", "churn#production#3", "v1.0.0^{commit}");
    repo.git("push", "-q", "origin", "churn#production#3");
    await pushFrom(repo, { all: true });
    expect(warnings).toEqual([
      "store still has an earlier assignment of churn@production than churn#production#3, GTO's",
    ]);
  });
});

describe("git push", () => {
  const said = ({ findings }: HookResult): string[] => findings.map(({ message }) => message);
  const pushed = (lines: string[]): Promise<HookResult> =>
    hook(
      { cwd: repo.dir, env: testEnv() },
      { name: "pre-push", args: ["origin", "url"], readInput: async () => `${lines.join("\n")}\n` },
    );
  const line = (ref: string, before = "0".repeat(40)): string =>
    `refs/tags/${ref} ${repo.git("rev-parse", ref)} refs/tags/${ref} ${before}`;

  test("of an event needs its release there, or along with it", async () => {
    await play(repo, "mv promote v1.0.0 production -m First");
    const alone = await pushed([line("churn#production#1")]);
    expect(alone.refused).toBe(true);
    expect(said(alone)).toEqual(["churn#production#1 names v1.0.0, which origin does not have."]);
    expect((await pushed([line("churn#production#1"), line("v1.0.0")])).refused).toBe(false);
    await pushFrom(repo, { words: ["v1.0.0"] });
    expect(said(await pushed([line("churn#production#1")]))).toEqual([]);
  });

  test("neither moves nor deletes an event", async () => {
    await play(repo, "mv promote v1.0.0 production -m First", "mv retract v1.1.0 -m Leak");
    const gone = (ref: string): string => `(delete) ${"0".repeat(40)} refs/tags/${ref} ${repo.git("rev-parse", ref)}`;
    expect(said(await pushed([gone("churn#production#1"), gone("v1.1.0#retracted")]))).toEqual([
      "churn#production#1 is an event and final; this push would delete it on origin.",
      "v1.1.0#retracted is an event and final; this push would delete it on origin.",
    ]);
    const [here, there] = [repo.git("rev-parse", "v1.0.0"), repo.git("rev-parse", "churn#production#1")];
    const moved = `refs/tags/v1.0.0 ${here} refs/tags/churn#production#1 ${there}`;
    expect(said(await pushed([moved]))).toEqual([
      "churn#production#1 is an event and final; this push would move it on origin.",
    ]);
    // A tag of another tool is that tool's business.
    repo.git("tag", "-a", "-m", "Assigning stage", "churn#staging#1", "v1.0.0^{commit}");
    expect(said(await pushed([gone("churn#staging#1")]))).toEqual([]);
    // Where the tag was never fetched its name alone is known.
    const unknown = `(delete) ${"0".repeat(40)} refs/tags/churn#production#9 ${"1".repeat(40)}`;
    expect(said(await pushed([unknown]))).toHaveLength(1);
  });
});
