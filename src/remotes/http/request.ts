// One HTTP request as the remote needs it: redirects followed without giving credentials away, silence ended, nothing decoded.
import { setMaxListeners } from "node:events";
import { type IncomingHttpHeaders, type IncomingMessage, Agent as HttpAgent, request as plain } from "node:http";
import { Agent as HttpsAgent, request as secure } from "node:https";
import { MvError } from "../../errors.ts";
import { networkFailure, type Peer } from "../network.ts";

const MOST_REDIRECTS = 5;
const SOCKETS = 64;

export interface HttpAnswer {
  readonly status: number;
  readonly headers: IncomingHttpHeaders;
  /** To be read to its end, or destroyed. */
  readonly body: IncomingMessage;
}

export interface Ask {
  method: "GET" | "HEAD";
  url: URL;
  headers?: Record<string, string>;
  signal?: AbortSignal | undefined;
}

export interface Http {
  /** Throws MvError unreachable where nothing answers, redirects lead nowhere or to a place that is less safe; interrupted. */
  ask(ask: Ask): Promise<HttpAnswer>;
  close(): void;
}

export interface HttpOptions {
  peer: Peer;
  timeoutMs: number;
  /** The Authorization header for an address; null: none. */
  authorization(url: URL): string | null;
}

export function createHttp({ peer, timeoutMs, authorization }: HttpOptions): Http {
  const agents = {
    "http:": new HttpAgent({ keepAlive: true, maxSockets: SOCKETS }),
    "https:": new HttpsAgent({ keepAlive: true, maxSockets: SOCKETS }),
  };
  let answered = false;

  async function once({ method, url, headers, signal }: Ask): Promise<HttpAnswer> {
    const allowed = authorization(url);
    const isSecure = url.protocol === "https:";
    return new Promise((resolve, reject) => {
      const asked = (isSecure ? secure : plain)(url, {
        method,
        agent: agents[isSecure ? "https:" : "http:"],
        headers: {
          // Objects are bytes: an encoding on the way would have to be undone exactly, and has no ranges.
          "accept-encoding": "identity",
          "user-agent": "mversion",
          ...headers,
          ...(allowed === null ? {} : { authorization: allowed }),
        },
        ...(signal ? { signal } : {}),
      });
      asked.setTimeout(timeoutMs, () => asked.destroy(timedOut()));
      asked.on("error", reject);
      asked.on("response", (body) => resolve({ status: body.statusCode ?? 0, headers: body.headers, body }));
      asked.end();
    });
  }

  return {
    async ask(first) {
      if (first.signal) setMaxListeners(0, first.signal);
      let ask = first;
      for (let redirects = 0; ; redirects += 1) {
        let answer: HttpAnswer;
        try {
          answer = await once(ask);
        } catch (error) {
          throw networkFailure(peer, error, answered);
        }
        answered = true;
        const to = answer.headers.location;
        if (![301, 302, 303, 307, 308].includes(answer.status) || to === undefined) return answer;
        answer.body.on("error", () => undefined).destroy();
        if (redirects === MOST_REDIRECTS) throw lost(peer, `redirects more than ${MOST_REDIRECTS} times`);
        ask = { ...ask, url: target(peer, ask.url, to) };
      }
    },
    close() {
      for (const agent of Object.values(agents)) agent.destroy();
    },
  };
}

/** Where a redirect leads. What was asked for over TLS is not asked for without it. */
function target(peer: Peer, from: URL, to: string): URL {
  const url = URL.canParse(to, from.href) ? new URL(to, from) : null;
  if (url === null || !["http:", "https:"].includes(url.protocol) || url.username !== "" || url.password !== "") {
    throw lost(peer, "redirects to what is no address of HTTP");
  }
  if (from.protocol === "https:" && url.protocol === "http:") throw lost(peer, "redirects from https to http");
  return url;
}

function lost(peer: Peer, words: string): MvError {
  return new MvError("unreachable", `${peer.name}: ${peer.url} ${words}`, {
    hint: `mv remote test ${peer.name}`,
    details: { remote: peer.name },
  });
}

function timedOut(): Error {
  return Object.assign(new Error("no byte came in time"), { name: "TimeoutError", code: "ETIMEDOUT" });
}
