// Room in the cache: only what a remote confirms to hold goes, and what lies in the tree counts as stored there.
import { createHash } from "node:crypto";
import { beforeEach, describe, expect, test } from "vitest";
import { checkout } from "../../src/operations/checkout.ts";
import { evict, type EvictInput } from "../../src/operations/evict.ts";
import { push } from "../../src/operations/push.ts";
import { restore } from "../../src/operations/restore.ts";
import { BYTES, DATA, MODEL, play, screen, trained } from "../helpers/cli.ts";
import type { TestRepo } from "../helpers/git.ts";
import { openRepo } from "../helpers/project.ts";
import { refusal } from "../helpers/refusal.ts";
import { cacheOf, lose, objectsIn, setRemotes, type Shared, sharedProject } from "../helpers/shared.ts";

const sha256 = (text: string): string => createHash("sha256").update(text).digest("hex");
const shorts = (...texts: string[]): string[] => texts.map((text) => sha256(text).slice(0, 8)).toSorted();
const { A, B, C, T } = BYTES;

let shared: Shared;
let repo: TestRepo;

beforeEach(async () => {
  shared = await sharedProject();
  repo = shared.repo;
  await push(await openRepo(repo), { words: [] });
});

const evictIn = async (input: Partial<EvictInput> = {}) => evict(await openRepo(repo), { words: [], ...input });

describe("mv evict", () => {
  test("frees everything that the store has, and keeps what is only here", async () => {
    expect(await evictIn({ dryRun: true })).toMatchObject({ objects: 3, bytes: 76 });
    expect(objectsIn(cacheOf(repo))).toHaveLength(4);
    expect(await evictIn()).toEqual({
      objects: 3,
      bytes: 76,
      only_here: { objects: 1, bytes: 8 },
      unpublished: { objects: 0, bytes: 0 },
      dry_run: false,
    });
    expect(objectsIn(cacheOf(repo))).toEqual(shorts(A));
    expect(repo.read(MODEL)).toBe(C);
    expect(await screen(repo, "mv status")).toContain("unchanged");
  });

  test("of a version, an artifact, or all but the newest releases", async () => {
    await evictIn({ words: ["v1.0.0"] });
    expect(objectsIn(cacheOf(repo))).toEqual(shorts(A, C));
    await restore(await openRepo(repo), { words: [] });
    await play(repo, "mv fetch v1.0.0");
    await evictIn({ words: [DATA] });
    expect(objectsIn(cacheOf(repo))).toEqual(shorts(A, B, C));
    await play(repo, "mv fetch");
    await evictIn({ keepLast: 1 });
    expect(objectsIn(cacheOf(repo))).toEqual(shorts(A, C, T));
  });

  test("of an only copy is refused, whatever the record of an earlier push says", async () => {
    lose(shared.store, sha256(B));
    expect(await refusal(evictIn({ words: ["v1.0.0"] }))).toEqual({
      code: "only-copy",
      message: "1 object is in this cache alone: no remote confirms to have what v1.0.0 needs",
      hint: "mv push, then repeat",
    });
    expect(objectsIn(cacheOf(repo))).toHaveLength(4);
    setRemotes(repo, { store: "/nonexistent/store" });
    expect(await evictIn()).toMatchObject({ objects: 0, only_here: { objects: 4 } });
    setRemotes(repo, {});
    repo.git("commit", "-qam", "no store");
    repo.git("push", "-q", "--no-verify");
    expect(await refusal(evictIn())).toMatchObject({ code: "usage" });
  });

  test("of what only this clone has committed is refused, though a store has it: a gc may take it there", async () => {
    trained(repo, MODEL, BYTES.D);
    await play(repo, `mv add ${MODEL}`, "mv bump draft");
    repo.git("commit", "-qam", "draft");
    await push(await openRepo(repo), { words: [], noGit: true });
    expect(await refusal(evictIn({ words: [MODEL] }))).toMatchObject({
      code: "only-copy",
      message: expect.stringContaining("so a gc of the store may take it"),
      hint: "mv push, then repeat",
    });
    expect(await screen(repo, "mv evict")).toMatchInlineSnapshot(`
      "Freed 3 objects, 76 B
      ! On no remote, so they stay: 1 object, 8 B
      ! On a remote, but named by nothing that is pushed to Git, so they stay: 1 object, 8 B. Next: mv push"
    `);
    await play(repo, "mv tag v1.2.0 -m D");
    await push(await openRepo(repo), { words: ["v1.2.0"], noGit: true });
    expect(await evictIn()).toMatchObject({ objects: 0, unpublished: { objects: 1 } });
    await push(await openRepo(repo), { words: [] });
    expect(await evictIn({ words: [MODEL] })).toMatchObject({ objects: 1, unpublished: { objects: 0 } });
  });

  test("in a repository without a Git remote needs the store alone: no gc can ask what it needs", async () => {
    repo.git("remote", "remove", "origin");
    expect(await evictIn()).toMatchObject({ objects: 3, unpublished: { objects: 0 } });
  });

  test("keeps the manifest of a folder, and a switch fetches what differs", async () => {
    repo.write("models/tokenizer/vocab.json", "{}\n");
    repo.write("models/tokenizer/same.txt", "same\n");
    await play(repo, "mv add models/tokenizer", "mv tag v1.2.0 -a -m one");
    repo.write("models/tokenizer/vocab.json", '{"a":1}\n');
    await play(repo, "mv add models/tokenizer", "mv tag v1.3.0 -a -m two", "mv push", "mv evict");
    expect(objectsIn(cacheOf(repo))).toHaveLength(3);
    await checkout(await openRepo(repo), { version: "v1.2.0" });
    expect(repo.read("models/tokenizer/vocab.json")).toBe("{}\n");
    // A, two manifests, and the one file that differs.
    expect(objectsIn(cacheOf(repo))).toHaveLength(4);
  });
});

describe("what was evicted and lies in the tree", () => {
  test("may be replaced: a remote has it", async () => {
    await evictIn();
    expect(await checkout(await openRepo(repo), { version: "v1.0.0" })).toMatchObject({ saved: [], written: [MODEL] });
    expect(repo.read(MODEL)).toBe(B);
  });

  test("is in nobody's way only as long as a remote has it; what was changed since never", async () => {
    await evictIn();
    lose(shared.store, sha256(C));
    expect(await refusal(checkout(await openRepo(repo), { version: "v1.0.0" }))).toMatchObject({ code: "would-lose" });
    trained(repo, MODEL, "changed\n");
    expect(await refusal(checkout(await openRepo(repo), { version: "v1.0.0" }))).toMatchObject({ code: "would-lose" });
    expect(repo.read(MODEL)).toBe("changed\n");
  });
});

describe("mv add --to-remote", () => {
  test("sends the bytes past the cache; they may be released, replaced and fetched", async () => {
    repo.write("models/tokenizer/vocab.json", "{}\n");
    trained(repo, MODEL, BYTES.D);
    await play(repo, `mv add ${MODEL} models/tokenizer --to-remote store`);
    expect(shared.objects()).toEqual(expect.arrayContaining(shorts(BYTES.D, "{}\n")));
    // Only the folder's manifest is new here.
    expect(objectsIn(cacheOf(repo))).toHaveLength(5);
    await play(repo, "mv tag v1.2.0 -a -m straight", "mv push", "mv checkout v1.1.0", "mv checkout v1.2.0");
    expect(repo.read(MODEL)).toBe(BYTES.D);
    expect(repo.read("models/tokenizer/vocab.json")).toBe("{}\n");
  });

  test("writes nothing where the store does not take them", async () => {
    trained(repo, MODEL, BYTES.D);
    const before = repo.read(`${MODEL}.mv.yaml`);
    expect(await screen(repo, `mv add ${MODEL} --to-remote backup`)).toContain("There is no remote backup");
    setRemotes(repo, { store: "/nonexistent/store" });
    expect(await screen(repo, `mv add ${MODEL} --to-remote store`)).toContain("exit 12");
    expect(await screen(repo, `mv add ${MODEL} --to-remote store --move`)).toContain("exit 2");
    expect(repo.read(`${MODEL}.mv.yaml`)).toBe(before);
  });
});

test("says what was freed", async () => {
  expect(await screen(repo, "mv evict --dry-run")).toMatchInlineSnapshot(`
    "Would free 3 objects, 76 B
    ! On no remote, so they stay: 1 object, 8 B"
  `);
  expect(await screen(repo, "mv evict")).toMatchInlineSnapshot(`
    "Freed 3 objects, 76 B
    ! On no remote, so they stay: 1 object, 8 B"
  `);
  expect(await screen(repo, "mv evict --keep-last x")).toMatchInlineSnapshot(`
    "! mversion: --keep-last x: give a whole number
    ! Next: --keep-last 10
    exit 2"
  `);
});
