import { execFileSync } from "node:child_process";
import { createHash } from "node:crypto";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import * as fc from "fast-check";
import { describe, expect, test } from "vitest";
import { contentOf, isSha, sameContent } from "../../../src/model/content.ts";
import { B, C, E } from "./samples.ts";

const sha = fc.constantFrom("a", "b", "c", "d").map((digit) => digit.repeat(64));
const artifacts = fc.uniqueArray(fc.record({ path: fc.constantFrom("m", "n", "o/p", "q"), sha256: sha }), {
  selector: (artifact) => artifact.path,
});

describe("contentOf", () => {
  test.each([
    [B, "7b4fa0c0ccde3673800305a00b43f754e7df0193214dd32a2f7f23fa55a64524"],
    [C, "4cb13af91aa0a44a40c7970cf20e192f0cf1b310df93abbaa9b311567c717ac4"],
    [E, "e7bda846c477a5d63b1a167a70410a6fa5d1a8f818d7381693e373b9d5d3c8cf"],
  ])("is what sha256sum | sha256sum prints: %s", (sha256, content) => {
    expect(contentOf([{ path: "models/model.onnx", sha256 }])).toBe(content);
  });

  test("covers several artifacts, in any order", () => {
    const both = [
      { path: "models/tokenizer", sha256: "3e2286d9beb794ba0a3fff597b5baba6a175430d350e2b448e38b66c83fd385c" },
      { path: "models/churn.onnx", sha256: "6b458199681bcfd355b1514333d632c31b7183556c36f57f4c7dd7f5858e4e2b" },
    ];
    const content = "37035c74e95d091895e29171a33352cd12a31fa1f6b85863ebd4dc31dfbd4021";
    expect(contentOf(both)).toBe(content);
    expect(contentOf(both.toReversed())).toBe(content);
    expect(both[0]?.path).toBe("models/tokenizer");
  });

  test("sorts by UTF-8 bytes, where UTF-16 order differs", () => {
    // U+FF5E sorts above U+1F600 by UTF-16 units and below it by bytes.
    const [tilde, face] = [
      { path: "\uff5e", sha256: B },
      { path: "\u{1f600}", sha256: C },
    ];
    const lines = `${tilde.sha256}  ${tilde.path}\n${face.sha256}  ${face.path}\n`;
    expect(contentOf([face, tilde])).toBe(createHash("sha256").update(lines).digest("hex"));
  });

  test("escapes a name as sha256sum does, so that one name cannot pass for two lines", () => {
    const dir = mkdtempSync(join(tmpdir(), "content-"));
    const names = ["a\nb", "back\\slash", "c\rd", "plain", "ta\tb"];
    for (const name of names) writeFileSync(join(dir, name), name);
    const lines = execFileSync("sha256sum", ["--", ...names], { cwd: dir });
    rmSync(dir, { recursive: true });
    const sha256 = (text: string | Uint8Array): string => createHash("sha256").update(text).digest("hex");
    expect(contentOf(names.map((path) => ({ path, sha256: sha256(path) })))).toBe(sha256(lines));
  });
});

describe("sameContent", () => {
  const list = (...pairs: [string, string][]) => pairs.map(([path, sha256]) => ({ path, sha256 }));
  test.each([
    ["equal", list(["m", B]), list(["m", B]), true],
    ["other order", list(["m", B], ["n", C]), list(["n", C], ["m", B]), true],
    ["a rename", list(["m", B], ["n", C]), list(["x", B], ["n", C]), true],
    ["two renames", list(["m", B], ["n", B]), list(["x", B], ["y", B]), true],
    ["a swap", list(["m", B], ["n", C]), list(["m", C], ["n", B]), false],
    ["a rename and other bytes", list(["m", B], ["n", C]), list(["x", B], ["n", E]), false],
    ["an addition", list(["m", B]), list(["m", B], ["n", B]), false],
    ["a multiset of its own", list(["m", B], ["n", B], ["o", C]), list(["x", B], ["y", C], ["z", C]), false],
    ["nothing", [], [], true],
  ])("%s: %#", (_, a, b, expected) => {
    expect(sameContent(a, b)).toBe(expected);
    expect(sameContent(b, a)).toBe(expected);
  });

  test("is true for equal contents, and symmetric", () => {
    fc.assert(
      fc.property(artifacts, artifacts, (a, b) => {
        expect(sameContent(a, a.toReversed())).toBe(true);
        expect(sameContent(a, b)).toBe(sameContent(b, a));
        if (contentOf(a) === contentOf(b)) expect(sameContent(a, b)).toBe(true);
      }),
    );
  });
});

test("a hash is exactly 64 lower-case hex digits", () => {
  expect(isSha(B)).toBe(true);
  for (const text of ["", B.slice(1), `${B}0`, B.toUpperCase(), `../${B.slice(3)}`, `${B}\n`, `sha1:${B.slice(5)}`]) {
    expect(isSha(text), text).toBe(false);
  }
});
