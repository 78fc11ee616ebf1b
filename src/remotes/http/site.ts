// What a web server says about the paths of a store: that one is there, how large, its bytes; and what its refusals mean.
import { hash } from "node:crypto";
import { MvError } from "../../errors.ts";
import { objectPath } from "../layout.ts";
import { missing } from "../object-errors.ts";
import { dateOf, isPassing, passing, type Peer } from "../network.ts";
import type { MarkedFile, ObjectRef } from "../remote.ts";
import { isSafe } from "../web/address.ts";
import { discard, readAll as readBody, type Reply, type Web } from "../web/client.ts";
import { decoded, isUndecodable } from "../web/encoding.ts";

export interface AskOptions {
  headers?: Readonly<Record<string, string>>;
  signal?: AbortSignal | undefined;
}

export interface Site {
  readonly web: Web;
  readonly peer: Peer;
  /** Asks for a path. Throws MvError unreachable, interrupted. */
  ask(method: "GET" | "HEAD", path: string, options?: AskOptions): Promise<Reply>;
  /** The error of an answer that is not the object: object-missing, denied or unreachable. */
  refuseObject(answer: Reply, object: ObjectRef): MvError;
  /** Bytes of what lies at a path; null where nothing does. */
  sizeOf(path: string, signal?: AbortSignal): Promise<number | null>;
  /** All bytes at a path, marked with their SHA-256; null where nothing is there, "too-big" above the limit. */
  readAll(path: string, maxBytes: number): Promise<MarkedFile | "too-big" | null>;
}

/** `credentials`: the Authorization header for the store's own host; null: none. */
export function createSite(peer: Peer, base: URL, web: Web, credentials: string | null): Site {
  const { name } = peer;

  async function ask(method: "GET" | "HEAD", path: string, { headers, signal }: AskOptions = {}): Promise<Reply> {
    return web.ask({
      method,
      url: new URL(path, base),
      headers: {
        // Objects are bytes: an encoding on the way would have to be undone exactly, and has no ranges.
        "accept-encoding": "identity",
        "user-agent": "mversion",
        ...headers,
        ...(credentials === null ? {} : { authorization: credentials }),
      },
      signal,
    });
  }

  function refuse(answer: Reply, path: string): MvError {
    discard(answer);
    const { status, headers } = answer;
    if (isPassing(status)) return passing(peer, `HTTP ${status}`, headers["retry-after"]);
    if (status === 401 || status === 403 || status === 407) {
      const hint = isSafe(base)
        ? `machine ${base.hostname} login USER password PASSWORD, in ~/.netrc`
        : "credentials are sent over https only";
      return new MvError("denied", `${name}: ${peer.url} does not give out ${path} (HTTP ${status})`, {
        hint,
        details: { remote: name, status },
      });
    }
    return new MvError("unreachable", `${name}: ${peer.url} answers HTTP ${status} for ${path}`, {
      hint: `mv remote test ${name}`,
      details: { remote: name, status },
    });
  }

  function refuseObject(answer: Reply, { sha256 }: ObjectRef): MvError {
    if (!isAbsent(answer)) return refuse(answer, objectPath(sha256));
    discard(answer);
    return missing(name, { sha256 });
  }

  /** The size of what lies at a path; null where nothing does. */
  async function sizeOf(path: string, signal?: AbortSignal): Promise<number | null> {
    const head = await ask("HEAD", path, { signal });
    head.body.resume();
    if (isAbsent(head)) return null;
    const length = head.headers["content-length"];
    const isPlain = (head.headers["content-encoding"] ?? "identity") === "identity";
    if (head.status === 200 && length !== undefined && isPlain) return Number(length);
    if (head.status !== 200 && head.status !== 405 && head.status !== 501) throw refuse(head, path);
    const first = await ask("GET", path, { headers: { range: "bytes=0-0" }, signal });
    discard(first);
    if (isAbsent(first)) return null;
    // A file of no bytes has no first one.
    const [, total] = /\/(\d+)$/.exec(first.headers["content-range"] ?? "") ?? [];
    const size = total ?? (first.status === 200 ? first.headers["content-length"] : undefined);
    if (size === undefined) throw refuse(first, path);
    return Number(size);
  }

  /** All bytes at a path; null where nothing (that can be read) is there, "too-big" above the limit. */
  async function readAll(path: string, maxBytes: number): Promise<MarkedFile | "too-big" | null> {
    const answer = await ask("GET", path);
    if (isAbsent(answer)) {
      discard(answer);
      return null;
    }
    if (answer.status !== 200) throw refuse(answer, path);
    let bytes: Buffer | null;
    try {
      bytes = await readBody(decoded(answer.body, answer.headers), maxBytes);
    } catch (error) {
      if (isUndecodable(error)) return null;
      throw web.failure(error);
    } finally {
      answer.body.destroy();
    }
    if (bytes === null) return "too-big";
    return { bytes, mark: hash("sha256", bytes, "hex"), modified: dateOf(answer.headers["last-modified"]) };
  }

  return { web, peer, ask, refuseObject, sizeOf, readAll };
}

function isAbsent({ status }: Reply): boolean {
  return status === 404 || status === 410;
}
