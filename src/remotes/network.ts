// What goes wrong between here and a server, as errors a user can understand. Used by every remote that speaks HTTP.
import { isMvError, MvError } from "../errors.ts";

/** Which server failed: the remote's name, and its address without a secret. */
export interface Peer {
  readonly name: string;
  readonly url: string;
}

const TRANSIENT = new Set([
  "ECONNRESET",
  "ECONNABORTED",
  "EPIPE",
  "ETIMEDOUT",
  "EAI_AGAIN",
  "ENETUNREACH",
  "EHOSTUNREACH",
  "ENETDOWN",
  "HPE_INVALID_EOF_STATE",
]);
/** Where nothing has answered yet these mean a wrong address; later on, that a server is starting again. */
const TRANSIENT_LATER = new Set(["ECONNREFUSED", "ENOTFOUND"]);

/** The connection failed: MvError unreachable, or interrupted for an abort. `answered`: the server has answered before. */
export function networkFailure(peer: Peer, error: unknown, answered: boolean): MvError {
  if (isMvError(error)) return error;
  if (isAbort(error)) return new MvError("interrupted", "Interrupted");
  const code = codeOf(error);
  const isTimeout = error instanceof Error && error.name === "TimeoutError";
  const isTransient = isTimeout || TRANSIENT.has(code) || (answered && TRANSIENT_LATER.has(code));
  const isTls = /^(CERT_|ERR_TLS|ERR_SSL|DEPTH_ZERO|SELF_SIGNED|UNABLE_TO)/.test(code);
  return new MvError(
    "unreachable",
    `${peer.name}: ${peer.url} ${isTimeout ? "does not answer" : wordsOf(code, error)}`,
    {
      hint: isTls ? "for a certificate of your own: NODE_EXTRA_CA_CERTS=FILE" : `mv remote test ${peer.name}`,
      details: { remote: peer.name, cause: code, ...(isTransient ? { transient: true } : {}) },
      cause: error,
    },
  );
}

/** An error of a server's answer that may pass by itself: 408, 429, 500 and the like. */
export function passing(peer: Peer, words: string, retryAfter: string | undefined, cause?: unknown): MvError {
  const retryAfterMs = retryAfterOf(retryAfter);
  return new MvError("unreachable", `${peer.name}: ${peer.url} answers ${words}`, {
    hint: "repeat the command",
    details: { remote: peer.name, transient: true, ...(retryAfterMs === null ? {} : { retryAfterMs }) },
    cause,
  });
}

/** Whether an HTTP status may pass by itself. 501, 505, 507 and 509 do not. */
export function isPassing(status: number): boolean {
  return [408, 425, 429, 500, 502, 503, 504].includes(status);
}

/** Milliseconds of a Retry-After header, which is seconds or a date (RFC 9110, 10.2.3); null for anything else. */
export function retryAfterOf(header: string | undefined, now = Date.now()): number | null {
  if (header === undefined) return null;
  if (/^\s*\d{1,9}\s*$/.test(header)) return Number(header) * 1000;
  const date = Date.parse(header);
  return Number.isNaN(date) ? null : Math.max(0, date - now);
}

/** The time that a header such as Last-Modified gives; null where it gives none. */
export function dateOf(header: string | undefined): Date | null {
  const time = Date.parse(header ?? "");
  return Number.isNaN(time) ? null : new Date(time);
}

/** A server's own words for a message: one line, without control characters, not long. */
export function sayable(words: string): string {
  const line = words.replaceAll(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]+/gu, " ").trim();
  return line.length > 300 ? `${line.slice(0, 300)}…` : line;
}

export function isAbort(error: unknown): boolean {
  return error instanceof Error && (error.name === "AbortError" || codeOf(error) === "ABORT_ERR");
}

function codeOf(error: unknown): string {
  if (!(error instanceof Error)) return "";
  if ("code" in error && typeof error.code === "string") return error.code;
  // Several addresses of one host were tried.
  return error instanceof AggregateError && error.errors.length > 0 ? codeOf(error.errors[0]) : "";
}

const WORDS: Readonly<Record<string, string>> = {
  ECONNREFUSED: "refuses the connection",
  ECONNRESET: "broke the connection",
  EPIPE: "broke the connection",
  ENOTFOUND: "has no such host",
  EAI_AGAIN: "cannot be looked up now",
  ENETUNREACH: "is on a network that cannot be reached",
  EHOSTUNREACH: "cannot be reached",
};

function wordsOf(code: string, error: unknown): string {
  return WORDS[code] ?? `fails: ${sayable(error instanceof Error ? error.message : String(error))}`;
}
