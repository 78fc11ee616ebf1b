import * as fc from "fast-check";
import { describe, expect, test } from "vitest";
import { isMvError } from "../../../src/errors.ts";
import { formatPointer, parsePointer, type Pointer } from "../../../src/model/pointer.ts";
import { B, folderPointer, pointer, T } from "./samples.ts";
import { anyMap, text } from "./values.ts";

const FILE = "models/model.onnx.mv.yaml";
const refusal = (source: string, file = FILE): string => {
  try {
    parsePointer(source, file);
  } catch (error) {
    if (isMvError(error) && error.code === "invalid-file") return error.message;
    throw error;
  }
  return "accepted";
};

describe("the walkthrough's pointers, byte for byte", () => {
  test("a file", () => {
    const parsed = parsePointer(pointer, FILE);
    expect(parsed).toEqual({
      schema: 1,
      path: "model.onnx",
      kind: "file",
      role: "model",
      sha256: B,
      xxh64: "c2511630d872d595",
      size: 8,
      extra: {},
    });
    expect(formatPointer(parsed)).toBe(pointer);
    expect(formatPointer(parsed, pointer)).toBe(pointer);
  });

  test("a folder", () => {
    const parsed = parsePointer(folderPointer, "models/tokenizer.mv.yaml");
    expect(parsed).toMatchObject({ kind: "directory", size: 18, files: 3 });
    expect(formatPointer(parsed)).toBe(folderPointer);
  });
});

test("an external dataset", () => {
  const external = `schema: 1
path: events
kind: external
role: dataset
sha256: "${T}"
size: 0
uri: "s3://lake/events"
system: delta
id: "42"
listing: "${B}"
`;
  const parsed = parsePointer(external.replace('"42"', "42"), "data/events.mv.yaml");
  expect(parsed).toMatchObject({ uri: "s3://lake/events", system: "delta", id: "42", listing: B });
  expect(formatPointer(parsed)).toBe(external);
});

test("an executable, and Windows line ends", () => {
  const parsed = parsePointer(`${pointer}executable: true\n`.replaceAll("\n", "\r\n"), FILE);
  expect(parsed.executable).toBe(true);
  expect(formatPointer(parsed)).toBe(`${pointer}executable: true\n`);
});

describe("a rewrite", () => {
  const old = `# trained by Ada
schema: 1
path: model.onnx   # beside this file
kind: file
role:  model
size: 8
executable: false
sha256: ${B}
ticket: 4711
`;

  test("without a change gives back the same text", () => {
    expect(formatPointer(parsePointer(old, FILE), old)).toBe(old);
  });

  test("keeps comments, order and unknown keys", () => {
    const next: Pointer = { ...parsePointer(old, FILE), sha256: T, size: 60, xxh64: "c2511630d872d595" };
    expect(formatPointer(next, old)).toBe(
      old.replace(B, `"${T}"\nxxh64: "c2511630d872d595"`).replace("size: 8", "size: 60"),
    );
  });

  test("into a folder drops what only files have", () => {
    const { xxh64: _, ...rest } = parsePointer(pointer, FILE);
    const folder: Pointer = { ...rest, kind: "directory", files: 3 };
    expect(formatPointer(folder, pointer)).toBe(
      pointer
        .replace("file", "directory")
        .replace('xxh64: "c2511630d872d595"\n', "")
        .replace("size: 8", "size: 8\nfiles: 3"),
    );
  });
});

describe("refuses", () => {
  const replaced = (from: string | RegExp, to: string): string => pointer.replace(from, to);
  test.each([
    ["no schema", replaced("schema: 1\n", ""), ":1: schema: `schema: 1` is missing"],
    ["a newer schema", replaced("schema: 1", "schema: 2"), ":1: schema: 2 needs a newer mversion"],
    ["a schema of another kind", replaced("schema: 1", "schema: one"), ":1: schema: 1 is expected"],
    ["a path out of the folder", replaced("model.onnx", "../../etc/x"), ":2: path: it is one name"],
    ["an absolute path", replaced("model.onnx", "/abs"), ":2: path: it is one name"],
    ["a drive", replaced("model.onnx", "'C:x'"), ":2: path: the path starts with a drive letter"],
    ["..", replaced("model.onnx", "'..'"), ":2: path: the path has a '..' segment"],
    ["an empty path", replaced("model.onnx", "''"), ":2: path: a text is expected"],
    ["NUL", replaced("model.onnx", '"a\\0b"'), ":2: a value holds the character NUL"],
    [".git", replaced("model.onnx", ".GIT"), ":2: path: a name in it is a spelling of .git"],
    [
      "another's name",
      replaced("model.onnx", "other.onnx"),
      ":2: path: it says other.onnx, but the pointer's own name says model.onnx",
    ],
    ["a list for a path", replaced("model.onnx", "[a]"), ":2: path: a text is expected"],
    ["an unknown kind", replaced("kind: file", "kind: pipe"), ":3: kind: file, directory or external is expected"],
    [
      "an unknown role",
      replaced("role: model", "role: toy"),
      ":4: role: model, dataset, evaluation or other is expected",
    ],
    ["an upper-case hash", replaced(B, B.toUpperCase()), ":5: sha256: 64 lower-case hex digits"],
    ["63 digits", replaced(B, B.slice(1)), ":5: sha256: 64"],
    ["a hash with a path in it", replaced(B, `../${B.slice(3)}`), ":5: sha256: 64"],
    ["a hash of another kind", replaced(B, `sha1:${B.slice(5)}`), ":5: sha256: 64"],
    ["a fingerprint of another length", replaced("c2511630d872d595", "c25"), ":6: xxh64: 16"],
    ["a negative size", replaced("size: 8", "size: -8"), ":7: size: a whole number"],
    ["a size with an exponent", replaced("size: 8", "size: 1e3"), ":7: size: a whole number"],
    ["a size that is not exact", replaced("size: 8", "size: 9007199254740993"), ":7: size: a whole number"],
    ["a size as text", replaced("size: 8", 'size: "8"'), ":7: size: a whole number"],
    ["a size with a zero before", replaced("size: 8", "size: 08"), ":7: size: a whole number"],
    ["no size", replaced("size: 8\n", ""), ":1: size: a whole number"],
    ["a file with a count", `${pointer}files: 3\n`, ":8: files: only kind: directory has it"],
    ["a file with an address", `${pointer}uri: "s3://x"\n`, ":8: uri: only kind: external has it"],
    ["executable in words", `${pointer}executable: yes\n`, ":8: executable: true or false"],
    ["conflict markers", `<<<<<<< ours\n${pointer}=======\n>>>>>>> theirs\n`, ":1: conflict markers"],
    ["more than 64 KiB", `${pointer}note: ${"x".repeat(70_000)}\n`, ":1: the file is larger than 65536 bytes"],
  ])("%s", (_, source, why) => {
    expect(refusal(source)).toContain(`${FILE}${why}`);
  });

  test("a secret or a command as an external address", () => {
    const external = (uri: string): string =>
      `schema: 1\npath: e\nkind: external\nrole: dataset\nsha256: "${T}"\nsize: 0\nuri: ${JSON.stringify(uri)}\nsystem: s3\n`;
    expect(refusal(external("s3://bucket/x"), "e.mv.yaml")).toBe("accepted");
    expect(refusal(external("https://u:secret@host/x"), "e.mv.yaml")).toContain("holds a password");
    expect(refusal(external("https://u:secret@host/x"), "e.mv.yaml")).not.toContain("secret");
    expect(refusal(external("ext::sh -c id"), "e.mv.yaml")).toContain("a program to run");
    expect(refusal(external("-oProxyCommand=id"), "e.mv.yaml")).toContain("starts with '-'");
  });
});

test("a pointer of a commit may be shown with its revision", () => {
  expect(refusal(pointer, "v1.0.0:model.onnx.mv.yaml")).toBe("accepted");
  expect(refusal(pointer, "a pointer")).toBe("accepted");
  expect(refusal(pointer.replace("model.onnx", '"mode\\u0301le"'), "mod\u00e9le.mv.yaml")).toBe("accepted");
});

test("a folder's name is a text, whatever it looks like", () => {
  for (const path of [
    "data",
    "true",
    "null",
    "yes",
    "No",
    "on",
    "e5",
    "Infinity",
    "nan",
    "deadbeefdeadbeef",
    "_",
    "x-1",
  ]) {
    const folder: Pointer = {
      schema: 1,
      path,
      kind: "directory",
      role: "dataset",
      sha256: "a".repeat(64),
      size: 1,
      files: 1,
      extra: Object.create(null) as Pointer["extra"],
    };
    const written = formatPointer(folder);
    expect(parsePointer(written, `${path}.mv.yaml`)).toEqual(folder);
    const bare = written.replace(/^path: .*$/m, `path: ${path}`);
    // A comment makes it one for the careful reader.
    const careful = refusal(`${bare}# careful\n`, `${path}.mv.yaml`);
    expect(refusal(bare, `${path}.mv.yaml`) === "accepted").toBe(careful === "accepted");
  }
});

const hex = (length: number): fc.Arbitrary<string> =>
  fc.string({ unit: fc.constantFrom(..."0123456789abcdef"), minLength: length, maxLength: length });

test("any pointer comes back, and a rewrite of any text gives what was asked for", () => {
  const extra = anyMap.map((map) => {
    const known = Object.entries(map).map(([key, value]) => [`x-${key.slice(0, 50).replaceAll(".", "")}`, value]);
    return Object.assign(Object.create(null) as typeof map, Object.fromEntries(known));
  });
  const anyPointer = fc.record({
    sha256: hex(64),
    xxh64: hex(16),
    size: fc.maxSafeNat(),
    extra,
    isExecutable: fc.boolean(),
  });
  const make = ({
    isExecutable,
    ...rest
  }: {
    sha256: string;
    xxh64: string;
    size: number;
    extra: Pointer["extra"];
    isExecutable: boolean;
  }): Pointer => ({
    schema: 1,
    path: "model.onnx",
    kind: "file",
    role: "model",
    ...rest,
    ...(isExecutable ? { executable: true } : {}),
  });
  fc.assert(
    fc.property(anyPointer, anyPointer, (a, b) => {
      const [first, second] = [make(a), make(b)];
      const before = formatPointer(first);
      fc.pre(before.length < 60_000);
      expect(JSON.stringify(parsePointer(before, FILE))).toBe(JSON.stringify(parsePointer(formatPointer(first), FILE)));
      expect(formatPointer(parsePointer(before, FILE))).toBe(before);
      const after = formatPointer(second, before);
      expect(parsePointer(after, FILE)).toMatchObject({
        sha256: second.sha256,
        xxh64: second.xxh64,
        size: second.size,
      });
      expect(parsePointer(after, FILE).executable).toBe(second.executable);
    }),
    { numRuns: 100 },
  );
});

test("random and mutated pointers are read or refused as invalid", () => {
  fc.assert(
    fc.property(fc.nat(pointer.length), fc.nat(8), text, (at, gone, inserted) => {
      refusal(pointer.slice(0, at) + inserted + pointer.slice(at + gone));
      refusal(inserted);
    }),
    { numRuns: 500 },
  );
});
