// ~/.netrc as curl and Git read it.
import { array, assert, constantFrom, property } from "fast-check";
import { expect, test } from "vitest";
import { parseNetrc } from "../../../src/remotes/web/netrc.ts";

const login = (text: string, host = "models.example.com"): string | null => {
  const found = parseNetrc(text, host);
  return found === null ? null : `${found.user}:${found.password}`;
};

test.for([
  ["on one line", "machine models.example.com login ada password s3", "ada:s3"],
  ["over lines", "machine models.example.com\n\tlogin ada\n\tpassword s3\n", "ada:s3"],
  ["in capitals", "machine Models.Example.COM login ada password s3", "ada:s3"],
  ["quoted", 'machine models.example.com login "a b" password "s\\"3"', 'a b:s"3'],
  ["after another", "machine other login x password y machine models.example.com login ada password s3", "ada:s3"],
  [
    "twice: the first",
    "machine models.example.com login a password b\nmachine models.example.com login c password d",
    "a:b",
  ],
  ["with an account", "machine models.example.com login ada account z password s3", "ada:s3"],
  [
    "after a comment",
    "# machine models.example.com login no password no\nmachine models.example.com login ada password s3",
    "ada:s3",
  ],
  [
    "after a macro",
    "macdef init\nmachine models.example.com login no password no\n\nmachine models.example.com login ada password s3",
    "ada:s3",
  ],
  ["without a password", "machine models.example.com login ada", null],
  ["of a part of the name", "machine example.com login ada password s3", null],
  ["of no host in particular", "default login ada password s3", null],
  ["before the default", "machine models.example.com login ada password s3 default login x password y", "ada:s3"],
] as const)("a login %s", ([, text, expected]) => {
  expect(login(text)).toBe(expected);
});

test("any text is read, and gives a password of it or none", () => {
  const word = constantFrom(
    "machine",
    "login",
    "password",
    "default",
    "macdef",
    "account",
    "h",
    "\n",
    "\n\n",
    '"',
    "#",
    "x",
  );
  assert(
    property(array(word), (words) => {
      const found = parseNetrc(words.join(" "), "h");
      expect(found === null || found.password !== "").toBe(true);
    }),
  );
});
