// One HTTP exchange after another over kept connections, for every remote that speaks HTTP: lengths are sent as they are, nothing
// is decoded, no header is made up, and silence ends.
import { setMaxListeners } from "node:events";
import {
  type ClientRequest,
  type IncomingHttpHeaders,
  type IncomingMessage,
  request as requestHttp,
  type RequestOptions,
} from "node:http";
import { request as requestHttps } from "node:https";
import { MvError } from "../../errors.ts";
import { networkFailure, type Peer } from "../network.ts";
import { requireGoing } from "../together.ts";
import { mayFollow } from "./address.ts";
import type { Agents } from "./agents.ts";

/** Bytes that go out as they are produced. Called anew where a redirect asks for them again. */
export interface StreamedBody {
  readonly length: number;
  write(request: ClientRequest): Promise<void>;
}

export interface Exchange {
  readonly method: "GET" | "HEAD" | "POST" | "PUT";
  readonly url: URL;
  readonly headers: Readonly<Record<string, string>>;
  /** Its length is sent, unless the headers say that it goes in chunks. */
  readonly body?: Uint8Array | StreamedBody | undefined;
  readonly signal?: AbortSignal | undefined;
}

export interface Reply {
  readonly status: number;
  readonly headers: IncomingHttpHeaders;
  /** Must be read to its end or destroyed. */
  readonly body: IncomingMessage;
}

export interface Web {
  /** One exchange, as it is. Throws MvError unreachable, interrupted, and what the body throws. */
  once(exchange: Exchange): Promise<Reply>;
  /**
   * As `once`, with redirects followed: without credentials where they lead to another host, and never from TLS into the clear.
   * Throws MvError unreachable where they lead nowhere.
   */
  ask(exchange: Exchange): Promise<Reply>;
  /** A failure of a reply's body as MvError unreachable or interrupted. */
  failure(error: unknown): MvError;
  close(): void;
}

const MOST_REDIRECTS = 5;
const REDIRECTS = new Set([301, 302, 303, 307, 308]);

/** `timeoutMs`: how long a connection may be silent. */
export function createWeb(peer: Peer, timeoutMs: number, agents: Agents): Web {
  let hasAnswered = false;
  const failure = (error: unknown): MvError => networkFailure(peer, error, hasAnswered);

  async function exchange(wanted: Exchange): Promise<Reply> {
    const { url, signal } = wanted;
    requireGoing(signal);
    // Many requests listen to one signal, which is no leak.
    if (signal) setMaxListeners(0, signal);
    const agent = agents.known(url) ?? (await agents.of(url));
    return new Promise((resolve, reject) => {
      const start = url.protocol === "https:" ? requestHttps : requestHttp;
      const request = start({ ...optionsOf(wanted), agent });
      request.setTimeout(timeoutMs, () => request.destroy(silence()));
      // A server may answer before it has read everything: its answer says why, the broken pipe does not.
      request.on("response", (reply) => {
        hasAnswered = true;
        resolve({ status: reply.statusCode ?? 0, headers: reply.headers, body: reply });
      });
      request.on("error", reject);
      send(request, wanted.body, reject);
    });
  }

  async function once(wanted: Exchange): Promise<Reply> {
    try {
      return await exchange(wanted);
    } catch (error) {
      throw failure(error);
    }
  }

  return {
    once,
    async ask(first) {
      let now = first;
      for (let followed = 0; ; followed += 1) {
        const reply = await once(now);
        const target = REDIRECTS.has(reply.status) ? reply.headers.location : undefined;
        // What was sent with one method is not repeated with another.
        if (target === undefined || (reply.status === 303 && !isRead(now))) return reply;
        discard(reply);
        if (followed === MOST_REDIRECTS) throw lost(peer, `redirects more than ${MOST_REDIRECTS} times`);
        const url = mayFollow(now.url, target);
        if (url === null) throw lost(peer, "redirects to an address that is not followed");
        now = { ...now, url, headers: url.origin === now.url.origin ? now.headers : withoutCredentials(now.headers) };
      }
    },
    failure,
    close: () => agents.close(),
  };
}

/** Nobody reads the rest of a reply: a short one is let in, so that the connection can be used again. */
export function discard({ body, headers }: Reply): void {
  body.on("error", () => undefined);
  if (Number(headers["content-length"] ?? Infinity) <= 64 * 1024) body.resume();
  else body.destroy();
}

/** All of a reply's body; null where it is longer than `maxBytes`. Throws what the connection throws. */
export async function readAll(body: AsyncIterable<Buffer>, maxBytes: number): Promise<Buffer | null> {
  const chunks: Buffer[] = [];
  let length = 0;
  for await (const chunk of body) {
    length += chunk.length;
    // Leaving the loop closes the connection.
    if (length > maxBytes) return null;
    chunks.push(chunk);
  }
  return Buffer.concat(chunks);
}

/** What node:http would make of a URL, without the costs of it. */
function optionsOf({ method, url, headers, body, signal }: Exchange): RequestOptions {
  return {
    protocol: url.protocol,
    hostname: url.hostname.startsWith("[") ? url.hostname.slice(1, -1) : url.hostname,
    ...(url.port === "" ? {} : { port: Number(url.port) }),
    path: `${url.pathname}${url.search}`,
    method,
    headers: body === undefined || isChunked(headers) ? headers : { ...headers, "Content-Length": String(body.length) },
    ...(signal ? { signal } : {}),
  };
}

function send(request: ClientRequest, body: Exchange["body"], reject: (error: Error) => void): void {
  if (body === undefined || body instanceof Uint8Array) {
    request.end(body);
    return;
  }
  body.write(request).then(
    () => request.end(),
    (error: Error) => {
      request.destroy();
      reject(error);
    },
  );
}

function isRead({ method }: Exchange): boolean {
  return method === "GET" || method === "HEAD";
}

function isChunked(headers: Readonly<Record<string, string>>): boolean {
  for (const name in headers) {
    if (name.toLowerCase() === "transfer-encoding" && /chunked/i.test(headers[name] ?? "")) return true;
  }
  return false;
}

function withoutCredentials(headers: Readonly<Record<string, string>>): Record<string, string> {
  const secret = /^(?:authorization|cookie|proxy-authorization|.*(?:token|api-?key).*)$/i;
  return Object.fromEntries(Object.entries(headers).filter(([name]) => !secret.test(name)));
}

function lost(peer: Peer, words: string): MvError {
  return new MvError("unreachable", `${peer.name}: ${peer.url} ${words}`, {
    hint: `mv remote test ${peer.name}`,
    details: { remote: peer.name },
  });
}

function silence(): Error {
  return Object.assign(new Error("no byte came in time"), { name: "TimeoutError", code: "ETIMEDOUT" });
}
