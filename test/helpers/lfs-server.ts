// A Git LFS server of the tests' own on loopback: right by default, and wrong on purpose for what no real server does on demand.
import { createHash } from "node:crypto";
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";

export interface Request {
  readonly method: string;
  readonly path: string;
  readonly headers: IncomingMessage["headers"];
  readonly body: Buffer;
}

export interface Answer {
  status: number;
  headers?: Record<string, string>;
  body?: string | Buffer;
  /** The connection is cut after so many bytes of the body. */
  cutAfter?: number;
}

export interface LfsServer {
  /** `http://127.0.0.1:PORT/team/churn.git/info/lfs` */
  readonly url: string;
  readonly origin: string;
  readonly objects: Map<string, Buffer>;
  /** All that were asked, in order. */
  readonly requests: Request[];
  /** Questions of the batch API, in order. */
  batches(): { operation: string; objects: { oid: string; size: number }[] }[];
  /** Answers a request in its own way; null: as a right server does. */
  misbehave(how: (request: Request) => Answer | null | Promise<Answer | null>): void;
  /** What a right server would answer. */
  right(request: Request): Answer;
  stop(): Promise<void>;
}

export const REPOSITORY = "/team/churn.git";
const LFS = `${REPOSITORY}/info/lfs`;
const TYPE = { "Content-Type": "application/vnd.git-lfs+json" };

export const json = (status: number, value: unknown, headers: Record<string, string> = {}): Answer => ({
  status,
  headers: { ...TYPE, ...headers },
  body: JSON.stringify(value),
});

/** Starts it on a free port of 127.0.0.1. */
export async function startLfsServer(): Promise<LfsServer> {
  const objects = new Map<string, Buffer>();
  const requests: Request[] = [];
  let special: (request: Request) => Answer | null | Promise<Answer | null> = () => null;

  const server = createServer((incoming, outgoing) => {
    const chunks: Buffer[] = [];
    incoming.on("data", (chunk: Buffer) => chunks.push(chunk));
    incoming.on("error", () => undefined);
    incoming.on("end", () => {
      const request: Request = {
        method: incoming.method ?? "",
        path: incoming.url ?? "",
        headers: incoming.headers,
        body: Buffer.concat(chunks),
      };
      requests.push(request);
      void Promise.resolve(special(request)).then((answer) => give(outgoing, answer ?? right(request)));
    });
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const origin = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;

  function right(request: Request): Answer {
    if (request.method === "POST" && request.path === `${LFS}/objects/batch`) return batch(request);
    const oid = /^\/store\/([0-9a-f]{64})$/.exec(request.path)?.[1];
    if (request.method === "POST" && request.path === "/verify") {
      const { oid: name, size } = JSON.parse(request.body.toString()) as { oid: string; size: number };
      const held = objects.get(name);
      return held?.length === size ? json(200, {}) : json(404, { message: "no such object" });
    }
    if (oid === undefined) return json(404, { message: "Not found" });
    if (request.method === "PUT") {
      const isRight = createHash("sha256").update(request.body).digest("hex") === oid;
      if (isRight) objects.set(oid, request.body);
      return isRight ? { status: 200 } : json(422, { message: "not the bytes of that name" });
    }
    const bytes = objects.get(oid);
    return bytes === undefined ? json(404, { message: "no such object" }) : ranged(request, bytes);
  }

  function batch(request: Request): Answer {
    const { operation, objects: asked } = JSON.parse(request.body.toString()) as {
      operation: "upload" | "download";
      objects: { oid: string; size: number }[];
    };
    const answers = asked.map(({ oid, size }) => {
      const isHeld = objects.get(oid)?.length === size;
      const href = `${origin}/store/${oid}`;
      if (operation === "upload") {
        return isHeld
          ? { oid, size }
          : { oid, size, actions: { upload: { href }, verify: { href: `${origin}/verify` } } };
      }
      if (isHeld) return { oid, size, actions: { download: { href, expires_at: "0001-01-01T00:00:00Z" } } };
      return objects.has(oid)
        ? { oid, size, error: { code: 422, message: "of another size" } }
        : { oid, size, error: { code: 404, message: "Object does not exist" } };
    });
    return json(200, { transfer: "basic", objects: answers, hash_algo: "sha256" });
  }

  return {
    url: `${origin}${LFS}`,
    origin,
    objects,
    requests,
    batches: () =>
      requests
        .filter(({ path }) => path.endsWith("/objects/batch"))
        .map(
          ({ body }) => JSON.parse(body.toString()) as { operation: string; objects: { oid: string; size: number }[] },
        ),
    misbehave(how) {
      special = how;
    },
    right,
    stop: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

function ranged({ headers }: Request, bytes: Buffer): Answer {
  const [, first, last] = /^bytes=(\d+)-(\d*)$/.exec(headers.range ?? "") ?? [];
  if (first === undefined) return { status: 200, body: bytes };
  if (Number(first) >= bytes.length) return { status: 416, headers: { "Content-Range": `bytes */${bytes.length}` } };
  const end = last === "" || last === undefined ? bytes.length - 1 : Math.min(Number(last), bytes.length - 1);
  return {
    status: 206,
    headers: { "Content-Range": `bytes ${first}-${end}/${bytes.length}` },
    body: bytes.subarray(Number(first), end + 1),
  };
}

function give(response: ServerResponse, { status, headers = {}, body = "", cutAfter }: Answer): void {
  const bytes = Buffer.from(body as Buffer);
  response.writeHead(status, { "Content-Length": String(bytes.length), ...headers });
  if (cutAfter === undefined) response.end(bytes);
  else response.write(bytes.subarray(0, cutAfter), () => response.destroy());
}
