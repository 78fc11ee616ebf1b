import { expect, test } from "vitest";
import { checkTagFormat } from "../../../src/config/tag-format.ts";
import { parseDuration, parseSize } from "../../../src/config/units.ts";
import { checkUrl } from "../../../src/model/url.ts";

test.each<[string, number | null]>([
  ["5MB", 5_000_000],
  ["5 MB", 5_000_000],
  ["5MiB", 5_242_880],
  ["0.5kB", 500],
  ["1KB", 1000],
  ["2GiB", 2 ** 31],
  ["1TB", 1e12],
  ["12B", 12],
  ["1000", 1000],
  ["0", 0],
  ["", null],
  ["MB", null],
  ["-1MB", null],
  ["1e3", null],
  ["5 apples", null],
  ["5mb", null],
  ["99999999999TB", null],
])("size %j is %j bytes", (text, bytes) => {
  expect(parseSize(text)).toBe(bytes);
});

test.each<[string, number | null]>([
  ["14d", 14 * 86_400_000],
  ["36h", 36 * 3_600_000],
  ["30m", 1_800_000],
  ["90 s", 90_000],
  ["2w", 14 * 86_400_000],
  ["1.5h", 5_400_000],
  ["0", 0],
  ["0d", 0],
  ["14", null],
  ["d", null],
  ["-1d", null],
  ["1y", null],
  ["", null],
])("duration %j is %j ms", (text, milliseconds) => {
  expect(parseDuration(text)).toBe(milliseconds);
});

test.each([
  "v{version}",
  "{model}@v{version}",
  "{version}",
  "models/{model}/v{version}",
  "release-{version}",
  "churn@v{version}",
])("tag format %j", (format) => {
  expect(checkTagFormat(format)).toBeNull();
});

test.each([
  "",
  "v1.0.0",
  "{version}v",
  "v{version}{version}",
  "{model}{model}{version}",
  "{name}{version}",
  "v1{version}",
  "-v{version}",
  ".v{version}",
  "/v{version}",
  "a..b{version}",
  "a//b{version}",
  "a/.b{version}",
  "a.lock/{version}",
  "a/{version}",
  "a b{version}",
  "a~{version}",
  "a\n{version}",
  "refs@{{version}",
])("no tag format: %j", (format) => {
  expect(checkTagFormat(format)).not.toBeNull();
});

test.each([
  "/mnt/models",
  "../store",
  "file:///mnt/models",
  "s3://bucket/prefix",
  "https://user@host/path",
  "ssh://git@host:22/path",
  "C:\\models",
  "lfs",
])("address %j", (url) => {
  expect(checkUrl(url)).toBeNull();
});

test.each([
  ["", "empty"],
  ["-oProxyCommand=id", "starts with '-'"],
  ["ssh://-oProxyCommand=id/x", "starts with '-'"],
  ["ssh://-x@host/x", "starts with '-'"],
  ["ext::sh -c id", "program"],
  ["fd::17", "program"],
  ["https://u:p@host", "password"],
  ["https://u:p@x@host", "password"],
  ["s3://key:secret@bucket", "password"],
  ["https://host/\nx", "control"],
  [`https://${"x".repeat(3000)}`, "longer"],
])("no address: %j", (url, why) => {
  expect(checkUrl(url)).toContain(why);
});
