// s3://bucket/prefix, as a bucket's name and what every key begins with.
import { MvError } from "../../errors.ts";
import { checkPortablePath } from "../../model/paths.ts";

export interface S3Address {
  readonly bucket: string;
  /** "" or "team/models/". */
  readonly prefix: string;
}

/** Throws MvError usage for what names no bucket, or a key that other programs would take apart in another way. */
export function parseS3Url(name: string, url: string): S3Address {
  const [, bucket = "", path = ""] = /^s3:\/\/([^/]*)\/?(.*)$/i.exec(url) ?? [];
  const prefix = path.replace(/\/+$/, "");
  const why = bucketFault(bucket) ?? (prefix === "" ? null : (checkPortablePath(prefix) ?? charactersFault(prefix)));
  if (why === null) return { bucket, prefix: prefix === "" ? "" : `${prefix}/` };
  throw new MvError("usage", `remote ${name}: ${url} is no address of a bucket: ${why}`, {
    hint: `mv remote add ${name} s3://BUCKET/PREFIX`,
  });
}

/** Names of buckets and of access points: https://docs.aws.amazon.com/AmazonS3/latest/userguide/bucketnamingrules.html */
function bucketFault(bucket: string): string | null {
  if (bucket === "") return "the bucket is missing";
  if (bucket.includes("@")) return "it holds a user or a key; those come from the environment or the AWS profile";
  return /^[A-Za-z0-9][A-Za-z0-9._-]{1,98}[A-Za-z0-9]$/.test(bucket) ? null : `no bucket is called ${bucket}`;
}

function charactersFault(prefix: string): string | null {
  return /[?#%]/.test(prefix) ? "a prefix has no ?, # or %" : null;
}
