// One object over HTTP into a file: behind the bytes that are there already where the server can, else from its start.
import type { IncomingHttpHeaders } from "node:http";
import { type FileHandle, open } from "node:fs/promises";
import type { Readable } from "node:stream";
import { isMvError, MvError } from "../../errors.ts";
import { systemCode, writeError } from "../../platform/file-errors.ts";
import { lstatOrNull } from "../../platform/stat.ts";
import { objectPath } from "../layout.ts";
import { networkFailure, type Peer } from "../network.ts";
import type { ObjectRef, Transfer, TransferOptions } from "../remote.ts";
import { requireGoing } from "../together.ts";
import { decoded, isEncoded, isUndecodable } from "./encoding.ts";
import type { HttpAnswer } from "./request.ts";
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
  const have = Number(lstatOrNull(object.file)?.size ?? -1);
  if (have !== object.size) {
    const from = have > object.size ? 0 : Math.max(0, have);
    if (!(await attempt(site, begun, object, from, options))) await attempt(site, begun, object, 0, options);
  }
  begun.delete(object.sha256);
  options.onDone?.(object);
}

/** False where the server cannot go on from there, and all of it has to be asked for. */
async function attempt(
  { peer, http, urlOf, refuseObject }: Site,
  begun: Map<string, Begun>,
  object: Transfer,
  from: number,
  options: TransferOptions,
): Promise<boolean> {
  requireGoing(options.signal);
  const before = begun.get(object.sha256) ?? { counted: 0, validator: undefined };
  const url = urlOf(objectPath(object.sha256));
  const answer = await http.ask({ method: "GET", url, signal: options.signal, headers: rangeOf(from, before) });
  const { status, headers, body } = answer;
  body.on("error", () => undefined);
  const start = startOf(answer, object.size);
  const isUseless =
    status === 416 || (status === 206 && (start !== from || isEncodedOnTheWay(headers, object.size - from)));
  if (from > 0 && isUseless) {
    body.destroy();
    return false;
  }
  if (status !== 200 && status !== 206) throw refuseObject(answer, object);
  const at = status === 206 ? from : 0;
  const length = headers["content-length"];
  const encoded = isEncodedOnTheWay(headers, object.size - at);
  if (isUseless || (!encoded && length !== undefined && Number(length) !== object.size - at)) {
    body.destroy();
    throw wrongSize(peer, object);
  }
  // Bytes that come a second time do not count twice.
  const again = at === 0 ? before.counted : 0;
  if (again > 0) options.onBytes?.(-again);
  const state: Begun = { counted: before.counted - again, validator: validatorOf(headers) };
  begun.set(object.sha256, state);
  const source = encoded ? decoded(body, headers) : body;
  const isWhole = await write(peer, object, source, at, (count) => {
    state.counted += count;
    options.onBytes?.(count);
  });
  if (isWhole) return true;
  // The connection ended in order, yet the length was promised by the object's name only.
  if (from > 0 && at > 0) return false;
  throw wrongSize(peer, object);
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
function startOf({ headers }: HttpAnswer, size: number): number | null {
  const [, start, end, total] = /^bytes (\d+)-(\d+)\/(\d+|\*)$/.exec(headers["content-range"] ?? "") ?? [];
  if (start === undefined || Number(end) !== size - 1) return null;
  return total === "*" || Number(total) === size ? Number(start) : null;
}

/** Where the length is the object's own, the header speaks of the object itself: it was compressed before it was stored. */
function isEncodedOnTheWay(headers: IncomingHttpHeaders, length: number): boolean {
  return isEncoded(headers) && Number(headers["content-length"] ?? -1) !== length;
}

/** Whether all bytes came. What came is in the file in any case, so that the next attempt goes on behind it. */
async function write(
  peer: Peer,
  object: Transfer,
  source: Readable,
  from: number,
  count: (bytes: number) => void,
): Promise<boolean> {
  let file: FileHandle | undefined;
  let at = from;
  try {
    file = await open(object.file, from > 0 ? "r+" : "w");
    for await (const chunk of source) {
      const bytes = chunk as Buffer;
      if (at + bytes.length > object.size) throw wrongSize(peer, object);
      for (let done = 0; done < bytes.length;) {
        done += (await file.write(bytes, done, bytes.length - done, at + done)).bytesWritten;
      }
      at += bytes.length;
      count(bytes.length);
    }
    return at === object.size;
  } catch (error) {
    if (isMvError(error)) throw error;
    if (isUndecodable(error)) throw wrongSize(peer, object);
    throw isSystem(error) ? writeError(error, object.file) : networkFailure(peer, error, true);
  } finally {
    source.destroy();
    await file?.close();
  }
}

/** A failed call on the file, not on the socket. */
function isSystem(error: unknown): boolean {
  return ["ENOSPC", "EDQUOT", "EFBIG", "EACCES", "EPERM", "EROFS", "EIO", "ENOENT"].includes(systemCode(error));
}

function wrongSize(peer: Peer, { sha256, size }: ObjectRef): MvError {
  return new MvError("bytes-wrong", `${peer.name}: object ${sha256.slice(0, 12)} does not have its ${size} bytes`, {
    hint: "mv push where the bytes are, which heals it",
    details: { remote: peer.name, sha256 },
  });
}
