// A file's bytes as the body of an upload, hashed on the way: the end is held back until the whole is known to be right.
import { once } from "node:events";
import { open } from "node:fs/promises";
import type { ClientRequest } from "node:http";
import { MvError } from "../../errors.ts";
import { isAbsent, readError } from "../../platform/file-errors.ts";
import { loadHashing } from "../../platform/hashing.ts";
import type { Transfer } from "../remote.ts";
import type { Body } from "./http.ts";

const BLOCK = 1024 * 1024;

/** Writing throws MvError bytes-wrong where the file does not hold the object's bytes; the request is incomplete then. */
export function fileBody(object: Transfer, onBytes: (count: number) => void): Body {
  return {
    length: object.size,
    async write(request) {
      const digest = (await loadHashing()).start("sha256");
      const file = await open(object.file, "r").catch((error: unknown) => {
        throw isAbsent(error) ? wrongBytes(object) : readError(error, object.file);
      });
      try {
        if ((await file.stat()).size !== object.size) throw wrongBytes(object);
        for (let at = 0; at < object.size;) {
          // A new block each: the one before may still be on its way out.
          const block = Buffer.allocUnsafe(Math.min(BLOCK, object.size - at));
          const { bytesRead } = await file.read(block, 0, block.length, at);
          if (bytesRead === 0) throw wrongBytes(object);
          const part = block.subarray(0, bytesRead);
          digest.update(part);
          at += bytesRead;
          if (at === object.size && digest.finish().sha256 !== object.sha256) throw wrongBytes(object);
          await send(request, part);
          onBytes(bytesRead);
        }
      } finally {
        await file.close();
      }
    },
  };
}

async function send(request: ClientRequest, part: Buffer): Promise<void> {
  if (request.destroyed || request.write(part)) return;
  // An answer before the end, or a broken connection, ends the waiting too.
  const stop = new AbortController();
  const wait = (event: string): Promise<unknown> =>
    once(request, event, { signal: stop.signal }).catch(() => undefined);
  await Promise.race([wait("drain"), wait("close"), wait("response")]);
  stop.abort();
}

function wrongBytes(object: Transfer): MvError {
  return new MvError("bytes-wrong", `${object.file} does not hold the bytes of object ${object.sha256.slice(0, 12)}`, {
    hint: "mv verify",
    details: { sha256: object.sha256, path: object.file },
  });
}
