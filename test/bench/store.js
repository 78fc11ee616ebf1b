// add, status and checkout of big artifacts, against cp, openssl and Git on the same bytes. BENCH_GIB and BENCH_FILES make it
// smaller: 4 GiB and 50,000 files want 25 GB of disk and some minutes.
import { closeSync, mkdirSync, openSync, readFileSync, rmSync, writeFileSync, writeSync } from "node:fs";
import { randomBytes } from "node:crypto";
import { join } from "node:path";
import { inTurns, program, report, time, workshop } from "./measure.js";

const GIB = Number(process.env["BENCH_GIB"] ?? 4);
const FILES = Number(process.env["BENCH_FILES"] ?? 50_000);
const PEAK_MB = 200;
const ROUNDS = 3;
const QUICK_ROUNDS = 9;

export function benchStore() {
  return [...benchFile(), ...benchFolder()];
}

function repository(name) {
  const shop = workshop(name);
  const repo = join(shop.folder, "repo");
  const inRepo = { cwd: repo, env: shop.env };
  mkdirSync(repo);
  time("git", ["init", "-q"], inRepo);
  const mv = (...args) => time(process.execPath, [program, ...args], inRepo);
  mv("init", "--model", "bench");
  return { ...shop, repo, inRepo, mv };
}

/** Milliseconds of a shell line: the floors are what a person would type. */
function shell(line, options) {
  return time("sh", ["-c", line], options);
}

function benchFile() {
  const { repo, inRepo, mv, remove } = repository("file");
  const file = join(repo, "model.bin");
  const block = randomBytes(64 * 1024 * 1024);
  for (let at = 0; at < GIB * 16; at++) {
    block.writeUInt32LE(at);
    writeFileSync(file, block, { flag: "a" });
  }
  const peak = join(repo, "..", "peak");
  let peakMb = 0;
  let round = 0;
  const copy = () => {
    const elapsed = shell("cp model.bin ../copy && sync ../copy", inRepo);
    rmSync(join(repo, "..", "copy"));
    return elapsed;
  };
  // The disk takes 3 to 17 seconds for the same copy, so each is done several times, in turns.
  const { cp, openssl, added, restored } = inTurns(ROUNDS, {
    cp: copy,
    openssl: () => shell("openssl dgst -sha256 model.bin", inRepo),
    added() {
      // Other bytes each time: what is in the cache already is not copied.
      const fd = openSync(file, "r+");
      writeSync(fd, String(++round), 0);
      closeSync(fd);
      time("sync", ["-f", repo]);
      const measured = mvMeasured(inRepo, peak, "add", "model.bin");
      peakMb = Math.max(peakMb, measured.peakMb);
      return measured.elapsed;
    },
    restored() {
      rmSync(file);
      return mv("restore", "model.bin");
    },
  });
  remove();
  const size = `${GIB} GiB`;
  return [
    report(`add ${size}, against the slower of cp + fsync and openssl`, added, Math.max(cp, openssl), { ratio: 1.25 }),
    report(`add ${size}, peak memory in MB`, peakMb, PEAK_MB, { ratio: 1 }),
    report(`restore ${size}, against cp + fsync`, restored, cp, { ratio: 1.25 }),
  ];
}

/** Runs mversion and asks it for its peak memory at exit. */
function mvMeasured({ cwd, env }, file, ...args) {
  const watch = `data:text/javascript,import{writeFileSync}from"node:fs";process.on("exit",()=>writeFileSync(${JSON.stringify(file)},String(process.resourceUsage().maxRSS)))`;
  const elapsed = time(process.execPath, ["--import", watch, program, ...args], { cwd, env });
  return { elapsed, peakMb: Number(readFileSync(file, "utf8")) / 1024 };
}

function folderShop() {
  const shop = repository("folder");
  const perFolder = 1000;
  for (let at = 0; at < FILES; at++) {
    if (at % perFolder === 0) mkdirSync(join(shop.repo, "data", `part-${at / perFolder}`), { recursive: true });
    writeFileSync(join(shop.repo, "data", `part-${Math.floor(at / perFolder)}`, `${at}.bin`), randomBytes(4096));
  }
  time("sync", ["-f", shop.repo]);
  return shop;
}

function benchFolder() {
  // Nothing is deleted before the last measurement: ext4 takes ten times as long to create files near deleted ones.
  const shops = Array.from({ length: ROUNDS }, folderShop);
  const [forCp, forAdd] = [shops.values(), shops.values()];
  const { cp, added } = inTurns(ROUNDS, {
    cp: () => shell("cp -r data ../copy", forCp.next().value.inRepo),
    added: () => forAdd.next().value.mv("add", "data"),
  });
  const { folder, repo, mv, env } = shops[0];
  mv("tag", "v1.0.0", "-a", "-m", "first");
  const git = (...args) => time("git", args, { cwd: join(folder, "copy"), env });
  git("init", "-q");
  git("add", ".");
  git("commit", "-qm", "all");
  const status = inTurns(QUICK_ROUNDS, { git: () => git("status"), ours: () => mv("status") });
  for (let at = 0; at < Math.min(100, FILES); at++) {
    writeFileSync(join(repo, "data", "part-0", `${at}.bin`), randomBytes(4096));
  }
  mv("add", "data");
  mv("tag", "v1.1.0", "-a", "-m", "second");
  let turn = 0;
  const { node, switched } = inTurns(QUICK_ROUNDS, {
    node: () => time(process.execPath, ["-e", "0"]),
    switched: () => mv("checkout", turn++ % 2 === 0 ? "v1.0.0" : "v1.1.0"),
  });
  for (const shop of shops) shop.remove();
  return [
    report(`add ${FILES} files of 4 KiB, against cp -r`, added, cp, { ratio: 1.5 }),
    report(`status after it, against git status`, status.ours, status.git, { ratio: 4 }),
    report(`checkout that touches 100 of them, over Node's start`, switched, node, { more: 500 }),
  ];
}
