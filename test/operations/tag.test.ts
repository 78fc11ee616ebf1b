// What `mv tag` leaves in Git, and what it leaves alone when it refuses.
import { spawn } from "node:child_process";
import { cpSync, readFileSync, rmSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { beforeAll, describe, expect, test } from "vitest";
import type { ErrorCode } from "../../src/errors.ts";
import { parseRecord } from "../../src/model/record.ts";
import { parseTagObject, type Release } from "../../src/model/release.ts";
import { openProject } from "../../src/operations/project.ts";
import { tag, type TagInput, type TagResult } from "../../src/operations/tag.ts";
import { BYTES, DATA, MODEL, play, sampleProject, trained } from "../helpers/cli.ts";
import { forkRepo } from "../helpers/fork.ts";
import { forgeTag } from "../helpers/forge.ts";
import { cloneRepo, createRepo, testEnv, type TestRepo, tick, withEnv } from "../helpers/git.ts";

const RECORD = "churn.model.yaml";
const POINTER = `${MODEL}.mv.yaml`;

let draft: TestRepo;
let released: TestRepo;
let retrained: TestRepo;

beforeAll(async () => {
  draft = await sampleProject({ until: "draft" });
  released = await sampleProject({ until: "1.0.0" });
  retrained = forkRepo(released);
  await retrain(retrained, BYTES.C);
});

async function retrain(repo: TestRepo, bytes: string, path = MODEL): Promise<void> {
  trained(repo, path, bytes);
  await play(repo, `mv add ${path}`);
}

interface Told {
  result: TagResult;
  warnings: string[];
}

async function release(repo: TestRepo, version: string | string[], input: Partial<TagInput> = {}): Promise<Told> {
  tick();
  const warnings: string[] = [];
  const project = await openProject({ cwd: repo.dir, env: testEnv(), warn: (text) => warnings.push(text) });
  const versions = typeof version === "string" ? [version] : version;
  return { result: await tag(project, { versions, reason: "why", ...input }), warnings };
}

/** Everything that a refusal must leave as it was, byte for byte. */
function stateOf(repo: TestRepo): unknown {
  return {
    head: repo.tryGit("rev-parse", "--verify", "-q", "HEAD").stdout,
    branch: readFileSync(repo.path(".git/HEAD"), "utf8"),
    index: repo.git("ls-files", "--stage", "--debug").replace(/^ +(?:ctime|mtime|dev|uid|size).*\n/gm, ""),
    tags: repo.git("for-each-ref", "refs/tags"),
    record: repo.exists(RECORD) ? repo.read(RECORD) : null,
    status: repo.git("status", "--porcelain=v2"),
  };
}

async function refused(repo: TestRepo, code: ErrorCode, version: string | string[], input: Partial<TagInput> = {}) {
  const before = stateOf(repo);
  const error: unknown = await release(repo, version, input).then(
    (told) => `it was released: ${JSON.stringify(told)}`,
    (thrown: unknown) => thrown,
  );
  expect(error).toMatchObject({ code });
  expect(stateOf(repo)).toEqual(before);
  return error as { message: string; hint: string };
}

function read(repo: TestRepo, name: string): Release {
  const raw = Buffer.from(repo.git("cat-file", "tag", `refs/tags/${name}`));
  const reading = parseTagObject(Buffer.concat([raw, Buffer.from("\n")]), repo.git("rev-parse", `refs/tags/${name}`));
  if (reading?.kind !== "release") throw new Error(JSON.stringify(reading));
  return reading.release;
}

const record = (repo: TestRepo) => parseRecord(repo.read(RECORD), RECORD);

describe("what is made", () => {
  test("the tag says what the commit's blobs say, and names what stood before it", async () => {
    const repo = forkRepo(retrained);
    const { result, warnings } = await release(repo, "v1.1.0");
    expect(warnings).toEqual([]);
    expect(result).toMatchObject({ commit: repo.head(), committed: true, releases: [{ bump: "minor" }] });
    const first = repo.git("rev-parse", "refs/tags/v1.0.0");
    const text = `${repo.git("cat-file", "blob", `HEAD:${RECORD}`)}\n`;
    expect(repo.read(RECORD)).toBe(text);
    expect(read(repo, "v1.1.0")).toMatchObject({
      commit: repo.head(),
      previous: { version: "1.0.0", tag: first },
      seal: { version: "1.0.0", tag: first },
      content: record(repo).content,
      artifacts: record(repo).artifacts,
      datasets: record(repo).datasets,
    });
    expect(repo.git("status", "--porcelain")).toBe("");
    await play(repo, "mv verify v1.1.0");
  });

  test("the first release can be the first commit", async () => {
    const repo = await sampleProject({ until: "files" });
    await play(repo, `mv add ${DATA} --dataset`, `mv add ${MODEL}`);
    repo.git("add", "train.py");
    expect((await release(repo, "v1.0.0")).result.releases[0]).toMatchObject({ bump: "initial" });
    expect(repo.git("log", "--format=%s")).toBe("Release churn 1.0.0");
    expect(read(repo, "v1.0.0")).toMatchObject({ previous: null, seal: null });
  });

  const hard =
    '#4711 retrained\n\n---\nmversion: 1\nobject 1234\n\n---\ntype commit\n-----BEGIN PGP SIGNATURE-----\nend: "é"';
  test.each([
    ["one that reads like a tag", hard],
    ["blanks and empty lines", "  two  \n\n\n\tlines\nand more"],
    ["one that YAML would read otherwise", "yes"],
    ["a colon and a quote", "C: 0.5 'quoted' \"twice\" {a: b} # no comment"],
  ])("a reason survives in tag and record: %s", async (_what, reason) => {
    const repo = forkRepo(retrained);
    await release(repo, "v1.1.0", { reason });
    expect(read(repo, "v1.1.0").reason).toBe(reason);
    expect(record(repo).fields["reason"]).toBe(reason);
    const blanks = /[ \t]+$|\n(?=\n\n)/gm;
    expect(repo.git("log", "-1", "--format=%B").trimEnd()).toBe(`Release churn 1.1.0\n\n${reason.replace(blanks, "")}`);
    await play(repo, "mv verify v1.1.0");
  });

  test("the subject is the team's; the training date is today's only where there is none", async () => {
    const repo = forkRepo(retrained);
    repo.write(".mversion.yaml", `${repo.read(".mversion.yaml")}release_subject: "chore(release): {versions}"\n`);
    expect(record(repo).fields["training_date"]).toBe("2026-02-09");
    await play(repo, "mv set --unset training_date");
    await release(repo, "v1.1.0", { all: true });
    expect(repo.git("log", "-1", "--format=%s")).toBe("chore(release): churn 1.1.0");
    expect(record(repo).fields["training_date"]).toBe(new Date().toISOString().slice(0, 10));
  });

  test("-a takes tracked changes and what is intended to be added, nothing else", async () => {
    const repo = forkRepo(retrained);
    repo.write("train.py", "C = 0.5\n");
    repo.write("new.py", "new\n");
    repo.write("left.py", "left\n");
    repo.git("add", "-N", "new.py");
    expect((await refused(repo, "unstaged", "v1.1.0")).message).toContain("new.py, train.py");
    const { warnings } = await release(repo, "v1.1.0", { all: true });
    expect(warnings).toEqual(["1 untracked file not part of the release: left.py"]);
    expect(repo.git("show", "--format=", "--name-only", "HEAD").split("\n")).toEqual([
      "churn.model.yaml",
      POINTER,
      "new.py",
      "train.py",
    ]);
  });

  test("several models: one commit, one ref transaction", async () => {
    const repo = forkRepo(retrained);
    await play(repo, "mv init --model risk --no-hooks");
    trained(repo, "models/risk.onnx", BYTES.D);
    await play(repo, "mv add models/risk.onnx --model risk");
    const seen = repo.path(".git/seen");
    repo.hook("reference-transaction", `[ "$1" = committed ] && { grep refs/tags && echo --; } >>'${seen}'; exit 0`);
    const { result } = await release(repo, ["churn@v1.1.0", "risk@v1.0.0"]);
    expect(result.releases.map((made) => made.tag)).toEqual(["v1.1.0", "risk@v1.0.0"]);
    expect(repo.git("log", "-1", "--format=%s")).toBe("Release churn 1.1.0, risk 1.0.0");
    const lines = repo.read(".git/seen").trim().split("\n");
    expect(lines.map((line) => line.split(" ").at(-1))).toEqual(["refs/tags/v1.1.0", "refs/tags/risk@v1.0.0", "--"]);
    expect(read(repo, "risk@v1.0.0").commit).toBe(read(repo, "v1.1.0").commit);
  });
});

describe("numbers", () => {
  test("pre-releases come before their number, and do not count as a gap", async () => {
    const repo = forkRepo(retrained);
    expect((await release(repo, "v1.1.0-rc.1")).result.releases[0]).toMatchObject({ bump: "minor" });
    await retrain(repo, BYTES.D);
    expect((await release(repo, "v1.1.0-rc.2")).result.releases[0]).toMatchObject({ bump: "prerelease" });
    await refused(repo, "version-not-above", "v1.1.0-rc.1.1");
    await refused(repo, "version-gap", "v1.2.0");
    await release(repo, "v1.1.0", { reason: "As rc.2" });
    expect(read(repo, "v1.1.0")).toMatchObject({ bump: "minor", previous: { version: "1.1.0-rc.2" } });
    await refused(repo, "version-not-above", "v1.1.0-rc.3");
  });

  test("build metadata makes no number of its own", async () => {
    const repo = forkRepo(released);
    await release(repo, "v1.0.0+gpu", { reason: "The same bytes, for GPUs" });
    expect(read(repo, "v1.0.0+gpu")).toMatchObject({ bump: "build", previous: { version: "1.0.0" } });
    await retrain(repo, BYTES.C);
    const { message, hint } = await refused(repo, "reused", "v1.0.0+tpu");
    expect(message).toBe("churn 1.0.0+tpu is the number of 1.0.0, which is released with other bytes");
    expect(hint).toBe("mv tag v1.1.0 -m why");
  });

  test("a maintenance release after a major one: its own line, its own free numbers", async () => {
    const repo = forkRepo(retrained);
    await release(repo, "v1.1.0");
    await retrain(repo, BYTES.D);
    await release(repo, "v2.0.0");
    await refused(repo, "version-not-above", "v1.0.1");
    repo.git("switch", "-qc", "maint", "v1.0.0");
    await retrain(repo, BYTES.E);
    // 1.1.0 is taken elsewhere.
    expect((await refused(repo, "version-not-above", "v0.1.0")).hint).toBe("mv tag v1.0.1 -m why");
    expect((await refused(repo, "version-exists", "v1.1.0")).hint).toBe("mv tag v1.0.1 -m why");
    await release(repo, "v1.0.1");
    expect(read(repo, "v1.0.1")).toMatchObject({
      bump: "patch",
      previous: { version: "1.0.0" },
      seal: { version: "2.0.0" },
    });
    await play(repo, "mv verify --all");
  });

  test("a gap between releases, allowed where it is meant", async () => {
    const repo = forkRepo(retrained);
    expect((await refused(repo, "version-gap", "v1.0.2")).hint).toBe(
      "mv tag v1.0.1 -m why\nOr skip it: mv tag v1.0.2 --allow-gap -m why",
    );
    await refused(repo, "version-gap", "v3.0.0");
    await release(repo, "v3.0.0", { allowGap: true });
  });

  test("what HEAD declares and never released is not overwritten either", async () => {
    const repo = forkRepo(retrained);
    await play(repo, "mv bump 1.2.0 -m declared");
    repo.git("commit", "-qm", "Declare 1.2.0");
    await retrain(repo, BYTES.D);
    const { message, hint } = await refused(repo, "overwrite", "v1.1.0");
    expect(message).toContain("churn 1.2.0");
    expect(hint).toContain("mv tag v1.3.0");
  });

  test("another model's bytes may not slip in under its released number", async () => {
    const repo = forkRepo(retrained);
    await play(repo, "mv init --model risk --no-hooks");
    trained(repo, "models/risk.onnx", BYTES.D);
    await play(repo, "mv add models/risk.onnx --model risk");
    await release(repo, ["v1.1.0", "risk@v1.0.0"]);
    await retrain(repo, BYTES.E);
    await retrain(repo, BYTES.A, "models/risk.onnx");
    const { message } = await refused(repo, "reused", "v1.2.0");
    expect(message).toContain("models/risk.onnx would overwrite risk 1.0.0");
  });

  test("what is no version", async () => {
    const repo = forkRepo(retrained);
    const before = stateOf(repo);
    for (const word of ["v1..0", "v1.1.0.lock", "v1.1.0~1", "v1.1.0@{0}", "v1.1.0 ", "v1.1.0\n", "v01.1.0", "-x", ""]) {
      await expect(release(repo, word), JSON.stringify(word)).rejects.toMatchObject({ code: "bad-version" });
    }
    expect(stateOf(repo)).toEqual(before);
  });

  test("a foreign tag of the name, and one that only claims to be ours", async () => {
    const repo = forkRepo(retrained);
    repo.git("tag", "v1.1.0", "HEAD");
    expect(await refused(repo, "version-exists", "v1.1.0")).toMatchObject({
      message: "There is a tag v1.1.0 already, which is not a release of churn",
      hint: "git show v1.1.0",
    });
    forgeTag(repo, "v1.1.0", "x\n\n---\nmversion: 1\nmodel: churn\n");
    expect((await refused(repo, "version-exists", "v1.1.0")).message).toContain(
      "claims to be a release and cannot be read",
    );
  });
});

describe("the commit is a plain one", () => {
  test("a formatter that rewrites the record has its way, and the tag describes what was committed", async () => {
    const repo = forkRepo(retrained);
    repo.hook(
      "pre-commit",
      `sed -i 's/^reason: /reason:   /; 1i # formatted' ${RECORD} && git add ${RECORD} && echo formatted`,
    );
    await release(repo, "v1.1.0", { all: true });
    expect(repo.read(RECORD)).toMatch(/^# formatted\n[^]*^reason:   why$/m);
    expect(repo.git("status", "--porcelain")).toBe("");
    await play(repo, "mv verify v1.1.0");
  });

  test("hooks that write the message do", async () => {
    const repo = forkRepo(retrained);
    repo.hook("prepare-commit-msg", 'printf "\\nTicket: 4711\\n" >>"$1"');
    await release(repo, "v1.1.0");
    expect(repo.git("log", "-1", "--format=%B")).toBe("Release churn 1.1.0\n\nwhy\n\nTicket: 4711\n");
  });

  test("one that refuses leaves everything as it was: record, index and what was staged beside the working tree", async () => {
    const repo = forkRepo(retrained);
    repo.hook("commit-msg", "echo 'no ticket' >&2; exit 1");
    const { message, hint } = await refused(repo, "commit-failed", "v1.1.0");
    expect(message).toBe("churn 1.1.0 was not released: no ticket");
    expect(hint).toBe("put that right, then: mv tag v1.1.0 -m why");
    // The record is staged as one thing and lies there as another; train.py likewise.
    repo.write("train.py", "C = 0.4\n");
    repo.git("add", "train.py");
    repo.write("train.py", "C = 0.5\n");
    repo.write(RECORD, `${repo.read(RECORD)}owner: ada\n`);
    repo.write("new.py", "new\n");
    repo.git("add", "-N", "new.py");
    await refused(repo, "commit-failed", "v1.1.0", { all: true });
    // And a hook that stages things of its own.
    repo.hook("pre-commit", "echo x >generated.txt; git add generated.txt train.py; exit 1");
    const before = repo.git("ls-files", "--stage");
    await expect(release(repo, "v1.1.0", { all: true })).rejects.toMatchObject({ code: "commit-failed" });
    expect(repo.git("ls-files", "--stage")).toBe(before);
  });

  test("a hook that puts other bytes into the commit is found, and the commit is taken back", async () => {
    const repo = forkRepo(retrained);
    repo.hook("pre-commit", `sed -i 's/^version: .*/version: 9.9.9/' ${RECORD}; git add ${RECORD}`);
    expect((await refused(repo, "record-stale", "v1.1.0")).message).toContain("a hook or a filter changed it");
  });

  test("someone takes the name while the commit is made: nothing is left of ours", async () => {
    const repo = forkRepo(retrained);
    repo.hook("pre-commit", "git tag v1.1.0");
    const before = repo.head();
    await expect(release(repo, "v1.1.0")).rejects.toMatchObject({ code: "version-exists" });
    expect(repo.head()).toBe(before);
    expect(repo.git("cat-file", "-t", "v1.1.0")).toBe("commit");
    expect(record(repo).version).toBe("1.0.0");
    expect(repo.git("log", "-1", "--walk-reflogs", "--format=%gs")).toBe("mversion: not released");
  });

  test("also where the commit was the first", async () => {
    const repo = await sampleProject({ until: "files" });
    await play(repo, `mv add ${MODEL}`);
    repo.hook("pre-commit", "git rev-parse HEAD >/dev/null 2>&1 || true");
    repo.hook("post-commit", "git tag v1.0.0");
    await expect(release(repo, "v1.0.0")).rejects.toMatchObject({ code: "version-exists" });
    expect(repo.tryGit("rev-parse", "--verify", "-q", "HEAD").status).toBe(1);
    expect(repo.git("ls-files")).toContain(RECORD);
    expect(record(repo).version).toBe("0.1.0-dev.1");
  });
});

describe("where HEAD declares the version and nothing changed", () => {
  async function declaring(): Promise<TestRepo> {
    const repo = forkRepo(retrained);
    await play(repo, "mv bump minor -m 'Declared before'");
    repo.git("commit", "-qm", "Declare");
    return repo;
  }

  test("only the tag is made, on a detached HEAD too", async () => {
    const repo = await declaring();
    const before = repo.head();
    repo.git("switch", "-q", "--detach");
    const { result } = await release(repo, [], { reason: undefined });
    expect(result).toMatchObject({ commit: before, committed: false, releases: [{ version: "1.1.0", tag: "v1.1.0" }] });
    expect(read(repo, "v1.1.0").reason).toBe("Declared before");
  });

  test("a reason that the record does not give may come with the tag", async () => {
    const repo = forkRepo(draft);
    await play(repo, "mv bump 1.0.0");
    const head = repo.commit("Declare 1.0.0");
    repo.git("switch", "-q", "--detach");
    await refused(repo, "no-reason", [], { reason: undefined });
    const { result } = await release(repo, [], { reason: "By CI" });
    expect(result).toMatchObject({ commit: head, committed: false });
    expect(repo.git("tag", "--list", "--format=%(contents:body)", "v1.0.0")).toContain("By CI\n");
  });

  test("another reason is a change, and a change needs a branch", async () => {
    const repo = await declaring();
    repo.git("switch", "-q", "--detach");
    expect((await refused(repo, "detached", [])).hint).toBe("git switch -c NAME");
    repo.git("switch", "-q", "main");
    expect((await release(repo, [])).result.committed).toBe(true);
    expect(read(repo, "v1.1.0").reason).toBe("why");
  });

  test("a record that Git does not track declares nothing", async () => {
    const repo = await declaring();
    repo.git("rm", "-q", "--cached", RECORD);
    repo.git("commit", "-qm", "Forget the record");
    expect((await release(repo, [], { reason: undefined })).result.committed).toBe(true);
    await play(repo, "mv verify v1.1.0");
  });

  test("its reason serves for another number too, as long as it is not that of a release", async () => {
    const repo = await declaring();
    await release(repo, "v2.0.0", { reason: undefined });
    expect(read(repo, "v2.0.0").reason).toBe("Declared before");
    await play(repo, "mv set owner=ada");
    await refused(repo, "no-reason", "v2.0.1", { reason: undefined });
  });

  test("a draft is not released as it is", async () => {
    const { message, hint } = await refused(forkRepo(draft), "draft-declared", []);
    expect(message).toContain("the draft churn 0.1.0-dev.1");
    expect(hint).toBe("mv tag v1.0.0 -m why");
  });
});

describe("what must be whole", () => {
  test("an artifact that changed after mv add; one that is gone is none", async () => {
    const repo = forkRepo(retrained);
    repo.write(MODEL, "half");
    expect((await refused(repo, "artifact-modified", "v1.1.0")).hint).toContain(`mv add ${MODEL}`);
    rmSync(repo.path(MODEL));
    await release(repo, "v1.1.0");
  });

  test("bytes that only lie in the working tree are kept again, bytes that are nowhere are missed", async () => {
    const repo = forkRepo(retrained);
    rmSync(repo.path(".git/mversion/cache/objects"), { recursive: true });
    expect((await refused(repo, "object-missing", "v1.1.0")).message).toContain(DATA);
    await play(repo, `mv add ${DATA} --dataset`);
    await release(repo, "v1.1.0");
    rmSync(repo.path(MODEL));
    await play(repo, `mv restore ${MODEL}`);
    expect(repo.read(MODEL)).toBe(BYTES.C);
  });

  test("a pointer that moved on without its record", async () => {
    const repo = forkRepo(retrained);
    repo.git("checkout", "v1.0.0", "--", POINTER);
    expect((await refused(repo, "record-stale", "v1.1.0")).hint).toBe(`mv add ${MODEL}`);
  });

  test("what the policy asks for", async () => {
    const repo = forkRepo(retrained);
    const policy = (text: string): void => {
      repo.write(".mversion.yaml", `${released.read(".mversion.yaml")}policy: ${text}\n`);
      repo.git("add", ".mversion.yaml");
    };
    policy("{required: [metrics.accuracy, owner]}");
    expect((await refused(repo, "metadata-missing", "v1.1.0")).hint).toBe("mv set metrics.accuracy=… owner=…");
    policy("{untracked: block}");
    repo.write("notes.txt", "x");
    expect((await refused(repo, "untracked", "v1.1.0")).hint).toContain("git add notes.txt");
    policy('{release_branches: ["release/*", main]}');
    repo.git("switch", "-qc", "feature");
    expect(await refused(repo, "branch", "v1.1.0")).toMatchObject({ hint: "git switch main" });
    repo.git("switch", "-qc", "release/1.1");
    await release(repo, "v1.1.0");
  });
});

describe("Git's own state", () => {
  test.each([
    ["merge", ["merge", "side"]],
    ["rebase", ["rebase", "side"]],
    ["cherry-pick", ["cherry-pick", "side"]],
    ["revert", ["revert", "--no-edit", "HEAD~1"]],
  ])("a %s is finished first", async (name, command) => {
    const repo = forkRepo(released);
    repo.git("switch", "-qc", "side");
    repo.commit("side", { "train.py": "side\n" });
    repo.git("switch", "-q", "main");
    repo.commit("main", { "train.py": "main\n" });
    repo.commit("again", { "train.py": "again\n" });
    expect(repo.tryGit(...command).status).not.toBe(0);
    const { message, hint } = await refused(repo, "in-progress", "v1.1.0");
    expect(message).toBe(`A ${name} is under way`);
    expect(hint).toBe(`git ${name} --continue, or git ${name} --abort`);
  });

  test("a conflict that a stash left", async () => {
    const repo = forkRepo(retrained);
    repo.git("stash", "-q");
    await retrain(repo, BYTES.D);
    await release(repo, "v1.1.0");
    repo.tryGit("stash", "pop");
    expect((await refused(repo, "in-progress", "v1.2.0")).hint).toBe("mv merge --ours, or mv merge --theirs");
  });

  test("another index, as a hook has it: that one is committed, and put back where the commit is refused", async () => {
    const repo = forkRepo(retrained);
    cpSync(repo.path(".git/index"), repo.path(".git/other-index"));
    repo.hook("commit-msg", "exit 1");
    await withEnv({ GIT_INDEX_FILE: repo.path(".git/other-index") }, async () => {
      await refused(repo, "commit-failed", "v1.1.0");
      rmSync(repo.path(".git/hooks/commit-msg"));
      await release(repo, "v1.1.0");
    });
    expect(repo.git("show", `v1.1.0:${POINTER}`)).toBe(repo.read(POINTER).trimEnd());
  });

  test("a shallow clone, and one without the tags that its remote has, know too little", async () => {
    const repo = forkRepo(retrained);
    await play(repo, "mv bump minor -m declared");
    repo.git("commit", "-qm", "Declare");
    for (const flags of [["--depth=1"], ["--no-tags"]]) {
      const clone = cloneRepo(repo, { flags });
      const { hint } = await refused(clone, "incomplete", []);
      expect(hint).toMatch(/^git fetch .*--tags/);
    }
    const far = cloneRepo(repo, { flags: ["--no-tags"] });
    far.git("remote", "set-url", "origin", "file:///nowhere");
    expect((await refused(far, "incomplete", [])).message).toContain("cannot be asked");
  });

  test("a first release that was declared before is told from them", async () => {
    const repo = forkRepo(draft);
    const origin = createRepo({ bare: true });
    repo.git("remote", "add", "origin", origin.dir);
    await play(repo, "mv bump 1.0.0 -m first");
    repo.git("commit", "-qm", "Declare");
    repo.git("push", "-q", "origin", "main");
    await release(repo, [], { reason: undefined });
  });

  test("two processes at once: one makes the release, the other says that it exists", async () => {
    const repo = forkRepo(retrained);
    const bin = join(fileURLToPath(import.meta.url), "../../../bin/mversion.js");
    const start = (): Promise<{ status: number | null; err: string }> =>
      new Promise((done) => {
        const child = spawn(process.execPath, [bin, "tag", "v1.1.0", "-m", "why"], { cwd: repo.dir, env: testEnv() });
        let err = "";
        child.stderr.on("data", (chunk: Buffer) => (err += chunk.toString()));
        child.on("close", (status) => done({ status, err }));
      });
    const ends = await Promise.all([start(), start()]);
    expect(ends.map((end) => end.status).toSorted()).toEqual([0, 1]);
    expect(ends.find((end) => end.status === 1)?.err).toContain("churn 1.1.0 is already released");
    expect(repo.git("rev-list", "--count", "v1.0.0..HEAD")).toBe("1");
  });
});
