// An S3 server of the tests' own, in memory: what the remote uses of the protocol, right until a test tells it what to do wrong.
import { hash, randomUUID } from "node:crypto";
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";

interface Stored {
  bytes: Buffer;
  etag: string;
  modified: Date;
}

interface Upload {
  key: string;
  parts: Map<number, Stored>;
}

/** Answers a request in place of the server; false: the server answers as it should. */
export type BucketFault = (request: IncomingMessage, response: ServerResponse, what: string) => boolean;

export interface BucketServer {
  readonly endpoint: string;
  readonly keys: Map<string, Stored>;
  readonly uploads: Map<string, Upload>;
  /** What was asked, oldest first: "PUT objects/ab/…", "LIST", "PART 2". */
  readonly asked: string[];
  /** As some servers in the field. */
  ignoresConditions: boolean;
  ignoresHashes: boolean;
  fault: BucketFault | null;
  close(): Promise<void>;
}

const PAGE = 1000;

/** One bucket, whatever it is called. Signatures are not checked. */
export async function startBucketServer(): Promise<BucketServer> {
  const keys = new Map<string, Stored>();
  const uploads = new Map<string, Upload>();

  async function serve(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const url = new URL(request.url ?? "/", "http://host");
    const key = decodeURIComponent(url.pathname.split("/").slice(2).join("/"));
    const query = url.searchParams;
    const what = name(request.method ?? "", key, query);
    state.asked.push(what);
    if (state.fault?.(request, response, what) === true) return;
    const body = await bodyOf(request);
    const given = request.headers["x-amz-content-sha256"];
    if (
      !state.ignoresHashes &&
      typeof given === "string" &&
      /^[0-9a-f]{64}$/.test(given) &&
      given !== hash("sha256", body)
    ) {
      return fail(response, 400, "XAmzContentSHA256Mismatch", "The bytes are not those that were signed");
    }
    const upload = uploads.get(query.get("uploadId") ?? "");
    const [verb] = what.split(" ");
    if (query.has("uploadId") && upload === undefined) return fail(response, 404, "NoSuchUpload", "No such upload");
    switch (verb) {
      case "PUT": {
        const now = keys.get(key);
        const { "if-none-match": none, "if-match": match } = request.headers;
        const holds = (none === undefined || now === undefined) && (match === undefined || now?.etag === match);
        if (!holds && !state.ignoresConditions) return fail(response, 412, "PreconditionFailed", "It does not hold");
        const stored = store(body);
        keys.set(key, stored);
        return void response.writeHead(200, { etag: stored.etag }).end();
      }
      case "GET":
      case "HEAD":
        return give(request, response, keys.get(key), key);
      case "DELETE":
        keys.delete(key);
        return void response.writeHead(204).end();
      case "REMOVE":
        for (const [, gone = ""] of body.toString().matchAll(/<Key>([^<]*)<\/Key>/g)) keys.delete(gone);
        return xml(response, "DeleteResult", "");
      case "LIST":
        return xml(response, "ListBucketResult", list(keys, query));
      case "UPLOADS": {
        const ours = [...uploads].filter(([, { key: uploaded }]) => uploaded.startsWith(query.get("prefix") ?? ""));
        const each = ours.map(
          ([id, { key: uploaded }]) =>
            `<Upload><Key>${uploaded}</Key><UploadId>${id}</UploadId><Initiated>2026-01-01T00:00:00Z</Initiated></Upload>`,
        );
        return xml(response, "ListMultipartUploadsResult", `<IsTruncated>false</IsTruncated>${each.join("")}`);
      }
      case "BEGIN": {
        const id = randomUUID();
        uploads.set(id, { key, parts: new Map() });
        return xml(response, "InitiateMultipartUploadResult", `<UploadId>${id}</UploadId>`);
      }
      case "PART": {
        const part = store(body);
        upload?.parts.set(Number(query.get("partNumber")), part);
        return void response.writeHead(200, { etag: part.etag }).end();
      }
      case "PARTS": {
        const each = [...(upload?.parts ?? [])].map(
          ([number, { bytes, etag }]) =>
            `<Part><PartNumber>${number}</PartNumber><Size>${bytes.length}</Size><ETag>${etag}</ETag></Part>`,
        );
        return xml(response, "ListPartsResult", `<IsTruncated>false</IsTruncated>${each.join("")}`);
      }
      case "COMPLETE": {
        const parts = [...(upload?.parts ?? [])].sort(([a], [b]) => a - b).map(([, { bytes }]) => bytes);
        keys.set(key, store(Buffer.concat(parts)));
        uploads.delete(query.get("uploadId") ?? "");
        return xml(response, "CompleteMultipartUploadResult", `<Key>${key}</Key>`);
      }
      case "ABORT":
        uploads.delete(query.get("uploadId") ?? "");
        return void response.writeHead(204).end();
      default:
        return fail(response, 501, "NotImplemented", what);
    }
  }

  const server = createServer((request, response) => void serve(request, response));
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const address = server.address();
  const state: BucketServer = {
    endpoint: `http://127.0.0.1:${typeof address === "object" && address !== null ? address.port : 0}`,
    keys,
    uploads,
    asked: [],
    ignoresConditions: false,
    ignoresHashes: false,
    fault: null,
    async close() {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
  return state;
}

/** Answers as S3 does when it refuses. */
export function fail(response: ServerResponse, status: number, code: string, message: string, headers = {}): void {
  response
    .writeHead(status, { "content-type": "application/xml", ...headers })
    .end(`<?xml version="1.0"?><Error><Code>${code}</Code><Message>${message}</Message></Error>`);
}

function name(method: string, key: string, query: URLSearchParams): string {
  if (key === "") return query.has("uploads") ? "UPLOADS" : method === "POST" ? "REMOVE" : "LIST";
  if (query.has("uploads")) return `BEGIN ${key}`;
  if (!query.has("uploadId")) return `${method} ${key}`;
  if (method === "PUT") return `PART ${query.get("partNumber")}`;
  return { GET: "PARTS", POST: "COMPLETE", DELETE: "ABORT" }[method] ?? method;
}

function store(bytes: Buffer): Stored {
  return { bytes, etag: `"${hash("md5", bytes)}"`, modified: new Date() };
}

function list(keys: ReadonlyMap<string, Stored>, query: URLSearchParams): string {
  const after = query.get("continuation-token") ?? query.get("start-after") ?? "";
  const prefix = query.get("prefix") ?? "";
  const found = [...keys].filter(([key]) => key.startsWith(prefix) && key > after).sort(([a], [b]) => (a < b ? -1 : 1));
  const page = found.slice(0, Number(query.get("max-keys") ?? PAGE));
  const isMore = found.length > page.length;
  const contents = page.map(
    ([key, { bytes, modified }]) =>
      `<Contents><Key>${key}</Key><Size>${bytes.length}</Size><LastModified>${modified.toISOString()}</LastModified></Contents>`,
  );
  const next = isMore ? `<NextContinuationToken>${page.at(-1)?.[0]}</NextContinuationToken>` : "";
  return `<IsTruncated>${isMore}</IsTruncated>${next}${contents.join("")}`;
}

function give(request: IncomingMessage, response: ServerResponse, stored: Stored | undefined, key: string): void {
  if (stored === undefined) return fail(response, 404, "NoSuchKey", `There is no ${key}`);
  const { bytes, etag } = stored;
  const modified = { "last-modified": stored.modified.toUTCString() };
  const [, from = "", to = ""] = /^bytes=(\d+)-(\d+)$/.exec(request.headers.range ?? "") ?? [];
  if (from === "")
    return void response
      .writeHead(200, { etag, ...modified, "content-length": bytes.length })
      .end(request.method === "HEAD" ? undefined : bytes);
  if (Number(from) >= bytes.length) return fail(response, 416, "InvalidRange", "Behind the end");
  const part = bytes.subarray(Number(from), Number(to) + 1);
  const range = `bytes ${from}-${Number(from) + part.length - 1}/${bytes.length}`;
  response.writeHead(206, { etag, ...modified, "content-length": part.length, "content-range": range }).end(part);
}

function xml(response: ServerResponse, root: string, inner: string): void {
  response
    .writeHead(200, { "content-type": "application/xml" })
    .end(`<?xml version="1.0"?><${root}>${inner}</${root}>`);
}

async function bodyOf(request: IncomingMessage): Promise<Buffer> {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk as Buffer);
  return Buffer.concat(chunks);
}
