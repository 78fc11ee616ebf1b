// The one spelling of a Git LFS pointer.
import * as fc from "fast-check";
import { expect, test } from "vitest";
import { formatLfsPointer, parseLfsPointer } from "../../../src/model/lfs-pointer.ts";

const sha256 = fc.string({ unit: fc.constantFrom(..."0123456789abcdef"), minLength: 64, maxLength: 64 });

test("is written as stock git-lfs writes it", () => {
  expect(formatLfsPointer({ sha256: "ab".repeat(32), size: 12 })).toBe(
    `version https://git-lfs.github.com/spec/v1\noid sha256:${"ab".repeat(32)}\nsize 12\n`,
  );
  expect(formatLfsPointer({ sha256: "ab".repeat(32), size: 0 })).toBe("");
});

test("is read back, and nothing else is", () => {
  fc.assert(
    fc.property(sha256, fc.integer({ min: 1, max: Number.MAX_SAFE_INTEGER }), (sha, size) => {
      const text = formatLfsPointer({ sha256: sha, size });
      expect(parseLfsPointer(text)).toEqual({ sha256: sha, size });
      expect(parseLfsPointer(`${text}\n`)).toBeNull();
      expect(parseLfsPointer(text.replace("size ", "size 0"))).toBeNull();
      expect(parseLfsPointer(text.replace("v1", "v2"))).toBeNull();
      expect(parseLfsPointer(text.replace(sha, sha.toUpperCase()))).toBe(
        /[a-f]/.test(sha) ? null : parseLfsPointer(text),
      );
    }),
  );
  fc.assert(
    fc.property(fc.string(), (text) => {
      expect(parseLfsPointer(text)).toBeNull();
    }),
  );
});
