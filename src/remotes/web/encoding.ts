// Answers that are encoded although none was asked for: some servers compress whatever they send.
import type { IncomingHttpHeaders } from "node:http";
import { pipeline, type Readable } from "node:stream";
import { createBrotliDecompress, createGunzip, createInflate } from "node:zlib";

/** Whether the header names an encoding. */
export function isEncoded(headers: IncomingHttpHeaders): boolean {
  return !["identity", ""].includes(encodingOf(headers));
}

/** The bytes as they were before the server encoded them; an encoding that is not known is taken for gzip, and fails. */
export function decoded(body: Readable, headers: IncomingHttpHeaders): Readable {
  if (!isEncoded(headers)) return body;
  const encoding = encodingOf(headers);
  const decoder =
    encoding === "br" ? createBrotliDecompress() : encoding === "deflate" ? createInflate() : createGunzip();
  // Whoever reads the decoder hears of what goes wrong in either.
  return pipeline(body, decoder, () => undefined);
}

function encodingOf(headers: IncomingHttpHeaders): string {
  return headers["content-encoding"]?.trim().toLowerCase() ?? "";
}

/** Whether reading failed because the bytes are not in the encoding that the header names. */
export function isUndecodable(error: unknown): boolean {
  return error instanceof Error && "code" in error && typeof error.code === "string" && /^(Z_|ERR__)/.test(error.code);
}
