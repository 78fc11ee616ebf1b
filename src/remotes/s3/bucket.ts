// One bucket and the client that speaks to it. Every request goes through `run`, which turns failures into our errors.
import { setMaxListeners } from "node:events";
import { Agent as HttpAgent } from "node:http";
import { Agent as HttpsAgent } from "node:https";
import type { RemoteContext, RemoteSettings } from "../remote.ts";
import { timeoutOf } from "../timeout.ts";
import type { Peer } from "../network.ts";
import { parseS3Url } from "./address.ts";
import { s3Failure } from "./failure.ts";
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
  close(): void;
}

/** Sockets that stay open; remotes/limits.ts gives as many jobs at most. */
const SOCKETS = 64;
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
  const agent = { keepAlive: true, maxSockets: SOCKETS };
  const named = settings.region ?? context.env["AWS_REGION"] ?? context.env["AWS_DEFAULT_REGION"];
  const client = new sdk.S3Client({
    region: named ?? (await regionOfProfile(sdk)),
    ...(settings.endpoint === null ? {} : { endpoint: settings.endpoint }),
    forcePathStyle: settings.path_style || isLocal(settings.endpoint ?? context.env["AWS_ENDPOINT_URL_S3"]),
    followRegionRedirects: true,
    // retry.ts repeats, for all remotes alike.
    maxAttempts: 1,
    logger: SILENT,
    // Every upload carries the SHA-256 that is known anyway, and every download is hashed by the caller.
    requestChecksumCalculation: "WHEN_REQUIRED",
    responseChecksumValidation: "WHEN_REQUIRED",
    expectContinueHeader: false,
    requestHandler: {
      httpAgent: new HttpAgent(agent),
      httpsAgent: new HttpsAgent(agent),
      connectionTimeout: Math.min(CONNECT_MS, timeout),
      socketTimeout: timeout,
      logger: SILENT,
    },
  });
  const peer = { name, url: settings.url };
  let answered = false;
  return {
    ...peer,
    sdk,
    bucket,
    prefix,
    at: (path) => ({ Bucket: bucket, Key: prefix + path }),
    async run(work, signal, raw) {
      // Many requests listen to one signal, which is no leak.
      if (signal) setMaxListeners(0, signal);
      try {
        const result = await work(client, signal ? { abortSignal: signal } : {});
        answered = true;
        return result;
      } catch (error) {
        const instead = raw?.(error);
        if (instead !== undefined) return instead;
        throw s3Failure(peer, bucket, error, answered);
      }
    },
    close: () => client.destroy(),
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
