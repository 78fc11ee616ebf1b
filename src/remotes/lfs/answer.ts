// What an LFS server's batch answer says, read as hostile input. Pure. Source: git-lfs, docs/api/batch.md.
import { MvError } from "../../errors.ts";
import { isSha } from "../../model/content.ts";
import { sayable } from "../network.ts";
import type { ObjectRef } from "../remote.ts";
import { mayFollow } from "../web/address.ts";

/** A request that the server allows for one object. */
export interface Action {
  readonly url: URL;
  readonly headers: Readonly<Record<string, string>>;
  /** Milliseconds since 1970; Infinity: never. */
  readonly expires: number;
}

export interface ObjectAnswer extends ObjectRef {
  readonly upload: Action | null;
  readonly verify: Action | null;
  readonly download: Action | null;
  /** The actions' own headers let in; nothing is to be added. */
  readonly authenticated: boolean;
  readonly error: { readonly code: number; readonly message: string } | null;
}

const MAX_HEADERS = 64;
/** What says how long a message is or where it goes is ours to say. */
const OURS = new Set(["content-length", "connection", "host", "upgrade", "keep-alive", "te", "trailer", "expect"]);

/**
 * The answer for each object that was asked for, by SHA-256; one that the server leaves out is missing. A size in it is the
 * server's own. Throws MvError unreachable where the answer breaks the protocol: nothing of it can be relied on then.
 */
export function readBatch(value: unknown, asked: readonly ObjectRef[], server: URL): Map<string, ObjectAnswer> {
  const answer = record(value, "it is not a batch");
  if (![undefined, null, "", "basic"].includes(answer["transfer"] as string))
    wrong("it wants another transfer than basic");
  if (![undefined, null, "", "sha256"].includes(answer["hash_algo"] as string))
    wrong("it wants another hash than SHA-256");
  const wanted = new Set(asked.map(({ sha256 }) => sha256));
  const found = new Map<string, ObjectAnswer>();
  if (!Array.isArray(answer["objects"])) return wrong("it has no objects");
  for (const item of answer["objects"] as unknown[]) {
    const object = readObject(item, server);
    if (!wanted.has(object.sha256)) wrong("it names an object that was not asked for");
    if (found.has(object.sha256)) wrong("it names an object twice");
    found.set(object.sha256, object);
  }
  return found;
}

function readObject(value: unknown, server: URL): ObjectAnswer {
  const object = record(value, "an object is none");
  const { oid, size } = object;
  if (typeof oid !== "string" || !isSha(oid)) return wrong("an object has no SHA-256");
  if (!Number.isSafeInteger(size) || (size as number) < 0) wrong("an object has no size");
  const actions = isNothing(object["actions"]) ? {} : record(object["actions"], "actions are none");
  return {
    sha256: oid,
    size: size as number,
    upload: readAction(actions["upload"], server),
    verify: readAction(actions["verify"], server),
    download: readAction(actions["download"], server),
    authenticated: object["authenticated"] === true,
    error: readError(object["error"]),
  };
}

function readAction(value: unknown, server: URL): Action | null {
  if (isNothing(value)) return null;
  const action = record(value, "an action is none");
  const href = action["href"];
  const url = typeof href === "string" && href.length < 16_384 ? mayFollow(server, href) : null;
  if (url === null) return wrong("an action leads to an address that is not followed");
  return { url, headers: headersOf(action["header"]), expires: expiryOf(action) };
}

function readError(value: unknown): ObjectAnswer["error"] {
  if (isNothing(value)) return null;
  const { code, message } = record(value, "an error is none");
  return { code: Number(code) || 0, message: typeof message === "string" ? sayable(message) : "" };
}

/** Headers that a server asks for, for requests to where it says. Throws MvError unreachable for what is no header. */
export function headersOf(value: unknown): Record<string, string> {
  const entries = isNothing(value) ? [] : Object.entries(record(value, "headers are none"));
  if (entries.length > MAX_HEADERS) wrong("it wants too many headers");
  const headers: [string, string][] = [];
  for (const [name, text] of entries) {
    if (typeof text !== "string" || !/^[\w!#$%&'*+.^`|~-]{1,200}$/.test(name) || /[^\t\x20-\x7e\x80-\xff]/.test(text)) {
      wrong("it wants a header that is none");
    }
    if (!OURS.has(name.toLowerCase())) headers.push([name, text as string]);
  }
  return Object.fromEntries(headers);
}

/** When what was answered now is over. `expires_in` goes before `expires_at`, whose year 1 is Go's word for never. */
export function expiryOf({ expires_in: seconds, expires_at: date }: Record<string, unknown>, now = Date.now()): number {
  if (typeof seconds === "number" && Number.isFinite(seconds) && seconds !== 0) return now + seconds * 1000;
  const time = typeof date === "string" ? Date.parse(date) : Number.NaN;
  return Number.isNaN(time) || time <= 0 ? Infinity : time;
}

/** Whether it is over, or will be before a request could be on its way. */
export function isOver(expires: number, now = Date.now()): boolean {
  return expires - 5000 <= now;
}

function isNothing(value: unknown): value is null | undefined {
  return value === undefined || value === null;
}

function record(value: unknown, why: string): Record<string, unknown> {
  if (typeof value !== "object" || value === null || Array.isArray(value)) return wrong(why);
  // Own keys only: a key named like a method of objects is a key.
  return Object.assign(Object.create(null) as Record<string, unknown>, value);
}

function wrong(why: string): never {
  throw new MvError("unreachable", why);
}
