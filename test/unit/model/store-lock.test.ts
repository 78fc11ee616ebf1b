import { array, assert, constantFrom, integer, jsonValue, property, record, string } from "fast-check";
import { expect, test } from "vitest";
import { isMvError } from "../../../src/errors.ts";
import {
  formatGcLock,
  formatPushLock,
  type LockHolder,
  lockName,
  newPushLock,
  parseGcLock,
  parsePushLock,
} from "../../../src/model/store-lock.ts";

const holder: LockHolder = { by: "Ada", pid: 7, host: "h", boot: "b", space: "s", start: "1", since: "then" };
const bytes = (value: unknown): Buffer => Buffer.from(JSON.stringify(value));

test("a gc's lock is read as it was written", () => {
  const lock = { ...holder, id: "0a1b", state: "running" as const };
  expect(parseGcLock(Buffer.from(formatGcLock(lock)), "store")).toEqual(lock);
});

test("a push's lock names every object that it was given, and is small", () => {
  assert(
    property(array(string({ unit: constantFrom(..."0123456789abcdef"), minLength: 64, maxLength: 64 })), (shas) => {
      const lock = newPushLock(holder, shas);
      const text = formatPushLock(lock);
      const read = parsePushLock(Buffer.from(text), "locks/push-1.json", "store");
      expect(read).toEqual(lock);
      for (const sha of shas) expect(read.objects?.has(lockName(sha))).toBe(true);
      expect(text.length).toBeLessThan(200 + 16 * shas.length);
    }),
  );
});

test("a push of more than can be told relies on everything", () => {
  const shas = Array.from({ length: 200_001 }, (_, at) => at.toString(16).padStart(16, "0").padEnd(64, "0"));
  expect(newPushLock(holder, shas.slice(1)).objects?.size).toBe(200_000);
  const all = newPushLock(holder, shas);
  expect(all.objects).toBeNull();
  expect(parsePushLock(Buffer.from(formatPushLock(all)), "p", "store").objects).toBeNull();
});

const gc = { schema: 1, ...holder, id: "0a", state: "running" };

test.for([
  ["[]", "not an object"],
  ["{", "not JSON"],
  [JSON.stringify({ ...gc, schema: 2 }), "another mversion"],
  [JSON.stringify({ ...gc, by: "Ada\n" }), "who holds it"],
  [JSON.stringify({ ...gc, host: undefined }), "who holds it"],
  [JSON.stringify({ ...gc, pid: 0.5 }), "no process"],
  [JSON.stringify({ ...gc, id: "../x" }), "no id"],
  [JSON.stringify({ ...gc, state: "?" }), "neither running nor ended"],
] as const)("the gc's lock %s is refused", ([text, why]) => {
  expect(() => parseGcLock(Buffer.from(text), "store")).toThrow(
    expect.objectContaining({ code: "invalid-file", message: expect.stringContaining(why) }),
  );
});

test("anything is read or refused", () => {
  const some = record({ schema: constantFrom(1), pid: integer(), objects: jsonValue(), id: jsonValue() });
  for (const parse of [
    (value: unknown) => parseGcLock(bytes(value), "store"),
    (value: unknown) => parsePushLock(bytes(value), "p", "store"),
  ]) {
    assert(
      property(jsonValue(), some, (any, close) => {
        for (const value of [any, { ...holder, ...close }]) {
          try {
            parse(value);
          } catch (error) {
            if (!isMvError(error)) throw error;
          }
        }
      }),
    );
  }
});
