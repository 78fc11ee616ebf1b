// Uploads that the server checks: the SHA-256 of the body stands in the signed headers, so that other bytes are refused.
import type { Bucket } from "./bucket.ts";
import type * as sdk from "./sdk.ts";

/** Base64 of a hash in hex, as the checksum headers of S3 want it. */
export function base64Of(hex: string): string {
  return Buffer.from(hex, "hex").toString("base64");
}

interface Upload {
  path: string;
  body: Uint8Array;
  /** Of the body, hex. */
  sha256: string;
  /** For a named file: what must still be there. */
  expect?: { IfMatch: string } | { IfNoneMatch: "*" } | undefined;
}

/** A PutObject of bytes whose hash is known. */
export function putCommand(bucket: Bucket, { path, body, sha256, expect }: Upload): sdk.PutObjectCommand {
  const command = new bucket.sdk.PutObjectCommand({
    ...bucket.at(path),
    ...expect,
    Body: body,
    ContentLength: body.length,
    ContentType: path.endsWith(".json") ? "application/json" : "application/octet-stream",
    ChecksumSHA256: base64Of(sha256),
  });
  command.middlewareStack.add(signedHash(sha256), SIGNED_HASH);
  return command;
}

/** One part of a multipart upload. */
export function partCommand(
  bucket: Bucket,
  upload: { path: string; id: string; number: number },
  body: Uint8Array,
  sha256: string,
): sdk.UploadPartCommand {
  const command = new bucket.sdk.UploadPartCommand({
    ...bucket.at(upload.path),
    UploadId: upload.id,
    PartNumber: upload.number,
    Body: body,
    ContentLength: body.length,
    ChecksumSHA256: base64Of(sha256),
  });
  command.middlewareStack.add(signedHash(sha256), SIGNED_HASH);
  return command;
}

const SIGNED_HASH = { step: "build", name: "signedHash" } as const;

/** Gives the signature the hash of the body that is known, which the SDK would compute again, or over TLS leave out. */
function signedHash(sha256: string) {
  return <Input, Output>(next: (args: Input & { request?: unknown }) => Promise<Output>) =>
    (args: Input & { request?: unknown }): Promise<Output> => {
      const request = args.request as { headers: Record<string, string> };
      request.headers["x-amz-content-sha256"] = sha256;
      return next(args);
    };
}
