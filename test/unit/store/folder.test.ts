import { execFileSync } from "node:child_process";
import { appendFileSync, chmodSync, mkdirSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { formatManifest, parseManifest } from "../../../src/model/manifest.ts";
import { openShop, sha } from "./shop.ts";

const WALKTHROUGH = "3e2286d9beb794ba0a3fff597b5baba6a175430d350e2b448e38b66c83fd385c";

test("hashes to its manifest, which is an object of the cache", async () => {
  const { store, at, write } = openShop();
  write({ "t/b": "2", "t/a/x": "1", "t/a.txt": "", "t/run.sh": "#!" });
  chmodSync(at("t/run.sh"), 0o755);
  symlinkSync("a/x", at("t/link"));
  mkdirSync(at("t/empty/deep"), { recursive: true });
  const bytes = await store.add(at("t"), "t");
  const manifest = await store.readBytes(bytes.sha256, 1 << 20);
  expect(bytes).toEqual({
    kind: "directory",
    sha256: sha(manifest),
    size: 4,
    files: 5,
    entries: parseManifest(manifest, "t").files,
  });
  expect(bytes.kind === "directory" && bytes.entries.map((entry) => entry.path)).toEqual([
    "a.txt",
    "a/x",
    "b",
    "link",
    "run.sh",
  ]);
  expect(await store.look(at("t"), "t")).toEqual(bytes);
  expect(await store.need({ kind: "directory", sha256: bytes.sha256 })).toEqual([
    { sha256: bytes.sha256, size: manifest.length },
    { sha256: sha(""), size: 0 },
    { sha256: sha("1"), size: 1 },
    { sha256: sha("2"), size: 1 },
    { sha256: sha("#!"), size: 2 },
  ]);
  expect(await store.need({ kind: "file", sha256: sha("#!") })).toEqual([{ sha256: sha("#!"), size: 2 }]);
  expect(await store.need({ kind: "external", sha256: sha("x") })).toEqual([]);
});

test("is what the walkthrough says", async () => {
  const { store, at, write } = openShop();
  write({ "tokenizer/build.sh": "#!/bin/sh\n", "tokenizer/vocab.json": '{"a":0}\n' });
  chmodSync(at("tokenizer/build.sh"), 0o755);
  symlinkSync("vocab.json", at("tokenizer/latest.json"));
  expect(await store.add(at("tokenizer"), "tokenizer")).toMatchObject({ sha256: WALKTHROUGH, size: 18, files: 3 });
});

test("comes back with nesting, bits, links and empty files", async () => {
  const { store, at, write, tree, placement } = openShop();
  write({ "t/a/b/c": "deep", "t/empty": "", "t/run": "x" });
  chmodSync(at("t/run"), 0o755);
  symlinkSync("../empty", at("t/a/up"));
  const before = tree("t");
  const bytes = await store.add(at("t"), "t");
  rmSync(at("t"), { recursive: true });
  await store.place([placement("t", bytes, null)]);
  expect(tree("t")).toEqual(before);
  expect(await store.look(at("t"), "t")).toEqual(bytes);
});

test("names are ordered by their bytes, whatever the walk", async () => {
  const { store, at, write } = openShop();
  const names = ["a", "a-b", "a/x", "a.b", "B", "\u{1f600}", "\uff5e", "é", "e\u0301"].map(
    (name) => `t/${name === "a" ? "a0" : name}`,
  );
  write(Object.fromEntries(names.map((name) => [name, name])));
  const bytes = await store.add(at("t"), "t");
  const paths = bytes.kind === "directory" ? bytes.entries.map((entry) => entry.path) : [];
  expect(paths).toEqual([...paths].toSorted((a, b) => Buffer.compare(Buffer.from(a), Buffer.from(b))));
  expect(paths).toHaveLength(names.length);
});

test("leaves out what is ignored, without looking into ignored folders", async () => {
  const { store, at, write } = openShop();
  write({ "t/keep": "1", "t/x.tmp": "2", "t/skip/a": "3" });
  execFileSync("mkfifo", [at("t/skip/fifo")]);
  const ignored = (path: string, isDirectory: boolean): boolean =>
    path.endsWith(".tmp") || (isDirectory && path === "skip");
  const bytes = await store.add(at("t"), "t", { ignored });
  expect(bytes).toMatchObject({ files: 1, size: 1 });
  expect(await store.look(at("t"), "t", { ignored })).toEqual(bytes);
});

describe("refuses", () => {
  test.each([
    ["../out", "link-leaves"],
    ["/etc/passwd", "link-leaves"],
    ["sub/../../out", "link-leaves"],
  ])("a link to %s", async (target, code) => {
    const { store, at, write } = openShop();
    write({ "t/a": "", "t/sub/b": "" });
    symlinkSync(target, at("t/link"));
    await expect(store.add(at("t"), "t")).rejects.toMatchObject({ code, details: { path: "t/link" } });
  });

  test("a FIFO, without hanging", async () => {
    const { store, at, write } = openShop();
    write({ "t/a": "" });
    execFileSync("mkfifo", [at("t/fifo")]);
    await expect(store.add(at("t"), "t")).rejects.toMatchObject({ code: "bad-path" });
    await expect(store.look(at("t"), "t")).rejects.toMatchObject({ code: "bad-path" });
  });

  test.each([".git", ".GIT", "sub/.git", "git~1", "a\\.git", "..\\b", "c:d"])("the name %j", async (name) => {
    const { store, at, write } = openShop();
    write({ [`t/${name}/HEAD`]: "" });
    await expect(store.add(at("t"), "t")).rejects.toMatchObject({ code: "bad-path" });
  });

  test("a name that is not UTF-8", async () => {
    const { store, at, write } = openShop();
    write({ "t/a": "" });
    writeFileSync(Buffer.concat([Buffer.from(`${at("t")}/`), Buffer.from([0xe9])]), "");
    await expect(store.add(at("t"), "t")).rejects.toMatchObject({ code: "bad-path" });
  });
});

test("a change, an addition, a removal and a chmod are seen, and only the new bytes are stored", async () => {
  const { store, at, write, cache } = openShop();
  write({ "t/a": "1", "t/b": "2", "t/c": "3" });
  const first = await store.add(at("t"), "t");
  const changes: (() => void)[] = [
    () => appendFileSync(at("t/a"), "+"),
    () => write({ "t/d/new": "4" }),
    () => rmSync(at("t/b")),
    () => chmodSync(at("t/c"), 0o755),
    () => symlinkSync("a", at("t/link")),
    () => (rmSync(at("t/link")), symlinkSync("c", at("t/link"))),
    () => rmSync(at("t/link")),
  ];
  const seen = new Set([first.sha256]);
  for (const change of changes) {
    change();
    const looked = await store.look(at("t"), "t");
    expect(looked?.kind === "directory" && sha(formatManifest(looked.entries))).toBe(looked?.sha256);
    expect(seen.has(looked?.sha256 ?? "") && change !== changes.at(-1)).toBe(false);
    seen.add(looked?.sha256 ?? "");
    expect(await store.add(at("t"), "t")).toEqual(looked);
  }
  expect((await store.check([...seen])).every(({ state }) => state === "ok")).toBe(true);
  expect(cache).toBeTruthy();
});

test("an object of an unchanged folder that is gone or rotten is stored again", async () => {
  const { store, at, write } = openShop();
  write({ "t/a": "1", "t/b": "2" });
  const { sha256 } = await store.add(at("t"), "t");
  // Nobody but a test is quicker than the clock of the file system.
  await new Promise((resolve) => setTimeout(resolve, 30));
  rmSync(store.objectPath(sha("1")));
  chmodSync(store.objectPath(sha("2")), 0o644);
  writeFileSync(store.objectPath(sha("2")), "9");
  rmSync(store.objectPath(sha256));
  await store.add(at("t"), "t");
  expect(await store.check([sha("1"), sha("2"), sha256])).toMatchObject([
    { state: "ok" },
    { state: "ok" },
    { state: "ok" },
  ]);
});

test("many files go through threads and one sync", async () => {
  const { store, at, placement, tree } = openShop({ jobs: 2 });
  mkdirSync(at("t"));
  for (let n = 0; n < 1800; n++) writeFileSync(join(at("t"), `f${n}`), `text ${n % 1700}`);
  const before = tree("t");
  const events: number[] = [];
  const bytes = await store.add(at("t"), "t", { progress: (event) => events.push(event.bytes) });
  expect(bytes).toMatchObject({ files: 1800 });
  expect(events.at(-1)).toBe(bytes.size);
  const objects = await store.need({ kind: "directory", sha256: bytes.sha256 });
  expect(objects).toHaveLength(1701);
  expect((await store.check(objects.map((object) => object.sha256))).filter(({ state }) => state !== "ok")).toEqual([]);
  rmSync(at("t"), { recursive: true });
  await store.place([placement("t", bytes, null)]);
  expect(tree("t")).toEqual(before);
  expect(await store.look(at("t"), "t")).toEqual(bytes);
});
