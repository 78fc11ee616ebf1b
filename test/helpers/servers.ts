// Real servers of the end-to-end tests: found where .ci/servers puts them, started on loopback, ended with the test.
import { type ChildProcess, spawn } from "node:child_process";
import { existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { createServer } from "node:net";
import { homedir, tmpdir, userInfo } from "node:os";
import { delimiter, join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";

/** Where .ci/servers installs what the system's packages lack; HOME may be a test's own by now. */
const FOLDERS = [process.env["XDG_CACHE_HOME"] ?? join(homedir(), ".cache"), join(userInfo().homedir, ".cache")].map(
  (folder) => join(folder, "mversion-ci"),
);
const SYSTEM = ["/usr/local/sbin", "/usr/sbin", "/sbin"];
const READY_MS = 60_000;

/** The path of a server's program. Fails where it is missing: an end-to-end test is never skipped in silence. */
export function serverProgram(name: string): string {
  const own = FOLDERS.flatMap((folder) => [join(folder, "bin"), join(folder, "python", "bin")]);
  const found = [...own, ...(process.env["PATH"] ?? "").split(delimiter), ...SYSTEM]
    .map((folder) => join(folder, name))
    .find((path) => existsSync(path));
  if (found !== undefined) return found;
  throw new Error(`${name} is not installed, and a test needs it: bash .ci/servers`);
}

export interface Started {
  readonly process: ChildProcess;
  /** Ends the server and waits until it is gone. */
  stop(): Promise<void>;
}

export interface Start {
  program: string;
  args: readonly string[];
  env?: NodeJS.ProcessEnv;
  cwd?: string;
  /** Asked until it resolves true; a rejection counts as false. */
  isReady: () => Promise<boolean>;
}

/** Starts a server and waits until it answers. Fails with what it printed where it ends or never does. */
export async function startServer({ program, args, env, cwd, isReady }: Start): Promise<Started> {
  const child = spawn(serverProgram(program), args, { env: { ...process.env, ...env }, cwd, stdio: "pipe" });
  let printed = "";
  for (const stream of [child.stdout, child.stderr]) stream.on("data", (text: Buffer) => (printed += text.toString()));
  const ended = new Promise<void>((resolve) => {
    child.on("close", () => resolve());
    child.on("error", (error) => {
      printed += error.message;
      resolve();
    });
  });
  const isOver = (): boolean => child.pid === undefined || child.exitCode !== null || child.signalCode !== null;
  const stop = async (): Promise<void> => {
    if (!isOver()) child.kill("SIGTERM");
    const deadline = setTimeout(() => child.kill("SIGKILL"), 5000);
    await ended;
    clearTimeout(deadline);
  };
  for (const end = Date.now() + READY_MS; Date.now() < end && !isOver(); await sleep(50)) {
    if (await isReady().catch(() => false)) return { process: child, stop };
  }
  await stop();
  throw new Error(`${program} ${args.join(" ")} did not start:\n${printed}`);
}

/** A port of 127.0.0.1 that nobody listens on now. */
export async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const address = server.address();
  await new Promise<void>((resolve) => server.close(() => resolve()));
  if (address === null || typeof address === "string") throw new Error("no port");
  return address.port;
}

/** Whether an address answers with that status. */
export function answers(url: string, status = 200): () => Promise<boolean> {
  return async () => (await fetch(url)).status === status;
}

export interface S3Server {
  readonly endpoint: string;
  /** A folder per bucket; null where the server keeps them in memory. */
  readonly buckets: string | null;
  readonly accessKey: string;
  readonly secretKey: string;
  stop(): Promise<void>;
}

const KEYS = { accessKey: "mversion", secretKey: "mversion-secret" };

/** versitygw over a temp folder: a careful S3 server. Its buckets are folders in `buckets`. */
export async function startVersitygw({ region }: { region?: string | undefined } = {}): Promise<S3Server> {
  const [folder, port] = [mkdtempSync(join(tmpdir(), "mv-versitygw-")), await freePort()];
  for (const name of ["iam", "data"]) mkdirSync(join(folder, name));
  const buckets = join(folder, "data");
  const endpoint = `http://127.0.0.1:${port}`;
  const { accessKey, secretKey } = KEYS;
  const server = await startServer({
    program: "versitygw",
    args: `-q --keep-alive --port 127.0.0.1:${port} --access ${accessKey} --secret ${secretKey} --health /health --iam-dir ${folder}/iam --region ${region ?? "us-east-1"} posix ${buckets}`.split(
      " ",
    ),
    isReady: answers(`${endpoint}/health`),
  });
  return { endpoint, buckets, ...KEYS, stop: () => stopAndRemove(server, folder) };
}

/** moto, which takes wrong checksums and any signature: a careless S3 server. */
export async function startMoto(): Promise<S3Server> {
  const port = await freePort();
  const endpoint = `http://127.0.0.1:${port}`;
  const server = await startServer({
    program: "moto_server",
    args: ["-H", "127.0.0.1", "-p", String(port)],
    isReady: answers(`${endpoint}/moto-api/`),
  });
  return { endpoint, buckets: null, ...KEYS, stop: server.stop };
}

export interface StaticServer {
  readonly url: string;
  /** What it serves. */
  readonly root: string;
  stop(): Promise<void>;
}

/** nginx over a temp folder. `location` is more of its configuration for all that it serves. */
export async function startNginx(location = ""): Promise<StaticServer> {
  const [folder, port] = [mkdtempSync(join(tmpdir(), "mv-nginx-")), await freePort()];
  const root = join(folder, "www");
  mkdirSync(root);
  const temps = ["client_body", "proxy", "fastcgi", "uwsgi", "scgi"];
  writeFileSync(
    join(folder, "nginx.conf"),
    `daemon off; pid ${folder}/pid; error_log stderr; worker_processes 1; user root;
    events { worker_connections 256; }
    http {
      access_log off;
      ${temps.map((name) => `${name}_temp_path ${folder}/${name};`).join(" ")}
      server { listen 127.0.0.1:${port}; root ${root}; location / { ${location} } location = /ready { return 200; } }
    }`,
  );
  const url = `http://127.0.0.1:${port}`;
  const server = await startServer({
    program: "nginx",
    args: ["-p", folder, "-c", join(folder, "nginx.conf")],
    isReady: answers(`${url}/ready`),
  });
  return { url, root, stop: () => stopAndRemove(server, folder) };
}

async function stopAndRemove(server: Started, folder: string): Promise<void> {
  await server.stop();
  rmSync(folder, { recursive: true, force: true });
}
