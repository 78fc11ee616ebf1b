import {
  existsSync,
  linkSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  statSync,
  symlinkSync,
  utimesSync,
  writeFileSync,
} from "node:fs";
import { dirname, join } from "node:path";
import { describe, expect, test } from "vitest";
import { createStore, type Store } from "../../../src/store/store.ts";
import { objectsOf, openShop, sha } from "./shop.ts";

const TEXT = "model B\n";
const B = { sha256: sha(TEXT), size: 8 };

function again(cache: string, root: string): Store {
  return createStore({ cacheDir: cache, stateDir: root, link: "copy", shared: false });
}

describe("what comes from a remote", () => {
  test("is taken in by its SHA-256, read-only", async () => {
    const { store, cache } = openShop();
    writeFileSync(store.incoming(B.sha256), TEXT);
    expect(await store.adopt([B])).toEqual([{ sha256: B.sha256, state: "ok" }]);
    store.leaveIncoming();
    expect(objectsOf(cache)).toEqual([`14/${B.sha256}`]);
    expect(statSync(store.objectPath(B.sha256)).mode & 0o777).toBe(0o444);
    expect(readdirSync(join(cache, "incoming"))).toEqual([]);
  });

  test.each([
    ["other bytes of the same size", "model X\n"],
    ["a part", "model"],
    ["more", "model B\nmore"],
  ])("goes to quarantine where it is %s", async (_what, text) => {
    const { store, cache } = openShop();
    writeFileSync(store.incoming(B.sha256), text);
    expect(await store.adopt([B])).toEqual([{ sha256: B.sha256, state: "wrong" }]);
    store.leaveIncoming();
    expect(existsSync(store.objectPath(B.sha256))).toBe(false);
    const [kept = ""] = readdirSync(join(cache, "quarantine"));
    expect(readFileSync(join(cache, "quarantine", kept), "utf8")).toBe(text);
    expect(await store.missing([B.sha256])).toEqual([B.sha256]);
  });

  test("of many files: the wrong one alone stays out", async () => {
    const { store, cache } = openShop();
    const wanted = Array.from({ length: 300 }, (_, at) => ({ sha256: sha(`${at}`), size: `${at}`.length }));
    for (const [at, { sha256 }] of wanted.entries()) writeFileSync(store.incoming(sha256), at === 7 ? "x" : `${at}`);
    const states = await store.adopt(wanted);
    expect(states.filter(({ state }) => state === "wrong")).toEqual([{ sha256: sha("7"), state: "wrong" }]);
    expect(objectsOf(cache)).toHaveLength(299);
  });

  test("and is above the size of a stream is hashed while it is written out", async () => {
    const { store } = openShop();
    const data = Buffer.alloc(64 * 1024 * 1024 + 1, "abc");
    const big = { sha256: sha(data), size: data.length };
    writeFileSync(store.incoming(big.sha256), data);
    let seen = 0;
    expect(await store.adopt([big], ({ bytes }) => (seen = bytes))).toEqual([{ sha256: big.sha256, state: "ok" }]);
    expect(seen).toBe(data.length);
  });

  test("in part is there for the next fetch", async () => {
    const { store, cache, root } = openShop();
    writeFileSync(store.incoming(B.sha256), "mod");
    store.leaveIncoming();
    expect(readdirSync(join(cache, "incoming"))).toEqual([B.sha256]);
    const next = again(cache, root);
    expect(readFileSync(next.incoming(B.sha256), "utf8")).toBe("mod");
    // Another process that fetches the same at once writes elsewhere.
    const third = again(cache, root);
    expect(third.incoming(B.sha256)).not.toBe(next.incoming(B.sha256));
    expect(existsSync(third.incoming(B.sha256))).toBe(false);
  });

  test("in part of a process that was killed is there too; of one that runs it is left alone", () => {
    const { store, cache } = openShop();
    const left = join(cache, "incoming", "work-1234567-0123456789ab");
    mkdirSync(left, { recursive: true });
    writeFileSync(join(left, "owner.json"), ownerThatEnded());
    writeFileSync(join(left, B.sha256), "mod");
    expect(readFileSync(store.incoming(B.sha256), "utf8")).toBe("mod");
    expect(existsSync(left)).toBe(false);
  });

  test("never goes through a link that someone put in its place", () => {
    const { store, cache, root } = openShop();
    const precious = join(root, "precious");
    writeFileSync(precious, "mine");
    mkdirSync(join(cache, "incoming"), { recursive: true });
    linkSync(precious, join(cache, "incoming", B.sha256));
    symlinkSync(precious, join(cache, "incoming", sha("other")));
    expect(existsSync(store.incoming(B.sha256))).toBe(false);
    expect(existsSync(store.incoming(sha("other")))).toBe(false);
  });

  test("and that nobody came back for is swept after two weeks", () => {
    const { store, cache } = openShop();
    const part = join(cache, "incoming", B.sha256);
    const young = join(cache, "incoming", sha("young"));
    mkdirSync(join(cache, "incoming"), { recursive: true });
    for (const file of [part, young]) writeFileSync(file, "mod");
    const past = new Date(Date.now() - 15 * 24 * 60 * 60 * 1000);
    utimesSync(part, past, past);
    store.incoming(sha("anything"));
    expect([existsSync(part), existsSync(young)]).toEqual([false, true]);
  });

  test("needs room before the first byte", async () => {
    const { store } = openShop();
    await expect(store.requireRoom([{ sha256: B.sha256, size: 2 ** 60 }])).rejects.toMatchObject({ code: "no-space" });
    await expect(store.requireRoom([B])).resolves.toBeUndefined();
  });
});

/** This machine and boot, and a pid that is never given out. */
function ownerThatEnded(): string {
  const { store } = openShop();
  const folder = dirname(store.incoming(B.sha256));
  const owner = JSON.parse(readFileSync(join(folder, "owner.json"), "utf8")) as Record<string, unknown>;
  return JSON.stringify({ ...owner, pid: 4_194_305, start: "1" });
}
