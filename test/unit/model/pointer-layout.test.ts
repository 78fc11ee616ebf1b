// The quick reading of a pointer's own layout says what YAML says: a comment is enough to make it YAML's.
import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { isMvError } from "../../../src/errors.ts";
import { formatPointer, parsePointer, type Pointer } from "../../../src/model/pointer.ts";

const hex = (length: number) => fc.stringMatching(new RegExp(`^[0-9a-f]{${length}}$`));
const names = fc.oneof(
  fc.stringMatching(/^[A-Za-z0-9_.-]{1,12}$/),
  fc.constantFrom("null", "true", "1e5", "0x1f.bin", ".inf", "model.onnx", "a b.bin", "ü.bin", "no.y", "1.10", "e1.5"),
);
const common = {
  path: names,
  role: fc.constantFrom("model", "dataset", "evaluation", "other"),
  sha256: hex(64),
  size: fc.nat(),
};
const pointers = fc.oneof(
  fc.record({ ...common, kind: fc.constant("file"), xxh64: hex(16), executable: fc.option(fc.constant(true)) }),
  fc.record({ ...common, kind: fc.constant("directory"), files: fc.nat() }),
);

function read(text: string, file: string): unknown {
  try {
    return parsePointer(text, file);
  } catch (error) {
    if (isMvError(error)) return error.message;
    throw error;
  }
}

describe("a pointer in its own layout", () => {
  it("is read as YAML reads it", () => {
    fc.assert(
      fc.property(pointers, ({ ...fields }) => {
        const pointer = { schema: 1, ...fields, extra: {} } as unknown as Pointer;
        if ("executable" in pointer && !pointer.executable) delete pointer.executable;
        const text = formatPointer(pointer);
        const file = `models/${pointer.path}.mv.yaml`;
        expect(read(text, file)).toEqual(read(`${text}# as YAML\n`, file));
      }),
    );
  });

  it("is left to YAML where one character differs", () => {
    const pointer = {
      schema: 1,
      path: "model.onnx",
      kind: "file",
      role: "model",
      sha256: "5".repeat(64),
      xxh64: "a".repeat(16),
      size: 104857600,
      extra: {},
    } as const;
    const text = formatPointer(pointer);
    fc.assert(
      fc.property(fc.nat({ max: text.length - 1 }), fc.constantFrom(..."x09\n :#-\"'.\\/{}[]&*"), (at, char) => {
        const changed = text.slice(0, at) + char + text.slice(at + 1);
        const file = "models/model.onnx.mv.yaml";
        const quick = read(changed, file);
        const slow = read(`# as YAML\n${changed}`, file);
        // Of a refusal only the line differs.
        if (typeof quick !== "string" || typeof slow !== "string") expect(quick).toEqual(slow);
      }),
      { numRuns: 500 },
    );
  });
});
