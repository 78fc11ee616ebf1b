import { execFileSync } from "node:child_process";
import {
  chmodSync,
  existsSync,
  linkSync,
  lstatSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  symlinkSync,
  truncateSync,
  utimesSync,
  writeFileSync,
} from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { createStore } from "../../../src/store/store.ts";
import { objectsOf, openShop, sha } from "./shop.ts";

describe("a file", () => {
  test("is stored read-only under its SHA-256, and is unknown before and known after", async () => {
    const { store, at, write, cache } = openShop();
    write({ "m/a.bin": "model B\n" });
    expect(await store.known("m/a.bin")).toBeNull();
    const bytes = await store.add(at("m/a.bin"), "m/a.bin");
    expect(bytes).toEqual({
      kind: "file",
      sha256: sha("model B\n"),
      xxh64: "c2511630d872d595",
      size: 8,
      executable: false,
    });
    const object = join(cache, "objects", bytes.sha256.slice(0, 2), bytes.sha256);
    expect(store.objectPath(bytes.sha256)).toBe(object);
    expect(readFileSync(object, "utf8")).toBe("model B\n");
    expect(statSync(object).mode & 0o777).toBe(0o444);
    expect(objectsOf(cache)).toEqual([`14/${bytes.sha256}`]);
    expect(await store.known("m/a.bin")).toEqual({ sha256: bytes.sha256 });
    expect(await store.look(at("m/a.bin"), "m/a.bin")).toEqual(bytes);
    await store.forget("m/a.bin");
    expect(await store.known("m/a.bin")).toBeNull();
  });

  test.each([0, 1, 128 * 1024, 8 * 1024 * 1024, 8 * 1024 * 1024 + 1])(
    "of %i bytes comes back as it was",
    async (size) => {
      const { store, at, root, placement, cache } = openShop();
      const data = Buffer.alloc(size, "abc");
      writeFileSync(at("a"), data);
      const bytes = await store.add(at("a"), "a");
      expect(bytes).toMatchObject({ sha256: sha(data), size });
      expect(objectsOf(cache)).toHaveLength(1);
      rmSync(at("a"));
      await store.place([placement("a", bytes, null)]);
      expect(readFileSync(at("a")).equals(data)).toBe(true);
      expect(readdirSync(root)).toEqual(["a"]);
    },
  );

  test.each(["with space", "new\u00e9", "\u{1f600}", "-x", "a".repeat(255)])("may be called %j", async (name) => {
    const { store, at, write, placement } = openShop();
    write({ [name]: "x" });
    const bytes = await store.add(at(name), name);
    rmSync(at(name));
    await store.place([placement(name, bytes, null)]);
    expect(readFileSync(at(name), "utf8")).toBe("x");
  });

  test("keeps its executable bit", async () => {
    const { store, at, write, tree, placement } = openShop();
    write({ run: "#!/bin/sh\n" });
    chmodSync(at("run"), 0o755);
    const bytes = await store.add(at("run"), "run");
    expect(bytes).toMatchObject({ executable: true });
    rmSync(at("run"));
    await store.place([placement("run", bytes, null)]);
    expect(tree()).toEqual({ "run*": "#!/bin/sh\n" });
  });

  test("is absent, or no file", async () => {
    const { store, at, write } = openShop();
    expect(await store.look(at("none"), "none")).toBeNull();
    write({ file: "" });
    expect(await store.look(at("file/below"), "file/below")).toBeNull();
    await expect(store.add(at("none"), "none")).rejects.toMatchObject({ code: "nothing-found" });
    execFileSync("mkfifo", [at("fifo")]);
    symlinkSync("file", at("link"));
    for (const name of ["fifo", "link"]) {
      await expect(store.look(at(name), name)).rejects.toMatchObject({ code: "bad-path" });
      await expect(store.add(at(name), name)).rejects.toMatchObject({ code: "bad-path" });
    }
  });
});

describe("the stat index", () => {
  test("is believed while the stat is the same, and never against it", async () => {
    const { store, at, write } = openShop();
    write({ a: "one" });
    utimesSync(at("a"), 1000, 1000);
    await store.add(at("a"), "a");
    // As long as the old, and with its mtime: the ctime tells.
    write({ a: "two" });
    utimesSync(at("a"), 1000, 1000);
    expect(await store.look(at("a"), "a")).toMatchObject({ sha256: sha("two") });
    // Another file that was renamed over it: the inode tells.
    write({ b: "six" });
    renameSync(at("b"), at("a"));
    expect(await store.look(at("a"), "a")).toMatchObject({ sha256: sha("six") });
  });

  test("a file that was just written is not believed to be settled", async () => {
    const { store, at, write } = openShop();
    for (let n = 0; n < 30; n++) {
      write({ a: `text ${n % 10}` });
      expect(await store.look(at("a"), "a")).toMatchObject({ sha256: sha(`text ${n % 10}`) });
    }
  });

  test("answers without reading, unless asked for precision", async () => {
    const shop = openShop();
    const { store, at, write } = shop;
    write({ a: "one" });
    await store.look(at("a"), "a");
    // Another hash in its place proves that nobody reads the file.
    const index = join(shop.root, "..", "state", "stat");
    const [name] = readdirSync(index, { recursive: true })
      .map(String)
      .filter((entry) => entry.includes("/"));
    const file = join(index, name ?? "");
    const data = readFileSync(file);
    const place = data.indexOf(Buffer.from(sha("one"), "hex"));
    expect(place).toBeGreaterThan(0);
    data.write(sha("two"), place, "hex");
    writeFileSync(file, data);
    // Torn: its checksum does not fit, so it is no index at all.
    expect(await store.look(at("a"), "a")).toMatchObject({ sha256: sha("one") });
    expect(await store.look(at("a"), "a", { precise: true })).toMatchObject({ sha256: sha("one") });
  });

  test("of one artifact does not answer for another working tree", async () => {
    const { store, at, write } = openShop();
    write({ "tree-1/a": "one", "tree-2/a": "two" });
    await store.add(at("tree-1/a"), "a");
    await store.add(at("tree-2/a"), "a");
    expect(await store.look(at("tree-1/a"), "a")).toMatchObject({ sha256: sha("one") });
    expect(await store.look(at("tree-2/a"), "a")).toMatchObject({ sha256: sha("two") });
  });
});

describe("adding again", () => {
  test("heals a rotten object, with the same file and with another", async () => {
    const { store, at, write, cache } = openShop();
    write({ a: "good", b: "good" });
    const { sha256 } = await store.add(at("a"), "a");
    const object = store.objectPath(sha256);
    const spoil = async (): Promise<void> => {
      // Nobody but a test is quicker than the clock of the file system.
      await new Promise((resolve) => setTimeout(resolve, 30));
      chmodSync(object, 0o644);
      writeFileSync(object, "evil");
    };
    for (const name of ["a", "b"]) {
      await spoil();
      await store.add(at(name), name);
      expect(readFileSync(object, "utf8")).toBe("good");
      expect(statSync(object).mode & 0o777).toBe(0o444);
    }
    expect(readdirSync(join(cache, "quarantine"))).toHaveLength(2);
  });

  test.each([
    ["nothing", () => undefined],
    ["an empty file", (path: string) => writeFileSync(path, "")],
    ["a folder", (path: string) => (mkdirSync(path), writeFileSync(join(path, "x"), ""))],
    ["a link", (path: string) => symlinkSync("/dev/zero", path)],
    ["a FIFO", (path: string) => void execFileSync("mkfifo", [path])],
  ])("heals %s in an object's place", async (_, spoil) => {
    for (const size of [4, 8 * 1024 * 1024]) {
      const { store, at } = openShop();
      writeFileSync(at("a"), Buffer.alloc(size, "good"));
      const { sha256 } = await store.add(at("a"), "a");
      rmSync(store.objectPath(sha256));
      spoil(store.objectPath(sha256));
      await store.add(at("a"), "a");
      expect(await store.check([sha256])).toEqual([{ sha256, state: "ok" }]);
    }
  });

  test("of the same bytes keeps the object", async () => {
    const { store, at, write } = openShop();
    write({ a: "good", b: "good" });
    const { sha256 } = await store.add(at("a"), "a");
    const { ino } = lstatSync(store.objectPath(sha256));
    await store.add(at("b"), "b");
    await store.add(at("a"), "a");
    expect(lstatSync(store.objectPath(sha256)).ino).toBe(ino);
  });
});

describe("many files", () => {
  const many = (count: number): Record<string, string> =>
    Object.fromEntries(Array.from({ length: count }, (_, n) => [`f/${n}`, `text ${n % (count - 50)}`]));

  test("find their places beside objects that are there, and the same bytes once", async () => {
    const { store, at, write, cache } = openShop();
    write({ ...many(100), "g/medium": "m".repeat(200_000), "g/again": "m".repeat(200_000) });
    await store.add(at("g"), "g");
    expect(await store.missing([sha("m".repeat(200_000))])).toEqual([]);
    await store.add(at("f"), "f");
    const before = objectsOf(cache);
    write({ ...many(1000), "f/medium": "m".repeat(200_000) });
    const { sha256 } = await store.add(at("f"), "f");
    const { ino } = lstatSync(store.objectPath(sha("text 3")));
    const shas = Array.from({ length: 950 }, (_, n) => sha(`text ${n}`));
    expect(objectsOf(cache)).toHaveLength(before.length + 901);
    expect((await store.check([...shas, sha256])).every(({ state }) => state === "ok")).toBe(true);
    expect(readdirSync(join(cache, "objects")).filter((name) => name.length > 2)).toEqual([]);
    await store.add(at("f"), "f", { precise: true });
    expect(lstatSync(store.objectPath(sha("text 3"))).ino).toBe(ino);
  });

  test("that change under our hands leave nothing behind", async () => {
    const { store, at, write, cache } = openShop();
    write(many(600));
    const progress = (): void => rmSync(at("f/99"), { force: true });
    await expect(store.add(at("f"), "f", { progress })).rejects.toMatchObject({ code: "file-changing" });
    expect(readdirSync(join(cache, "objects"))).toEqual([]);
  });
});

describe("move", () => {
  test("leaves a read-only hard link to the object", async () => {
    const { store, at, write } = openShop();
    write({ a: "big", "f/x": "one", "f/y": "two" });
    chmodSync(at("f/y"), 0o755);
    const bytes = await store.add(at("a"), "a", { move: true });
    expect(lstatSync(at("a")).ino).toBe(lstatSync(store.objectPath(bytes.sha256)).ino);
    expect(lstatSync(at("a")).mode & 0o777).toBe(0o444);
    expect(await store.look(at("a"), "a")).toEqual(bytes);
    const folder = await store.add(at("f"), "f", { move: true });
    expect(lstatSync(at("f/y")).mode & 0o777).toBe(0o555);
    expect(await store.look(at("f"), "f")).toEqual(folder);
    expect(await store.check([bytes.sha256, sha("one"), sha("two")])).toMatchObject([
      { state: "ok" },
      { state: "ok" },
      { state: "ok" },
    ]);
  });

  test("uses an object that is there, and puts a rotten one away", async () => {
    const { store, at, write } = openShop();
    write({ a: "same", b: "same", c: "same" });
    const { sha256 } = await store.add(at("a"), "a");
    await store.add(at("b"), "b", { move: true });
    expect(lstatSync(at("b")).ino).toBe(lstatSync(store.objectPath(sha256)).ino);
    chmodSync(store.objectPath(sha256), 0o644);
    writeFileSync(store.objectPath(sha256), "evil");
    await store.add(at("c"), "c", { move: true });
    expect(readFileSync(store.objectPath(sha256), "utf8")).toBe("same");
  });

  test("refuses another disk", async () => {
    const { at, write, root } = openShop();
    if (!existsSync("/dev/shm") || statSync("/dev/shm").dev === statSync(root).dev) return;
    const other = openShop({}, "/dev/shm");
    const store = createStore({ cacheDir: other.cache, stateDir: join(root, "../s"), link: "reflink", shared: false });
    write({ a: "x" });
    await expect(store.add(at("a"), "a", { move: true })).rejects.toMatchObject({ code: "no-write" });
    expect(readFileSync(at("a"), "utf8")).toBe("x");
    rmSync(join(other.root, ".."), { recursive: true });
  });
});

test("bytes go in and out by their hash, and only good ones", async () => {
  const { store } = openShop();
  const name = await store.putBytes(Buffer.from("payload"));
  expect(name).toBe(sha("payload"));
  expect((await store.readBytes(name, 100)).toString()).toBe("payload");
  await expect(store.readBytes(name, 3)).rejects.toMatchObject({ code: "invalid-file" });
  await expect(store.readBytes(sha("other"), 100)).rejects.toMatchObject({ code: "object-missing" });
  chmodSync(store.objectPath(name), 0o644);
  truncateSync(store.objectPath(name), 3);
  await expect(store.readBytes(name, 100)).rejects.toMatchObject({ code: "bytes-wrong" });
  expect(await store.missing([name, name])).toEqual([name]);
});

test.each(["", "../x", "A".repeat(64), "a".repeat(63), "sha256:aa", "a".repeat(65)])(
  "%j is no object's name",
  (name) => {
    expect(() => openShop().store.objectPath(name)).toThrow(expect.objectContaining({ code: "invalid-file" }));
  },
);

test("missing answers the same for few and for many", async () => {
  const { store, at, write } = openShop();
  write(Object.fromEntries(Array.from({ length: 20 }, (_, n) => [`f/${n}`, `text ${n}`])));
  await store.add(at("f"), "f");
  const held = Array.from({ length: 20 }, (_, n) => sha(`text ${n}`));
  const others = Array.from({ length: 3000 }, (_, n) => sha(`other ${n}`));
  expect(await store.missing([...held, others[0] ?? ""])).toEqual([others[0]]);
  expect(await store.missing([...held, ...others])).toEqual(others);
  linkSync(store.objectPath(held[0] ?? ""), at("kept"));
  rmSync(store.objectPath(held[0] ?? ""));
  expect(await store.missing(held)).toEqual([held[0]]);
});

test("check names what is absent and what is rotten", async () => {
  const { store, cache } = openShop();
  const [good, bad, gone] = [await store.putBytes(Buffer.from("1")), await store.putBytes(Buffer.from("2")), sha("3")];
  chmodSync(store.objectPath(bad), 0o644);
  writeFileSync(store.objectPath(bad), "9");
  expect(await store.check([gone, bad, good, bad])).toEqual([
    { sha256: gone, state: "absent" },
    { sha256: bad, state: "rotten" },
    { sha256: good, state: "ok" },
    { sha256: bad, state: "rotten" },
  ]);
  expect(readdirSync(join(cache, "quarantine"))).toHaveLength(1);
  expect(await store.missing([bad])).toEqual([bad]);
});
