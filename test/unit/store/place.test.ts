import { execFileSync } from "node:child_process";
import {
  appendFileSync,
  chmodSync,
  existsSync,
  linkSync,
  lstatSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  readlinkSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import type { Bytes } from "../../../src/store/store.ts";
import { openShop, sha, type Shop, type Tree } from "./shop.ts";

/** Adds two states of an artifact, one after the other; the second is on disk then. */
async function twoVersions(shop: Shop, key: string, first: () => void, second: () => void): Promise<[Bytes, Bytes]> {
  first();
  const a = await shop.store.add(shop.at(key), key);
  rmSync(shop.at(key), { recursive: true });
  second();
  return [a, await shop.store.add(shop.at(key), key)];
}

const temps = (shop: Shop): string[] =>
  readdirSync(shop.root, { recursive: true })
    .map(String)
    .filter((name) => name.includes(".mv-"));

describe("a folder", () => {
  const versions: [string, Tree, Tree][] = [
    ["changed, added and removed files", { a: "1", b: "2", "c/d": "3" }, { a: "1", b: "two", "e/f": "4" }],
    ["a file that becomes a folder", { a: "1", b: "2" }, { "a/x": "3", b: "2" }],
    ["a folder that becomes a file", { "a/x/y": "1", b: "2" }, { a: "3", b: "2" }],
    ["nothing in common", { a: "1" }, { b: "2" }],
  ];

  test.each(versions)("%s, forth and back", async (_, one, two) => {
    const shop = openShop();
    const under = (tree: Tree): Tree =>
      Object.fromEntries(Object.entries(tree).map(([path, text]) => [`t/${path}`, text]));
    const [a, b] = await twoVersions(
      shop,
      "t",
      () => shop.write(under(one)),
      () => shop.write(under(two)),
    );
    await shop.store.place([shop.placement("t", a, b)]);
    expect(shop.tree("t")).toEqual(one);
    expect(await shop.store.look(shop.at("t"), "t")).toEqual(a);
    await shop.store.place([shop.placement("t", b, a)]);
    expect(shop.tree("t")).toEqual(two);
    expect(await shop.store.look(shop.at("t"), "t", { precise: true })).toEqual(b);
    expect(temps(shop)).toEqual([]);
  });

  test("links, bits and kinds change", async () => {
    const shop = openShop();
    const [a, b] = await twoVersions(
      shop,
      "t",
      () => (
        shop.write({ "t/run": "x", "t/real/f": "1" }),
        chmodSync(shop.at("t/run"), 0o755),
        symlinkSync("real", shop.at("t/d"))
      ),
      () => (shop.write({ "t/run": "x", "t/real/f": "1", "t/d/g": "2" }), symlinkSync("run", shop.at("t/l"))),
    );
    await shop.store.place([shop.placement("t", a, b)]);
    expect(shop.tree("t")).toEqual({ "run*": "x", "real/f": "1", d: "-> real" });
    await shop.store.place([shop.placement("t", b, a)]);
    expect(shop.tree("t")).toEqual({ run: "x", "real/f": "1", "d/g": "2", l: "-> run" });
  });

  test("keeps files that are not in it, and touches none that are the same", async () => {
    const shop = openShop();
    const [a, b] = await twoVersions(
      shop,
      "t",
      () => shop.write({ "t/same": "s", "t/old/x": "1" }),
      () => shop.write({ "t/same": "s", "t/new": "2" }),
    );
    shop.write({ "t/old/mine": "kept" });
    const { ino } = lstatSync(shop.at("t/same"));
    await shop.store.place([shop.placement("t", a, b)]);
    await shop.store.place([shop.placement("t", b, a)]);
    expect(shop.tree("t")).toEqual({ same: "s", new: "2", "old/mine": "kept" });
    expect(lstatSync(shop.at("t/same")).ino).toBe(ino);
  });

  test("becomes a file, and a file becomes a folder", async () => {
    const shop = openShop();
    const [a, b] = await twoVersions(
      shop,
      "t",
      () => shop.write({ "t/x/y": "1" }),
      () => shop.write({ t: "file" }),
    );
    await shop.store.place([shop.placement("t", a, b)]);
    expect(shop.tree()).toEqual({ "t/x/y": "1" });
    await shop.store.place([shop.placement("t", b, a)]);
    expect(shop.tree()).toEqual({ t: "file" });
  });
});

describe("what would be lost stops it before anything is written", () => {
  const cases: [string, (shop: Shop) => void, string][] = [
    ["a file in the way", (shop) => shop.write({ "t/new": "mine" }), "t/new"],
    ["a folder with files in the way", (shop) => shop.write({ "t/new/x": "mine" }), "t/new/x"],
    ["a changed file that would be replaced", (shop) => shop.write({ "t/both": "edited" }), "t/both"],
    ["a changed file that would be removed", (shop) => appendFileSync(shop.at("t/old"), "edited"), "t/old"],
    ["a file where a link was", (shop) => (rmSync(shop.at("t/link")), shop.write({ "t/link": "mine" })), "t/link"],
    ["a folder where a file was", (shop) => (rmSync(shop.at("t/old")), shop.write({ "t/old/x": "mine" })), "t/old"],
  ];

  test.each(cases)("%s", async (_, edit, path) => {
    const shop = openShop();
    const [a, b] = await twoVersions(
      shop,
      "t",
      () => shop.write({ "t/both": "1", "t/new": "n" }),
      () => (shop.write({ "t/both": "2", "t/old": "o" }), symlinkSync("both", shop.at("t/link"))),
    );
    edit(shop);
    const before = shop.tree();
    await expect(shop.store.place([shop.placement("t", a, b)])).rejects.toMatchObject({
      code: "would-lose",
      details: { path },
    });
    expect(shop.tree()).toEqual(before);
    expect(temps(shop)).toEqual([]);
  });

  test("a file artifact that nobody looked at", async () => {
    const shop = openShop();
    shop.write({ a: "1" });
    const bytes = await shop.store.add(shop.at("a"), "a");
    shop.write({ a: "mine" });
    await expect(shop.store.place([shop.placement("a", bytes, null)])).rejects.toMatchObject({ code: "would-lose" });
    expect(readFileSync(shop.at("a"), "utf8")).toBe("mine");
    // The very bytes that are wanted are in nobody's way.
    shop.write({ a: "1" });
    await shop.store.place([shop.placement("a", bytes, null)]);
  });

  test("a folder with a stranger that would become a file", async () => {
    const shop = openShop();
    const [a, b] = await twoVersions(
      shop,
      "t",
      () => shop.write({ t: "file" }),
      () => shop.write({ "t/x": "1" }),
    );
    shop.write({ "t/mine": "2" });
    await expect(shop.store.place([shop.placement("t", a, b)])).rejects.toMatchObject({
      code: "would-lose",
      details: { path: "t/mine" },
    });
    expect(shop.tree()).toEqual({ "t/x": "1", "t/mine": "2" });
  });

  test("remove, too", async () => {
    const shop = openShop();
    shop.write({ "t/a": "1", "t/b/c": "2", f: "3" });
    const [folder, file] = [await shop.store.add(shop.at("t"), "t"), await shop.store.add(shop.at("f"), "f")];
    shop.write({ "t/a": "edited", f: "edited" });
    await expect(shop.store.remove(shop.at("t"), "t", folder)).rejects.toMatchObject({ code: "would-lose" });
    await expect(shop.store.remove(shop.at("f"), "f", file)).rejects.toMatchObject({ code: "would-lose" });
    shop.write({ "t/a": "1", "t/mine": "4", f: "3" });
    await shop.store.remove(shop.at("t"), "t", folder);
    await shop.store.remove(shop.at("f"), "f", file);
    expect(shop.tree()).toEqual({ "t/mine": "4" });
    expect(existsSync(shop.at("t/b"))).toBe(false);
    expect(await shop.store.known("f")).toBeNull();
    await shop.store.remove(shop.at("f"), "f", file);
  });
});

describe("nothing is written through links", () => {
  test("of parents", async () => {
    const shop = openShop();
    shop.write({ "m/a": "1", "m/t/x/y": "2", "out/x": "" });
    const [file, folder] = [await shop.store.add(shop.at("m/a"), "m/a"), await shop.store.add(shop.at("m/t"), "m/t")];
    rmSync(shop.at("m/a"));
    rmSync(shop.at("m/t"), { recursive: true });
    mkdirSync(shop.at("m/t"));
    symlinkSync(shop.at("out"), shop.at("m/t/x"));
    await expect(shop.store.place([shop.placement("m/t", folder, null)])).rejects.toMatchObject({ code: "bad-path" });
    rmSync(shop.at("m"), { recursive: true });
    symlinkSync("out", shop.at("m"));
    for (const [key, bytes] of [
      ["m/a", file],
      ["m/t", folder],
    ] as const) {
      await expect(shop.store.place([shop.placement(key, bytes, null)])).rejects.toMatchObject({ code: "bad-path" });
    }
    expect(shop.tree("out")).toEqual({ x: "" });
  });

  test("of the artifact itself", async () => {
    const shop = openShop();
    shop.write({ "t/x": "1", a: "2", "out/x": "safe" });
    const [folder, file] = [await shop.store.add(shop.at("t"), "t"), await shop.store.add(shop.at("a"), "a")];
    rmSync(shop.at("t"), { recursive: true });
    symlinkSync("out", shop.at("t"));
    await expect(shop.store.place([shop.placement("t", folder, null)])).rejects.toMatchObject({ code: "bad-path" });
    rmSync(shop.at("a"));
    symlinkSync("out/x", shop.at("a"));
    await expect(shop.store.place([shop.placement("a", file, null)])).rejects.toMatchObject({ code: "would-lose" });
    expect(readFileSync(shop.at("out/x"), "utf8")).toBe("safe");
  });

  test("a hard link to a file elsewhere is replaced, not written to", async () => {
    const shop = openShop();
    const [a, b] = await twoVersions(
      shop,
      "f",
      () => shop.write({ f: "one" }),
      () => shop.write({ f: "two" }),
    );
    linkSync(shop.at("f"), shop.at("elsewhere"));
    chmodSync(shop.at("f"), 0o755);
    const current = await shop.store.look(shop.at("f"), "f");
    expect(current).toMatchObject({ sha256: b.sha256, executable: true });
    await shop.store.place([shop.placement("f", b, current)]);
    await shop.store.place([shop.placement("f", a, b)]);
    expect(shop.tree()).toEqual({ "elsewhere*": "two", f: "one" });
  });
});

describe("a bad object", () => {
  const spoilers: [string, (path: string) => void, string][] = [
    ["flipped", (path) => writeFileSync(path, "gooe"), "bytes-wrong"],
    ["short", (path) => writeFileSync(path, "g"), "bytes-wrong"],
    ["a FIFO", (path) => (rmSync(path), void execFileSync("mkfifo", [path])), "object-missing"],
    ["a link", (path) => (rmSync(path), symlinkSync("/dev/zero", path)), "object-missing"],
    ["absent", (path) => rmSync(path), "object-missing"],
  ];
  const links = ["reflink", "copy", "hardlink", "symlink"] as const;

  test.each(spoilers.flatMap(([name, spoil, code]) => links.map((link) => [name, link, spoil, code] as const)))(
    "that is %s reaches no working tree by %s",
    async (_, link, spoil, code) => {
      for (const shared of [false, true]) {
        const shop = openShop({ link, shared });
        const [a, b] = await twoVersions(
          shop,
          "f",
          () => shop.write({ f: "good" }),
          () => shop.write({ f: "now" }),
        );
        shop.write({ other: "fine" });
        const other = await shop.store.add(shop.at("other"), "other");
        rmSync(shop.at("other"));
        chmodSync(shop.store.objectPath(a.sha256), 0o644);
        spoil(shop.store.objectPath(a.sha256));
        const items = [shop.placement("other", other, null), shop.placement("f", a, b)];
        await expect(shop.store.place(items)).rejects.toMatchObject({ code });
        expect(readFileSync(shop.at("f"), "utf8")).toBe("now");
        expect(readdirSync(shop.root)).toEqual(["f"]);
        if (code === "bytes-wrong") expect(readdirSync(join(shop.cache, "quarantine"))).toHaveLength(1);
      }
    },
  );

  test("large, among the members of a folder", async () => {
    const shop = openShop();
    const big = Buffer.alloc(9 * 1024 * 1024, "x");
    shop.write({ "t/small": "1" });
    writeFileSync(shop.at("t/big"), big);
    const bytes = await shop.store.add(shop.at("t"), "t");
    rmSync(shop.at("t"), { recursive: true });
    const object = shop.store.objectPath(sha(big));
    chmodSync(object, 0o644);
    big[5_000_000] = 0;
    writeFileSync(object, big);
    await expect(shop.store.place([shop.placement("t", bytes, null)])).rejects.toMatchObject({
      code: "bytes-wrong",
      details: { path: "t/big" },
    });
    expect(readdirSync(shop.root)).toEqual([]);
  });

  test("with a fitting fingerprint gets nowhere from a shared cache", async () => {
    const shop = openShop({ shared: true });
    shop.write({ f: "good", e: "evil" });
    const [good, evil] = [await shop.store.add(shop.at("f"), "f"), await shop.store.look(shop.at("e"), "e")];
    const object = shop.store.objectPath(good.sha256);
    chmodSync(object, 0o644);
    writeFileSync(object, "evil");
    rmSync(shop.at("f"));
    const xxh64 = evil?.kind === "file" ? evil.xxh64 : "";
    const item = { ...shop.placement("f", good, null), xxh64 };
    await expect(shop.store.place([item])).rejects.toMatchObject({ code: "bytes-wrong" });
  });

  test("a wrong fingerprint in a pointer does not condemn a good one", async () => {
    for (const size of [4, 9 * 1024 * 1024]) {
      const shop = openShop();
      writeFileSync(shop.at("f"), Buffer.alloc(size, "good"));
      const bytes = await shop.store.add(shop.at("f"), "f");
      rmSync(shop.at("f"));
      await shop.store.place([{ ...shop.placement("f", bytes, null), xxh64: "0".repeat(16) }]);
      expect(await shop.store.look(shop.at("f"), "f", { precise: true })).toMatchObject({ sha256: bytes.sha256 });
    }
  });
});

describe("links", () => {
  test.each(["hardlink", "symlink"] as const)("%s: read-only, re-checked, and taken for the file", async (link) => {
    const shop = openShop({ link });
    shop.write({ f: "1", "t/a": "2", "t/run": "3" });
    chmodSync(shop.at("t/run"), 0o755);
    const [file, folder] = [await shop.store.add(shop.at("f"), "f"), await shop.store.add(shop.at("t"), "t")];
    rmSync(shop.at("f"));
    rmSync(shop.at("t"), { recursive: true });
    await shop.store.place([shop.placement("f", file, null), shop.placement("t", folder, null)]);
    const object = shop.store.objectPath(file.sha256);
    if (link === "symlink") expect(readlinkSync(shop.at("f"))).toBe(object);
    else expect(lstatSync(shop.at("f")).ino).toBe(lstatSync(object).ino);
    expect(lstatSync(object).mode & 0o222).toBe(0);
    // An executable file cannot share the mode of the object, so it is a copy.
    expect(lstatSync(shop.at("t/run")).mode & 0o100).toBe(0o100);
    expect(await shop.store.look(shop.at("f"), "f")).toEqual(file);
    expect(await shop.store.look(shop.at("t"), "t")).toEqual(folder);
    expect(await shop.again().add(shop.at("t"), "t")).toEqual(folder);
    // Someone writes through the link: seen, and never taken for the old bytes.
    chmodSync(object, 0o644);
    writeFileSync(shop.at("f"), "9");
    expect(await shop.store.look(shop.at("f"), "f")).toMatchObject({ sha256: sha("9") });
  });

  test("a link to anything else is not ours", async () => {
    const shop = openShop({ link: "symlink" });
    shop.write({ x: "" });
    symlinkSync(join(shop.cache, "objects", "aa", "x"), shop.at("f"));
    await expect(shop.store.look(shop.at("f"), "f")).rejects.toMatchObject({ code: "bad-path" });
  });
});

test("a preparation that is discarded leaves everything as it was", async () => {
  const shop = openShop();
  const [a, b] = await twoVersions(
    shop,
    "t",
    () => shop.write({ "t/x": "1" }),
    () => shop.write({ "t/y": "2" }),
  );
  const prepared = await shop.store.prepare([shop.placement("t", a, b)]);
  expect(shop.tree("t")).toEqual({ y: "2" });
  prepared.discard();
  expect(temps(shop)).toEqual([]);
  expect(await shop.store.look(shop.at("t"), "t")).toEqual(b);
});

test("what a killed placement left beside the artifact is swept by the next", async () => {
  const shop = openShop();
  shop.write({ f: "1", ".mv-999999999-0123456789ab-1.tmp/0": "left" });
  const bytes = await shop.store.add(shop.at("f"), "f");
  rmSync(shop.at("f"));
  await shop.store.place([shop.placement("f", bytes, null)]);
  expect(shop.tree()).toEqual({ f: "1" });
});

test("after a placement nothing is hashed again", async () => {
  const shop = openShop();
  shop.write({ "t/a": "1", "t/b": "2", f: "3" });
  const [folder, file] = [await shop.store.add(shop.at("t"), "t"), await shop.store.add(shop.at("f"), "f")];
  rmSync(shop.at("t"), { recursive: true });
  rmSync(shop.at("f"));
  await shop.store.place([shop.placement("t", folder, null), shop.placement("f", file, null)]);
  const events: unknown[] = [];
  const progress = (event: unknown): void => void events.push(event);
  expect(await shop.store.look(shop.at("t"), "t", { progress })).toEqual(folder);
  expect(await shop.store.look(shop.at("f"), "f", { progress })).toEqual(file);
  expect(events).toEqual([]);
});

test("of many files those are exchanged that were replaced, whatever else both versions hold", async () => {
  const { store, at, again, placement, write } = openShop({ jobs: 1 });
  const names = Array.from({ length: 2200 }, (_, n) => `t/part-${n % 7}/${n}`);
  write(Object.fromEntries(names.map((name) => [name, `first ${name.length}`])));
  symlinkSync("part-0/0", at("t/link"));
  const first = await store.add(at("t"), "t");
  write({ "t/part-0/0": "second, longer", "t/part-3/1011": "" });
  chmodSync(at("t/part-6/6"), 0o755);
  const second = await store.add(at("t"), "t");
  write({ "t/part-1/new": "third" });
  rmSync(at("t/part-2/2"));
  const third = await store.add(at("t"), "t");
  let current = third;
  for (const wanted of [second, first, second, third, first]) {
    const now = again();
    await now.place([placement("t", wanted, current)]);
    // What was placed is known without being read, and is what it should be when it is read.
    expect((await again().look(at("t"), "t"))?.sha256).toBe(wanted.sha256);
    expect((await again().look(at("t"), "t", { precise: true }))?.sha256).toBe(wanted.sha256);
    current = wanted;
  }
  const changes = await store.changes(first, second.sha256);
  expect(changes.map(({ path }) => path)).toEqual(["part-0/0", "part-3/1011", "part-6/6"]);
  writeFileSync(at("t/part-3/1011"), "mine");
  const error = store.place([placement("t", second, first)]);
  await expect(error).rejects.toMatchObject({ code: "would-lose" });
  expect(readFileSync(at("t/part-3/1011"), "utf8")).toBe("mine");
});
