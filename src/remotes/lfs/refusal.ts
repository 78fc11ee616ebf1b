// What an LFS server's refusal means, in its own words where it has some.
import { MvError, type ErrorCode } from "../../errors.ts";
import { isPassing, passing, type Peer, sayable } from "../network.ts";
import { readAll, type Reply } from "../web/client.ts";

const MAX_BYTES = 64 * 1024;

const WORDS: Readonly<Record<number, string>> = {
  401: "wants other credentials",
  403: "does not allow it",
  404: "is no LFS server, or has no such repository for you",
  413: "does not take so many bytes",
  501: "has no LFS",
  507: "has no room left",
  509: "gives no more bandwidth",
};

const CODES: Readonly<Record<number, ErrorCode>> = { 413: "too-big", 507: "no-space" };

/** The error for a reply that is not as it should be; reads its body. */
export async function refusal(peer: Peer, reply: Reply, details: Record<string, unknown> = {}): Promise<MvError> {
  return refusalSaying(peer, reply, wordsOf(await readAll(reply.body, MAX_BYTES).catch(() => null)), details);
}

function refusalSaying(peer: Peer, reply: Reply, said: string, details: Record<string, unknown>): MvError {
  const { status } = reply;
  const after = reply.headers["retry-after"];
  if (isPassing(status)) return passing(peer, said === "" ? String(status) : `${status}: ${said}`, after);
  const words = [WORDS[status] ?? `answers ${status}`, ...(said === "" ? [] : [said])].join(": ");
  return new MvError(CODES[status] ?? "denied", `${peer.name}: ${peer.url} ${words}`, {
    hint: hintFor(peer, status),
    details: { remote: peer.name, status, ...details },
  });
}

function hintFor({ name }: Peer, status: number): string {
  if (status === 401) return "log in as for git push: git credential, a helper, or ssh";
  if (status === 507 || status === 509) return "free or buy some there, or use another remote: mv remote add";
  return status === 413 ? "mv remote add, with a store that takes it" : `mv remote test ${name}`;
}

/**
 * What a refused question says of its objects: some servers refuse it whole where each object would be an error. Throws the error
 * for the reply where it is about something else.
 */
export async function objectsRefusal(peer: Peer, reply: Reply): Promise<{ code: number; message: string }> {
  const message = wordsOf(await readAll(reply.body, MAX_BYTES).catch(() => null));
  const isAboutObjects = [404, 410, 422].includes(reply.status) && /\bobjects?\b/i.test(message);
  if (isAboutObjects) return { code: reply.status, message };
  throw refusalSaying(peer, reply, message, {});
}

/** `message` of a JSON error; of a page only that it is one. */
function wordsOf(bytes: Buffer | null): string {
  const text = bytes?.toString("utf8").trim() ?? "";
  try {
    const value: unknown = JSON.parse(text);
    const message = typeof value === "object" && value !== null && "message" in value ? value.message : "";
    return typeof message === "string" ? sayable(message) : "";
  } catch {
    return /^<|<html/i.test(text) ? "" : sayable(text);
  }
}
