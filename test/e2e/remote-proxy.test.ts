// Stores behind a proxy, and behind a certificate of one's own: a web server, a bucket and an LFS server, each by HTTP and by TLS.
import { execFileSync } from "node:child_process";
import { hash } from "node:crypto";
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { createServer } from "node:https";
import { connect } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { openRemote } from "../../src/remotes/open.ts";
import type { GitAccess, Remote, RemoteContext, RemoteSettings } from "../../src/remotes/remote.ts";
import { startBucketServer } from "../helpers/bucket-server.ts";
import { startLfsServer } from "../helpers/lfs-server.ts";
import { type Proxy, startProxy } from "../helpers/proxy.ts";
import { startWebServer } from "../helpers/web-server.ts";

const BYTES = Buffer.from("weights");
const sha256 = hash("sha256", BYTES);
const object = { sha256, size: BYTES.length };
const KEYS = {
  AWS_ACCESS_KEY_ID: "key",
  AWS_SECRET_ACCESS_KEY: "secret",
  AWS_REGION: "us-east-1",
  AWS_EC2_METADATA_DISABLED: "true",
};

let folder: string;
let certificate: string;
let proxy: Proxy;
const closing: (() => Promise<unknown>)[] = [];

/** A TLS front of a server on this machine. */
async function overTls(origin: string): Promise<string> {
  const options = { key: readFileSync(join(folder, "key.pem")), cert: readFileSync(certificate) };
  const { port: to } = new URL(origin);
  const server = createServer(options);
  // Behind the encryption the bytes go on as they are.
  server.removeAllListeners("secureConnection");
  server.on("secureConnection", (socket) => {
    const onwards = connect(Number(to), "127.0.0.1");
    socket.pipe(onwards).pipe(socket);
    for (const end of [socket, onwards]) end.on("error", () => void (socket.destroy(), onwards.destroy()));
    closing.push(async () => socket.destroy());
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  closing.push(async () => server.close());
  const address = server.address();
  return `https://localhost:${typeof address === "object" && address !== null ? address.port : 0}`;
}

const origins: Record<string, { plain: string; tls: string }> = {};

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), "mv-proxy-"));
  certificate = join(folder, "cert.pem");
  execFileSync(
    "openssl",
    ["req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes", "-days", "2"].concat(
      ["-subj", "/CN=localhost", "-addext", "subjectAltName=DNS:localhost", "-keyout", join(folder, "key.pem")],
      ["-out", certificate],
    ),
    { stdio: "ignore" },
  );
  Object.assign(process.env, KEYS, { AWS_CONFIG_FILE: "/dev/null", AWS_SHARED_CREDENTIALS_FILE: "/dev/null" });
  const place = join(folder, "www", "objects", sha256.slice(0, 2));
  mkdirSync(place, { recursive: true });
  writeFileSync(join(place, sha256), BYTES);
  const [web, bucket, lfs] = await Promise.all([
    startWebServer(join(folder, "www")),
    startBucketServer(),
    startLfsServer(),
  ]);
  bucket.keys.set(`objects/${sha256.slice(0, 2)}/${sha256}`, { bytes: BYTES, etag: '"e"', modified: new Date() });
  lfs.objects.set(sha256, BYTES);
  closing.push(web.close, bucket.close, lfs.stop);
  for (const [kind, plain] of Object.entries({ web: web.url, bucket: bucket.endpoint, lfs: lfs.origin })) {
    origins[kind] = { plain, tls: await overTls(plain) };
  }
});
afterAll(async () => {
  for (const close of closing) await close();
  rmSync(folder, { recursive: true, force: true });
});
beforeEach(async () => {
  proxy = await startProxy();
  return () => proxy.close();
});

function settingsOf(kind: string, origin: string): RemoteSettings {
  const settings = { url: origin, endpoint: null, region: null, path_style: false };
  if (kind === "bucket") return { ...settings, url: "s3://bucket", endpoint: origin, path_style: true };
  return kind === "lfs" ? { ...settings, url: `lfs+${origin}/team/churn.git/info/lfs` } : settings;
}

interface Machine {
  env?: NodeJS.ProcessEnv;
  config?: Record<string, string>;
}

function context({ env = {}, config = {} }: Machine): RemoteContext {
  const git: GitAccess = {
    remoteUrl: async () => null,
    configFor: async (key) => config[key] ?? null,
    lfsConfig: async () => null,
    credential: async () => null,
    pointerSize: async () => null,
  };
  return { root: "/", env: { ...KEYS, ...env }, gitConfig: async (key) => config[key] ?? null, git };
}

async function receive(kind: string, origin: string, machine: Machine): Promise<Buffer> {
  const remote: Remote = await openRemote("store", settingsOf(kind, origin), context(machine));
  const file = join(mkdtempSync(join(folder, "back-")), "file");
  try {
    await remote.receive([{ ...object, file }], { jobs: 1 });
  } finally {
    await remote.close();
  }
  return readFileSync(file);
}

describe.each(["web", "bucket", "lfs"])("%s", (kind) => {
  const of = (way: "plain" | "tls"): string => origins[kind]?.[way] ?? "";

  test("in the clear, through the proxy of http_proxy", async () => {
    const env = { http_proxy: proxy.url };
    expect((await receive(kind, of("plain"), { env })).equals(BYTES)).toBe(true);
    expect(proxy.asked.length).toBeGreaterThan(0);
    expect(proxy.asked.every((what) => what.includes(` ${of("plain")}/`))).toBe(true);
  });

  test("encrypted, through the proxy of HTTPS_PROXY, trusting what this machine is told to trust", async () => {
    const trust: Record<string, Machine> = {
      bucket: { env: { AWS_CA_BUNDLE: certificate } },
      lfs: { config: { "http.sslCAInfo": certificate } },
    };
    const { env, config } = trust[kind] ?? {};
    const machine = { env: { ...env, HTTPS_PROXY: proxy.url }, ...(config && { config }) };
    // A web server's certificate is Node's matter, which reads NODE_EXTRA_CA_CERTS when it starts.
    if (kind === "web") await expect(receive(kind, of("tls"), machine)).rejects.toMatchObject({ code: "unreachable" });
    else expect((await receive(kind, of("tls"), machine)).equals(BYTES)).toBe(true);
    expect(proxy.asked).toContain(`CONNECT ${new URL(of("tls")).host}`);
  });

  test("is asked directly where NO_PROXY names it, and goes by Git's config before the environment", async () => {
    const env = { http_proxy: "http://127.0.0.1:1", NO_PROXY: "example.com, 127.0.0.1" };
    expect((await receive(kind, of("plain"), { env })).equals(BYTES)).toBe(true);
    const config = { "http.proxy": proxy.url };
    expect(
      (await receive(kind, of("plain"), { env: { http_proxy: "http://127.0.0.1:1" }, config })).equals(BYTES),
    ).toBe(true);
    expect(proxy.asked.length).toBeGreaterThan(0);
  });

  test("is not trusted with a certificate that nobody vouches for", async () => {
    await expect(receive(kind, of("tls"), {})).rejects.toMatchObject({
      code: "unreachable",
      message: expect.stringMatching(/certificate/) as string,
    });
  });
});

test("a proxy that cannot be used is refused, without its password", async () => {
  const env = { http_proxy: "socks5://ada:s3cret@proxy:1080" };
  const failing = receive("web", origins["web"]?.plain ?? "", { env });
  await expect(failing).rejects.toMatchObject({ code: "usage" });
  await expect(failing).rejects.not.toThrow(/s3cret/);
});
