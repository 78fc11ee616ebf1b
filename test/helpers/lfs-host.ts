// A Git host on loopback as a team has one: Git over HTTP and a real LFS server (giftless) behind one address and one login.
import { spawn } from "node:child_process";
import { createHmac } from "node:crypto";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import type { Readable } from "node:stream";
import { fileURLToPath } from "node:url";
import { createRepo, type TestRepo } from "./git.ts";
import { freePort, startServer } from "./servers.ts";

export interface LfsHost {
  /** `http://127.0.0.1:PORT` */
  readonly origin: string;
  /** Makes an empty repository and returns its address. */
  repository(name: string): string;
  /** The bare repository behind an address. */
  bare(name: string): TestRepo;
  /** Where the LFS server keeps a repository's object. */
  objectFile(name: string, sha256: string): string;
  readonly username: string;
  readonly password: string;
  /** A password of the LFS server that lets its owner read and no more. */
  readonly readingPassword: string;
  /** What `git-lfs-authenticate` answers there for a repository. */
  ticket(name: string): string;
  stop(): Promise<void>;
}

const SECRET = "a key of the test's own";
const TEAM = "team";
const FRONT = join(dirname(fileURLToPath(import.meta.url)), "lfs-front.js");

/** Starts both. The only user is `_jwt`, whose password is a token for everything below `team/`. */
export async function startLfsHost(): Promise<LfsHost> {
  const folder = mkdtempSync(join(tmpdir(), "mv-lfs-host-"));
  const port = await freePort();
  mkdirSync(join(folder, "git", TEAM), { recursive: true });
  writeFileSync(join(folder, "giftless.yaml"), config(join(folder, "lfs")));
  const lfs = await startServer({
    program: "giftless",
    args: ["--host", "127.0.0.1", "--port", String(port)],
    env: { GIFTLESS_CONFIG_FILE: join(folder, "giftless.yaml") },
    cwd: folder,
    isReady: async () => (await fetch(`http://127.0.0.1:${port}/`)).status > 0,
  });
  const password = token();
  const allowed = `Basic ${Buffer.from(`_jwt:${password}`).toString("base64")}`;
  const front = spawn(process.execPath, [FRONT, join(folder, "git"), String(port), allowed], {
    stdio: ["pipe", "pipe", "inherit"],
  });
  const origin = `http://127.0.0.1:${await firstLine(front.stdout)}`;
  const repos = new Map<string, TestRepo>();
  const bare = (name: string): TestRepo => {
    const repo = repos.get(name);
    if (!repo) throw new Error(`no repository ${name}`);
    return repo;
  };

  return {
    origin,
    username: "_jwt",
    password,
    readingPassword: token(":read"),
    bare,
    repository(name) {
      const repo = createRepo({ init: false });
      repo.git("init", "--quiet", "--bare", "--initial-branch=main", join(folder, "git", TEAM, `${name}.git`));
      repos.set(name, { ...repo, git: (...args) => repo.git(`--git-dir=${folder}/git/${TEAM}/${name}.git`, ...args) });
      bare(name).git("config", "http.receivepack", "true");
      return `${origin}/${TEAM}/${name}.git`;
    },
    objectFile: (name, sha256) => join(folder, "lfs", TEAM, name, sha256),
    ticket: (name) =>
      JSON.stringify({
        href: `${origin}/${TEAM}/${name}.git/info/lfs`,
        header: { Authorization: `Bearer ${password}` },
        expires_in: 600,
      }),
    async stop() {
      const ended = new Promise((resolve) => front.on("close", resolve));
      front.stdin.end();
      await ended;
      await lfs.stop();
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

async function firstLine(stream: Readable): Promise<string> {
  for await (const chunk of stream) return String(chunk).trim();
  throw new Error("lfs-front.js did not start");
}

function config(objects: string): string {
  return `LEGACY_ENDPOINTS: false
AUTH_PROVIDERS:
  - factory: giftless.auth.jwt:factory
    options: {algorithm: HS256, private_key: ${SECRET}}
PRE_AUTHORIZED_ACTION_PROVIDER:
  factory: giftless.auth.jwt:factory
  options: {algorithm: HS256, private_key: ${SECRET}, default_lifetime: 600}
TRANSFER_ADAPTERS:
  basic:
    factory: giftless.transfer.basic_streaming:factory
    options:
      storage_class: giftless.storage.local_storage:LocalStorage
      storage_options: {path: ${objects}}
`;
}

/** A JSON web token (RFC 7519) for everything of the team's. `actions`: ":read" for these alone. */
function token(actions = ""): string {
  const part = (value: object): string => Buffer.from(JSON.stringify(value)).toString("base64url");
  const now = Math.floor(Date.now() / 1000);
  const head = part({ alg: "HS256", typ: "JWT" });
  const body = part({ sub: "ada", iat: now - 60, exp: now + 86_400, scopes: [`obj:${TEAM}/*/*${actions}`] });
  return `${head}.${body}.${createHmac("sha256", SECRET).update(`${head}.${body}`).digest("base64url")}`;
}
