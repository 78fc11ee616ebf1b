// A batch answer is hostile input: it is understood, or refused as a whole.
import * as fc from "fast-check";
import { expect, test } from "vitest";
import { isMvError } from "../../../src/errors.ts";
import { expiryOf, headersOf, isOver, readBatch } from "../../../src/remotes/lfs/answer.ts";

const SERVER = new URL("https://forge.example/churn.git/info/lfs");
const OID = "ab".repeat(32);
const ASKED = [{ sha256: OID, size: 5 }];

test("an answer of the protocol is read", () => {
  const answer = {
    transfer: "basic",
    objects: [
      {
        oid: OID,
        size: 5,
        authenticated: true,
        actions: {
          upload: { href: "https://bucket.example/o", header: { "x-a": "1", Host: "evil" }, expires_in: 60 },
          verify: { href: "/verify" },
        },
      },
    ],
  };
  const object = readBatch(answer, ASKED, SERVER).get(OID);
  expect(object).toMatchObject({ size: 5, authenticated: true, download: null, error: null });
  expect(object?.upload?.url.href).toBe("https://bucket.example/o");
  expect(object?.upload?.headers).toEqual({ "x-a": "1" });
  expect(object?.verify?.url.href).toBe("https://forge.example/verify");
});

test("an error is in the server's own words, on one line", () => {
  const objects = [{ oid: OID, size: 5, error: { code: 404, message: "gone\nfor \u001b[31mgood" } }];
  expect(readBatch({ objects }, ASKED, SERVER).get(OID)?.error).toEqual({ code: 404, message: "gone for  [31mgood" });
});

test("Go's zero time means never, and seconds go before a date", () => {
  const now = Date.parse("2026-01-01T00:00:00Z");
  expect(expiryOf({ expires_at: "0001-01-01T00:00:00Z" }, now)).toBe(Infinity);
  expect(expiryOf({}, now)).toBe(Infinity);
  expect(expiryOf({ expires_at: "2026-01-01T00:01:00Z" }, now)).toBe(now + 60_000);
  expect(expiryOf({ expires_in: 5, expires_at: "2030-01-01T00:00:00Z" }, now)).toBe(now + 5000);
  expect(isOver(now + 5000, now)).toBe(true);
  expect(isOver(now + 5001, now)).toBe(false);
});

test("headers that are none are refused, and so are many", () => {
  for (const header of [{ "a b": "x" }, { a: "x\ny" }, { a: 1 }, [], "x", { a: "\u{1f600}" }]) {
    expect(() => headersOf(header)).toThrow();
  }
  expect(() => headersOf(Object.fromEntries(Array.from({ length: 65 }, (_, at) => [`a${at}`, "x"])))).toThrow();
});

test("nothing but an error of ours comes of any answer", () => {
  const value = fc.oneof(
    fc.jsonValue(),
    fc.record({
      objects: fc.array(fc.record({ oid: fc.constantFrom(OID, "x"), size: fc.jsonValue(), actions: fc.jsonValue() })),
    }),
  );
  fc.assert(
    fc.property(value, (answer) => {
      try {
        const found = readBatch(answer, ASKED, SERVER);
        expect([...found.keys()].every((oid) => oid === OID)).toBe(true);
      } catch (error) {
        if (!isMvError(error)) throw error;
      }
    }),
  );
});
