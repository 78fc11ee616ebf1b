// Objects to the store, releases beside them, then branch and tags to Git: all of it, or no ref at all.
import { createHash } from "node:crypto";
import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { parseReleaseFile } from "../../src/model/release-file.ts";
import { push, type PushInput } from "../../src/operations/push.ts";
import { BYTES, DATA, MODEL, play, trained } from "../helpers/cli.ts";
import { scratchDir, type TestRepo } from "../helpers/git.ts";
import { openRepo } from "../helpers/project.ts";
import { refusal } from "../helpers/refusal.ts";
import { cacheOf, lose, objectsIn, setRemotes, sharedProject, spoil } from "../helpers/shared.ts";

const sha256 = (text: string): string => createHash("sha256").update(text).digest("hex");
const [A, B, C, D, T] = (["A", "B", "C", "D", "T"] as const).map((name) => sha256(BYTES[name])) as [
  string,
  string,
  string,
  string,
  string,
];
const shorts = (...hashes: string[]): string[] => hashes.map((hash) => hash.slice(0, 8)).toSorted();

const pushFrom = async (repo: TestRepo, input: Partial<PushInput> = {}) =>
  push(await openRepo(repo), { words: [], ...input });

function retrain(repo: TestRepo, bytes: string): Promise<void> {
  trained(repo, MODEL, bytes);
  return play(repo, `mv add ${MODEL}`, "mv bump draft");
}

describe("mv push", () => {
  test("sends what HEAD and its releases need, writes the releases, then pushes branch and tags", async () => {
    const { repo, store, refs, objects } = await sharedProject();
    expect(await pushFrom(repo)).toEqual({
      remote: "store",
      objects: 3,
      sent: 3,
      bytes: 76,
      healed: 0,
      recorded: false,
      releases: [
        { model: "churn", version: "1.0.0", tag: "v1.0.0" },
        { model: "churn", version: "1.1.0", tag: "v1.1.0" },
      ],
      stages: [],
      elsewhere: [],
      nowhere: [],
      git: {
        remote: "origin",
        refs: [
          { ref: "refs/heads/main", state: "new" },
          { ref: "refs/tags/v1.0.0", state: "new" },
          { ref: "refs/tags/v1.1.0", state: "new" },
        ],
      },
      follows: "main",
      dry_run: false,
    });
    // A is a draft that HEAD does not name any more.
    expect(objects()).toEqual(shorts(B, C, T));
    expect(refs()).toEqual(["main", "v1.0.0", "v1.1.0"]);
    expect(repo.git("rev-parse", "--abbrev-ref", "main@{upstream}")).toBe("origin/main");
    expect(JSON.parse(readFileSync(join(store, "mversion.json"), "utf8"))).toMatchObject({
      repositories: [{ id: "7d0c8f1e" }],
    });
    const file = readFileSync(join(store, "models/churn/releases/1.1.0.json"));
    const read = parseReleaseFile(file, "1.1.0.json");
    expect(read.release.oid).toBe(repo.git("rev-parse", "refs/tags/v1.1.0"));
    expect(read.record).toBe(`${repo.git("show", "v1.1.0:churn.model.yaml")}\n`);
  });

  test("with nothing to do asks Git alone; a new draft is asked for", async () => {
    const { repo, objects } = await sharedProject();
    await pushFrom(repo);
    expect(await pushFrom(repo)).toMatchObject({
      recorded: true,
      sent: 0,
      git: { refs: [{ ref: "refs/heads/main", state: "up-to-date" }] },
    });
    await retrain(repo, BYTES.D);
    repo.git("commit", "-qam", "draft");
    expect(await pushFrom(repo)).toMatchObject({ recorded: false, sent: 1, releases: [] });
    expect(objects()).toEqual(shorts(B, C, D, T));
  });

  test("of a version sends what it needs and its tag alone", async () => {
    const { repo, refs, objects } = await sharedProject();
    expect(await pushFrom(repo, { words: ["v1.0.0"] })).toMatchObject({ objects: 2, sent: 2, follows: null });
    expect([refs(), objects()]).toEqual([["v1.0.0"], shorts(B, T)]);
    expect(await pushFrom(repo, { words: ["HEAD~2"] })).toMatchObject({ git: null });
  });

  test("of a version says which release that it seals others would miss", async () => {
    const { repo } = await sharedProject();
    const warnings: string[] = [];
    await push(await openRepo(repo, { warnings }), { words: ["v1.1.0"] });
    expect(warnings).toEqual(["v1.0.0 is not on origin, so mv verify misses it in other clones: mv push v1.0.0"]);
    await push(await openRepo(repo, { warnings }), { words: ["v1.0.0"] });
    await push(await openRepo(repo, { warnings }), { words: ["v1.1.0"] });
    expect(warnings).toHaveLength(1);
  });

  test("--all sends every release, branch and draft; --no-git leaves Git alone", async () => {
    const { repo, refs, objects } = await sharedProject();
    repo.git("switch", "-qc", "feb");
    await retrain(repo, BYTES.D);
    repo.git("commit", "-qam", "draft");
    repo.git("switch", "-q", "main");
    expect(await pushFrom(repo, { all: true, noGit: true })).toMatchObject({ sent: 5, git: null });
    expect([refs(), objects()]).toEqual([[], shorts(A, B, C, D, T)]);
    await pushFrom(repo, { all: true });
    expect(refs()).toEqual(["feb", "main", "v1.0.0", "v1.1.0"]);
  });

  test("--all goes on where an old draft is nowhere, and says so", async () => {
    const { repo, refs } = await sharedProject();
    lose(cacheOf(repo), A);
    const { nowhere } = await pushFrom(repo, { all: true });
    expect(nowhere).toEqual([{ path: MODEL, of: "a draft", sha256: A }]);
    expect(refs()).toHaveLength(3);
  });

  test("--dry-run sends nothing", async () => {
    const { repo, refs, objects } = await sharedProject();
    expect(await pushFrom(repo, { dryRun: true })).toMatchObject({
      sent: 3,
      bytes: 76,
      dry_run: true,
      git: { refs: [{ ref: "refs/heads/main", state: "offered" }, {}, {}] },
    });
    expect([refs(), objects()]).toEqual([[], []]);
  });

  test("of a folder sends its manifest and its files", async () => {
    const { repo, objects } = await sharedProject({ until: "files" });
    repo.write("models/tokenizer/vocab.json", "{}\n");
    repo.write("models/tokenizer/empty", "");
    await play(repo, "mv add models/tokenizer");
    repo.git("commit", "-qm", "tokenizer");
    await pushFrom(repo);
    expect(objects()).toHaveLength(3);
  });
});

describe("mv push refuses, and no ref goes out", () => {
  test("where the bytes of a release are nowhere", async () => {
    const { repo, refs, objects } = await sharedProject();
    lose(cacheOf(repo), B);
    expect(await refusal(pushFrom(repo))).toEqual({
      code: "object-missing",
      message: `churn 1.0.0: the bytes of ${MODEL} are neither here nor on a remote`,
      hint: `mv push where it was added, or mv add a good copy of ${MODEL} here, then repeat`,
    });
    expect([refs(), objects()]).toEqual([[], []]);
  });

  test("where the cache has rotten bytes", async () => {
    const { repo, refs } = await sharedProject();
    spoil(cacheOf(repo), C, "model X\n");
    expect(await refusal(pushFrom(repo))).toMatchObject({
      code: "bytes-wrong",
      message: `churn 1.1.0: the bytes of ${MODEL} in the cache are damaged (b3242f12)`,
      hint: expect.stringContaining(`mv add ${MODEL}, which heals them`),
    });
    expect(refs()).toEqual([]);
  });

  test("where the store has a model of that name from another repository", async () => {
    const { repo, refs, objects, store } = await sharedProject();
    const other = { id: "other", models: ["churn"], url: "https://example.org/other.git" };
    writeFileSync(join(store, "mversion.json"), JSON.stringify({ repositories: [other], schema: 1 }));
    expect(await refusal(pushFrom(repo))).toMatchObject({ code: "model-taken" });
    expect([refs(), objects()]).toEqual([[], []]);
  });

  test("where no store is set up, or it is gone", async () => {
    const { repo, refs } = await sharedProject();
    setRemotes(repo, { store: "/nonexistent/store" });
    expect(await refusal(pushFrom(repo))).toMatchObject({ code: "unreachable" });
    setRemotes(repo, {});
    repo.git("commit", "-qam", "no store");
    expect(await refusal(pushFrom(repo))).toMatchObject({
      code: "usage",
      hint: expect.stringContaining("mv remote add"),
    });
    expect(refs()).toEqual([]);
  });

  test("where origin has commits that are not here, or another tag of the name", async () => {
    const shared = await sharedProject({ until: "1.0.0" });
    await pushFrom(shared.repo);
    const other = shared.clone();
    other.git("commit", "-q", "--allow-empty", "-m", "theirs");
    other.git("push", "-q", "origin", "main");
    await retrain(shared.repo, BYTES.D);
    await play(shared.repo, "mv tag v1.1.0 -a -m mine");
    expect(await refusal(pushFrom(shared.repo))).toEqual({
      code: "push-rejected",
      message: "origin has commits on main that are not here",
      hint: "mv pull, then mv push",
    });
    expect(shared.refs()).toEqual(["main", "v1.0.0"]);
    other.git("tag", "-a", "v1.1.0", "-m", "theirs");
    other.git("push", "-q", "origin", "v1.1.0");
    for (const input of [{}, { words: ["v1.1.0"] }, { all: true }]) {
      expect(await refusal(pushFrom(shared.repo, input))).toMatchObject({
        code: "push-rejected",
        message: "origin has another v1.1.0: somebody released that number first",
      });
    }
  });

  test("where origin takes the tags and not the branch", async () => {
    const { repo, origin, refs } = await sharedProject();
    origin.hook("update", 'case "$1" in refs/heads/*) echo "main is protected" >&2; exit 1; esac');
    expect(await refusal(pushFrom(repo))).toMatchObject({
      code: "push-rejected",
      message: "origin did not take main: hook declined",
      hint: expect.stringContaining("git switch -c NAME, then mv push"),
    });
    expect(refs()).toEqual([]);
  });

  test("where the user's own hook says no", async () => {
    const { repo, refs } = await sharedProject();
    repo.hook("pre-push", "echo not today >&2; exit 1");
    expect(await refusal(pushFrom(repo))).toMatchObject({ code: "push-rejected" });
    expect(refs()).toEqual([]);
  });

  test("where origin cannot be reached", async () => {
    const { repo } = await sharedProject();
    repo.git("remote", "set-url", "origin", "file:///nonexistent/repo");
    expect(await refusal(pushFrom(repo))).toMatchObject({ code: "unreachable" });
  });
});

describe("mv push from a clone without the bytes", () => {
  test("pushes a commit of code; what others have the pointers of already is not its business", async () => {
    const shared = await sharedProject();
    await pushFrom(shared.repo);
    const clone = shared.clone();
    clone.commit("code", { "train.py": "x = 1\n" });
    expect(await pushFrom(clone)).toMatchObject({ sent: 0, objects: 2, nowhere: [] });
    lose(shared.store, T);
    clone.commit("more code", { "train.py": "x = 2\n" });
    // Within a day of the last push nothing is asked.
    expect(await pushFrom(clone)).toMatchObject({ recorded: true });
    expect(existsSync(clone.path(".git/mversion/pushed.json"))).toBe(true);
    writeFileSync(clone.path(".git/mversion/pushed.json"), "{}");
    expect(await pushFrom(clone)).toMatchObject({ nowhere: [{ path: DATA }] });
  });

  test("and bytes that another store has are no obstacle", async () => {
    const { repo, refs, store } = await sharedProject();
    const backup = scratchDir("backup");
    setRemotes(repo, { store, backup });
    repo.git("commit", "-qam", "a backup");
    await pushFrom(repo, { remote: "backup", noGit: true });
    lose(cacheOf(repo), B);
    const { elsewhere } = await pushFrom(repo, { remote: "store" });
    expect(elsewhere).toEqual([{ path: MODEL, of: "churn 1.0.0", sha256: B }]);
    expect(objectsIn(store)).toEqual(shorts(C, T));
    expect(refs()).toHaveLength(3);
  });
});

test("A store set up by hand, without an id, is no obstacle where it has everything", async () => {
  const { repo, refs, store } = await sharedProject();
  await pushFrom(repo, { noGit: true });
  writeFileSync(join(store, "mversion.json"), '{"repositories":[],"schema":1}');
  writeFileSync(repo.path(".git/mversion/pushed.json"), "{}");
  repo.write(".mversion.yaml", repo.read(".mversion.yaml").replace(/^id: .*\n/m, ""));
  expect(await pushFrom(repo)).toMatchObject({ sent: 0, releases: [] });
  expect(refs()).toHaveLength(3);
  trained(repo, MODEL, BYTES.D);
  await play(repo, `mv add ${MODEL}`, "mv tag v1.2.0 -a -m D");
  expect(await refusal(pushFrom(repo))).toMatchObject({ code: "usage", message: expect.stringContaining("no id") });
});

describe("a release that was taken back", () => {
  test("gives its number's file in the store to the one that is pushed", async () => {
    const { repo, store } = await sharedProject();
    await pushFrom(repo, { noGit: true });
    const file = join(store, "models/churn/releases/1.1.0.json");
    const before = readFileSync(file, "utf8");
    // untag would refuse: the store has it.
    repo.git("-c", "mversion.unlock=v1.1.0", "tag", "-d", "v1.1.0");
    await play(repo, 'mv tag v1.1.0 -m "another reason"');
    expect(await pushFrom(repo)).toMatchObject({ releases: [{ version: "1.1.0" }] });
    expect(readFileSync(file, "utf8")).not.toBe(before);
  });

  test("does not, where Git has it out", async () => {
    const { repo, store, clone, refs } = await sharedProject();
    await pushFrom(repo);
    const file = join(store, "models/churn/releases/1.1.0.json");
    const before = readFileSync(file, "utf8");
    const other = clone();
    other.git("tag", "-d", "v1.1.0");
    const origin = other.git("remote", "get-url", "origin");
    await play(other, "mv fetch", "mv restore", 'mv tag v1.1.0 -m "another"');
    other.git("remote", "set-url", "origin", origin);
    expect(await refusal(pushFrom(other))).toMatchObject({ code: "push-rejected" });
    expect(await refusal(pushFrom(other, { words: ["v1.1.0"] }))).toMatchObject({ code: "push-rejected" });
    expect(readFileSync(file, "utf8")).toBe(before);
    expect(refs()).toHaveLength(3);
  });
});

test("Two pushes at once bring both", async () => {
  const shared = await sharedProject();
  await pushFrom(shared.repo);
  const [one, two] = [shared.clone(), shared.clone()];
  for (const [repo, branch, bytes] of [
    [one, "one", BYTES.D],
    [two, "two", BYTES.E],
  ] as const) {
    repo.git("switch", "-qc", branch);
    await retrain(repo, bytes);
    repo.git("commit", "-qam", branch);
  }
  await Promise.all([pushFrom(one), pushFrom(two)]);
  expect(shared.refs()).toEqual(["main", "one", "two", "v1.0.0", "v1.1.0"]);
  expect(shared.objects()).toEqual(shorts(B, C, D, sha256(BYTES.E), T));
});
