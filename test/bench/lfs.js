// Push and fetch through a real LFS server (giftless) on loopback, against stock git-lfs with the same bytes and the same server.
// BENCH_GIB (1) and BENCH_SMALL (10,000) make it smaller; giftless comes from .ci/servers.
import { spawn, spawnSync } from "node:child_process";
import { createHmac, randomBytes } from "node:crypto";
import { mkdirSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { createServer } from "node:net";
import { homedir } from "node:os";
import { basename, join } from "node:path";
import { program, report, time, workshop } from "./measure.js";

const GIB = Number(process.env["BENCH_GIB"] ?? 1);
const SMALL = Number(process.env["BENCH_SMALL"] ?? 10_000);
const ROUNDS = 2;
const GOAL = { ratio: 1 };
const GIFTLESS = join(process.env["XDG_CACHE_HOME"] ?? join(homedir(), ".cache"), "mversion-ci", "bin", "giftless");

export async function benchLfs() {
  const shop = workshop("lfs");
  const server = await startServer(shop.folder);
  try {
    return [
      ...measure(shop, server, `${GIB} GiB`, "model.bin", makeLarge),
      ...measure(shop, server, `${SMALL} objects of 10 KiB`, "shards", makeSmall),
    ];
  } finally {
    await server.stop();
    shop.remove();
  }
}

/** Rounds of each in turns, the least of them. */
function measure({ folder, env }, server, what, artifact, make) {
  const run = { mv: join(folder, `mv-${artifact}`), stock: join(folder, `stock-${artifact}`) };
  for (const repo of Object.values(run)) {
    mkdirSync(repo);
    time("git", ["init", "-q"], { cwd: repo, env });
    time("git", ["config", "credential.helper", server.helper], { cwd: repo, env });
    if (repo === run.mv) make(repo);
    else time("cp", ["-r", join(run.mv, artifact), repo]);
  }
  const mv = (...args) => time(process.execPath, [program, ...args], { cwd: run.mv, env });
  const git = (...args) => time("git", args, { cwd: run.stock, env });
  mv("init", "--model", "bench", "--no-hooks");
  mv("add", artifact);
  mv("remote", "add", "store", `lfs+${server.url("mv")}`);
  time("git", ["commit", "-qm", "all"], { cwd: run.mv, env });
  git("lfs", "install", "--local", "--skip-repo");
  git("lfs", "track", artifact, `${artifact}/**`);
  git("remote", "add", "origin", join(folder, "nowhere.git"));
  git("config", "lfs.url", server.url("stock"));
  git("add", ".");
  git("commit", "-qm", "all");
  const rounds = Array.from({ length: ROUNDS }, (_, round) => {
    server.empty();
    rmSync(join(run.mv, ".git", "mversion", "pushed.json"), { force: true });
    const put = git("lfs", "push", "--all", "origin");
    const push = mv("push", "--no-git");
    // Away, not removed: ext4 makes a new file in a millisecond where it gave up many others a moment ago.
    const away = (path) => renameSync(path, join(folder, `away-${basename(path)}-${artifact}-${round}`));
    away(join(run.stock, ".git", "lfs", "objects"));
    away(join(run.mv, ".git", "mversion", "cache"));
    spawnSync("sync", ["-f", folder]);
    const get = git("lfs", "fetch", "origin", "main");
    return { put, push, get, fetch: mv("fetch") };
  });
  const least = (key) => Math.min(...rounds.map((round) => round[key]));
  return [
    report(`push ${what} to an LFS server`, least("push"), least("put"), GOAL),
    report(`fetch ${what} from an LFS server`, least("fetch"), least("get"), GOAL),
  ];
}

async function startServer(folder) {
  const objects = join(folder, "objects");
  writeFileSync(
    join(folder, "giftless.yaml"),
    `LEGACY_ENDPOINTS: false
AUTH_PROVIDERS: [{factory: "giftless.auth.jwt:factory", options: {algorithm: HS256, private_key: bench}}]
PRE_AUTHORIZED_ACTION_PROVIDER:
  factory: giftless.auth.jwt:factory
  options: {algorithm: HS256, private_key: bench, default_lifetime: 6000}
TRANSFER_ADAPTERS:
  basic:
    factory: giftless.transfer.basic_streaming:factory
    options: {storage_options: {path: ${objects}}}
`,
  );
  const port = await freePort();
  const child = spawn(GIFTLESS, ["--host", "127.0.0.1", "--port", String(port)], {
    env: { ...process.env, GIFTLESS_CONFIG_FILE: join(folder, "giftless.yaml") },
    cwd: folder,
    stdio: "ignore",
  });
  const origin = `http://127.0.0.1:${port}`;
  const login = join(folder, "login");
  writeFileSync(login, `${origin.replace("://", `://_jwt:${token()}@`)}\n`);
  for (let tried = 0; ; tried++) {
    if (
      await fetch(origin).then(
        () => true,
        () => false,
      )
    )
      break;
    if (tried > 200 || child.exitCode !== null) throw new Error("giftless did not start: bash .ci/servers");
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
  return {
    helper: `store --file=${login}`,
    url: (name) => `${origin}/bench/${name}.git/info/lfs`,
    empty: () => rmSync(join(objects, "bench"), { recursive: true, force: true }),
    stop: () =>
      new Promise((resolve) => {
        child.on("close", resolve);
        child.kill();
      }),
  };
}

/** A JSON web token for everything that the bench has there. */
function token() {
  const part = (value) => Buffer.from(JSON.stringify(value)).toString("base64url");
  const claims = { sub: "ada", exp: Math.floor(Date.now() / 1000) + 86_400, scopes: ["obj:bench/*/*"] };
  const text = `${part({ alg: "HS256", typ: "JWT" })}.${part(claims)}`;
  return `${text}.${createHmac("sha256", "bench").update(text).digest("base64url")}`;
}

async function freePort() {
  const server = createServer();
  await new Promise((resolve) => server.listen(0, "127.0.0.1", resolve));
  const { port } = server.address();
  await new Promise((resolve) => server.close(resolve));
  return port;
}

function makeLarge(repo) {
  const block = randomBytes(64 * 1024 * 1024);
  for (let at = 0; at < GIB * 16; at++) {
    block.writeUInt32LE(at);
    writeFileSync(join(repo, "model.bin"), block, { flag: "a" });
  }
}

function makeSmall(repo) {
  mkdirSync(join(repo, "shards"));
  for (let at = 0; at < SMALL; at++) writeFileSync(join(repo, "shards", `${at}.bin`), randomBytes(10 * 1024));
}
