// The files of templates/ci as they are used: a server's pre-receive on a bare repository, the scripts of the workflows on the
// clones that forges make, the pre-commit framework's entry, and the ruleset's tag patterns.
import { spawnSync } from "node:child_process";
import { chmodSync, copyFileSync, readFileSync, symlinkSync } from "node:fs";
import { delimiter, join } from "node:path";
import { fileURLToPath } from "node:url";
import { beforeAll, describe, expect, test } from "vitest";
import { parse } from "yaml";
import { cloneRepo, createRepo, scratchDir, testEnv, type TestRepo, tick } from "../helpers/git.ts";
import { createHistory, type History, ONNX } from "../operations/histories.ts";

const ROOT = fileURLToPath(new URL("../../", import.meta.url));
const template = (name: string): string => readFileSync(join(ROOT, "templates/ci", name), "utf8");

beforeAll(() => {
  // Found by Git as `git mversion`, and by the templates as git-mversion.
  const folder = scratchDir("bin");
  symlinkSync(join(ROOT, "bin/mversion.js"), join(folder, "git-mversion"));
  process.env["PATH"] = `${folder}${delimiter}${process.env["PATH"] ?? ""}`;
});

/** churn 1.0.0 released. */
async function released(): Promise<History> {
  const history = createHistory();
  history.model("1.0.0", { [ONNX]: "A" });
  history.repo.commit("first training");
  history.release("1.0.0");
  return history;
}

function shell(repo: TestRepo, script: string, env: Record<string, string>, flags: string[]) {
  tick();
  const done = spawnSync(flags[0] ?? "sh", [...flags.slice(1), "-c", script], {
    cwd: repo.dir,
    env: testEnv(env),
    encoding: "utf8",
  });
  return { status: done.status, output: done.stdout + done.stderr };
}

describe("pre-receive", () => {
  async function served(): Promise<{ server: TestRepo; history: History; repo: TestRepo }> {
    const server = createRepo({ bare: true });
    server.git("symbolic-ref", "HEAD", "refs/heads/main");
    copyFileSync(join(ROOT, "templates/ci/pre-receive"), join(server.dir, "hooks/pre-receive"));
    chmodSync(join(server.dir, "hooks/pre-receive"), 0o755);
    const history = await released();
    history.repo.git("remote", "add", "origin", server.dir);
    history.repo.git("push", "-q", "origin", "main", "v1.0.0");
    return { server, history, repo: history.repo };
  }

  test("code, a release with its branch, and drafts pass without a word", async () => {
    const { repo, history } = await served();
    repo.commit("code", { "train.py": "x = 1\n" });
    expect(repo.tryGit("push", "-q", "origin", "main")).toEqual({ status: 0, stdout: "", stderr: "" });
    history.model("1.1.0", { [ONNX]: "B" });
    repo.commit("1.1.0");
    history.release("1.1.0", { seal: { version: "1.0.0", tag: repo.git("rev-parse", "refs/tags/v1.0.0") } });
    expect(repo.tryGit("push", "-q", "--atomic", "origin", "main", "v1.1.0").stderr).toBe("");
    repo.git("switch", "-qc", "feature");
    history.model("1.2.0-dev.1", { [ONNX]: "C" });
    repo.commit("draft");
    expect(repo.tryGit("push", "-q", "origin", "feature").stderr).toBe("");
    expect(repo.tryGit("push", "-q", "origin", ":feature").stderr).toBe("");
  });

  test("a commit that gives a release other bytes is refused, on a new branch and as a tag alone", async () => {
    const { server, repo, history } = await served();
    history.model("1.0.0", { [ONNX]: "B" });
    repo.commit("wip");
    repo.git("tag", "hidden");
    for (const refs of [["main"], ["HEAD:refs/heads/feature"], ["hidden"]]) {
      const push = repo.tryGit("push", "-q", "--no-verify", "origin", ...refs);
      expect(push.status).toBe(1);
      expect(push.stderr).toContain(
        "remote: mversion: refused: models/model.onnx overwrites churn 1.0.0, which is released with other bytes.",
      );
    }
    expect(server.git("for-each-ref", "--format=%(refname)")).toBe("refs/heads/main\nrefs/tags/v1.0.0");
  });

  test("a release tag is neither moved nor deleted, until the server's own config unlocks it", async () => {
    const { server, repo } = await served();
    const before = server.git("rev-parse", "refs/tags/v1.0.0");
    expect(repo.tryGit("push", "-q", "origin", ":refs/tags/v1.0.0").stderr).toContain(
      "v1.0.0 is a release and final; this push would delete it on this server.",
    );
    repo.git("tag", "-f", "v1.0.0", "HEAD~1");
    expect(repo.tryGit("push", "-qf", "origin", "v1.0.0").stderr).toContain("this push would move it on this server.");
    expect(repo.tryGit("-c", "mversion.unlock=v1.0.0", "push", "-qf", "origin", "v1.0.0").status).toBe(1);
    expect(server.git("rev-parse", "refs/tags/v1.0.0")).toBe(before);
    server.git("config", "mversion.unlock", "v1.0.0");
    expect(repo.tryGit("push", "-q", "origin", ":refs/tags/v1.0.0").status).toBe(0);
  });

  test("a tag that claims a release which is not its commit's, or not its own name", async () => {
    const { repo, history } = await served();
    history.model("1.1.0", { [ONNX]: "B" });
    repo.commit("1.1.0");
    history.release("1.1.0");
    repo.git("update-ref", "refs/tags/v9.9.9", "refs/tags/v1.1.0");
    expect(repo.tryGit("push", "-q", "origin", "main", "v9.9.9").stderr).toContain(
      "Tag v9.9.9 holds the release that calls itself v1.1.0.",
    );
    const text = repo
      .git("cat-file", "tag", "v1.1.0")
      .replace(/^object .*/, `object ${repo.git("rev-parse", "HEAD~1")}`);
    repo.git("update-ref", "refs/tags/v1.1.0", repo.gitWith({ input: `${text}\n` }, "mktag"));
    expect(repo.tryGit("push", "-q", "origin", "main", "v1.1.0").stderr).toContain("is not the one the tag seals");
  });

  test("a server without the program refuses, and says why", async () => {
    const { repo, server } = await served();
    const git = spawnSync("sh", ["-c", "command -v git"], { encoding: "utf8" }).stdout.trim();
    const done = shell(server, "./hooks/pre-receive </dev/null", { PATH: git.replace(/\/git$/, "") }, ["sh"]);
    expect(done.status).toBe(1);
    expect(done.output).toContain("git-mversion is not installed on this server");
    expect(repo.head()).not.toBe("");
  });
});

interface Workflow {
  on: Record<string, unknown>;
  permissions: Record<string, string>;
  jobs: {
    check: { steps: { uses?: string; run?: string; with?: Record<string, unknown>; env?: Record<string, string> }[] };
  };
}

describe("GitHub's workflow", () => {
  const workflow = parse(template("github-workflow.yml")) as Workflow;
  const { steps } = workflow.jobs.check;
  const script = steps.at(-1)?.run ?? "";
  // GitHub runs `run` with these.
  const bash = ["bash", "--noprofile", "--norc", "-eo", "pipefail"];

  test("asks for all history, holds no right to write, and puts nothing of an event into a script", () => {
    expect(Object.keys(workflow.on)).toEqual(["pull_request", "merge_group", "push"]);
    expect(workflow.permissions).toEqual({ contents: "read" });
    expect(steps[0]?.with).toMatchObject({ "fetch-depth": 0, "persist-credentials": false });
    expect(steps.map((step) => step.run ?? "").join("")).not.toContain("${{");
  });

  /** A clone that stands on the merge of `feature` into main, as GitHub makes for a pull request. */
  function mergeRef(repo: TestRepo): TestRepo {
    const clone = cloneRepo(repo);
    clone.git("checkout", "-q", "--detach", "origin/main");
    clone.git("merge", "-q", "--no-ff", "-m", "merge ref", "origin/feature");
    return clone;
  }

  const empty = { EVENT: "", QUEUE_BASE: "", QUEUE_HEAD: "", BEFORE: "", REVIEWED: "false" };

  test("a pull request: innocent, then with an overwrite that a later commit hides", async () => {
    const history = await released();
    const { repo } = history;
    repo.git("switch", "-qc", "feature");
    history.model("1.1.0", { [ONNX]: "B" });
    repo.commit("1.1.0");
    repo.git("switch", "-q", "main");
    repo.commit("code", { "train.py": "x = 1\n" });
    expect(shell(mergeRef(repo), script, { ...empty, EVENT: "pull_request" }, bash)).toMatchObject({ status: 0 });
    repo.git("switch", "-q", "feature");
    history.model("1.0.0", { [ONNX]: "C" });
    repo.commit("wip");
    history.model("1.2.0", { [ONNX]: "C" });
    repo.commit("1.2.0");
    repo.git("switch", "-q", "main");
    const found = shell(mergeRef(repo), script, { ...empty, EVENT: "pull_request" }, bash);
    expect(found.status).toBe(1);
    expect(found.output).toMatch(
      /^::error file=churn\.model\.yaml,title=mversion reused::models\/model\.onnx overwrites/m,
    );
  });

  test("a loosened policy needs the label", async () => {
    const history = await released();
    const { repo } = history;
    repo.git("switch", "-qc", "feature");
    history.settings("policy: {overwrite: warn}");
    repo.commit("loosen");
    repo.git("switch", "-q", "main");
    const clone = mergeRef(repo);
    const closed = shell(clone, script, { ...empty, EVENT: "pull_request" }, bash);
    expect(closed.output).toContain("policy.overwrite is loosened: block -> warn");
    expect(closed.status).toBe(1);
    expect(shell(clone, script, { ...empty, EVENT: "pull_request", REVIEWED: "true" }, bash).status).toBe(0);
  });

  test("the merge queue and a push, also of a new branch", async () => {
    const history = await released();
    const { repo } = history;
    const before = repo.head();
    history.model("1.0.0", { [ONNX]: "B" });
    repo.commit("wip");
    const clone = cloneRepo(repo);
    const queue = { ...empty, EVENT: "merge_group", QUEUE_BASE: before, QUEUE_HEAD: repo.head() };
    expect(shell(clone, script, queue, bash).status).toBe(1);
    expect(shell(clone, script, { ...empty, EVENT: "push", BEFORE: before }, bash).status).toBe(1);
    expect(shell(clone, script, { ...empty, EVENT: "push", BEFORE: repo.head() }, bash).status).toBe(0);
    clone.git("checkout", "-q", "-b", "new", before);
    expect(shell(clone, script, { ...empty, EVENT: "push", BEFORE: "0".repeat(40) }, bash).status).toBe(0);
  });

  test("a checkout without history says so with its own status", async () => {
    const clone = cloneRepo((await released()).repo, { flags: ["--depth=1"] });
    const done = shell(clone, script, { ...empty, EVENT: "push", BEFORE: clone.head() }, bash);
    expect([done.status, done.output]).toEqual([14, expect.stringContaining("git fetch --unshallow --tags")]);
  });
});

describe("GitLab's job", () => {
  const job = (
    parse(template("gitlab-ci.yml")) as Record<string, { script: string[]; variables: Record<string, string> }>
  )["mversion"];
  // A runner joins the lines, and stops at the first that fails.
  const script = `set -e\n${job?.script.join("\n") ?? ""}`;

  test("a merge request, one with merged results, and the default branch", async () => {
    expect(job?.variables).toEqual({ GIT_DEPTH: "0" });
    const history = await released();
    const { repo } = history;
    const before = repo.head();
    history.model("1.0.0", { [ONNX]: "B" });
    repo.commit("wip");
    const bad = { CI_COMMIT_SHA: repo.head() };
    const clone = cloneRepo(repo);
    for (const name of [
      "CI_MERGE_REQUEST_TARGET_BRANCH_SHA",
      "CI_MERGE_REQUEST_DIFF_BASE_SHA",
      "CI_COMMIT_BEFORE_SHA",
    ]) {
      const done = shell(clone, script, { ...bad, [name]: before }, ["sh"]);
      expect([done.status, done.output]).toEqual([1, expect.stringContaining("overwrites churn 1.0.0")]);
    }
    expect(shell(clone, script, { ...bad, CI_COMMIT_BEFORE_SHA: repo.head() }, ["sh"]).status).toBe(0);
  });

  test("the label lets a loosened policy through", async () => {
    const history = await released();
    const { repo } = history;
    const before = repo.head();
    history.settings("policy: {naming: off}");
    repo.commit("loosen");
    const env = { CI_COMMIT_SHA: repo.head(), CI_MERGE_REQUEST_DIFF_BASE_SHA: before };
    const clone = cloneRepo(repo);
    expect(shell(clone, script, env, ["sh"]).status).toBe(1);
    expect(shell(clone, script, { ...env, CI_MERGE_REQUEST_LABELS: "a,policy-reviewed" }, ["sh"]).status).toBe(0);
  });
});

interface Hook {
  id: string;
  entry: string;
  language: string;
  stages: string[];
  always_run: boolean;
  pass_filenames: boolean;
}

describe("the pre-commit framework", () => {
  const config = parse(template("pre-commit-config.yaml")) as { repos: { repo: string; hooks: Hook[] }[] };
  const [local] = config.repos[0]?.hooks ?? [];
  const [listed] = parse(readFileSync(join(ROOT, ".pre-commit-hooks.yaml"), "utf8")) as Hook[];

  test("both ways of naming it run the same check, for merges too", () => {
    for (const hook of [local, listed]) {
      expect(hook).toMatchObject({
        id: "mversion-check",
        stages: ["pre-commit", "pre-merge-commit"],
        always_run: true,
        pass_filenames: false,
      });
    }
  });

  test("their entries refuse an overwrite within a commit, and let code pass", async () => {
    for (const hook of [local, listed]) {
      const history = await released();
      history.repo.hook("pre-commit", `${hook?.entry ?? "false"}\n`);
      history.repo.write("train.py", "x = 1\n");
      history.repo.git("add", "--all");
      expect(history.repo.tryGit("commit", "-qm", "code")).toMatchObject({ status: 0, stderr: "" });
      history.model("1.0.0", { [ONNX]: "B" });
      const wip = history.repo.tryGit("commit", "-qam", "wip");
      expect([wip.status, wip.stderr]).toEqual([1, expect.stringContaining("would overwrite churn 1.0.0")]);
    }
  });
});

describe("rulesets", () => {
  interface Ruleset {
    target: string;
    enforcement: string;
    conditions: { ref_name: { include: string[] } };
    rules: { type: string }[];
    bypass_actors: { actor_type: string }[];
  }
  const read = (name: string): Ruleset => JSON.parse(template(`github-${name}-ruleset.json`)) as Ruleset;
  const covered = (ruleset: Ruleset, tag: string): boolean =>
    ruleset.conditions.ref_name.include.some((glob) => isForgeMatch(glob, `refs/tags/${tag}`));
  const TAGS = ["v1.0.0", "v1.0.0-rc.1", "churn@v1.2.0", "churn#production#7", "churn#staging#1", "build-7"];
  const EVENTS = ["v1.0.0#retracted", "approved/churn/production/1.2.0/1", "confirmed/churn/production/3"];

  /** As GitHub's fnmatch with pathnames: a star stays between slashes, a double one with its slash does not. */
  function isForgeMatch(glob: string, ref: string): boolean {
    const parts = glob.split("**/").map((part) => part.split("*").map(escaped).join("[^/]*"));
    return new RegExp(`^${parts.join("(?:.*/)?")}$`).test(ref);
  }
  const escaped = (text: string): string => text.replaceAll(/[.#+?]/g, "\\$&");

  test("releases and events are final for everyone", () => {
    const final = read("tag");
    expect(final).toMatchObject({ target: "tag", enforcement: "active", bypass_actors: [] });
    expect(final.rules.map((rule) => rule.type)).toEqual(["deletion", "update", "non_fast_forward"]);
    expect([...TAGS, ...EVENTS].filter((tag) => !covered(final, tag))).toEqual(["build-7"]);
  });

  test.each([
    ["release", ["v1.0.0", "v1.0.0-rc.1", "churn@v1.2.0", "v1.0.0#retracted"]],
    ["production", ["churn#production#7"]],
    ["approval", ["approved/churn/production/1.2.0/1"]],
  ])("only some may make those of %s", (name, tags) => {
    const ruleset = read(name);
    expect(ruleset).toMatchObject({ target: "tag", enforcement: "active", rules: [{ type: "creation" }] });
    expect(ruleset.bypass_actors.map((actor) => actor.actor_type)).toEqual(["RepositoryRole"]);
    expect([...TAGS, ...EVENTS].filter((tag) => covered(ruleset, tag))).toEqual(tags);
  });
});
