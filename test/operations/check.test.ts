// The table of facts/git-mechanics.md section 2 with design.md's refinements, as real histories on real Git: each commit is
// judged as an index before it is made, and once more with the whole history at the end.
import { describe, expect, test } from "vitest";
import { comingParents } from "../../src/operations/check/parents.ts";
import { createHistory, type History, ONNX } from "./histories.ts";

/** churn 1.0.0 with bytes A, released at HEAD. */
async function released(): Promise<History> {
  const history = createHistory();
  history.model("1.0.0", { [ONNX]: "A" });
  history.repo.commit("first training");
  history.release("1.0.0");
  return history;
}

describe("innocent commits", () => {
  test("bump and new bytes; then code alone", async () => {
    const history = await released();
    history.model("1.1.0", { [ONNX]: "B" });
    expect(await history.commit("retrain")).toEqual([]);
    history.repo.write("train.py", "x = 1\n");
    expect(await history.commit("code")).toEqual([]);
    expect(await history.rules()).toEqual([]);
  });

  test("the first commit of all", async () => {
    const history = createHistory();
    history.repo.git("update-ref", "-d", "HEAD");
    history.model("0.1.0-dev.1", { [ONNX]: "A" });
    expect(await history.commit("first")).toEqual([]);
    expect(await history.rules()).toEqual([]);
  });

  test("bump first, bytes in the next commit: what is released may be replaced", async () => {
    const history = await released();
    history.model("1.1.0", { [ONNX]: "A" });
    expect(await history.commit("bump")).toEqual([]);
    history.model("1.1.0", { [ONNX]: "B" });
    expect(await history.commit("bytes")).toEqual([]);
    expect(await history.rules()).toEqual([]);
  });

  test("a squash merge", async () => {
    const history = await released();
    history.repo.git("switch", "-qc", "feature");
    history.model("1.1.0-dev.1", { [ONNX]: "B" });
    history.repo.commit("draft");
    history.model("1.1.0", { [ONNX]: "C" });
    history.repo.commit("better");
    history.repo.git("switch", "-q", "main");
    history.repo.git("merge", "-q", "--squash", "feature");
    expect(await history.commit("squashed")).toEqual([]);
    expect(await history.rules()).toEqual([]);
  });

  test("a release cherry-picked to a maintenance branch", async () => {
    const history = await released();
    history.model("1.1.0", { [ONNX]: "B" });
    history.repo.commit("1.1.0");
    history.release("1.1.0");
    history.repo.git("switch", "-qc", "maintenance", "v1.0.0");
    history.repo.git("cherry-pick", "--no-commit", "main");
    expect(await history.commit("picked")).toEqual([]);
    expect(await history.rules()).toEqual([]);
  });

  test("a tagged commit rebased and amended, bytes kept", async () => {
    const history = await released();
    history.repo.git("switch", "-qc", "feature");
    history.model("1.1.0", { [ONNX]: "B" });
    history.repo.commit("1.1.0");
    history.release("1.1.0");
    history.repo.git("switch", "-q", "main");
    history.repo.commit("code", { "train.py": "x = 1\n" });
    history.repo.git("switch", "-q", "feature");
    history.repo.git("rebase", "-q", "main");
    history.repo.git("commit", "-q", "--amend", "-m", "1.1.0, said better");
    expect(await history.rules({ range: "main..HEAD" })).toEqual([]);
  });

  test("revert of a release, its revert, and a rollback by hand", async () => {
    const history = await released();
    history.model("1.1.0", { [ONNX]: "B" });
    history.repo.commit("1.1.0");
    history.release("1.1.0");
    history.repo.git("revert", "--no-commit", "HEAD");
    expect(await history.commit("revert")).toEqual([]);
    history.repo.git("revert", "--no-commit", "HEAD");
    expect(await history.commit("revert the revert")).toEqual([]);
    history.model("1.0.0", { [ONNX]: "A" });
    expect(await history.commit("rollback")).toEqual([]);
    expect(await history.rules()).toEqual([]);
  });

  test("revert to a version that was never released: an ancestor along first parents has it", async () => {
    const history = await released();
    history.model("1.1.0", { [ONNX]: "B" });
    history.repo.commit("1.1.0, never tagged");
    history.model("1.2.0", { [ONNX]: "C" });
    history.repo.commit("1.2.0, never tagged");
    history.repo.git("revert", "--no-commit", "HEAD");
    expect(await history.commit("revert")).toEqual([]);
    expect(await history.rules()).toEqual([]);
  });

  test("revert of the second of two trainings that were merged together; not where main has given its number", async () => {
    const history = await released();
    const topic = (...names: string[]): void => {
      history.repo.git("switch", "-qc", "topic");
      for (const [at, letter] of names.entries()) {
        history.model(`1.1.0-dev.${at + 1}`, { [ONNX]: letter });
        history.repo.commit(`topic ${at + 1}`);
      }
      history.repo.git("switch", "-q", "main");
    };
    topic("B", "C");
    history.repo.git("merge", "-q", "--no-ff", "--no-edit", "topic");
    history.repo.git("revert", "--no-commit", "topic");
    expect(await history.commit("revert")).toEqual([]);
    expect(await history.rules()).toEqual([]);

    const other = await released();
    other.model("1.1.0-dev.1", { [ONNX]: "X" });
    other.repo.commit("main's own");
    other.repo.git("switch", "-qc", "topic", "v1.0.0");
    other.model("1.1.0-dev.1", { [ONNX]: "B" });
    other.repo.commit("topic's");
    other.repo.git("switch", "-q", "main");
    other.repo.tryGit("merge", "--no-commit", "topic");
    other.model("1.1.0-dev.2", { [ONNX]: "B" });
    other.repo.commit("merge");
    other.model("1.1.0-dev.3", { [ONNX]: "C" });
    other.repo.commit("later");
    other.model("1.1.0-dev.1", { [ONNX]: "B" });
    expect(await other.commit("by hand")).toEqual(["overwrite error"]);
  });

  test("drafts along a branch; from the last, releases below and above its number are open", async () => {
    const history = await released();
    for (const [at, letter] of ["B", "C", "D"].entries()) {
      history.model(`1.2.0-dev.${at + 1}`, { [ONNX]: letter });
      history.repo.commit(`draft ${at + 1}`);
    }
    for (const version of ["1.1.1", "1.2.0", "2.0.0"]) {
      history.repo.git("switch", "-qc", `to-${version}`, "main");
      history.model(version, { [ONNX]: "E" });
      expect(await history.commit(version), version).toEqual([]);
    }
    expect(await history.rules()).toEqual([]);
  });

  test("release candidates count up", async () => {
    const history = await released();
    history.model("1.1.0-rc.1", { [ONNX]: "B" });
    history.repo.commit("rc.1");
    history.model("1.1.0-rc.2", { [ONNX]: "C" });
    expect(await history.commit("rc.2")).toEqual([]);
    expect(await history.rules()).toEqual([]);
  });

  test("an artifact renamed; all artifacts dropped", async () => {
    const history = await released();
    history.model("1.0.0", { "models/net.onnx": "A" });
    expect(await history.commit("rename")).toEqual([]);
    history.model("1.0.0", {});
    expect(await history.commit("drop")).toEqual([]);
    expect(await history.rules()).toEqual([]);
  });

  test("only a dataset changes, only a role changes", async () => {
    const history = await released();
    history.pointer("data/train.csv", "D", "dataset");
    expect(await history.commit("data")).toEqual([]);
    history.pointer("data/train.csv", "E", "evaluation");
    expect(await history.commit("other data, other role")).toEqual([]);
    expect(await history.rules()).toEqual([]);
  });

  test("1.0.1 on a maintenance branch after 2.0.0", async () => {
    const history = await released();
    history.model("2.0.0", { [ONNX]: "B" });
    history.repo.commit("2.0.0");
    history.release("2.0.0");
    history.repo.git("switch", "-qc", "maintenance", "v1.0.0");
    history.model("1.0.1", { [ONNX]: "C" });
    expect(await history.commit("1.0.1")).toEqual([]);
    expect(await history.rules()).toEqual([]);
  });
});

describe("a released number given other bytes", () => {
  test("version kept with new bytes; the commit after it that touches the record is warned, code is not", async () => {
    const history = await released();
    history.model("1.0.0", { [ONNX]: "B" });
    expect(await history.commit("wip")).toEqual(["reused error"]);
    history.model("1.0.0", { [ONNX]: "B" }, { fields: { owner: "Ada" } });
    expect(await history.commit("owner")).toEqual(["reused warning"]);
    history.repo.write("train.py", "x = 1\n");
    expect(await history.commit("code alone")).toEqual([]);
    expect(await history.rules()).toEqual(["wip: reused error", "owner: reused warning"]);
  });

  test("an artifact added, or deleted", async () => {
    const history = await released();
    history.model("1.0.0", { [ONNX]: "A", "models/tokenizer": "T" });
    expect(await history.commit("add")).toEqual(["reused error"]);
    expect(await history.rules()).toEqual(["add: reused error"]);
    history.model("1.1.0", { [ONNX]: "A", "models/tokenizer": "T" });
    history.repo.commit("1.1.0");
    history.release("1.1.0");
    history.model("1.1.0", { [ONNX]: "A" });
    expect(await history.commit("delete")).toEqual(["reused error"]);
  });

  test("two artifacts swapped", async () => {
    const history = createHistory();
    history.model("1.0.0", { "models/a.onnx": "A", "models/b.onnx": "B" });
    history.repo.commit("both");
    history.release("1.0.0");
    history.model("1.0.0", { "models/a.onnx": "B", "models/b.onnx": "A" });
    expect(await history.commit("swap")).toEqual(["reused error"]);
    expect(await history.rules()).toEqual(["swap: reused error"]);
  });

  test("old bytes under the new label; build metadata does not make a number", async () => {
    const history = await released();
    history.model("1.1.0", { [ONNX]: "B" });
    history.repo.commit("1.1.0");
    history.release("1.1.0");
    history.model("1.1.0", { [ONNX]: "A" });
    expect(await history.commit("old bytes")).toEqual(["reused error"]);
    history.model("1.1.0+gpu", { [ONNX]: "C" });
    expect(await history.commit("gpu")).toEqual(["reused error"]);
    expect(await history.rules()).toEqual(["old bytes: reused error", "gpu: reused error"]);
  });

  test("a shared artifact changes, one of two models is bumped", async () => {
    const history = createHistory(["churn", "risk"]);
    history.model("2.0.0", { "models/churn.onnx": "A", "models/tokenizer": "T" });
    history.model("1.3.0", { "models/tokenizer": "T" }, { model: "risk" });
    history.repo.commit("both");
    history.release("2.0.0");
    history.release("1.3.0", { model: "risk" });
    history.model("2.1.0", { "models/churn.onnx": "A", "models/tokenizer": "U" });
    history.model("1.3.0", { "models/tokenizer": "U" }, { model: "risk" });
    expect(await history.commit("new tokenizer")).toEqual(["reused error"]);
    const { findings } = await history.check({ range: "HEAD" });
    expect(findings.map((finding) => finding.models)).toEqual([[{ model: "risk", version: "1.3.0" }]]);
  });

  test("an amend after the tag with other bytes", async () => {
    const history = await released();
    history.model("1.0.0", { [ONNX]: "B" });
    history.repo.git("commit", "-q", "--amend", "--all", "--no-edit");
    expect(await history.rules({ range: "HEAD" })).toEqual(["first training: reused error"]);
  });

  test("the policy says how it weighs", async () => {
    const history = createHistory();
    history.settings("policy: {overwrite: warn}");
    history.model("1.0.0", { [ONNX]: "A" });
    history.repo.commit("first training");
    history.release("1.0.0");
    history.model("1.0.0", { [ONNX]: "B" });
    expect(await history.commit("wip")).toEqual(["reused warning"]);
    expect((await history.check({ range: "HEAD" })).errors).toBe(0);
    history.settings("policy: {overwrite: off}");
    history.repo.commit("off");
    history.model("1.0.0", { [ONNX]: "C" });
    expect(await history.commit("more")).toEqual([]);
  });
});

describe("an unreleased number given other bytes", () => {
  test("two trainings under one 1.1.0", async () => {
    const history = await released();
    history.model("1.1.0", { [ONNX]: "B" });
    expect(await history.commit("first")).toEqual([]);
    history.model("1.1.0", { [ONNX]: "C" });
    expect(await history.commit("second")).toEqual(["overwrite error"]);
    expect(await history.rules()).toEqual(["second: overwrite error"]);
  });

  test("bump first where the old bytes were never released", async () => {
    const history = createHistory();
    history.model("1.0.0", { [ONNX]: "A" });
    history.repo.commit("never tagged");
    history.model("1.1.0", { [ONNX]: "A" });
    history.repo.commit("bump");
    history.model("1.1.0", { [ONNX]: "B" });
    expect(await history.commit("bytes")).toEqual(["overwrite error"]);
    expect(await history.rules()).toEqual(["bytes: overwrite error"]);
  });

  test("a draft's number twice", async () => {
    const history = await released();
    history.model("1.1.0-dev.1", { [ONNX]: "B" });
    history.repo.commit("draft");
    history.model("1.1.0-dev.1", { [ONNX]: "C" });
    expect(await history.commit("again")).toEqual(["overwrite error"]);
    expect(await history.rules()).toEqual(["again: overwrite error"]);
  });

  test("an amend of an untagged 1.1.0 with other bytes: innocent against HEAD's parents", async () => {
    const history = await released();
    history.model("1.1.0", { [ONNX]: "B" });
    history.repo.commit("1.1.0");
    history.model("1.1.0", { [ONNX]: "C" });
    history.repo.git("commit", "-q", "--amend", "--all", "--no-edit");
    expect(await history.rules()).toEqual([]);
  });
});

describe("merges", () => {
  /** Two branches from released 1.0.0: main with bytes B, feature with bytes C; the merge is under way on main. */
  async function parted(ours: string, theirs: string): Promise<History> {
    const history = await released();
    history.repo.git("switch", "-qc", "feature");
    history.model(theirs, { [ONNX]: "C" });
    history.repo.commit("theirs");
    history.repo.git("switch", "-q", "main");
    history.model(ours, { [ONNX]: "B" });
    history.repo.commit("ours");
    history.repo.tryGit("merge", "--no-commit", "--no-ff", "feature");
    return history;
  }

  test.each(["B", "C"])("both at 1.1.0, %s taken whole: what is lost is said", async (letter) => {
    const history = await parted("1.1.0", "1.1.0");
    history.model("1.1.0", { [ONNX]: letter });
    expect(await history.commit("merge")).toEqual(["dropped warning"]);
    expect(await history.rules()).toEqual(["merge: dropped warning"]);
  });

  test("theirs under 1.1.0 while ours is released", async () => {
    const history = await parted("1.1.0", "1.1.0");
    history.release("1.1.0");
    history.model("1.1.0", { [ONNX]: "C" });
    expect(await history.commit("merge")).toEqual(["reused error"]);
    expect(await history.rules()).toContain("merge: reused error");
  });

  test("a draft that a revert took back, merged from a branch that never saw it", async () => {
    const history = await released();
    history.repo.git("branch", "feature");
    history.model("1.1.0-dev.1", { [ONNX]: "B" });
    history.repo.commit("draft");
    history.repo.git("revert", "--no-edit", "HEAD");
    history.repo.git("switch", "-q", "feature");
    history.model("1.1.0-dev.1", { [ONNX]: "C" });
    history.repo.commit("theirs");
    expect(await history.rules()).toEqual([]);
    history.repo.git("switch", "-q", "main");
    history.repo.git("merge", "-q", "--no-commit", "--no-ff", "feature");
    // Nobody did wrong: the merge goes through, and is told what to type.
    expect(await history.commit("merge")).toEqual(["draft-again warning"]);
    const { findings } = await history.check({ all: true });
    expect(findings).toMatchObject([
      {
        message: expect.stringMatching(
          /^churn 1\.1\.0-dev\.1 named other bytes in [0-9a-f]{7}, which this line took back/,
        ),
      },
    ]);
    history.model("1.1.0-dev.2", { [ONNX]: "C" });
    expect(await history.commit("a number of its own")).toEqual([]);
    expect(await history.rules()).toEqual([]);
  });

  test("the same by a cherry-pick, and not where a revert is reverted", async () => {
    const history = await released();
    history.model("1.1.0-dev.1", { [ONNX]: "B" });
    history.repo.commit("draft");
    history.repo.git("revert", "--no-edit", "HEAD");
    history.repo.git("revert", "--no-edit", "HEAD");
    expect(await history.rules()).toEqual([]);
    history.repo.git("revert", "--no-edit", "HEAD");
    history.model("1.1.0-dev.1", { [ONNX]: "C" });
    expect(await history.commit("picked")).toEqual(["draft-again warning"]);
    expect(await history.rules()).toEqual(["draft-again warning"]);
  });

  test("a third content under 1.1.0, and under 1.2.0", async () => {
    const history = await parted("1.1.0", "1.1.0");
    history.model("1.1.0", { [ONNX]: "D" });
    expect(await history.commit("merge")).toEqual(["overwrite error"]);
    expect(await history.rules()).toEqual(["merge: overwrite error"]);
    history.model("1.2.0", { [ONNX]: "D" });
    history.repo.git("commit", "-q", "--amend", "--all", "--no-edit");
    expect(await history.rules()).toEqual(["merge: dropped warning"]);
  });

  test("the next draft for one side's bytes", async () => {
    const history = await parted("1.1.0-dev.1", "1.1.0-dev.1");
    history.model("1.1.0-dev.2", { [ONNX]: "C" });
    expect(await history.commit("mv merge --theirs")).toEqual(["dropped warning"]);
    expect(await history.rules()).toEqual(["mv merge --theirs: dropped warning"]);
  });

  test("a clean merge that mixes one side's model with the other's tokenizer", async () => {
    const history = createHistory();
    history.model("1.0.0", { [ONNX]: "A", "models/tokenizer": "T" });
    history.repo.commit("first");
    history.release("1.0.0");
    history.repo.git("switch", "-qc", "feature");
    history.model("1.1.0", { [ONNX]: "A", "models/tokenizer": "U" });
    history.repo.commit("tokenizer");
    history.repo.git("switch", "-q", "main");
    history.model("1.1.0", { [ONNX]: "B", "models/tokenizer": "T" });
    history.repo.commit("model");
    history.repo.tryGit("merge", "--no-commit", "--no-ff", "feature");
    history.model("1.1.0", { [ONNX]: "B", "models/tokenizer": "U" });
    expect(await history.commit("mixed")).toEqual(["overwrite error"]);
    expect(await history.rules()).toEqual(["mixed: overwrite error"]);
  });

  test("before pre-merge-commit Git has not written MERGE_HEAD: the merged commit is in GITHEAD_<oid>", async () => {
    const history = await released();
    const theirs = history.repo.head();
    history.repo.commit("ours");
    const project = await history.project({ ...process.env, [`GITHEAD_${theirs}`]: "feature" });
    expect(await comingParents(project)).toEqual({ parents: [history.repo.head(), theirs], operation: "merge" });
  });

  test("a free branch merged, its bytes under released 1.0.0", async () => {
    const history = await released();
    history.repo.git("switch", "-qc", "exp/lr");
    history.model("1.0.0", { [ONNX]: "B" });
    history.repo.commit("explore");
    history.repo.git("switch", "-q", "main");
    history.repo.commit("code", { "train.py": "x = 1\n" });
    history.repo.git("merge", "-q", "--no-commit", "--no-ff", "exp/lr");
    expect(await history.commit("merge")).toEqual(["reused error"]);
    expect(await history.rules()).toEqual(["explore: reused error", "merge: reused error"]);
  });

  test.each([
    ["C", ["reused error"]],
    ["B", []],
  ])("1.0.1 merged into 2.0.0, resolved as 2.0.0 with bytes %s", async (letter, found) => {
    const history = await released();
    history.repo.git("switch", "-qc", "maintenance");
    history.model("1.0.1", { [ONNX]: "C" });
    history.repo.commit("1.0.1");
    history.release("1.0.1");
    history.repo.git("switch", "-q", "main");
    history.model("2.0.0", { [ONNX]: "B" });
    history.repo.commit("2.0.0");
    history.release("2.0.0");
    history.repo.tryGit("merge", "--no-commit", "--no-ff", "maintenance");
    history.model("2.0.0", { [ONNX]: letter });
    expect(await history.commit("merge")).toEqual(found);
    expect(await history.rules()).toEqual(found.map((rule) => `merge: ${rule}`));
  });

  test("main merged into a branch that has drafts of its own", async () => {
    const history = await released();
    history.repo.git("switch", "-qc", "feature");
    history.model("1.1.0-dev.1", { [ONNX]: "B" });
    history.repo.commit("draft");
    history.repo.git("switch", "-q", "main");
    history.repo.commit("code", { "train.py": "x = 1\n" });
    history.repo.git("switch", "-q", "feature");
    history.repo.git("merge", "-q", "--no-commit", "--no-ff", "main");
    expect(await history.commit("main into feature")).toEqual([]);
    expect(await history.rules()).toEqual([]);
  });
});
