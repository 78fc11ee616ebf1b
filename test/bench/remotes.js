// Push and fetch of one large object and of many small ones, against the program that a person would take for it. A store is an
// entry in `stores`: its address, and what the same bytes cost without us. BENCH_GIB (1) and BENCH_SMALL (10,000) make it smaller.
import { randomBytes } from "node:crypto";
import { mkdirSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { program, report, time, workshop } from "./measure.js";

const GIB = Number(process.env["BENCH_GIB"] ?? 1);
const SMALL = Number(process.env["BENCH_SMALL"] ?? 10_000);
const ROUNDS = 3;
const NONE = { ratio: Number.POSITIVE_INFINITY };

/**
 * Each opens a store of its own: `url` and `flags` for mv remote add, `empty()` between rounds, `put(path)` and `get(path)` as
 * the floor for a file or a folder in milliseconds, and the goals.
 */
const stores = { folder: folderStore };

function folderStore({ folder, env }) {
  const store = join(folder, "store");
  const other = join(folder, "floor");
  mkdirSync(store);
  mkdirSync(other);
  const shell = (line) => time("sh", ["-c", line], { cwd: folder, env });
  return {
    url: store,
    flags: [],
    put: (path) => shell(`rm -rf ${other}/*`) && shell(`cp -r ${path} ${other}/put && sync -f ${other}/put`),
    get: () => shell(`rm -rf got`) && shell(`cp -r ${other}/put got && sync -f got`),
    empty: () => readdirSync(store).forEach((name) => rmSync(join(store, name), { recursive: true, force: true })),
    large: { ratio: 1.3 },
    small: NONE,
    close: () => undefined,
  };
}

export async function benchRemotes() {
  const rows = [];
  for (const [name, open] of Object.entries(stores)) {
    const shop = workshop(`remote-${name}`);
    const store = await open(shop);
    try {
      rows.push(...benchStore(shop, name, store));
    } finally {
      await store.close();
      shop.remove();
    }
  }
  return rows;
}

function benchStore(shop, name, store) {
  const large = measure(shop, store, "large", makeLarge);
  const small = measure(shop, store, "small", makeSmall);
  return [
    report(`push ${GIB} GiB to ${name}`, large.push, large.put, store.large),
    report(`fetch ${GIB} GiB from ${name}`, large.fetch, large.get, store.large),
    report(`push ${SMALL} objects of 10 KiB to ${name}`, small.push, small.put, store.small),
    report(`fetch ${SMALL} objects of 10 KiB from ${name}`, small.fetch, small.get, store.small),
    report(`push to ${name} with nothing to do`, large.again, large.node, NONE),
  ];
}

/** The least of a few rounds of each, in turns. */
function measure({ folder, env }, store, name, make) {
  const repo = join(folder, name);
  mkdirSync(repo);
  const inRepo = { cwd: repo, env: { ...env, ...store.env } };
  const mv = (...args) => time(process.execPath, [program, ...args], inRepo);
  time("git", ["init", "-q"], inRepo);
  mv("init", "--model", "bench", "--no-hooks");
  const artifact = make(repo);
  mv("add", artifact);
  mv("remote", "add", "store", store.url, ...store.flags);
  time("git", ["commit", "-qm", "all"], inRepo);
  const rounds = Array.from({ length: ROUNDS }, () => {
    time("sync", ["-f", repo]);
    const put = store.put(join(repo, artifact));
    // As the floor does before it writes: pages that were freed a moment ago are had for less than others.
    store.empty();
    rmSync(join(repo, ".git", "mversion", "pushed.json"), { force: true });
    time("sync", ["-f", repo]);
    const push = mv("push", "--no-git");
    const get = store.get(join(repo, artifact));
    const cache = join(repo, ".git", "mversion", "cache");
    rmSync(cache, { recursive: true });
    time("sync", ["-f", repo]);
    const fetch = mv("fetch");
    return { put, push, get, fetch, again: mv("push", "--no-git"), node: time(process.execPath, ["-e", "0"]) };
  });
  const least = (key) => Math.min(...rounds.map((round) => round[key]));
  return Object.fromEntries(Object.keys(rounds[0]).map((key) => [key, least(key)]));
}

function makeLarge(repo) {
  const block = randomBytes(64 * 1024 * 1024);
  for (let at = 0; at < GIB * 16; at++) {
    block.writeUInt32LE(at);
    writeFileSync(join(repo, "model.bin"), block, { flag: "a" });
  }
  return "model.bin";
}

function makeSmall(repo) {
  mkdirSync(join(repo, "shards"));
  for (let at = 0; at < SMALL; at++) writeFileSync(join(repo, "shards", `${at}.bin`), randomBytes(10 * 1024));
  return "shards";
}
