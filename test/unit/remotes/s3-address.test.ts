// Addresses of buckets.
import { expect, test } from "vitest";
import { parseS3Url } from "../../../src/remotes/s3/address.ts";

test.for([
  ["s3://models", "models", ""],
  ["s3://models/", "models", ""],
  ["S3://my.bucket-1/team/models", "my.bucket-1", "team/models/"],
  ["s3://models/team//", "models", "team/"],
] as const)("%s", ([url, bucket, prefix]) => {
  expect(parseS3Url("store", url)).toEqual({ bucket, prefix });
});

test.for([
  "s3://",
  "s3:///x",
  "s3://ab",
  "s3://key@models/x",
  "s3://models/../x",
  "s3://models/a//b",
  "s3://models/a?b",
  "s3://models/.git/x",
  "s3://-models/x",
])("%s is refused", (url) => {
  expect(() => parseS3Url("store", url)).toThrow(expect.objectContaining({ code: "usage" }));
});
