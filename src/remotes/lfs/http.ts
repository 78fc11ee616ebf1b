// One HTTP exchange at a time over kept connections: lengths are sent as they are, nothing is decoded, no header is made up.
import { type ClientRequest, Agent as HttpAgent, type IncomingHttpHeaders, type IncomingMessage } from "node:http";
import { request as requestHttp } from "node:http";
import { Agent as HttpsAgent, request as requestHttps } from "node:https";
import { requireGoing } from "../together.ts";
import { networkFailure, type Peer } from "../network.ts";
import { mayFollow } from "./addresses.ts";
import type { Trust } from "./trust.ts";

/** Bytes that go out as they are produced. Called anew where a redirect asks for them again. */
export interface Body {
  readonly length: number;
  write(request: ClientRequest): Promise<void>;
}

export interface Exchange {
  readonly method: "GET" | "POST" | "PUT";
  readonly url: URL;
  readonly headers: Readonly<Record<string, string>>;
  readonly body?: Body | undefined;
  readonly signal?: AbortSignal | undefined;
}

export interface Reply {
  readonly status: number;
  readonly headers: IncomingHttpHeaders;
  /** Must be read to its end or destroyed. */
  readonly body: IncomingMessage;
}

export interface Http {
  /** Redirects are followed, without credentials where they lead to another host. Throws MvError unreachable, interrupted. */
  ask(exchange: Exchange): Promise<Reply>;
  /** A failure of a reply's body in our words. */
  failure(error: unknown): Error;
  close(): void;
}

const MAX_REDIRECTS = 5;
const REDIRECTS = new Set([301, 302, 303, 307, 308]);

/** `timeoutMs`: how long a connection may be silent. */
export function createHttp(peer: Peer, timeoutMs: number, trust: Trust): Http {
  const plain = new HttpAgent({ keepAlive: true, scheduling: "lifo" });
  const secure = new Map<string, HttpsAgent>();
  let hasAnswered = false;

  async function agentFor(url: URL): Promise<HttpAgent | HttpsAgent> {
    if (url.protocol === "http:") return plain;
    const known = secure.get(url.origin);
    if (known) return known;
    const agent = new HttpsAgent({ keepAlive: true, scheduling: "lifo", ...(await trust.of(url)) });
    secure.set(url.origin, agent);
    return agent;
  }

  async function once(exchange: Exchange): Promise<Reply> {
    const { method, url, headers, body, signal } = exchange;
    requireGoing(signal);
    const agent = await agentFor(url);
    return new Promise((resolve, reject) => {
      const start = url.protocol === "http:" ? requestHttp : requestHttps;
      const request = start(url, { method, agent, headers: withLength(headers, body), signal });
      request.setTimeout(timeoutMs, () => request.destroy(silence()));
      // A server may answer before it has read everything: its answer says why, the broken pipe does not.
      request.on("response", (reply) => {
        hasAnswered = true;
        resolve({ status: reply.statusCode ?? 0, headers: reply.headers, body: reply });
      });
      request.on("error", reject);
      if (body === undefined) request.end();
      else {
        body.write(request).then(
          () => request.end(),
          (error: Error) => {
            request.destroy();
            reject(error);
          },
        );
      }
    });
  }

  const failure = (error: unknown): Error => networkFailure(peer, error, hasAnswered);

  return {
    async ask(exchange) {
      let now = exchange;
      for (let followed = 0; ; followed += 1) {
        let reply: Reply;
        try {
          reply = await once(now);
        } catch (error) {
          throw failure(error);
        }
        const target = REDIRECTS.has(reply.status) ? reply.headers.location : undefined;
        if (target === undefined || followed === MAX_REDIRECTS) return reply;
        const url = mayFollow(now.url, target);
        if (url === null || (reply.status === 303 && now.method !== "GET")) return reply;
        reply.body.resume();
        now = { ...now, url, headers: url.origin === now.url.origin ? now.headers : withoutCredentials(now.headers) };
      }
    },
    failure,
    close() {
      plain.destroy();
      for (const agent of secure.values()) agent.destroy();
    },
  };
}

/** A body that is in memory. */
export function bytesBody(bytes: Uint8Array): Body {
  return {
    length: bytes.length,
    async write(request) {
      request.write(bytes);
    },
  };
}

/** All of a reply's body; null where it is longer than `maxBytes`. Throws what the connection throws. */
export async function readAll(body: IncomingMessage, maxBytes: number): Promise<Buffer | null> {
  const chunks: Buffer[] = [];
  let length = 0;
  for await (const chunk of body as AsyncIterable<Buffer>) {
    length += chunk.length;
    // Leaving the loop closes the connection.
    if (length > maxBytes) return null;
    chunks.push(chunk);
  }
  return Buffer.concat(chunks);
}

function withLength(headers: Readonly<Record<string, string>>, body: Body | undefined): Record<string, string> {
  const isChunked = Object.entries(headers).some(
    ([name, value]) => name.toLowerCase() === "transfer-encoding" && /chunked/i.test(value),
  );
  return body === undefined || isChunked ? { ...headers } : { ...headers, "Content-Length": String(body.length) };
}

function withoutCredentials(headers: Readonly<Record<string, string>>): Record<string, string> {
  const secret = /^(?:authorization|cookie|proxy-authorization|.*(?:token|api-?key).*)$/i;
  return Object.fromEntries(Object.entries(headers).filter(([name]) => !secret.test(name)));
}

function silence(): Error {
  const error = new Error("no byte for too long");
  error.name = "TimeoutError";
  return error;
}
