// What a server's answer for one object means for us, and requests that its actions allow.
import { MvError } from "../../errors.ts";
import type { Peer } from "../network.ts";
import type { ObjectRef, Transfer } from "../remote.ts";
import type { Reply, StreamedBody } from "../web/client.ts";
import { type Action, isOver, type ObjectAnswer } from "./answer.ts";
import type { Batches, Operation } from "./batch.ts";
import { hasAuthorization, type Server } from "./server.ts";

/** Everything that a transfer needs of the remote. */
export interface Host {
  readonly peer: Peer;
  readonly server: Server;
  readonly batches: Batches;
}

export interface Wanted {
  readonly object: Transfer;
  readonly answer: ObjectAnswer;
}

/** Whether the answer to an upload says that the server has the object already: it wants nothing. */
export function isHeld(answer: ObjectAnswer | undefined, { size }: ObjectRef): boolean {
  return answer !== undefined && answer.error === null && answer.upload === null && answer.size === size;
}

/** Whether the answer to a download says that the server has the object, of the right size. */
export function isOffered(answer: ObjectAnswer | undefined, { size }: ObjectRef): boolean {
  return answer !== undefined && answer.error === null && answer.download !== null && answer.size === size;
}

/** Asks for one object alone, where the answer before is over or was refused. */
export async function askAgain(
  host: Host,
  operation: Operation,
  object: ObjectRef,
  signal?: AbortSignal,
): Promise<ObjectAnswer> {
  const answer = (await host.batches.ask(operation, [object], signal)).get(object.sha256);
  if (answer === undefined) throw unanswered(host.peer, object);
  return answer;
}

/**
 * Does what an action of the answer allows; where it is over, or the host of the link refuses it once, with a new answer. Null
 * where the new answer has no such action any more. The reply may be a refusal.
 */
export async function act(
  host: Host,
  { object, answer }: Wanted,
  operation: Operation,
  request: (action: Action) => { headers: Record<string, string>; body?: StreamedBody },
  signal?: AbortSignal,
): Promise<{ reply: Reply; answer: ObjectAnswer } | null> {
  let now = answer;
  for (let renewed = false; ; renewed = true) {
    const action = now[operation];
    if (action === null) return null;
    if (!isOver(action.expires) || renewed) {
      const { headers, body } = request(action);
      const reply = await host.server.web.ask({
        method: operation === "upload" ? "PUT" : "GET",
        url: action.url,
        headers: { ...(await ownHeaders(host, operation, action, now.authenticated)), ...headers, ...action.headers },
        body,
        signal,
      });
      if (renewed || (reply.status !== 401 && reply.status !== 403)) return { reply, answer: now };
      reply.body.resume();
    }
    now = await askAgain(host, operation, object, signal);
  }
}

/** A link that carries its own proof wants none of ours: two are one too many. */
export async function ownHeaders(
  { server }: Host,
  operation: Operation,
  { url, headers }: Action,
  authenticated: boolean,
): Promise<Readonly<Record<string, string>>> {
  const isSigned = /[?&](?:x-(?:amz|goog|ms)-|sig=|signature=|token=|jwt=|access_token=)/i.test(url.search);
  return authenticated || isSigned || hasAuthorization(headers) ? {} : server.headersFor(operation, url);
}

/** The error of an object that the server does not want to take or give, in its words. */
export function refused(
  { name, url }: Peer,
  { sha256, size }: ObjectRef,
  { code, message }: { code: number; message: string },
): MvError {
  const words = message === "" ? `error ${code}` : message;
  const what = `object ${sha256.slice(0, 12)} of ${size} bytes`;
  const details = { remote: name, sha256, status: code };
  if (code === 413 || code === 422) {
    return new MvError("too-big", `${name}: ${url} does not take ${what}: ${words}`, {
      hint: "mv remote add, with a store that takes it: s3://…, ssh://… or a folder",
      details,
    });
  }
  if (code === 507) return new MvError("no-space", `${name}: ${url} has no room for ${what}: ${words}`, { details });
  const isPassing = code === 429 || (code >= 500 && code !== 501 && code !== 509);
  return new MvError(isPassing ? "unreachable" : "denied", `${name}: ${url} refuses ${what}: ${words}`, {
    hint: `mv remote test ${name}`,
    details: isPassing ? { ...details, transient: true } : details,
  });
}

export function unanswered({ name, url }: Peer, { sha256 }: ObjectRef): MvError {
  return new MvError("unreachable", `${name}: ${url} does not answer for object ${sha256.slice(0, 12)}`, {
    hint: `mv remote test ${name}`,
    details: { remote: name, sha256 },
  });
}
