// A file's bytes as the body of an upload, hashed meanwhile: the end is held back until the whole is known to be right.
import { closeSync, readSync } from "node:fs";
import type { ClientRequest } from "node:http";
import { isMvError } from "../../errors.ts";
import { hashTail } from "../../platform/along.ts";
import { loadHashing } from "../../platform/hashing.ts";
import { assertUnchanged, openRegular } from "../../platform/stat.ts";
import { wrongBytes } from "../object-errors.ts";
import type { Transfer } from "../remote.ts";
import type { StreamedBody } from "../web/client.ts";

/** Two of them in turn: one is on its way out while the other is read. */
const BLOCK = 512 * 1024;

/** Writing throws MvError bytes-wrong where the file does not hold the object's bytes; the request is incomplete then. */
export function fileBody(object: Transfer, onBytes: (count: number) => void): StreamedBody {
  return { length: object.size, write: (request) => write(request, object, onBytes) };
}

async function write(request: ClientRequest, object: Transfer, onBytes: (count: number) => void): Promise<void> {
  const { fd, stat } = open(object);
  let hash: Hash | undefined;
  try {
    if (stat.size !== object.size) throw wrongBytes(object);
    hash = await startHash(object);
    const blocks: Buffer[] = [];
    let sending = Promise.resolve(true);
    for (let [at, turn] = [0, 0]; at < object.size; turn = 1 - turn) {
      const block = (blocks[turn] ??= newBlock(object));
      const count = readSync(fd, block, 0, Math.min(block.length, object.size - at), at);
      if (count === 0) throw wrongBytes(object);
      const part = block.subarray(0, count);
      at += count;
      hash.read(part);
      if (at === object.size) {
        const sha256 = await hash.finish();
        // Two have read the file: it is the same for both.
        assertUnchanged(object.file, stat);
        if (sha256 !== object.sha256) throw wrongBytes(object);
      }
      // The server may have answered before it took the one before.
      if (!(await sending)) blocks[1 - turn] = newBlock(object);
      sending = send(request, part);
      onBytes(count);
    }
    await sending;
  } finally {
    await hash?.stop();
    closeSync(fd);
  }
}

function open(object: Transfer): ReturnType<typeof openRegular> {
  try {
    return openRegular(object.file);
  } catch (error) {
    if (isMvError(error) && error.code === "file-changing") throw wrongBytes(object);
    throw error;
  }
}

interface Hash {
  /** These bytes were read. */
  read(bytes: Uint8Array): void;
  finish(): Promise<string>;
  stop(): Promise<void>;
}

/** A large file is hashed by a second thread, which reads it for itself: cheaper than handing the blocks over. */
async function startHash({ file, size }: Transfer): Promise<Hash> {
  const tail = hashTail(file, size);
  if (tail !== null) return { read: () => undefined, finish: () => tail.finish(), stop: () => tail.stop() };
  const digest = (await loadHashing()).start("sha256");
  return {
    read: (bytes) => digest.update(bytes),
    finish: async () => digest.finish().sha256,
    stop: async () => undefined,
  };
}

/** Whether all of it is out, and its memory free again; an answer before, or a broken connection, ends the waiting too. */
function send(request: ClientRequest, part: Buffer): Promise<boolean> {
  return new Promise((resolve) => {
    const end = (isOut: boolean): void => {
      request.off("close", stop).off("response", stop);
      resolve(isOut);
    };
    const stop = (): void => end(false);
    if (request.destroyed) return resolve(false);
    request.once("close", stop).once("response", stop);
    request.write(part, (error) => end(!error));
  });
}

function newBlock({ size }: Transfer): Buffer {
  return Buffer.allocUnsafeSlow(Math.min(BLOCK, size));
}
