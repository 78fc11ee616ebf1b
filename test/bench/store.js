// add, status and checkout of big artifacts, against cp, openssl and Git on the same bytes. BENCH_GIB and BENCH_FILES make it
// smaller: 4 GiB and 50,000 files want 20 GB of disk and some minutes.
import { mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { randomBytes } from "node:crypto";
import { join } from "node:path";
import { program, report, time, workshop } from "./measure.js";

const GIB = Number(process.env["BENCH_GIB"] ?? 4);
const FILES = Number(process.env["BENCH_FILES"] ?? 50_000);
const PEAK_MB = 200;

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
  time("sync", ["-f", repo]);
  const peak = join(repo, "..", "peak");
  const copy = () => {
    const elapsed = shell("cp model.bin ../copy && sync ../copy", inRepo);
    rmSync(join(repo, "..", "copy"));
    return elapsed;
  };
  const cpBefore = copy();
  const openssl = shell("openssl dgst -sha256 model.bin", inRepo);
  const added = mvMeasured(inRepo, peak, "add", "model.bin");
  const cpAfter = copy();
  rmSync(file);
  const restored = mv("restore", "model.bin");
  const cpLast = copy();
  remove();
  const size = `${GIB} GiB`;
  return [
    report(
      `add ${size}, against the slower of cp + fsync and openssl`,
      added.elapsed,
      Math.max(Math.min(cpBefore, cpAfter), openssl),
      { ratio: 1.25 },
    ),
    report(`add ${size}, peak memory in MB`, added.peakMb, PEAK_MB, { ratio: 1 }),
    report(`restore ${size}, against cp + fsync`, restored, Math.min(cpAfter, cpLast), { ratio: 1.25 }),
  ];
}

/** Runs mversion and asks it for its peak memory at exit. */
function mvMeasured({ cwd, env }, file, ...args) {
  const watch = `data:text/javascript,import{writeFileSync}from"node:fs";process.on("exit",()=>writeFileSync(${JSON.stringify(file)},String(process.resourceUsage().maxRSS)))`;
  const elapsed = time(process.execPath, ["--import", watch, program, ...args], { cwd, env });
  return { elapsed, peakMb: Number(readFileSync(file, "utf8")) / 1024 };
}

function benchFolder() {
  const { folder, repo, inRepo, mv, env, remove } = repository("folder");
  const perFolder = 1000;
  for (let at = 0; at < FILES; at++) {
    if (at % perFolder === 0) mkdirSync(join(repo, "data", `part-${at / perFolder}`), { recursive: true });
    writeFileSync(join(repo, "data", `part-${Math.floor(at / perFolder)}`, `${at}.bin`), randomBytes(4096));
  }
  time("sync", ["-f", repo]);
  // Nothing is deleted before the last measurement: ext4 takes ten times as long to create files near deleted ones.
  const cp = shell("cp -r data ../copy-1", inRepo);
  const added = mv("add", "data");
  const cpAfter = shell("cp -r data ../copy-2", inRepo);
  mv("tag", "v1.0.0", "-a", "-m", "first");
  const tracked = join(folder, "copy-1");
  const git = (...args) => time("git", args, { cwd: tracked, env });
  git("init", "-q");
  git("add", ".");
  git("commit", "-qm", "all");
  const statuses = Array.from({ length: 3 }, () => ({ git: git("status"), ours: mv("status") }));
  const least = (values) => Math.min(...values);
  for (let at = 0; at < Math.min(100, FILES); at++) {
    writeFileSync(join(repo, "data", "part-0", `${at}.bin`), randomBytes(4096));
  }
  mv("add", "data");
  mv("tag", "v1.1.0", "-a", "-m", "second");
  const node = least([1, 2, 3].map(() => time(process.execPath, ["-e", "0"])));
  const switched = ["v1.0.0", "v1.1.0", "v1.0.0"].map((version) => mv("checkout", version));
  remove();
  return [
    report(`add ${FILES} files of 4 KiB, against cp -r`, added, Math.min(cp, cpAfter), { ratio: 1.5 }),
    report(
      `status after it, against git status`,
      least(statuses.map((s) => s.ours)),
      least(statuses.map((s) => s.git)),
      { ratio: 4 },
    ),
    report(`checkout that touches 100 of them, over Node's start`, least(switched), node, { more: 500 }),
  ];
}
