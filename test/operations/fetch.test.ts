// Bytes from stores into the cache: what is wrong stays out, what is interrupted goes on, and commands fetch what they lack.
import { createHash } from "node:crypto";
import { chmodSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { beforeAll, describe, expect, test } from "vitest";
import { checkout } from "../../src/operations/checkout.ts";
import { fetch, type FetchInput } from "../../src/operations/fetch.ts";
import { push } from "../../src/operations/push.ts";
import { restore } from "../../src/operations/restore.ts";
import { BYTES, DATA, MODEL, play } from "../helpers/cli.ts";
import { cloneRepo, scratchDir, type TestRepo } from "../helpers/git.ts";
import { openRepo } from "../helpers/project.ts";
import { refusal } from "../helpers/refusal.ts";
import {
  cacheOf,
  lose,
  objectFile,
  objectsIn,
  setRemotes,
  type Shared,
  sharedProject,
  spoil,
} from "../helpers/shared.ts";

const sha256 = (text: string): string => createHash("sha256").update(text).digest("hex");
const B = sha256(BYTES.B);
const C = sha256(BYTES.C);
const T = sha256(BYTES.T);
const shorts = (...hashes: string[]): string[] => hashes.map((hash) => hash.slice(0, 8)).toSorted();

let shared: Shared;

beforeAll(async () => {
  shared = await sharedProject();
  shared.repo.write("models/tokenizer/vocab.json", "{}\n");
  shared.repo.write("models/tokenizer/merges.txt", "a b\n");
  await play(shared.repo, "mv add models/tokenizer", 'mv tag v1.2.0 -a -m "with a tokenizer"');
  await push(await openRepo(shared.repo), { words: [] });
});

/** A clone without bytes, whose store is a copy that a test may damage. */
function fresh(): { clone: TestRepo; store: string } {
  const clone = cloneRepo(shared.origin);
  const store = copyOf(shared.store);
  setRemotes(clone, { store });
  return { clone, store };
}

function copyOf(folder: string): string {
  const copy = scratchDir("copy");
  for (const entry of readdirSync(folder, { recursive: true, withFileTypes: true })) {
    if (!entry.isFile()) continue;
    const to = entry.parentPath.replace(folder, copy);
    mkdirSync(to, { recursive: true });
    writeFileSync(join(to, entry.name), readFileSync(join(entry.parentPath, entry.name)));
  }
  return copy;
}

const fetchIn = async (repo: TestRepo, input: Partial<FetchInput> = {}) =>
  fetch(await openRepo(repo), { words: [], ...input });

describe("mv fetch", () => {
  test("brings what the pointers say, folders with all their files; a second time nothing", async () => {
    const { clone } = fresh();
    expect(await fetchIn(clone)).toEqual({
      artifacts: 3,
      objects: 5,
      bytes: expect.any(Number),
      from: ["store"],
      dry_run: false,
    });
    expect(objectsIn(cacheOf(clone))).toHaveLength(5);
    expect(clone.exists(MODEL)).toBe(false);
    expect(await fetchIn(clone)).toMatchObject({ objects: 0, from: [] });
    expect(readdirSync(join(cacheOf(clone), "incoming"))).toEqual([]);
  });

  test.each([
    ["a version", "v1.0.0", [B, T]],
    ["an artifact", MODEL, [C]],
    ["a folder of them", "data", [T]],
    ["a glob", "**/*.onnx", [C]],
    ["a glob in a folder", "models/*.onnx", [C]],
    ["a revision", "HEAD~2", [C, T]],
  ])("of %s brings that", async (_what, word, objects) => {
    const { clone } = fresh();
    await fetchIn(clone, { words: [word] });
    expect(objectsIn(cacheOf(clone))).toEqual(shorts(...objects));
  });

  test("--all brings every release", async () => {
    const { clone } = fresh();
    await fetchIn(clone, { all: true });
    expect(objectsIn(cacheOf(clone))).toHaveLength(6);
  });

  test("--dry-run brings no bytes of files", async () => {
    const { clone } = fresh();
    expect(await fetchIn(clone, { words: [MODEL, DATA], dryRun: true })).toMatchObject({ objects: 2, bytes: 68 });
    expect(objectsIn(cacheOf(clone))).toEqual([]);
  });

  test("of what is no artifact and no version is refused", async () => {
    const { clone } = fresh();
    expect(await refusal(fetchIn(clone, { words: ["*.pkl"] }))).toMatchObject({ code: "not-tracked" });
    expect(await refusal(fetchIn(clone, { words: ["v9.9.9"] }))).toMatchObject({ code: "unknown-version" });
    expect(await refusal(fetchIn(clone, { remote: "nowhere" }))).toMatchObject({ code: "usage" });
  });

  test("says that no store is set up", async () => {
    const { clone } = fresh();
    setRemotes(clone, {});
    clone.git("update-ref", "-d", "refs/remotes/origin/main");
    clone.git("update-ref", "-d", "refs/heads/main");
    clone.git("symbolic-ref", "HEAD", "refs/heads/other");
    clone.git("tag", "-d", "v1.0.0", "v1.1.0", "v1.2.0");
    clone.git("symbolic-ref", "--delete", "refs/remotes/origin/HEAD");
    expect(await refusal(fetchIn(clone))).toMatchObject({ code: "usage", message: "No remote is set up" });
  });
});

describe("a store that holds other bytes under a name", () => {
  test("gives nothing of them, and all the rest; the error says whose they are", async () => {
    const { clone, store } = fresh();
    spoil(store, C, "model X\n");
    expect(await refusal(fetchIn(clone))).toEqual({
      code: "bytes-wrong",
      message: `store holds other bytes for ${MODEL} under ${C.slice(0, 12)}; they are not used`,
      hint: "mv verify --remote store, then mv push --all where the right bytes are",
    });
    expect(objectsIn(cacheOf(clone))).toHaveLength(4);
    expect(readdirSync(join(cacheOf(clone), "quarantine"))).toHaveLength(1);
    expect(await refusal(restore(await openRepo(clone), { words: [MODEL] }).then(String))).toMatchObject({
      code: "bytes-wrong",
    });
    expect(clone.exists(MODEL)).toBe(false);
  });

  test("is passed over for one that has the right ones", async () => {
    const { clone, store } = fresh();
    const good = copyOf(store);
    spoil(store, C, "model X\n");
    setRemotes(clone, { store, good });
    expect(await fetchIn(clone)).toMatchObject({ objects: 5, from: ["store", "good"] });
    expect(readFileSync(objectFile(cacheOf(clone), C), "utf8")).toBe(BYTES.C);
  });

  test("of another size, or of a manifest, the same", async () => {
    const { clone, store } = fresh();
    spoil(store, C, "model C, longer\n");
    expect(await refusal(fetchIn(clone, { words: [MODEL] }))).toMatchObject({ code: "bytes-wrong" });
    const manifest = /sha256: "(\w+)"/.exec(clone.read("models/tokenizer.mv.yaml"))?.[1] ?? "";
    spoil(store, manifest, '{"files":[],"schema":1}');
    expect(await refusal(fetchIn(clone, { words: ["models/tokenizer"] }))).toMatchObject({ code: "object-missing" });
    expect(objectsIn(cacheOf(clone))).toEqual([]);
  });
});

describe("a fetch that was interrupted", () => {
  test("goes on with the part that it left; a part of other bytes is begun anew", async () => {
    for (const part of ["model", "xxxxx"]) {
      const { clone } = fresh();
      const incoming = join(cacheOf(clone), "incoming");
      mkdirSync(incoming, { recursive: true });
      writeFileSync(join(incoming, C), part);
      await fetchIn(clone, { words: [MODEL] });
      expect(readFileSync(objectFile(cacheOf(clone), C), "utf8")).toBe(BYTES.C);
    }
  });
});

describe("a store that cannot be asked", () => {
  test("is said, unless another one has everything", async () => {
    const { clone, store } = fresh();
    setRemotes(clone, { gone: "/nonexistent/store", store });
    const warnings: string[] = [];
    const project = await openRepo(clone, { warnings });
    expect(await fetch(project, { words: [] })).toMatchObject({ objects: 5, from: ["store"] });
    expect(warnings).toEqual([expect.stringContaining("gone: /nonexistent/store is not there")]);
    setRemotes(clone, { gone: "/nonexistent/store" });
    const cold = cloneRepo(shared.origin);
    setRemotes(cold, { gone: "/nonexistent/store" });
    expect(await refusal(fetchIn(cold, { words: [MODEL] }))).toMatchObject({
      code: "unreachable",
      message: expect.stringContaining(`${MODEL} cannot be fetched: gone:`),
    });
  });
});

describe("commands that need bytes", () => {
  test("checkout fetches those of the version, before the tree is touched", async () => {
    const { clone, store } = fresh();
    clone.git("commit", "-qam", "another store");
    expect(await checkout(await openRepo(clone), { version: "v1.0.0" })).toMatchObject({ files: 2, absent: [] });
    expect(clone.read(MODEL)).toBe(BYTES.B);
    // The settings of v1.0.0 know no store: those of the main branch count.
    expect(await checkout(await openRepo(clone), { version: "main" })).toMatchObject({ branch: "main" });
    expect(clone.read(MODEL)).toBe(BYTES.C);
    expect(objectsIn(cacheOf(clone))).toHaveLength(6);
    rmSync(cacheOf(clone), { recursive: true, force: true });
    lose(store, B);
    lose(shared.store, "0".repeat(64));
    expect(await refusal(checkout(await openRepo(clone), { version: "v1.0.0" }))).toMatchObject({
      code: "object-missing",
    });
    expect(clone.read(MODEL)).toBe(BYTES.C);
    expect(clone.git("rev-parse", "--abbrev-ref", "HEAD")).toBe("main");
  });

  test("restore fetches all that is absent; of a folder that has changed only the files that differ", async () => {
    const { clone } = fresh();
    const result = await restore(await openRepo(clone), { words: [] });
    expect(result).toMatchObject({ absent: [], written: [DATA, MODEL, "models/tokenizer"] });
    expect(clone.read("models/tokenizer/vocab.json")).toBe("{}\n");
    rmSync(cacheOf(clone), { recursive: true, force: true });
    rmSync(clone.path("models/tokenizer/vocab.json"));
    await restore(await openRepo(clone), { words: ["models/tokenizer"] });
    expect(clone.read("models/tokenizer/vocab.json")).toBe("{}\n");
    // The manifest and the one file.
    expect(objectsIn(cacheOf(clone))).toHaveLength(2);
  });

  test("a plain restore goes on without what cannot be had", async () => {
    const { clone, store } = fresh();
    lose(store, C);
    const warnings: string[] = [];
    const project = await openRepo(clone, { warnings });
    expect(await restore(project, { words: [] })).toMatchObject({
      absent: [MODEL],
      written: [DATA, "models/tokenizer"],
    });
    expect(warnings).toEqual([`No remote has the bytes of ${MODEL}`]);
  });

  test("where the store may not be read", async () => {
    const { clone, store } = fresh();
    chmodSync(objectFile(store, C), 0o000);
    if (process.getuid?.() === 0) return;
    expect(await refusal(fetchIn(clone, { words: [MODEL] }))).toMatchObject({ code: "denied" });
  });
});
