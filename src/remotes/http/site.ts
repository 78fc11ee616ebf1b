// What a web server says about the paths of a store: that one is there, how large, its bytes; and what its refusals mean.
import { hash } from "node:crypto";
import { MvError } from "../../errors.ts";
import { objectPath } from "../layout.ts";
import { dateOf, isPassing, networkFailure, passing, type Peer } from "../network.ts";
import type { MarkedFile, ObjectRef } from "../remote.ts";
import { isSafe } from "./address.ts";
import { decoded, isUndecodable } from "./encoding.ts";
import type { Http, HttpAnswer } from "./request.ts";

export interface Site {
  readonly http: Http;
  readonly peer: Peer;
  urlOf(path: string): URL;
  /** The error of an answer that is not the object: object-missing, denied or unreachable. */
  refuseObject(answer: HttpAnswer, object: ObjectRef): MvError;
  /** Bytes of what lies at a path; null where nothing does. */
  sizeOf(path: string, signal?: AbortSignal): Promise<number | null>;
  /** All bytes at a path, marked with their SHA-256; null where nothing is there, "too-big" above the limit. */
  readAll(path: string, maxBytes: number): Promise<MarkedFile | "too-big" | null>;
}

export function createSite(peer: Peer, base: URL, http: Http): Site {
  const { name } = peer;
  const urlOf = (path: string): URL => new URL(path, base);

  function refuse(answer: HttpAnswer, path: string): MvError {
    answer.body.on("error", () => undefined).destroy();
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

  function refuseObject(answer: HttpAnswer, { sha256 }: ObjectRef): MvError {
    if (!isAbsent(answer)) return refuse(answer, objectPath(sha256));
    answer.body.on("error", () => undefined).destroy();
    return new MvError("object-missing", `${name} has no object ${sha256.slice(0, 12)}`, {
      hint: "mv push where it was added",
      details: { remote: name, sha256 },
    });
  }

  /** The size of what lies at a path; null where nothing does. */
  async function sizeOf(path: string, signal?: AbortSignal): Promise<number | null> {
    const head = await http.ask({ method: "HEAD", url: urlOf(path), signal });
    head.body.resume();
    if (isAbsent(head)) return null;
    const length = head.headers["content-length"];
    const isPlain = (head.headers["content-encoding"] ?? "identity") === "identity";
    if (head.status === 200 && length !== undefined && isPlain) return Number(length);
    if (head.status !== 200 && head.status !== 405 && head.status !== 501) throw refuse(head, path);
    const first = await http.ask({ method: "GET", url: urlOf(path), headers: { range: "bytes=0-0" }, signal });
    first.body.on("error", () => undefined).destroy();
    if (isAbsent(first)) return null;
    // A file of no bytes has no first one.
    const [, total] = /\/(\d+)$/.exec(first.headers["content-range"] ?? "") ?? [];
    const size = total ?? (first.status === 200 ? first.headers["content-length"] : undefined);
    if (size === undefined) throw refuse(first, path);
    return Number(size);
  }

  /** All bytes at a path; null where nothing (that can be read) is there, "too-big" above the limit. */
  async function readAll(path: string, maxBytes: number): Promise<MarkedFile | "too-big" | null> {
    const answer = await http.ask({ method: "GET", url: urlOf(path) });
    if (isAbsent(answer)) {
      answer.body.on("error", () => undefined).destroy();
      return null;
    }
    if (answer.status !== 200) throw refuse(answer, path);
    const chunks: Buffer[] = [];
    let length = 0;
    try {
      for await (const chunk of decoded(answer.body, answer.headers)) {
        length += (chunk as Buffer).length;
        if (length > maxBytes) return "too-big";
        chunks.push(chunk as Buffer);
      }
    } catch (error) {
      if (isUndecodable(error)) return null;
      throw networkFailure(peer, error, true);
    } finally {
      answer.body.destroy();
    }
    const bytes = Buffer.concat(chunks);
    return { bytes, mark: hash("sha256", bytes, "hex"), modified: dateOf(answer.headers["last-modified"]) };
  }

  return { http, peer, urlOf, refuseObject, sizeOf, readAll };
}

function isAbsent({ status }: HttpAnswer): boolean {
  return status === 404 || status === 410;
}
