// Requests for single keys without the SDK's machinery, which takes several times the processor time of the request itself. Where
// the bucket is, who asks and the signature are still the SDK's: it is asked once what a request to this bucket looks like.
import { MvError } from "../../errors.ts";
import type { Reply, Web } from "../web/client.ts";
import { refusalOf } from "./refusal.ts";
import type * as sdk from "./sdk.ts";

/** SHA-256 of no bytes. */
const EMPTY = "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855";

export interface KeyRequest {
  readonly method: "GET" | "HEAD" | "PUT";
  /** The whole key, with the prefix; "" for the bucket itself. */
  readonly key: string;
  readonly query?: Readonly<Record<string, string>>;
  readonly headers?: Readonly<Record<string, string>>;
  /** Its SHA-256 stands in the signed headers, so that the server refuses other bytes. */
  readonly body?: { readonly bytes: Uint8Array; readonly sha256: string };
  readonly signal?: AbortSignal | undefined;
}

export interface Direct {
  /** A reply of success. Throws for a refusal what the SDK throws: an error with its name, words, status and headers. */
  ask(request: KeyRequest): Promise<Reply>;
}

type Signer = Awaited<ReturnType<sdk.S3Client["config"]["signer"]>>;
type Unsigned = Parameters<Signer["sign"]>[0];

interface Place {
  /** Of the server. */
  readonly origin: URL;
  /** What stands before a key in the path. */
  readonly path: string;
  sign(request: Pick<Unsigned, "method" | "path" | "headers" | "query">): Promise<Unsigned>;
}

export function createDirect(
  client: sdk.S3Client,
  modules: typeof sdk,
  name: string,
  bucket: string,
  web: Web,
): Direct {
  let learned: Promise<Place> | undefined;

  async function placeOf(): Promise<Place> {
    learned ??= learn(client, modules, name, bucket);
    try {
      return await learned;
    } catch (error) {
      learned = undefined;
      throw error;
    }
  }

  return {
    async ask({ method, key, query = {}, headers = {}, body, signal }) {
      const place = await placeOf();
      const path = place.path + encodeKey(key);
      const signed = await place.sign({
        method,
        path,
        query,
        headers: { ...headers, host: place.origin.host, "x-amz-content-sha256": body?.sha256 ?? EMPTY },
      });
      const url = new URL(path + encodeQuery(query), place.origin);
      const reply = await web.once({ method, url, headers: signed.headers, body: body?.bytes, signal });
      if (reply.status >= 200 && reply.status < 300) return reply;
      throw await refusalOf(reply);
    },
  };
}

/** What the SDK makes of a request for a key of this bucket, before it is signed. Nothing is sent. */
async function learn(
  client: sdk.S3Client,
  { HeadObjectCommand }: typeof sdk,
  name: string,
  bucket: string,
): Promise<Place> {
  const command = new HeadObjectCommand({ Bucket: bucket, Key: "k" });
  let request: Unsigned | undefined;
  let scheme: { name: string; signingName?: string; signingRegion?: string } | undefined;
  command.middlewareStack.add(
    (_, context) => async (args) => {
      request = args.request as Unsigned;
      [scheme] = (context["endpointV2"]?.properties?.["authSchemes"] ?? []) as (typeof scheme)[];
      return { output: { $metadata: {} }, response: undefined };
    },
    { step: "finalizeRequest", priority: "high", name: "captured" },
  );
  await client.send(command);
  if (request === undefined || scheme?.name !== "sigv4") {
    throw new MvError(
      "usage",
      `${name}: ${bucket} is a bucket of a kind that is not supported (${scheme?.name ?? "none"})`,
      {
        hint: "use a general-purpose bucket",
        details: { remote: name },
      },
    );
  }
  const { signingRegion = "", signingName = "s3" } = scheme;
  const signer = await client.config.signer({ name: scheme.name, signingRegion, signingName, properties: {} });
  const like = request;
  return {
    origin: new URL(`${like.protocol}//${like.hostname}${like.port === undefined ? "" : `:${like.port}`}`),
    path: like.path.slice(0, -"k".length),
    sign: (wanted) =>
      signer.sign(
        { ...like, ...wanted, body: undefined },
        {
          // The SDK knows by then how far this machine's clock is off.
          signingDate: new Date(Date.now() + client.config.systemClockOffset),
          signingRegion,
          signingService: signingName,
        },
      ) as Promise<Unsigned>,
  };
}

/** As S3 wants paths: https://docs.aws.amazon.com/AmazonS3/latest/API/sig-v4-header-based-auth.html */
function encodeKey(key: string): string {
  return key.split("/").map(encode).join("/");
}

function encodeQuery(query: Readonly<Record<string, string>>): string {
  const pairs = Object.entries(query).map(([name, value]) => `${encode(name)}=${encode(value)}`);
  return pairs.length === 0 ? "" : `?${pairs.join("&")}`;
}

function encode(text: string): string {
  // What a key mostly is, and the rest takes its time.
  if (/^[\w.~-]*$/.test(text)) return text;
  return encodeURIComponent(text).replaceAll(/[!'()*]/g, (character) => {
    return `%${(character.codePointAt(0) ?? 0).toString(16).toUpperCase()}`;
  });
}
