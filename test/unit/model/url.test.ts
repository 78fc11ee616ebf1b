import { assert, constantFrom, property, stringMatching } from "fast-check";
import { expect, test } from "vitest";
import { checkUrl, isSameRepository, withoutSecret } from "../../../src/model/url.ts";

test.for([
  "/mnt/models",
  "../store",
  "file:///mnt/my%20models",
  "s3://bucket/team/models",
  "https://example.org/models",
  "https://example.org/models?versionId=3",
  "ssh://ada@host:2222/srv/models",
  "git@example.org:team/churn.git",
  "lfs",
  "lfs+https://ada@example.org/a/b.git",
])("%s may be committed", (url) => {
  expect(checkUrl(url)).toBeNull();
});

test.for([
  ["https://ada:hunter2@example.org/m", "password"],
  ["https://ada%3Ahunter2@example.org/m", "password"],
  ["https://ghp_abcdef@github.com/a/b", "token"],
  ["lfs+https://glpat-abcdef@gitlab.com/a/b", "token"],
  ["https://b.s3.amazonaws.com/m?X-Amz-Date=1&X-Amz-Signature=ab", "secret"],
  ["https://acc.blob.core.windows.net/c?sv=1&sig=ab", "secret"],
  ["https://example.org/m?access_token=ab", "secret"],
  ["https://example.org/m?password=ab", "secret"],
  ["ext::sh -c id", "program"],
  ["-oProxyCommand=id", "'-'"],
  ["ssh://-oProxyCommand=id/x", "'-'"],
  ["ssh://-l@host/x", "'-'"],
  ["/mnt\n/x", "control character"],
  ["/mnt\u2028x", "control character"],
  ["", "empty"],
] as const)("%s may not: %s", ([url, why]) => {
  expect(checkUrl(url)).toContain(why);
});

test.for([
  ["https://ada:hunter2@example.org/m.git", "https://example.org/m.git"],
  ["https://ghp_abc@github.com/a/b?x=1#y", "https://github.com/a/b"],
  ["ssh://git@host:2222/a/b.git", "ssh://git@host:2222/a/b.git"],
  ["ssh://git:hunter2@host/a.git", "ssh://git@host/a.git"],
  ["lfs+ssh://git@host/a.git", "lfs+ssh://git@host/a.git"],
  ["git@host:team/churn.git", "git@host:team/churn.git"],
  ["/srv/git/churn.git", "/srv/git/churn.git"],
  ["s3://bucket/p?token=x", "s3://bucket/p"],
])("%s is told as %s", ([url = "", told]) => {
  expect(withoutSecret(url)).toBe(told);
});

test("a password is told nowhere, whatever it is", () => {
  const secret = stringMatching(/^[A-Za-z0-9%:$!.~*()@-]{8,30}$/).map((text) => `s3cr3t${text}`);
  assert(
    property(secret, constantFrom("https", "ssh", "lfs+https", "s3"), (word, scheme) => {
      const url = `${scheme}://ada:${word}@example.org/m`;
      expect(withoutSecret(url)).not.toContain("s3cr3t");
      expect(checkUrl(url)).not.toBeNull();
    }),
  );
});

test("addresses of one repository are told to be one", () => {
  const same = [
    "git@github.com:team/churn.git",
    "https://github.com/team/churn",
    "https://ada@GitHub.com/team/churn.git/",
    "ssh://git@github.com:22/team/churn.git",
  ];
  for (const other of same) expect(isSameRepository(same[0] ?? "", other)).toBe(true);
  for (const other of ["git@github.com:team/risk.git", "https://gitlab.com/team/churn", "/srv/churn.git"]) {
    expect(isSameRepository(same[0] ?? "", other)).toBe(false);
  }
  expect(isSameRepository("/srv/git/churn.git", "/srv/git/churn")).toBe(true);
});
