// The quick way to see that a folder is as the stat index says, against everything that can happen to a folder.
import { execFileSync } from "node:child_process";
import {
  chmodSync,
  linkSync,
  mkdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  symlinkSync,
  utimesSync,
  writeFileSync,
} from "node:fs";
import { setTimeout as sleep } from "node:timers/promises";
import { expect, test } from "vitest";
import { createStatIndex, type KnownArtifact } from "../../../src/store/stat-index.ts";
import { countNames, stampFolders } from "../../../src/store/folder-counts.ts";
import type { WalkedFolder } from "../../../src/store/walk.ts";
import { recheck } from "../../../src/store/recheck.ts";
import { createWorkers } from "../../../src/platform/workers.ts";
import { join } from "node:path";
import { openShop, sha, type Shop } from "./shop.ts";

const workers = createWorkers(1);
const noRules = Object.assign(() => false, { isOff: true });

async function addedFolder(): Promise<Shop> {
  const shop = openShop();
  shop.write({ "t/a": "1", "t/b": "2", "t/deep/er/c": "3", "t/deep/d": "4", "t/z": "5" });
  symlinkSync("a", shop.at("t/link"));
  // Folders that change while they are listed are listed again every time.
  await sleep(60);
  await shop.store.add(shop.at("t"), "t", { ignored: noRules });
  return shop;
}

async function knownOf({ at, root }: Shop): Promise<KnownArtifact> {
  const known = await createStatIndex(join(root, "..", "state")).read(at("t"), "t");
  if (known === null) throw new Error("the folder is not in the stat index");
  return known;
}

async function isSame(shop: Shop, ignored: typeof noRules | undefined = noRules): Promise<boolean> {
  return (await recheck({ workers, absolute: shop.at("t") }, await knownOf(shop), ignored)).isSame;
}

async function stamped(shop: Shop): Promise<string[]> {
  return (await knownOf(shop)).folders.filter(([, , stamp]) => stamp !== null).map(([folder]) => folder);
}

test("a folder that nothing happened to is the same, and reading files changes nothing", async () => {
  const shop = await addedFolder();
  expect(await isSame(shop)).toBe(true);
  readFileSync(shop.at("t/a"));
  expect(await isSame(shop, undefined)).toBe(true);
  expect(await shop.again().look(shop.at("t"), "t", { ignored: noRules })).toEqual(
    await shop.again().look(shop.at("t"), "t", { precise: true }),
  );
});

test.each<[string, (shop: Shop) => void]>([
  ["a file is written to", ({ at }) => writeFileSync(at("t/b"), "9")],
  ["a file is written to and its mtime set back", ({ at }) => setBack(at("t/b"))],
  ["a file is added", ({ at }) => writeFileSync(at("t/deep/new"), "")],
  ["a file is removed", ({ at }) => rmSync(at("t/deep/er/c"))],
  ["a file gets another name", ({ at }) => renameSync(at("t/b"), at("t/B"))],
  ["two files change their names", ({ at }) => exchange(at("t/a"), at("t/b"))],
  [
    "a file is replaced by a link to its bytes",
    ({ at }) => (renameSync(at("t/b"), at("b")), symlinkSync(at("b"), at("t/b"))),
  ],
  ["a file is replaced by a folder", ({ at }) => (rmSync(at("t/b")), mkdirSync(at("t/b")))],
  ["a file becomes executable", ({ at }) => chmodSync(at("t/b"), 0o755)],
  ["a folder is added", ({ at }) => mkdirSync(at("t/empty"))],
  [
    "a folder is replaced by a link to it",
    ({ at }) => (renameSync(at("t/deep"), at("deep")), symlinkSync(at("deep"), at("t/deep"))),
  ],
  ["a folder is moved", ({ at }) => renameSync(at("t/deep/er"), at("t/er"))],
  ["a link leads elsewhere", ({ at }) => (rmSync(at("t/link")), symlinkSync("b", at("t/link")))],
  ["a link is replaced by a file", ({ at }) => (rmSync(at("t/link")), linkSync(at("t/a"), at("t/link")))],
  ["a FIFO is added", ({ at }) => execFileSync("mkfifo", [at("t/fifo")])],
  ["rules come into a folder", ({ at }) => writeFileSync(at("t/deep/.mvignore"), "d\n")],
])("it is not the same where %s", async (_, change) => {
  const shop = await addedFolder();
  change(shop);
  expect(await isSame(shop)).toBe(false);
});

test("folders that were still when they were listed are known by their stamps", async () => {
  const shop = await addedFolder();
  expect(await stamped(shop)).toEqual(["", "deep", "deep/er"]);
  // What is written to changes no name.
  shop.write({ "t/deep/d": "new" });
  await shop.store.look(shop.at("t"), "t", { ignored: noRules });
  expect(await stamped(shop)).toEqual(["", "deep", "deep/er"]);
});

test("a stamp is kept for as many names as there were, where it is trusted", () => {
  const walked = new Map<string, WalkedFolder>([
    ["", { names: 2, stamp: [1, 1, 7] }],
    ["a", { names: 3, stamp: [2, 2, 8] }],
    ["young", { names: 1, stamp: [9, 9, 9] }],
    ["gone", { names: 1, stamp: null }],
  ]);
  const counts = [
    ["", 2],
    ["a", 2],
    ["young", 1],
    ["gone", 1],
    ["new", 1],
  ] as const;
  expect(stampFolders(counts, walked, ([mtimeMs]) => mtimeMs < 9)).toEqual([
    ["", 2, [1, 1, 7]],
    ["a", 2, null],
    ["young", 1, null],
    ["gone", 1, null],
    ["new", 1, null],
  ]);
});

test("a folder with a name that does not count has no stamp", async () => {
  const shop = openShop();
  shop.write({ "t/a": "1", "t/deep/b": "2", "t/deep/left-out": "3" });
  await sleep(60);
  await shop.store.add(shop.at("t"), "t", { ignored: (path) => path.endsWith("left-out") });
  expect(await stamped(shop)).toEqual([""]);
  expect(await isSame(shop)).toBe(false);
});

test("rules outside and inside make it unsure", async () => {
  const shop = await addedFolder();
  expect(
    await isSame(
      shop,
      Object.assign(() => false, { isOff: false }),
    ),
  ).toBe(false);
  shop.write({ "t/deep/.mvignore": "nothing\n" });
  await shop.store.add(shop.at("t"), "t", { ignored: noRules });
  expect(await isSame(shop)).toBe(false);
});

test("a file that was too young to be known is missed when it goes", async () => {
  const shop = openShop();
  shop.write({ "t/a": "1", "t/b": "2" });
  const now = new Date(Math.floor(Date.now() / 1000) * 1000);
  utimesSync(shop.at("t/b"), now, now);
  const { sha256 } = await shop.store.add(shop.at("t"), "t");
  expect(await isSame(shop)).toBe(false);
  rmSync(shop.at("t/b"));
  expect(await isSame(shop)).toBe(false);
  const looked = await shop.store.look(shop.at("t"), "t");
  expect(looked?.sha256).not.toBe(sha256);
  expect(looked).toMatchObject({ files: 1, size: 1 });
});

test("what was seen is not asked for again where something else changed", async () => {
  const shop = await addedFolder();
  shop.write({ "t/b": "new", "t/deep/0": "first" });
  const looked = await shop.store.look(shop.at("t"), "t", { ignored: noRules });
  expect(looked).toEqual(await shop.again().look(shop.at("t"), "t", { precise: true }));
  expect(looked?.kind === "directory" && looked.entries).toContainEqual({
    path: "b",
    sha256: sha("new"),
    size: 3,
    executable: false,
  });
});

test("names are counted by folder, those of folders too", () => {
  expect(new Map(countNames(["a", "b/c", "b/d/e/f", "b/x", "bc/d", "q"]))).toEqual(
    new Map([
      ["", 4],
      ["b", 3],
      ["b/d", 1],
      ["b/d/e", 1],
      ["bc", 1],
    ]),
  );
  expect(countNames([])).toEqual([["", 0]]);
});

function setBack(path: string): void {
  const { atime, mtime, size } = statSync(path);
  writeFileSync(path, "x".repeat(size));
  utimesSync(path, atime, mtime);
}

function exchange(a: string, b: string): void {
  renameSync(a, `${a}-`);
  renameSync(b, a);
  renameSync(`${a}-`, b);
}
