// push and fetch through S3 on loopback, against the faster of rclone and the AWS CLI on the same server with the same number of
// jobs. Wants versitygw (.ci/servers) and one of the two. BENCH_S3_MIB and BENCH_S3_FILES make it smaller.
import { randomBytes } from "node:crypto";
import { spawn, spawnSync } from "node:child_process";
import { existsSync, mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { createServer } from "node:net";
import { homedir } from "node:os";
import { basename, join } from "node:path";
import { program, report, time, workshop } from "./measure.js";

const MIB = Number(process.env["BENCH_S3_MIB"] ?? 1024);
const FILES = Number(process.env["BENCH_S3_FILES"] ?? 10_000);
const FILE_BYTES = 10 * 1024;
const JOBS = 16;
const PEAK_MB = 250;
const KEYS = { AWS_ACCESS_KEY_ID: "bench", AWS_SECRET_ACCESS_KEY: "bench-secret" };

export async function benchS3() {
  const shop = workshop("s3");
  const server = await startServer(shop);
  try {
    const names = { aws: aws(server, shop), rclone: rclone(server, shop) };
    const clients = Object.entries(names).filter(([name]) => spawnSync(name, ["--version"]).status === 0);
    if (clients.length === 0) throw new Error("neither rclone nor aws is here to compare with");
    return [...benchLarge(shop, server, clients), ...benchSmall(shop, server, clients)];
  } finally {
    server.stop();
    shop.remove();
  }
}

/** A folder of versitygw's is a bucket. */
async function startServer({ folder }) {
  const found = join(process.env["XDG_CACHE_HOME"] ?? join(homedir(), ".cache"), "mversion-ci", "bin", "versitygw");
  const port = await new Promise((resolve) => {
    const probe = createServer().listen(0, "127.0.0.1", () => {
      const { port: free } = probe.address();
      probe.close(() => resolve(free));
    });
  });
  const [iam, data] = ["iam", "data"].map((name) => join(folder, name));
  for (const made of [iam, data]) mkdirSync(made);
  const child = spawn(
    existsSync(found) ? found : "versitygw",
    ["-q", "--keep-alive", "--port", `127.0.0.1:${port}`, "--access", KEYS.AWS_ACCESS_KEY_ID, "--secret"].concat([
      KEYS.AWS_SECRET_ACCESS_KEY,
      "--health",
      "/health",
      "--iam-dir",
      iam,
      "posix",
      data,
    ]),
    { stdio: "ignore" },
  );
  const endpoint = `http://127.0.0.1:${port}`;
  for (let tries = 0; tries < 200; tries++) {
    if (
      await fetch(`${endpoint}/health`).then(
        ({ ok }) => ok,
        () => false,
      )
    )
      break;
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
  return {
    endpoint,
    stop: () => child.kill(),
    /** An empty bucket; what was in it before is gone. */
    empty(name) {
      rmSync(join(data, name), { recursive: true, force: true });
      mkdirSync(join(data, name));
      return name;
    },
  };
}

function aws({ endpoint }, { folder, env }) {
  const config = join(folder, "aws-config");
  writeFileSync(config, `[default]\nregion = us-east-1\ns3 =\n  max_concurrent_requests = ${JOBS}\n`);
  const options = { env: { ...env, ...KEYS, AWS_CONFIG_FILE: config, AWS_EC2_METADATA_DISABLED: "true" } };
  return (from, to, isFolder) =>
    time(
      "aws",
      ["--endpoint-url", endpoint, "s3", "cp", "--only-show-errors", ...(isFolder ? ["--recursive"] : []), from, to],
      options,
    );
}

function rclone({ endpoint }, { env }) {
  const remote = (place) => place.replace(/^s3:\/\//, "bench:");
  // An older rclone cannot do with it, and loopback needs none.
  const { AWS_CA_BUNDLE: _, ...rest } = env;
  const options = {
    env: {
      ...rest,
      RCLONE_CONFIG_BENCH_TYPE: "s3",
      RCLONE_CONFIG_BENCH_PROVIDER: "Other",
      RCLONE_CONFIG_BENCH_ENDPOINT: endpoint,
      RCLONE_CONFIG_BENCH_REGION: "us-east-1",
      RCLONE_CONFIG_BENCH_NO_CHECK_BUCKET: "true",
      RCLONE_CONFIG_BENCH_ACCESS_KEY_ID: KEYS.AWS_ACCESS_KEY_ID,
      RCLONE_CONFIG_BENCH_SECRET_ACCESS_KEY: KEYS.AWS_SECRET_ACCESS_KEY,
    },
  };
  return (from, to, isFolder) =>
    time("rclone", [isFolder ? "copy" : "copyto", "--transfers", String(JOBS), remote(from), remote(to)], options);
}

function repository({ folder, env }, server, name) {
  const repo = join(folder, name);
  mkdirSync(repo);
  const inRepo = { cwd: repo, env: { ...env, ...KEYS, AWS_EC2_METADATA_DISABLED: "true" } };
  const mv = (...args) => time(process.execPath, [program, ...args], inRepo);
  time("git", ["init", "-q"], inRepo);
  mv("init", "--model", "bench");
  mv("remote", "add", "store", `s3://ours-${name}`, "--endpoint", server.endpoint, "--path-style");
  time("git", ["config", "mversion.jobs", String(JOBS)], inRepo);
  return { repo, inRepo, mv };
}

function compare(what, { push, fetch, again }, clients, server, place) {
  const [up, down] = [[], []];
  for (const [, copy] of clients) {
    const bucket = server.empty("theirs");
    up.push(copy(place.local, `s3://${bucket}/${place.key}`, place.isFolder));
    time("sync", []);
    down.push(copy(`s3://${bucket}/${place.key}`, place.back, place.isFolder));
    rmSync(place.back, { recursive: true, force: true });
    server.empty("theirs");
  }
  const names = clients.map(([name]) => name);
  const best = (samples) => `${names[samples.indexOf(Math.min(...samples))]}`;
  return [
    report(`push ${what} to S3, against ${best(up)}`, push.elapsed, Math.min(...up), { ratio: 1 }),
    report(`push ${what} to S3, peak memory in MB`, push.peakMb, PEAK_MB, { ratio: 1 }),
    report(`fetch ${what} from S3, against ${best(down)}`, fetch.elapsed, Math.min(...down), { ratio: 1 }),
    report(`fetch ${what} from S3, peak memory in MB`, fetch.peakMb, PEAK_MB, { ratio: 1 }),
    report(`push ${what} with nothing to do, against the first push`, again, push.elapsed, { ratio: 1 }),
  ];
}

function measured({ repo, inRepo }, ...args) {
  const file = join(repo, "..", "peak");
  const watch = `data:text/javascript,import{writeFileSync}from"node:fs";process.on("exit",()=>writeFileSync(${JSON.stringify(file)},String(process.resourceUsage().maxRSS)))`;
  const elapsed = time(process.execPath, ["--import", watch, program, ...args], inRepo);
  return { elapsed, peakMb: Number(readFileSync(file, "utf8")) / 1024 };
}

function ours(made) {
  time("git", ["commit", "-qam", "bench"], made.inRepo);
  const push = measured(made, "push", "--no-git");
  const again = made.mv("push", "--no-git");
  // Away, not removed: ext4 makes a new file in a millisecond where it gave up many others a moment ago, which the others' copies
  // into a new folder are not made to wait for.
  renameSync(join(made.repo, ".git", "mversion", "cache"), join(made.repo, "..", `${basename(made.repo)}-cache`));
  time("sync", []);
  const fetch = measured(made, "fetch");
  return { push, again, fetch };
}

function benchLarge(shop, server, clients) {
  server.empty("ours-large");
  const made = repository(shop, server, "large");
  const local = join(made.repo, "model.bin");
  for (let at = 0; at < MIB / 16; at++) writeFileSync(local, randomBytes(16 * 1024 * 1024), { flag: "a" });
  made.mv("add", "model.bin");
  time("sync", []);
  const figures = ours(made);
  const place = { local, key: "model.bin", back: join(shop.folder, "back"), isFolder: false };
  return compare(`${MIB} MiB`, figures, clients, server, place);
}

function benchSmall(shop, server, clients) {
  server.empty("ours-small");
  const made = repository(shop, server, "small");
  const local = join(made.repo, "shards");
  mkdirSync(local);
  for (let at = 0; at < FILES; at++) writeFileSync(join(local, `${at}.bin`), randomBytes(FILE_BYTES));
  made.mv("add", "shards");
  time("sync", []);
  const figures = ours(made);
  const place = { local, key: "shards", back: join(shop.folder, "back"), isFolder: true };
  return compare(`${FILES} x 10 KiB`, figures, clients, server, place);
}
