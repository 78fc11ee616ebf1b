// One bucket and the client that speaks to it. Every request goes through `run`, which turns failures into our errors.
import { setMaxListeners } from "node:events";
import type { Agent } from "node:http";
import type { RemoteContext, RemoteSettings } from "../remote.ts";
import { timeoutOf } from "../timeout.ts";
import type { Peer } from "../network.ts";
import { createAgents } from "../web/agents.ts";
import { createWeb, type Reply } from "../web/client.ts";
import { createProxies } from "../web/proxy.ts";
import { awsTrust } from "../web/trust.ts";
import { parseS3Url } from "./address.ts";
import { createDirect, type Direct, type KeyRequest } from "./direct.ts";
import { regionIn, s3Failure } from "./failure.ts";
import type * as sdk from "./sdk.ts";

type Sdk = typeof sdk;

export interface Bucket extends Peer {
  readonly sdk: Sdk;
  /** The bucket and key of a path in the store, as every command wants them. */
  at(path: string): { Bucket: string; Key: string };
  /** What every key of the store begins with. */
  readonly prefix: string;
  readonly bucket: string;
  /** Runs a request. Throws MvError as failure.ts says; `raw` sees the SDK's own error first, and may answer in its place. */
  run<T, Instead = never>(
    work: (client: sdk.S3Client, options: { abortSignal?: AbortSignal }) => Promise<T>,
    signal?: AbortSignal,
    raw?: (error: unknown) => Instead | undefined,
  ): Promise<T | Instead>;
  /**
   * The same for a path of the store, or for the bucket itself (null), at a small part of the processor time; the reply is one of
   * success.
   */
  ask<Instead = never>(
    request: Omit<KeyRequest, "key"> & { path: string | null },
    raw?: (error: unknown) => Instead | undefined,
  ): Promise<Reply | Instead>;
  /** What broke off while a reply's body came, as MvError unreachable or interrupted. */
  broken(error: unknown): Error;
  close(): void;
}

interface Connection {
  readonly client: sdk.S3Client;
  readonly direct: Direct;
}

const CONNECT_MS = 10_000;

/**
 * Opens the bucket of `s3://bucket/prefix`. Nothing is asked yet. Credentials come from the SDK's own chain (environment,
 * profile, SSO, web identity, container, instance), never from the settings.
 */
export async function openBucket(name: string, settings: RemoteSettings, context: RemoteContext): Promise<Bucket> {
  const { bucket, prefix } = parseS3Url(name, settings.url);
  const timeout = await timeoutOf(context);
  // Node 20 is one that we support: its users need no warning of a library's at every command.
  process.env["AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED"] ??= "true";
  const sdk = await import("./sdk.ts");
  const peer = { name, url: settings.url };
  const named = settings.region ?? context.env["AWS_REGION"] ?? context.env["AWS_DEFAULT_REGION"];
  const agents = createAgents({ trust: awsTrust(name, context), proxies: createProxies(name, context) });
  const web = createWeb(peer, timeout, agents);
  const first = await connect(named ?? (await regionOfProfile(sdk)));
  let connection = Promise.resolve(first);
  let answered = false;

  async function connect(region: string): Promise<Connection> {
    const client = new sdk.S3Client({
      region,
      ...(settings.endpoint === null ? {} : { endpoint: settings.endpoint }),
      forcePathStyle: settings.path_style || isLocal(settings.endpoint ?? context.env["AWS_ENDPOINT_URL_S3"]),
      // retry.ts repeats, for all remotes alike.
      maxAttempts: 1,
      logger: SILENT,
      // Every upload carries the SHA-256 that is known anyway, and every download is hashed by the caller.
      requestChecksumCalculation: "WHEN_REQUIRED",
      responseChecksumValidation: "WHEN_REQUIRED",
      requestHandler: {
        ...(await agentsFor(settings.endpoint ?? context.env["AWS_ENDPOINT_URL_S3"])),
        connectionTimeout: Math.min(CONNECT_MS, timeout),
        socketTimeout: timeout,
        logger: SILENT,
      },
    });
    return { client, direct: createDirect(client, sdk, name, bucket, web) };
  }

  /** The SDK takes one agent for everything that is encrypted, whatever the host. */
  async function agentsFor(
    endpoint = "https://s3.amazonaws.com",
  ): Promise<{ httpAgent: Agent } | { httpsAgent: Agent }> {
    const url = new URL(endpoint);
    const agent = await agents.of(url);
    return url.protocol === "https:" ? { httpsAgent: agent } : { httpAgent: agent };
  }

  /** Where the bucket is elsewhere than was said, and the server knows where: from now on it is asked there. */
  async function move(from: Connection, region: string): Promise<Connection | null> {
    const now = await connection;
    if (now !== from) return now;
    if (from !== first) return null;
    connection = connect(region);
    return connection;
  }

  async function attempt<T, Instead>(
    work: (connection: Connection) => Promise<T>,
    raw: ((error: unknown) => Instead | undefined) | undefined,
  ): Promise<T | Instead> {
    for (let asked = await connection; ;) {
      try {
        const result = await work(asked);
        answered = true;
        return result;
      } catch (error) {
        const region = regionIn(error, named === undefined);
        const moved = region === undefined ? null : await move(asked, region);
        if (moved !== null) {
          asked = moved;
          continue;
        }
        const instead = raw?.(error);
        if (instead !== undefined) return instead;
        throw s3Failure(peer, bucket, error, answered);
      }
    }
  }

  return {
    ...peer,
    sdk,
    bucket,
    prefix,
    at: (path) => ({ Bucket: bucket, Key: prefix + path }),
    async run(work, signal, raw) {
      // Many requests listen to one signal, which is no leak.
      if (signal) setMaxListeners(0, signal);
      return attempt(({ client }) => work(client, signal ? { abortSignal: signal } : {}), raw);
    },
    ask: ({ path, ...request }, raw) =>
      attempt(({ direct }) => direct.ask({ ...request, key: path === null ? "" : prefix + path }), raw),
    broken: (error) => web.failure(error),
    // The SDK's connections are these too.
    close: () => web.close(),
  };
}

/** Nothing prints but src/cli. */
const SILENT = {
  trace: () => undefined,
  debug: () => undefined,
  info: () => undefined,
  warn: () => undefined,
  error: () => undefined,
};

/** A profile may name the region; servers that are not Amazon's mostly call theirs us-east-1. */
async function regionOfProfile({ S3Client }: Sdk): Promise<string> {
  const client = new S3Client({ logger: SILENT });
  try {
    return await client.config.region();
  } catch {
    return "us-east-1";
  } finally {
    client.destroy();
  }
}

/** `bucket.localhost` has no address on most machines. */
function isLocal(endpoint: string | undefined): boolean {
  return endpoint !== undefined && /^https?:\/\/localhost(:|\/|$)/i.test(endpoint);
}
