// Objects from an LFS server into local files, going on where an earlier attempt ended.
import { isMvError, type MvError } from "../../errors.ts";
import { missing, wrongSize } from "../object-errors.ts";
import { bytesThere, openPart } from "../part.ts";
import type { Transfer, TransferOptions } from "../remote.ts";
import { requireGoing } from "../together.ts";
import { discard, type Reply } from "../web/client.ts";
import { decoded, isEncoded, isUndecodable } from "../web/encoding.ts";
import { flow } from "./flow.ts";
import { act, type Host, isOffered, refused, unanswered, type Wanted } from "./objects.ts";
import { refusal } from "./refusal.ts";

/** Fails with object-missing, bytes-wrong, and what the server says, after what can be had of a portion is there. */
export async function receiveObjects(
  host: Host,
  objects: readonly Transfer[],
  options: TransferOptions,
): Promise<void> {
  const { signal } = options;
  const absent: MvError[] = [];

  async function prepare(asked: readonly Transfer[]): Promise<Wanted[]> {
    const answers = await host.batches.ask("download", asked, signal);
    return asked.flatMap((object) => {
      const answer = answers.get(object.sha256);
      if (answer !== undefined && isOffered(answer, object)) return [{ object, answer }];
      absent.push(whyNot(host, object, answer));
      return [];
    });
  }

  await flow(host.batches.portions(objects), prepare, {
    jobs: options.jobs,
    signal,
    async work(wanted) {
      const sha256 = await receiveOne(host, wanted, options);
      options.onDone?.(wanted.object, sha256);
    },
  });
  if (absent.length > 0) throw absent.find(({ code }) => code !== "object-missing") ?? absent[0];
}

function whyNot({ peer }: Host, object: Transfer, answer: Wanted["answer"] | undefined): MvError {
  if (answer === undefined) return unanswered(peer, object);
  if (answer.error === null)
    return answer.download === null ? missing(peer.name, object) : wrongSize(peer.name, object);
  const { code, message } = answer.error;
  if (code === 404 || code === 410) return missing(peer.name, object, message);
  return code === 422 ? wrongSize(peer.name, object) : refused(peer, object, answer.error);
}

/** The SHA-256 of the file, where it was hashed on the way. */
async function receiveOne(host: Host, wanted: Wanted, options: TransferOptions): Promise<string | undefined> {
  const { object } = wanted;
  requireGoing(options.signal);
  const held = bytesThere(object);
  if (held === object.size) return undefined;
  const from = Math.max(0, held);
  const came = await receiveFrom(host, wanted, from, options);
  if (came !== null) return came.sha256;
  // What the server said does not go together with the part that is here: all of it once more.
  options.onBytes?.(-from);
  return (await receiveFrom(host, wanted, 0, options))?.sha256;
}

/** Null where the server does not go on from there. */
async function receiveFrom(
  host: Host,
  wanted: Wanted,
  from: number,
  options: TransferOptions,
): Promise<{ sha256: string | undefined } | null> {
  const { object } = wanted;
  const range: Record<string, string> = from > 0 ? { Range: `bytes=${from}-${object.size - 1}` } : {};
  const headers = { "Accept-Encoding": "identity", ...range };
  const done = await act(host, wanted, "download", () => ({ headers }), options.signal);
  if (done === null) throw missing(host.peer.name, object);
  const { reply } = done;
  const { status } = reply;
  if (status === 404 || status === 410) {
    reply.body.resume();
    throw missing(host.peer.name, object);
  }
  const goesOn = status === 206 && isRange(reply, from, object.size);
  if (from > 0 && (status === 416 || (status === 206 && !goesOn))) {
    discard(reply);
    return null;
  }
  if (status !== 200 && !goesOn) throw await refusal(host.peer, reply, { sha256: object.sha256 });
  if (!goesOn && from > 0) options.onBytes?.(-from);
  return { sha256: await write(host, reply, object, goesOn ? from : 0, options) };
}

/** RFC 9110, 14.4: "bytes FIRST-LAST/LENGTH", LENGTH may be "*". Only exactly what was asked for goes behind what is here. */
function isRange({ headers }: Reply, from: number, size: number): boolean {
  const [, first, last, length] = /^bytes (\d+)-(\d+)\/(\d+|\*)$/i.exec(headers["content-range"] ?? "") ?? [];
  const isWhole = length === "*" || Number(length) === size;
  return !isEncoded(headers) && Number(first) === from && Number(last) === size - 1 && isWhole;
}

async function write(
  host: Host,
  { body, headers }: Reply,
  object: Transfer,
  from: number,
  options: TransferOptions,
): Promise<string | undefined> {
  const { size } = object;
  let at = from;
  const part = await openPart(object, from);
  // Nobody goes on behind bytes that are another object's.
  const startAnew = (): void => {
    part.clear();
    options.onBytes?.(-at);
  };
  try {
    for await (const chunk of decoded(body, headers)) {
      const bytes = chunk as Buffer;
      requireGoing(options.signal);
      if (at + bytes.length > size) throw wrongSize(host.peer.name, object);
      part.write(bytes);
      at += bytes.length;
      options.onBytes?.(bytes.length);
    }
    // The answer ended as it should, and was all that there is.
    if (at !== size) throw wrongSize(host.peer.name, object);
    return await part.finish();
  } catch (error) {
    body.destroy();
    requireGoing(options.signal);
    const known = isMvError(error) ? error : isUndecodable(error) ? wrongSize(host.peer.name, object) : null;
    if (known?.code === "bytes-wrong") startAnew();
    throw known ?? host.server.web.failure(error);
  } finally {
    await part.close();
  }
}
