// The hooks as Git itself calls them, through the built program, and what they are given where Git's own timing is hard to meet.
import { existsSync, mkdirSync, readFileSync, rmSync } from "node:fs";
import { createHash } from "node:crypto";
import { fileURLToPath } from "node:url";
import { describe, expect, test } from "vitest";
import { hook } from "../../src/operations/hook.ts";
import { parseRecord } from "../../src/model/record.ts";
import { rememberBefore, rememberedTags, rememberMade } from "../../src/operations/tag/remembered.ts";
import { hookView } from "../../src/cli/views/hook.ts";
import { BYTES, MODEL, play, sampleProject } from "../helpers/cli.ts";
import { cloneRepo, createRepo, scratchDir, type TestRepo } from "../helpers/git.ts";
import { createHistory, type History, ONNX } from "./histories.ts";

const PROGRAM = fileURLToPath(new URL("../../bin/mversion.js", import.meta.url));

/** The shortest stubs there are: the installed ones have tests of their own. */
function install(repo: TestRepo, ...names: string[]): void {
  for (const name of names) repo.hook(name, `exec node '${PROGRAM}' hook ${name} "$@"`);
}

function call(repo: TestRepo, name: string, args: string[] = [], input = "", env: NodeJS.ProcessEnv = {}) {
  const around = { cwd: repo.dir, env: { ...process.env, ...env } };
  return hook(around, { name, args, readInput: async () => input });
}

const sha256 = (text: string): string => createHash("sha256").update(text).digest("hex");

async function released(): Promise<History> {
  const history = createHistory();
  history.model("1.0.0", { [ONNX]: "A" });
  history.repo.commit("first training");
  history.release("1.0.0");
  return history;
}

describe("pre-commit and pre-merge-commit", () => {
  test("refuse an overwrite; --no-verify passes; a code commit is silent", async () => {
    const { repo, ...history } = await released();
    install(repo, "pre-commit");
    history.model("1.0.0", { [ONNX]: "B" });
    repo.git("add", "--all");
    const refused = repo.tryGit("commit", "-qm", "wip");
    expect([refused.status, refused.stderr]).toEqual([
      1,
      [
        "mversion: refused: models/model.onnx would overwrite churn 1.0.0, which is released with other bytes.",
        "Release it: mv tag v1.1.0 -a -m WHY",
        "Or a draft: mv bump draft && git commit -am wip",
        "",
      ].join("\n"),
    ]);
    expect(repo.git("log", "--format=%s", "-1")).toBe("first training");
    repo.git("reset", "-q", "--hard");
    repo.write("train.py", "x = 1\n");
    repo.git("add", "--all");
    expect(repo.tryGit("commit", "-qm", "code")).toEqual({ status: 0, stdout: "", stderr: "" });
  });

  test("an amend is judged against HEAD's parents", async () => {
    const { repo, ...history } = await released();
    history.model("1.1.0", { [ONNX]: "B" });
    repo.commit("1.1.0, not tagged yet");
    install(repo, "pre-commit");
    history.model("1.1.0", { [ONNX]: "C" });
    expect(repo.tryGit("commit", "-qam", "other bytes").status).toBe(1);
    expect(repo.tryGit("commit", "-qa", "--amend", "--no-edit")).toEqual({ status: 0, stdout: "", stderr: "" });
    history.model("1.0.0", { [ONNX]: "C" });
    expect(repo.tryGit("commit", "-qa", "--amend", "--no-edit").stderr).toContain("would overwrite churn 1.0.0");
  });

  test("a commit of one path alone has an index of its own", async () => {
    const { repo, ...history } = await released();
    install(repo, "pre-commit");
    history.model("1.0.0", { [ONNX]: "B" });
    repo.write("train.py", "x = 1\n");
    repo.git("add", "--all");
    expect(repo.tryGit("commit", "-qm", "code", "--only", "train.py")).toMatchObject({ status: 0, stderr: "" });
    expect(repo.tryGit("commit", "-qm", "all").status).toBe(1);
  });

  test("a clean merge that mixes two trainings is stopped, and can be gone on with as printed", async () => {
    const { repo, ...history } = createHistory();
    // Without -merge in .gitattributes Git mixes records line by line: what a team has that never ran mv init again.
    history.model("1.0.0", { [ONNX]: "A", "models/tokenizer": "T" });
    repo.commit("first");
    history.release("1.0.0");
    repo.git("switch", "-qc", "feature");
    history.model("1.1.0", { [ONNX]: "A", "models/tokenizer": "U" });
    repo.commit("tokenizer");
    repo.git("switch", "-q", "main");
    repo.git("checkout", "-q", "feature", "--", "churn.model.yaml");
    history.pointer(ONNX, "B", "model");
    repo.commit("model, record of the other side");
    install(repo, "pre-commit", "pre-merge-commit");
    const merge = repo.tryGit("merge", "--no-edit", "feature");
    expect(merge.status).not.toBe(0);
    expect(merge.stderr).toContain(
      "mversion: refused: models/model.onnx and models/tokenizer would overwrite churn 1.1.0, declared with other bytes before.",
    );
    expect(merge.stderr).toContain("Next: mv bump 1.2.0 && git merge --continue");
    expect(merge.stderr).toContain("Or a draft: mv bump draft && git merge --continue");
    expect(repo.tryGit("rev-parse", "MERGE_HEAD").status).toBe(0);
  });

  test("inside a commit of mversion's own, and under a name that is no hook of ours, nothing is done", async () => {
    const { repo, ...history } = await released();
    history.model("1.0.0", { [ONNX]: "B" });
    repo.git("add", "--all");
    expect(await call(repo, "pre-commit")).toMatchObject({ refused: true });
    expect(await call(repo, "pre-commit", [], "", { MVERSION_NESTED: "1" })).toMatchObject({ refused: false });
    expect(await call(repo, "commit-msg", ["file"])).toMatchObject({ refused: false, findings: [] });
  });

  test("where history is not here, it is said and the commit goes on", async () => {
    const clone = cloneRepo((await released()).repo, { flags: ["--depth=1"] });
    clone.write("train.py", "x = 1\n");
    clone.git("add", "--all");
    expect(await call(clone, "pre-commit")).toMatchObject({ refused: false, failure: null });
    clone.write("churn.model.yaml", clone.read("churn.model.yaml").replace("1.0.0", "1.1.0"));
    clone.git("add", "--all");
    expect(await call(clone, "pre-commit")).toMatchObject({
      refused: false,
      failure: { hint: "git fetch --unshallow --tags" },
    });
  });

  test("in a repository, and on a branch, without settings", async () => {
    const bare = createRepo();
    bare.write("a", "1\n");
    bare.git("add", "--all");
    expect(await call(bare, "pre-commit")).toMatchObject({ refused: false, findings: [], failure: null });
  });
});

describe("pre-push", () => {
  /** A clone with a remote that has release 1.0.0. */
  async function pushed(): Promise<{ server: TestRepo; history: History }> {
    const history = await released();
    const server = createRepo({ bare: true });
    history.repo.git("remote", "add", "origin", server.dir);
    history.repo.git("push", "-q", "origin", "main", "--tags");
    history.repo.git("fetch", "-q", "origin");
    install(history.repo, "pre-push");
    return { server, history };
  }

  test("an innocent branch and a new release pass; the release is no longer this clone's alone", async () => {
    const { history } = await pushed();
    const { repo } = history;
    history.model("1.1.0", { [ONNX]: "B" });
    repo.commit("1.1.0");
    const oid = history.release("1.1.0");
    const project = await history.project();
    mkdirSync(project.stateDir, { recursive: true });
    const record = parseRecord(repo.git("show", "HEAD~1:churn.model.yaml"), "churn.model.yaml");
    await rememberBefore(project, [{ tagName: "v1.1.0", model: "churn", version: "1.1.0", record }]);
    await rememberMade(project, [{ tag: "v1.1.0", oid }]);
    expect(await rememberedTags(project)).toMatchObject([{ tag: "v1.1.0", oid }]);
    // A repository that never set a store up is told once that nobody else has the bytes.
    expect(repo.tryGit("push", "-q", "origin", "main", "v1.1.0")).toEqual({
      status: 0,
      stdout: "",
      stderr: [
        "mversion: warning: only this machine has the bytes of churn 1.1.0: no store is set up (said once).",
        "Next: mv remote add NAME URL --default, then mv push",
        "",
      ].join("\n"),
    });
    expect(await rememberedTags(project)).toEqual([]);
    history.model("1.2.0", { [ONNX]: "C" });
    repo.commit("1.2.0");
    history.release("1.2.0");
    expect(repo.tryGit("push", "-q", "origin", "main", "v1.2.0")).toEqual({ status: 0, stdout: "", stderr: "" });
  });

  test("a branch with an overwrite is stopped: a new branch, and one that the remote has", async () => {
    const { history } = await pushed();
    const { repo } = history;
    history.model("1.0.0", { [ONNX]: "B" });
    repo.commit("wip");
    for (const branch of ["main", "feature"]) {
      const push = repo.tryGit("push", "-q", "origin", `HEAD:refs/heads/${branch}`);
      expect(push.status).toBe(1);
      expect(push.stderr).toMatch(
        /^mversion: refused: models\/model\.onnx overwrites churn 1\.0\.0, which is released with other bytes\.\nIn [0-9a-f]{7} wip\nNext: mv bump minor && git commit --amend --no-edit\n/,
      );
    }
  });

  test("a release tag on the remote is neither deleted nor moved, unless it is unlocked", async () => {
    const { history, server } = await pushed();
    const { repo } = history;
    const tag = (): string => server.git("rev-parse", "refs/tags/v1.0.0");
    const before = tag();
    const deleted = repo.tryGit("push", "-q", "origin", ":refs/tags/v1.0.0");
    expect(deleted.stderr).toContain("v1.0.0 is a release and final; this push would delete it on origin.");
    expect(deleted.stderr).toContain("To do it all the same: git -c mversion.unlock=v1.0.0 push …");
    repo.git("tag", "-f", "v1.0.0", "HEAD");
    expect(repo.tryGit("push", "-qf", "origin", "v1.0.0").stderr).toContain("this push would move it on origin.");
    expect(tag()).toBe(before);
    expect(repo.tryGit("-c", "mversion.unlock=v1.0.0", "push", "-qf", "origin", "v1.0.0").status).toBe(0);
    expect(tag()).toBe(repo.head());
  });

  test("other tags and branches may be deleted", async () => {
    const { history } = await pushed();
    history.repo.git("tag", "build-7");
    history.repo.git("push", "-q", "origin", "build-7", "HEAD:refs/heads/old");
    expect(history.repo.tryGit("push", "-q", "origin", ":build-7", ":old")).toMatchObject({ status: 0, stderr: "" });
  });
});

describe("artifacts follow their pointers", () => {
  const text = (repo: TestRepo): string => (repo.exists(MODEL) ? repo.read(MODEL) : "absent");

  /** Switches and calls the hook in this process, as Git would after it; returns what a person reads. */
  async function follow(repo: TestRepo, ...args: string[]): Promise<string> {
    const from = repo.head();
    repo.git("switch", "-q", ...args);
    return hookView(await call(repo, "post-checkout", [from, repo.head(), "1"])).notes.join("\n");
  }

  test("a switch there and back, and one that changes nothing", async () => {
    const repo = await sampleProject({ until: "1.1.0" });
    expect(await follow(repo, "--detach", "v1.0.0")).toBe("mversion: models/model.onnx 1.1.0 -> 1.0.0");
    expect(text(repo)).toBe(BYTES.B);
    expect(await follow(repo, "main")).toBe("mversion: models/model.onnx 1.0.0 -> 1.1.0");
    expect(text(repo)).toBe(BYTES.C);
    expect(await follow(repo, "-c", "other")).toBe("");
  });

  test("never over bytes that are stored nowhere", async () => {
    const repo = await sampleProject({ until: "1.1.0" });
    repo.write(MODEL, "not added\n");
    expect(await follow(repo, "--detach", "v1.0.0")).toBe(
      "mversion: models/model.onnx holds bytes that are stored nowhere: left as it is, not 1.0.0",
    );
    expect(text(repo)).toBe("not added\n");
    expect(await follow(repo, "main")).toContain("left as it is");
  });

  test("a pointer that is gone takes its artifact along, if the cache has it", async () => {
    const repo = await sampleProject({ until: "1.1.0" });
    repo.git("switch", "-qc", "more");
    repo.write("models/extra.onnx", "extra\n");
    await play(repo, "mv add models/extra.onnx", "mv bump draft");
    repo.git("commit", "-qam", "extra");
    expect(await follow(repo, "main")).toMatch(/^mversion: models\/extra\.onnx \S+ removed/);
    expect(repo.exists("models/extra.onnx")).toBe(false);
    expect(await follow(repo, "more")).toBe("mversion: models/extra.onnx 1.2.0-dev.1");
    repo.write("models/extra.onnx", "changed, not added\n");
    expect(await follow(repo, "main")).toContain("has no pointer here, and its bytes are stored nowhere");
    expect(repo.read("models/extra.onnx")).toBe("changed, not added\n");
  });

  test("a fast-forward merge, a rebase at its end, and one that only fast-forwards, as Git calls the hooks", async () => {
    const repo = await sampleProject({ until: "1.1.0" });
    await follow(repo, "-c", "old", "v1.0.0");
    install(repo, "post-checkout", "post-merge", "post-rewrite");
    const moved = "mversion: models/model.onnx 1.0.0 -> 1.1.0\n";
    expect(repo.tryGit("merge", "-q", "--ff-only", "main").stderr).toBe(moved);
    expect(text(repo)).toBe(BYTES.C);
    expect(repo.tryGit("switch", "-q", "-c", "side", "v1.0.0").stderr).toContain("1.1.0 -> 1.0.0");
    repo.commit("code", { "other.py": "x = 1\n" });
    expect(repo.tryGit("rebase", "-q", "main").stderr).toContain(moved);
    expect(text(repo)).toBe(BYTES.C);
    repo.git("switch", "-q", "-c", "older", "v1.0.0");
    expect(text(repo)).toBe(BYTES.B);
    expect(repo.tryGit("rebase", "-q", "main").stderr).toBe(moved);
  });

  test("a new working tree has them, whatever another one of the repository holds", async () => {
    const repo = await sampleProject({ until: "1.1.0" });
    const linked = `${scratchDir("linked")}/tree`;
    repo.git("worktree", "add", "-q", "--detach", linked, "main");
    const around = { cwd: linked, env: process.env };
    const args = ["0".repeat(40), repo.head(), "1"];
    const { followed } = await hook(around, { name: "post-checkout", args, readInput: async () => "" });
    expect(followed?.moved).toHaveLength(2);
    expect(readFileSync(`${linked}/${MODEL}`, "utf8")).toBe(BYTES.C);
    // What is not where it was last seen was taken away on purpose.
    rmSync(repo.path(MODEL));
    await call(repo, "post-checkout", [repo.head(), repo.head(), "1"]);
    expect(existsSync(repo.path(MODEL))).toBe(false);
  });

  test("git restore of a pointer", async () => {
    const repo = await sampleProject({ until: "1.1.0" });
    repo.git("restore", "--source=v1.0.0", "--staged", "--worktree", `${MODEL}.mv.yaml`);
    await call(repo, "post-checkout", [repo.head(), repo.head(), "0"]);
    expect(text(repo)).toBe(BYTES.B);
  });

  test("off in CI, in a command of ours, in bisect, and while the pre-commit framework turns files back and forth", async () => {
    const repo = await sampleProject({ until: "1.0.0" });
    rmSync(repo.path(MODEL));
    const args = [repo.git("rev-parse", "HEAD~2"), repo.head(), "1"];
    for (const env of [{ CI: "true" }, { MVERSION_NESTED: "1" }, { GIT_INDEX_FILE: repo.path(".git/index") }]) {
      expect(await call(repo, "post-checkout", args, "", env)).toMatchObject({ followed: null, failure: null });
    }
    repo.git("bisect", "start");
    expect(await call(repo, "post-checkout", args)).toMatchObject({ followed: null, failure: null });
    expect(text(repo)).toBe("absent");
    repo.git("bisect", "reset");
    expect(await call(repo, "post-checkout", args, "", { CI: "false" })).toMatchObject({ failure: null });
    expect(text(repo)).toBe(BYTES.B);
  });

  test("above mversion.followLimit the command is printed instead; a limit that is none is said", async () => {
    const repo = await sampleProject({ until: "1.1.0" });
    repo.git("config", "mversion.followLimit", "4B");
    expect(await follow(repo, "--detach", "v1.0.0")).toBe(
      "mversion: 1 artifact (8 B) to bring to what the pointers say: mv restore",
    );
    expect(text(repo)).toBe(BYTES.C);
    repo.git("config", "mversion.followLimit", "much");
    repo.git("switch", "-q", "main");
    expect(await follow(repo, "--detach", "v1.0.0")).toContain(
      "mversion: warning: git config mversion.followLimit much",
    );
  });

  test("what the cache lacks stays a pointer, and is said where other bytes are in its place", async () => {
    const repo = await sampleProject({ until: "1.1.0" });
    rmSync(repo.path(".git/mversion/cache/objects", sha256(BYTES.B).slice(0, 2)), { recursive: true });
    expect(await follow(repo, "--detach", "v1.0.0")).toBe(
      "mversion: models/model.onnx is still 1.1.0: the cache lacks 1.0.0",
    );
    rmSync(repo.path(MODEL));
    repo.git("switch", "-q", "main");
    expect(await follow(repo, "--detach", "v1.0.0")).toBe("");
    expect(text(repo)).toBe("absent");
  });

  test("a branch from before mv init", async () => {
    const repo = await sampleProject({ until: "1.1.0" });
    const tree = repo.git("hash-object", "-t", "tree", "-w", "/dev/null");
    repo.git("branch", "before", repo.git("commit-tree", "-m", "before", tree));
    expect(await follow(repo, "before")).toContain("mversion: models/model.onnx 1.1.0 removed");
    expect(text(repo)).toBe("absent");
    expect(await follow(repo, "main")).toContain("mversion: models/model.onnx 1.1.0");
    expect(text(repo)).toBe(BYTES.C);
  });
});
