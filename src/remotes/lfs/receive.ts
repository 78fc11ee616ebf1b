// Objects from an LFS server into local files, going on where an earlier attempt ended.
import { closeSync, ftruncateSync, openSync } from "node:fs";
import type { IncomingMessage } from "node:http";
import { pipeline } from "node:stream";
import { createBrotliDecompress, createGunzip, createInflate } from "node:zlib";
import { isMvError, MvError } from "../../errors.ts";
import { writeError } from "../../platform/file-errors.ts";
import { writeWhole } from "../../platform/files.ts";
import { lstatOrNull } from "../../platform/stat.ts";
import type { Transfer, TransferOptions } from "../remote.ts";
import { requireGoing } from "../together.ts";
import { flow } from "./flow.ts";
import type { Reply } from "./http.ts";
import { act, type Host, isOffered, missing, refused, unanswered, type Wanted, wrongSize } from "./objects.ts";
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
      await receiveOne(host, wanted, options);
      options.onDone?.(wanted.object);
    },
  });
  if (absent.length > 0) throw absent.find(({ code }) => code !== "object-missing") ?? absent[0];
}

function whyNot({ peer }: Host, object: Transfer, answer: Wanted["answer"] | undefined): MvError {
  if (answer === undefined) return unanswered(peer, object);
  if (answer.error === null) return answer.download === null ? missing(peer, object) : wrongSize(peer, object);
  const { code, message } = answer.error;
  if (code === 404 || code === 410) return missing(peer, object, message);
  return code === 422 ? wrongSize(peer, object) : refused(peer, object, answer.error);
}

async function receiveOne(host: Host, wanted: Wanted, options: TransferOptions): Promise<void> {
  const { object } = wanted;
  requireGoing(options.signal);
  const held = Number(lstatOrNull(object.file)?.size ?? 0);
  if (held === object.size && lstatOrNull(object.file) !== null) return;
  const from = held > object.size ? 0 : held;
  if (await receiveFrom(host, wanted, from, options)) return;
  // What the server said does not go together with the part that is here: all of it once more.
  options.onBytes?.(-from);
  await receiveFrom(host, wanted, 0, options);
}

/** False where the server does not go on from there. */
async function receiveFrom(host: Host, wanted: Wanted, from: number, options: TransferOptions): Promise<boolean> {
  const { object } = wanted;
  const range: Record<string, string> = from > 0 ? { Range: `bytes=${from}-${object.size - 1}` } : {};
  const headers = { "Accept-Encoding": "identity", ...range };
  const done = await act(host, wanted, "download", () => ({ headers }), options.signal);
  if (done === null) throw missing(host.peer, object);
  const { reply } = done;
  const { status } = reply;
  if (status === 404 || status === 410) {
    reply.body.resume();
    throw missing(host.peer, object);
  }
  const goesOn = status === 206 && isRange(reply, from, object.size);
  if (from > 0 && (status === 416 || (status === 206 && !goesOn))) {
    reply.body.destroy();
    return false;
  }
  if (status !== 200 && !goesOn) throw await refusal(host.peer, reply, { sha256: object.sha256 });
  if (!goesOn && from > 0) options.onBytes?.(-from);
  await write(host, reply, object, goesOn ? from : 0, options);
  return true;
}

/** RFC 9110, 14.4: "bytes FIRST-LAST/LENGTH", LENGTH may be "*". Only exactly what was asked for goes behind what is here. */
function isRange({ headers }: Reply, from: number, size: number): boolean {
  const [, first, last, length] = /^bytes (\d+)-(\d+)\/(\d+|\*)$/i.exec(headers["content-range"] ?? "") ?? [];
  const isWhole = length === "*" || Number(length) === size;
  return !isEncoded(headers["content-encoding"]) && Number(first) === from && Number(last) === size - 1 && isWhole;
}

async function write(
  host: Host,
  reply: Reply,
  object: Transfer,
  from: number,
  options: TransferOptions,
): Promise<void> {
  const { file, size } = object;
  let at = from;
  const fd = onDisk(file, () => openSync(file, from > 0 ? "a" : "w"));
  // Nobody goes on behind bytes that are another object's.
  const startAnew = (): void => {
    ftruncateSync(fd, 0);
    options.onBytes?.(-at);
  };
  try {
    for await (const chunk of decoded(reply)) {
      requireGoing(options.signal);
      if (at + chunk.length > size) throw wrongSize(host.peer, object);
      onDisk(file, () => writeWhole(fd, chunk));
      at += chunk.length;
      options.onBytes?.(chunk.length);
    }
    // The answer ended as it should, and was all that there is.
    if (at !== size) throw wrongSize(host.peer, object);
  } catch (error) {
    reply.body.destroy();
    requireGoing(options.signal);
    if (isMvError(error) && error.code === "bytes-wrong") startAnew();
    throw isMvError(error) ? error : host.server.http.failure(error);
  } finally {
    closeSync(fd);
  }
}

function onDisk<T>(file: string, work: () => T): T {
  try {
    return work();
  } catch (error) {
    const known = writeError(error, file);
    if (isMvError(known)) throw known;
    throw new MvError(
      "no-write",
      `${file} cannot be written: ${error instanceof Error ? error.message : String(error)}`,
      {
        details: { path: file },
        cause: error,
      },
    );
  }
}

/** Servers encode what they were asked not to. */
function decoded({ body, headers }: Reply): AsyncIterable<Buffer> {
  const encoding = headers["content-encoding"]?.trim().toLowerCase();
  if (!isEncoded(encoding)) return body;
  const decoder =
    encoding === "gzip" || encoding === "x-gzip"
      ? createGunzip()
      : encoding === "deflate"
        ? createInflate()
        : encoding === "br"
          ? createBrotliDecompress()
          : null;
  // What cannot be decoded is of another size or another hash.
  return decoder === null ? body : through(body, decoder);
}

function through(body: IncomingMessage, decoder: ReturnType<typeof createGunzip>): AsyncIterable<Buffer> {
  // Failures of either come out of the decoder.
  return pipeline(body, decoder, () => undefined);
}

function isEncoded(encoding: string | undefined): boolean {
  return encoding !== undefined && encoding !== "" && encoding.toLowerCase() !== "identity";
}
