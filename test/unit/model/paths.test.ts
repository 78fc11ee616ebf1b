import { posix } from "node:path";
import * as fc from "fast-check";
import { describe, expect, test } from "vitest";
import { MvError } from "../../../src/errors.ts";
import {
  artifactPath,
  assertPath,
  checkMemberPath,
  checkPath,
  checkPortablePath,
  compareBytes,
  pathClashes,
  pointerPath,
} from "../../../src/model/paths.ts";

describe("checkPath", () => {
  test.each([
    "model.onnx",
    "models/model.onnx",
    "models/tokenizer",
    "données/modèle é.pkl",
    "模型/权重.bin",
    "a b/c d.bin",
    "-x",
    "~/x",
    "emoji 🎉.bin",
    "gitattributes",
    ".github/model.bin",
    "a.git/x",
    "git/x",
    "v1:2.bin",
    ".hidden",
    "a".repeat(255),
    "a..b/c",
    "a\nb",
    "a\tb\r",
    "a\u009bb",
    "a\\b\\",
    `"quo'ted"`,
    "a./b ",
  ])("takes %j", (path) => {
    expect(checkPath(path)).toBeNull();
  });

  test.each([
    ["", "empty"],
    [".", "segment"],
    ["./x", "segment"],
    ["../../etc/x", "segment"],
    ["a/../../b", "segment"],
    ["a/..", "segment"],
    ["/abs", "absolute"],
    ["C:\\x", "drive"],
    ["C:/x", "drive"],
    ["c:x", "drive"],
    ["a\\..\\b", "steps up by a backslash"],
    ["..\\b", "steps up"],
    ["a//b", "empty segment"],
    ["a/", "empty segment"],
    ["a\0b", "NUL"],
    ["\ud800x", "Unicode"],
    ["x".repeat(5000), "longer than 4096"],
    [`${"x".repeat(256)}/a`, "longer than 255"],
    ["é".repeat(128), "longer than 255"],
    [".git/hooks/post-checkout", ".git"],
    [".GIT/config", ".git"],
    [".git./x", ".git"],
    [".git /x", ".git"],
    [".git. . ./x", ".git"],
    ["git~1/x", ".git"],
    ["GIT~2/x", ".git"],
    ["gi7eba~1", ".git"],
    [".g\u200cit/x", ".git"],
    [".gi\ufefft", ".git"],
    [".git::$INDEX_ALLOCATION/config", ".git"],
    ["sub/.git/config", ".git"],
    ["sub/.GiT", ".git"],
    ["sub\\.git\\config", ".git"],
    [".git\\config", ".git"],
    ["a\\git~1", ".git"],
    ["...", "nothing but dots"],
    [".\u200c./x", "nothing but dots"],
    ["\u200c", "nothing but dots"],
    [":x", "nothing but dots"],
    [".gitattributes", "for itself"],
    ["sub/.gitmodules", "for itself"],
    ["sub/.GitIgnore", "for itself"],
    [".mversion.yaml", "for itself"],
    [".mvignore", "for itself"],
    ["models/model.onnx.mv.yaml", "own files"],
    ["churn.model.yaml", "own files"],
    ["x.MV.YAML", "own files"],
    ["set.features.yaml", "own files"],
  ])("refuses %j", (path, why) => {
    expect(checkPath(path)).toContain(why);
  });

  test("what passes stays below the root, however it is joined", () => {
    const piece = fc.constantFrom("..", ".", "", "a", ".git", "\\", "/", "C:", "\0", "b c", "~", "git~1");
    fc.assert(
      fc.property(
        fc.oneof(
          fc.string({ unit: "binary" }),
          fc.array(piece).map((all) => all.join("/")),
        ),
        (path) => {
          fc.pre(checkPath(path) === null);
          expect(posix.join("/root", path)).toBe(`/root/${path}`);
          expect(path.toLowerCase().split("/")).not.toContain(".git");
        },
      ),
      { numRuns: 2000 },
    );
  });
});

test("files inside a tracked folder may have names that Git reads elsewhere", () => {
  for (const path of [".gitattributes", "sub/.gitignore", "config.model.yaml"]) {
    expect(checkMemberPath(path)).toBeNull();
    expect(checkPath(path)).not.toBeNull();
  }
  expect(checkMemberPath("sub/.git/config")).not.toBeNull();
});

test.each([
  ["a\nb.model.yaml", "control character"],
  ["a\tb", "control character"],
  ["a\u009bb", "control character"],
  ["a\\b", "backslash"],
  ["a./b", "ends with a dot or a space"],
  ["a ", "ends with a dot or a space"],
  ["../a", "segment"],
])("a file of ours, and every file on Windows, is not %j", (path, why) => {
  expect(checkPortablePath(path)).toContain(why);
});

test("assertPath names the place, the path and the reason", () => {
  expect(assertPath("a/b", "add")).toBe("a/b");
  const error = (() => {
    try {
      return assertPath("../x\n", "add");
    } catch (thrown) {
      return thrown;
    }
  })();
  expect(error).toBeInstanceOf(MvError);
  expect(error).toMatchObject({ code: "bad-path", message: `add: "../x\\n": the path has a '..' segment` });
});

test("clashes are paths that one file could hold on another system", () => {
  expect(pathClashes(["a/B", "a/b", "caf\u00e9", "cafe\u0301", "x"])).toEqual([
    ["a/B", "a/b"],
    ["caf\u00e9", "cafe\u0301"],
  ]);
  expect(pathClashes(["a", "a", "b"])).toEqual([]);
});

test("a pointer stands beside its artifact", () => {
  expect(pointerPath("models/model.onnx")).toBe("models/model.onnx.mv.yaml");
  expect(artifactPath("models/model.onnx.mv.yaml")).toBe("models/model.onnx");
});

test("compareBytes is the order of UTF-8 bytes", () => {
  fc.assert(
    fc.property(fc.string({ unit: "grapheme" }), fc.string({ unit: "grapheme" }), (a, b) => {
      expect(Math.sign(compareBytes(a, b))).toBe(Buffer.compare(Buffer.from(a), Buffer.from(b)));
    }),
    {
      numRuns: 1000,
      examples: [
        ["\uff5e", "\u{1f600}"],
        ["a\u{1f600}", "a\ue000"],
        ["a", "ab"],
      ],
    },
  );
});
