// Commits from Git, forward only, and the artifacts with them; never over bytes that are stored nowhere.
import { createHash } from "node:crypto";
import { beforeAll, describe, expect, test } from "vitest";
import { pull, type PullInput } from "../../src/operations/pull.ts";
import { push } from "../../src/operations/push.ts";
import { restore } from "../../src/operations/restore.ts";
import { BYTES, DATA, MODEL, play, trained } from "../helpers/cli.ts";
import type { TestRepo } from "../helpers/git.ts";
import { openRepo } from "../helpers/project.ts";
import { refusal } from "../helpers/refusal.ts";
import { cacheOf, lose, objectsIn, setRemotes, type Shared, sharedProject } from "../helpers/shared.ts";

const sha256 = (text: string): string => createHash("sha256").update(text).digest("hex");

const pullIn = async (repo: TestRepo, input: Partial<PullInput> = {}, warnings: string[] = []) =>
  pull(await openRepo(repo, { warnings }), { words: [], ...input });
const pushFrom = async (repo: TestRepo) => push(await openRepo(repo), { words: [] });

let shared: Shared;
let mate: TestRepo;

/** A teammate's clone with everything of v1.1.0; then v1.2.0 is released and pushed. */
beforeAll(async () => {
  shared = await sharedProject();
  await pushFrom(shared.repo);
});

async function released(bytes: string = BYTES.D): Promise<void> {
  mate = shared.clone();
  await restore(await openRepo(mate), { words: [] });
  shared.repo.git("reset", "-q", "--hard");
  trained(shared.repo, MODEL, bytes);
  await play(shared.repo, `mv add ${MODEL}`, "mv bump draft");
  shared.repo.write(`notes-${bytes.length}.txt`, bytes);
  shared.repo.git("add", ".");
  shared.repo.git("commit", "-qm", "retrained");
  await pushFrom(shared.repo);
}

describe("mv pull", () => {
  test("moves the branch forward and brings the bytes", async () => {
    await released("model 2\n");
    const before = mate.head();
    expect(await pullIn(mate)).toEqual({
      branch: "main",
      upstream: "origin/main",
      before,
      after: shared.repo.head(),
      written: [MODEL],
      removed: [],
      unsaved: [],
      absent: [],
      fetched: 0,
      dry_run: false,
    });
    expect([mate.head(), mate.read(MODEL)]).toEqual([shared.repo.head(), "model 2\n"]);
    expect(await pullIn(mate)).toMatchObject({ written: [], before: mate.head(), after: mate.head() });
  });

  test("--dry-run changes nothing but what Git knows of origin", async () => {
    await released("model 3\n");
    const before = mate.head();
    expect(await pullIn(mate, { dryRun: true })).toMatchObject({ before, after: shared.repo.head(), written: [MODEL] });
    expect([mate.head(), mate.read(MODEL)]).toEqual([before, "model 2\n"]);
  });

  test("leaves what somebody works on, and says so", async () => {
    await released("model 4\n");
    mate.write(MODEL, "unsaved\n");
    expect(await pullIn(mate)).toMatchObject({ unsaved: [MODEL], written: [] });
    expect(mate.read(MODEL)).toBe("unsaved\n");
  });

  test("of a path brings that alone; of a version fetches it", async () => {
    await released("model 5\n");
    trained(shared.repo, DATA, "other data\n");
    await play(shared.repo, `mv add ${DATA} --dataset`);
    shared.repo.git("commit", "-qam", "data");
    await pushFrom(shared.repo);
    expect(await pullIn(mate, { words: [MODEL, "v1.0.0"] })).toMatchObject({ written: [MODEL], fetched: 1 });
    expect(mate.read(DATA)).toBe(BYTES.T);
    expect(objectsIn(cacheOf(mate))).toContain(sha256(BYTES.B).slice(0, 8));
    expect(await pullIn(mate)).toMatchObject({ written: [DATA] });
  });

  test("goes on without bytes that nobody has, and says which", async () => {
    await released("model 6\n");
    lose(shared.store, sha256("model 6\n"));
    const warnings: string[] = [];
    expect(await pullIn(mate, {}, warnings)).toMatchObject({ absent: [MODEL], written: [] });
    expect(warnings).toEqual([`No remote has the bytes of ${MODEL}`]);
    expect(mate.head()).toBe(shared.repo.head());
    expect(mate.read(MODEL)).toBe("model 5\n");
  });

  test("removes what has no pointer any more", async () => {
    await released("model 7\n");
    await pullIn(mate);
    await play(shared.repo, `mv remove --delete ${MODEL}`);
    shared.repo.git("commit", "-qam", "gone");
    await pushFrom(shared.repo);
    expect(await pullIn(mate)).toMatchObject({ removed: [MODEL] });
    expect(mate.exists(MODEL)).toBe(false);
    shared.repo.git("revert", "--no-edit", "HEAD");
    await play(shared.repo, "mv restore");
    await pushFrom(shared.repo);
  });

  test("uses the store that the pulled commit sets up", async () => {
    await released("model 8\n");
    setRemotes(mate, { store: "/nonexistent/store" });
    mate.git("update-index", "--assume-unchanged", ".mversion.yaml");
    mate.git("update-index", "--no-assume-unchanged", ".mversion.yaml");
    mate.git("checkout", "-q", "--", ".mversion.yaml");
    expect(await pullIn(mate)).toMatchObject({ written: [MODEL] });
  });
});

describe("mv pull refuses, and changes nothing", () => {
  test("where both sides have commits of their own", async () => {
    await released("model 10\n");
    mate.commit("mine", { "mine.txt": "x\n" });
    const before = mate.head();
    expect(await refusal(pullIn(mate))).toEqual({
      code: "diverged",
      message: "main and origin/main have each commits that the other lacks",
      hint: "git rebase origin/main, or git merge origin/main; then mv pull",
    });
    expect(mate.head()).toBe(before);
  });

  test("where local changes are in the way", async () => {
    await released("model 11\n");
    mate.write("notes-9.txt", "local\n");
    expect(await refusal(pullIn(mate))).toMatchObject({
      code: "would-lose",
      message: "Local changes would be overwritten: notes-9.txt",
    });
  });

  test("on no branch, without a remote, without an upstream, and where origin is gone", async () => {
    const clone = shared.clone();
    clone.git("switch", "-q", "--detach");
    expect(await refusal(pullIn(clone))).toMatchObject({ code: "detached" });
    clone.git("switch", "-qc", "alone");
    expect(await refusal(pullIn(clone))).toMatchObject({
      code: "nothing-found",
      message: "origin has no branch alone",
    });
    clone.git("switch", "-q", "main");
    clone.git("remote", "set-url", "origin", "file:///nonexistent/repo");
    expect(await refusal(pullIn(clone))).toMatchObject({ code: "unreachable" });
    clone.git("remote", "remove", "origin");
    expect(await refusal(pullIn(clone))).toMatchObject({ code: "usage" });
  });
});
