// The wire format of SFTP: what we read was sent by a server that may be anything.
import * as fc from "fast-check";
import { expect, test } from "vitest";
import { isMvError } from "../../../src/errors.ts";
import {
  ANSWER_MAX_BYTES,
  createReader,
  createSplitter,
  modeOnly,
  text,
  u32,
  u64,
} from "../../../src/remotes/ssh/packets.ts";

test("numbers, strings and attributes are read as they were written", () => {
  fc.assert(
    fc.property(fc.nat(), fc.maxSafeNat(), fc.string(), fc.uint8Array(), (small, large, word, bytes) => {
      const reader = createReader(Buffer.concat([u32(small), u64(large), text(word), text(bytes)]));
      expect([reader.u32(), reader.u64(), reader.text()]).toEqual([small, large, Buffer.from(word).toString()]);
      expect(reader.bytes().equals(bytes)).toBe(true);
      expect(reader.isAtEnd()).toBe(true);
    }),
  );
  expect(createReader(modeOnly(0o644)).attributes()).toEqual({ size: null, kind: null, mode: 0o644, modified: null });
});

test("all attributes that a server may send are understood or skipped", () => {
  const flags = 0x8000000f;
  const body = [u32(flags), u64(7), u32(1), u32(2), u32(0o100_644), u32(11), u32(12), u32(1), text("a"), text("b")];
  const reader = createReader(Buffer.concat(body));
  expect(reader.attributes()).toEqual({ size: 7, kind: "file", mode: 0o644, modified: 12 });
  expect(reader.isAtEnd()).toBe(true);
});

test("a number beyond what we count to is no size of ours", () => {
  expect(createReader(Buffer.alloc(8, 0xff)).u64()).toBe(Infinity);
});

test("whatever a server sends is read or refused", () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 200 }), (bytes) => {
      for (const read of ["attributes", "text", "u64"] as const) {
        try {
          createReader(Buffer.from(bytes))[read]();
        } catch (error) {
          if (!isMvError(error)) throw error;
        }
      }
    }),
  );
});

test("packets are found however the bytes are cut", () => {
  const packet = fc.tuple(fc.integer({ min: 0, max: 255 }), fc.uint8Array({ maxLength: 50 }));
  fc.assert(
    fc.property(fc.array(packet), fc.array(fc.integer({ min: 1, max: 20 })), (packets, cuts) => {
      const wire = Buffer.concat(packets.map(([type, body]) => text(Buffer.concat([Buffer.of(type), body]))));
      const found: [number, number[]][] = [];
      const split = createSplitter((type, body) => found.push([type, [...body]]));
      let at = 0;
      for (const cut of cuts) {
        split(wire.subarray(at, at + cut));
        at += cut;
      }
      split(wire.subarray(at));
      expect(found).toEqual(packets.map(([type, body]) => [type, [...body]]));
    }),
  );
});

test("what is no SFTP is told, with the text that a login shell printed", () => {
  const split = createSplitter(() => undefined);
  expect(() => split(Buffer.from("Welcome to the cluster\n"))).toThrowError(
    expect.objectContaining({ code: "unreachable", message: expect.stringContaining('begins with "Welcome to the') }),
  );
  for (const length of [0, ANSWER_MAX_BYTES + 1]) expect(() => createSplitter(() => undefined)(u32(length))).toThrow();
});
