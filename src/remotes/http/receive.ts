// One object over HTTP into a file: behind the bytes that are there already where the server can, else from its start.
import type { IncomingHttpHeaders } from "node:http";
import { isMvError } from "../../errors.ts";
import { objectPath } from "../layout.ts";
import { wrongSize } from "../object-errors.ts";
import { bytesThere, openPart, type Part } from "../part.ts";
import type { Transfer, TransferOptions } from "../remote.ts";
import { discard, type Reply } from "../web/client.ts";
import { decoded, isEncoded, isUndecodable } from "../web/encoding.ts";
import type { Site } from "./site.ts";

/** What one remote remembers of objects that are not whole yet. */
export interface Begun {
  /** Bytes told to onBytes that are in the file. */
  counted: number;
  /** The ETag or date of the answer that they came from. */
  validator: string | undefined;
}

/** Throws MvError object-missing, bytes-wrong for another size, denied, unreachable, no-space, interrupted. */
export async function receiveOverHttp(
  site: Site,
  begun: Map<string, Begun>,
  object: Transfer,
  options: TransferOptions,
): Promise<void> {
  const have = bytesThere(object);
  let sha256: string | undefined;
  if (have !== object.size) {
    const from = Math.max(0, have);
    const came = await attempt(site, begun, object, from, options);
    ({ sha256 } = came ?? (await attempt(site, begun, object, 0, options)) ?? {});
  }
  begun.delete(object.sha256);
  options.onDone?.(object, sha256);
}

/** The SHA-256 of the file, where it is known; null where the server cannot go on from there, and all of it has to be asked for. */
async function attempt(
  site: Site,
  begun: Map<string, Begun>,
  object: Transfer,
  from: number,
  options: TransferOptions,
): Promise<{ sha256: string | undefined } | null> {
  const { peer, refuseObject } = site;
  const before = begun.get(object.sha256) ?? { counted: 0, validator: undefined };
  const headersOfRange = rangeOf(from, before);
  const reply = await site.ask("GET", objectPath(object.sha256), { headers: headersOfRange, signal: options.signal });
  const { status, headers } = reply;
  const start = startOf(reply, object.size);
  const isUseless =
    status === 416 || (status === 206 && (start !== from || isEncodedOnTheWay(headers, object.size - from)));
  if (from > 0 && isUseless) {
    discard(reply);
    return null;
  }
  if (status !== 200 && status !== 206) throw refuseObject(reply, object);
  const at = status === 206 ? from : 0;
  const length = headers["content-length"];
  const encoded = isEncodedOnTheWay(headers, object.size - at);
  if (isUseless || (!encoded && length !== undefined && Number(length) !== object.size - at)) {
    discard(reply);
    throw wrongSize(peer.name, object);
  }
  // Bytes that come a second time do not count twice.
  const again = at === 0 ? before.counted : 0;
  if (again > 0) options.onBytes?.(-again);
  const state: Begun = { counted: before.counted - again, validator: validatorOf(headers) };
  begun.set(object.sha256, state);
  const came = await write(site, object, reply, { at, encoded }, (count) => {
    state.counted += count;
    options.onBytes?.(count);
  });
  if (came !== null) return came;
  // The connection ended in order, yet the length was promised by the object's name only.
  if (from > 0 && at > 0) return null;
  throw wrongSize(peer.name, object);
}

function rangeOf(from: number, { validator }: Begun): Record<string, string> {
  if (from === 0) return {};
  return { range: `bytes=${from}-`, ...(validator === undefined ? {} : { "if-range": validator }) };
}

/** A strong ETag, or the date; a weak one may not be used for ranges (RFC 9110, 13.1.5). */
function validatorOf(headers: IncomingHttpHeaders): string | undefined {
  const { etag } = headers;
  return etag !== undefined && !etag.startsWith("W/") ? etag : undefined;
}

/** Where a partial answer begins; null where it does not say so, or is of something of another size. */
function startOf({ headers }: Reply, size: number): number | null {
  const [, start, end, total] = /^bytes (\d+)-(\d+)\/(\d+|\*)$/.exec(headers["content-range"] ?? "") ?? [];
  if (start === undefined || Number(end) !== size - 1) return null;
  return total === "*" || Number(total) === size ? Number(start) : null;
}

/** Where the length is the object's own, the header speaks of the object itself: it was compressed before it was stored. */
function isEncodedOnTheWay(headers: IncomingHttpHeaders, length: number): boolean {
  return isEncoded(headers) && Number(headers["content-length"] ?? -1) !== length;
}

/** Null where not all bytes came. What came is in the file in any case, so that the next attempt goes on behind it. */
async function write(
  { peer, web }: Site,
  object: Transfer,
  { body, headers }: Reply,
  { at: from, encoded }: { at: number; encoded: boolean },
  count: (bytes: number) => void,
): Promise<{ sha256: string | undefined } | null> {
  const source = encoded ? decoded(body, headers) : body;
  let part: Part | undefined;
  let at = from;
  try {
    part = await openPart(object, from);
    for await (const chunk of source) {
      const bytes = chunk as Buffer;
      if (at + bytes.length > object.size) throw wrongSize(peer.name, object);
      part.write(bytes);
      at += bytes.length;
      count(bytes.length);
    }
    return at === object.size ? { sha256: await part.finish() } : null;
  } catch (error) {
    if (isMvError(error)) throw error;
    throw isUndecodable(error) ? wrongSize(peer.name, object) : web.failure(error);
  } finally {
    source.destroy();
    await part?.close();
  }
}
