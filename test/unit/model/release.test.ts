import * as fc from "fast-check";
import { describe, expect, test } from "vitest";
import { isMvError } from "../../../src/errors.ts";
import { contentOf, type Artifact } from "../../../src/model/content.ts";
import {
  formatReleaseMessage,
  formatRetractionMessage,
  formatRetractionTag,
  parseTagObject,
  type Release,
  type TagReading,
} from "../../../src/model/release.ts";
import { parseTag } from "../../../src/model/version.ts";

const C = "b3242f120e959383b45cdc968f25d8b3a098c5b0af53bc19b6cb85091512af4d";
const T = "68335d23f648a55492f8fd19c049a83705955b31677fc0c1ca1e950d9696928b";
const PREVIOUS = { version: "1.0.0", tag: "79b8268e58fe95c23743e330678665990a41ee44" };
const COMMIT = "c5855c49a99fb667c7e085729aa4d03b3f7ccdc3";
const OID = "f9bd5497eeb95996bcfbacdf6255f52912cf1034";

type Said = Parameters<typeof formatReleaseMessage>[0];

/** The release of walkthrough A. */
const said: Said = {
  model: "churn",
  version: "1.1.0",
  reason: "Retrained on the February snapshot",
  bump: "minor",
  previous: PREVIOUS,
  seal: PREVIOUS,
  content: "sha256:4cb13af91aa0a44a40c7970cf20e192f0cf1b310df93abbaa9b311567c717ac4",
  record: { path: "churn.model.yaml", sha256: "9b671fa7190cdd27ca6c14aa51785fdccaf940f7f6a956b45b1f526b2739c998" },
  artifacts: [{ path: "models/model.onnx", kind: "file", sha256: C, size: 8 }],
  datasets: [{ path: "data/train.csv", kind: "file", sha256: T, size: 60 }],
  dataset_snapshot_id: `sha256:${T}`,
  feature_set_version: "3.1.0",
};

const MESSAGE = `churn 1.1.0

Retrained on the February snapshot

---
mversion: 1
model: churn
version: 1.1.0
bump: minor
previous: {version: 1.0.0, tag: "79b8268e58fe95c23743e330678665990a41ee44"}
seal: {version: 1.0.0, tag: "79b8268e58fe95c23743e330678665990a41ee44"}
content: "sha256:4cb13af91aa0a44a40c7970cf20e192f0cf1b310df93abbaa9b311567c717ac4"
record: {path: churn.model.yaml, sha256: "9b671fa7190cdd27ca6c14aa51785fdccaf940f7f6a956b45b1f526b2739c998"}
artifacts:
  - {path: models/model.onnx, kind: file, sha256: "${C}", size: 8}
datasets:
  - {path: data/train.csv, kind: file, sha256: "${T}", size: 60}
dataset_snapshot_id: "sha256:${T}"
feature_set_version: "3.1.0"
`;

const HEADER = `object ${COMMIT}
type commit
tag v1.1.0
tagger Ada <ada@example.org> 1770631200 +0000
`;

function rawTag(message: string | Buffer, header: string = HEADER): Buffer {
  return Buffer.concat([Buffer.from(`${header}\n`), Buffer.from(message)]);
}

function read(message: string | Buffer, header?: string): TagReading {
  return parseTagObject(rawTag(message, header), OID);
}

function released(message: string | Buffer, header?: string): Release {
  const reading = read(message, header);
  if (reading?.kind !== "release") throw new Error(`no release: ${JSON.stringify(reading)}`);
  return reading.release;
}

function whyBroken(message: string | Buffer, header?: string): string {
  const reading = read(message, header);
  return reading?.kind === "broken" ? reading.why : `not broken: ${JSON.stringify(reading)}`;
}

describe("the text of a release tag", () => {
  test("is laid out as in the walkthrough, byte for byte", () => {
    expect(formatReleaseMessage(said)).toBe(MESSAGE);
  });

  test("of a first release has neither previous nor seal; without data there are no datasets", () => {
    const first = { ...said, version: "1.0.0", bump: "initial", previous: null, seal: null, datasets: [] };
    expect(formatReleaseMessage({ ...first, dataset_snapshot_id: null, feature_set_version: null })).toBe(`churn 1.0.0

Retrained on the February snapshot

---
mversion: 1
model: churn
version: 1.0.0
bump: initial
content: "sha256:4cb13af91aa0a44a40c7970cf20e192f0cf1b310df93abbaa9b311567c717ac4"
record: {path: churn.model.yaml, sha256: "9b671fa7190cdd27ca6c14aa51785fdccaf940f7f6a956b45b1f526b2739c998"}
artifacts:
  - {path: models/model.onnx, kind: file, sha256: "${C}", size: 8}
`);
  });

  test("is read back as it was said", () => {
    expect(released(MESSAGE)).toEqual({
      ...said,
      tag: "v1.1.0",
      oid: OID,
      commit: COMMIT,
      tagger: { name: "Ada", email: "ada@example.org", date: 1770631200, zone: "+0000" },
      signed: false,
    });
  });

  test("is read into plain data: a copy through JSON is the same", () => {
    const release = released(MESSAGE);
    expect(JSON.parse(JSON.stringify(release))).toStrictEqual(release);
  });

  test("that no reader would accept for its size is not written", () => {
    const attempt = () => formatReleaseMessage({ ...said, reason: "a".repeat(1 << 20) });
    expect(attempt).toThrow(expect.objectContaining({ code: "usage" }));
  });
});

describe("a reason may hold anything", () => {
  const payload = MESSAGE.slice(MESSAGE.indexOf("---\n"));
  const other = payload.replaceAll("1.1.0", "9.9.9");
  test.each([
    ["nothing", ""],
    ["a fence", "---"],
    ["a fence at the end", "so\n---\n"],
    ["a fence with CRLF", "so\r\n---\r\nthen\r\n"],
    ["comment signs", "#4711 retrained\n# all of it\n"],
    ["words of a header", "object 1234\ntype commit\ntag v9.9.9\ntagger Eve <e@e> 1 +0000"],
    ["a whole header", `${HEADER}\nmversion: 1`],
    ["a signature's first line", "-----BEGIN PGP SIGNATURE-----"],
    ["a whole signature", "why\n-----BEGIN SSH SIGNATURE-----\nabc\n-----END SSH SIGNATURE-----\n"],
    ["another payload", other],
    ["another payload after its fence", `x\n\n${other}\n`],
    ["another payload and a signature", `${other}-----BEGIN PGP SIGNATURE-----\n\nabc\n-----END PGP SIGNATURE-----`],
    ["its own subject", "churn 1.1.0\n\n"],
    ["blanks", "  so \t\n\n\n   \n"],
    ["only newlines", "\n\n\n"],
    ["emoji and other letters", "größer 🚀 再学習 \u{1f469}\u200d\u{1f52c}"],
    ["a byte order mark", "\ufeffwhy"],
    ["a NUL", "a\0b"],
    ["YAML", "a: &x [*x, !!js/function 'x']\n? k"],
  ])("%s", (_what, reason) => {
    expect(released(formatReleaseMessage({ ...said, reason }))).toMatchObject({ reason, version: "1.1.0" });
  });

  test("whatever it is made of", () => {
    const pieces = [
      "---\n",
      "\n",
      "---",
      "\r\n",
      " ",
      payload,
      HEADER,
      "-----BEGIN PGP MESSAGE-----\n",
      "mversion: 1\n",
      "ä",
    ];
    const reason = fc
      .array(fc.oneof(fc.constantFrom(...pieces), fc.string({ unit: "grapheme" })))
      .map((all) => all.join(""));
    fc.assert(
      fc.property(reason, fc.boolean(), (reason, signed) => {
        const signature = "-----BEGIN SSH SIGNATURE-----\nU1NIU0lH\n-----END SSH SIGNATURE-----\n";
        const message = formatReleaseMessage({ ...said, reason }) + (signed ? signature : "");
        expect(released(message)).toMatchObject({ ...said, reason, signed });
      }),
    );
  });

  test("bytes that are not UTF-8 spoil themselves alone", () => {
    const message = Buffer.from(MESSAGE.replace("February", "F\u00e9vrier"), "latin1");
    expect(released(message)).toMatchObject({ version: "1.1.0", reason: "Retrained on the F\ufffdvrier snapshot" });
  });

  test("a message that someone else wrote gives all but its first line", () => {
    expect(released(`Churn, at last\n\nWhy not\nSo.\n${payload}`).reason).toBe("Why not\nSo.");
    expect(released(payload).reason).toBe("");
  });
});

describe("signatures", () => {
  test.each(["PGP SIGNATURE", "PGP MESSAGE", "SSH SIGNATURE", "SIGNED MESSAGE"])("%s is cut off", (kind) => {
    const signature = `-----BEGIN ${kind}-----\n\niQEzBAABCAAdFiEE\n=abcd\n-----END ${kind}-----\n`;
    expect(released(MESSAGE + signature)).toMatchObject({ ...said, signed: true });
  });

  test("in the header count too, and further headers are tolerated", () => {
    const header = `${HEADER}gpgsig-sha256 -----BEGIN PGP SIGNATURE-----\n \n abc\n -----END PGP SIGNATURE-----\n`;
    expect(released(MESSAGE, header)).toMatchObject({ ...said, signed: true });
    expect(released(MESSAGE, `${HEADER}encoding latin1\nfoo bar\n`)).toMatchObject({ ...said, signed: false });
  });

  test("before the last one, everything has to be payload", () => {
    const block = "-----BEGIN PGP SIGNATURE-----\nabc\n";
    expect(read(MESSAGE + block + block)).toMatchObject({ kind: "broken" });
  });
});

describe("taggers", () => {
  test.each([
    [
      "Ada Lovelace <ada@example.org> 1770631200 -0330",
      { name: "Ada Lovelace", email: "ada@example.org", zone: "-0330" },
    ],
    ["Jörg <j@x> 0 +0000", { name: "Jörg", email: "j@x", date: 0 }],
    ["<a@b> 1 +0000", { name: "", email: "a@b" }],
    ["A <B> C <d@e> 1 +0000", { name: "A <B> C", email: "d@e" }],
  ])("%s", (line, expected) => {
    expect(released(MESSAGE, HEADER.replace(/tagger .*/, `tagger ${line}`)).tagger).toMatchObject(expected);
  });

  test("a SHA-256 repository's oids are as good", () => {
    const long = "c".repeat(64);
    const message = MESSAGE.replaceAll(PREVIOUS.tag, long);
    expect(released(message, HEADER.replace(COMMIT, long))).toMatchObject({ commit: long, seal: { tag: long } });
  });
});

describe("foreign tags are not ours", () => {
  test.each([
    ["a plain message", "Version 1.1.0\n"],
    ["a message with a rule and prose", "Notes\n\n---\nmversion: is great\n"],
    ["a fence and nothing", "Notes\n\n---\n"],
    ["a payload without a fence", MESSAGE.replace("---\n", "")],
    ["a fence with a trailing blank", MESSAGE.replace("---\n", "--- \n")],
    ["CRLF throughout", MESSAGE.replaceAll("\n", "\r\n")],
    ["the key further in", MESSAGE.replace("mversion: 1", "x: {mversion: 1}")],
    ["another event", "churn\n\n---\nmversion: 1\nevent: assign\nmodel: churn\n"],
    ["an empty message", ""],
  ])("%s", (_what, message) => {
    expect(read(message)).toBeNull();
  });

  test.each([
    ["no header", "churn"],
    ["a commit", `tree ${COMMIT}\nauthor A <a> 1 +0000\n`],
    ["an object that is none", HEADER.replace(COMMIT, "1234")],
    ["no tag", HEADER.replace("tag v1.1.0\n", "")],
  ])("%s", (_what, header) => {
    expect(read(MESSAGE, header)).toBeNull();
  });

  test("more than 1 MiB is not looked at", () => {
    expect(read(`${"a".repeat(1 << 20)}\n${MESSAGE}`)).toBeNull();
  });
});

describe("what claims to be ours and is not well formed is broken", () => {
  test.each([
    ["a newer schema", "mversion: 1", "mversion: 2", "newer"],
    ["not YAML", "model: churn", "model: [churn", /./],
    ["an alias", "bump: minor", "bump: &a minor\nx: *a", /./],
    ["a key twice", "bump: minor", "bump: minor\nbump: major", /./],
    ["a tag", "bump: minor", "bump: !!binary aaaa", /./],
    ["no model", "model: churn\n", "", "model: a text is expected"],
    ["a model that cannot be one", "model: churn", "model: ../churn", "model name"],
    ["no version", "version: 1.1.0\n", "", "version: a text is expected"],
    ["a version that is none", "version: 1.1.0", "version: v1.1.0", "version: a semver version"],
    ["a list for a text", "bump: minor", "bump: [minor]", "bump: a text is expected"],
    ["a text for a map", /previous: .*/, "previous: 1.0.0", "previous: `key: value` pairs"],
    ["a short oid", PREVIOUS.tag, "79b8268", "v1.1.0:5: previous.tag: the id of a Git object"],
    ["other content", "4cb13af9", "4cb13af8", "content: it is not that of the artifacts"],
    ["no artifacts", /artifacts:\n.*\n/, "", "content: it is not that of the artifacts"],
    ["an artifact out of the tree", "models/model.onnx", "../model.onnx", "'..'"],
    ["an artifact in .git", "models/model.onnx", ".GIT/config", ".git"],
    ["an artifact that is a text", /artifacts:\n.*\n/, "artifacts: [x]\n", "artifacts.0: `key: value` pairs"],
    ["a kind that is none", "kind: file", "kind: pipe", "file, directory or external is expected"],
    ["a negative size", "size: 8", "size: -8", "size: a whole number is expected"],
    ["a size with a fraction", "size: 8", "size: 8.5", "size: a whole number is expected"],
    ["a size with an exponent", "size: 8", "size: 8e0", "size: a whole number is expected"],
    ["a huge size", "size: 8", "size: 9007199254740993", "size: a whole number is expected"],
    ["a size that is a text", "size: 8", 'size: "8"', "size: a whole number is expected"],
    ["an upper-case hash", T, T.toUpperCase(), "datasets.0.sha256: 64 lower-case"],
    ["a record out of the tree", "churn.model.yaml", "/etc/passwd", "absolute"],
    ["a text for the record", /record: .*/, "record: churn.model.yaml", "record: `key: value` pairs"],
    ["datasets twice", /datasets:\n(.*)\n/, "datasets:\n$1\n$1\n", "twice"],
  ])("%s", (_what, from, to, why) => {
    const message = MESSAGE.replace(from, to);
    expect(message).not.toBe(MESSAGE);
    expect(whyBroken(message)).toMatch(why);
  });

  test("a payload that is not UTF-8", () => {
    expect(whyBroken(Buffer.from(MESSAGE.replace("bump: minor", "bump: m\u00efnor"), "latin1"))).toContain("UTF-8");
  });

  test("a tag of something else than a commit", () => {
    expect(whyBroken(MESSAGE, HEADER.replace("type commit", "type tree"))).toContain("points at a tree");
  });

  test("a tag without a tagger", () => {
    expect(whyBroken(MESSAGE, HEADER.replace(/tagger .*\n/, ""))).toContain("no tagger");
  });

  test("it keeps its name and oid, so that it can be named", () => {
    expect(read(MESSAGE.replace("model: churn\n", ""))).toMatchObject({ kind: "broken", tag: "v1.1.0", oid: OID });
  });
});

test("numbers without quotes are the text they were written with, keys of later versions are left alone", () => {
  const message = MESSAGE.replace('feature_set_version: "3.1.0"', "feature_set_version: 3.10\nlater: {x: [1]}");
  expect(released(message)).toMatchObject({ ...said, feature_set_version: "3.10" });
});

describe("retractions", () => {
  const event = { model: "churn", version: "1.1.0", release: OID, reason: "Leaks the label\n---\n" };
  const header = HEADER.replace("tag v1.1.0", "tag v1.1.0#retracted");

  test("are laid out as releases are", () => {
    expect(formatRetractionMessage(event)).toBe(
      `churn 1.1.0 retracted\n\nLeaks the label\n---\n\n\n---\nmversion: 1\nevent: retract\nmodel: churn\nversion: 1.1.0\nrelease: "${OID}"\n`,
    );
  });

  test("are read back", () => {
    expect(read(formatRetractionMessage(event), header)).toEqual({
      kind: "retraction",
      retraction: { ...event, tag: "v1.1.0#retracted", oid: OID, date: 1770631200, zone: "+0000" },
    });
  });

  test("have a name that no version's tag has", () => {
    for (const version of ["1.0.0", "1.0.0-rc.1", "1.0.0+gpu"]) {
      const tag = formatRetractionTag(`v${version}`);
      expect(tag).toBe(`v${version}#retracted`);
      expect(parseTag("v{version}", "churn", tag)).toBeNull();
    }
  });

  test("without a release are broken", () => {
    expect(whyBroken(formatRetractionMessage({ ...event, release: "v1.1.0" }), header)).toContain(
      "release: the id of a Git object",
    );
  });
});

describe("for any release", () => {
  const sha = fc.string({ unit: fc.constantFrom(..."0123456789abcdef"), minLength: 64, maxLength: 64 });
  const oid = fc.oneof(
    sha.map((text) => text.slice(0, 40)),
    fc.constantFrom("1".repeat(40), `${"0".repeat(20)}e${"1".repeat(19)}`),
  );
  const name = fc.constantFrom(
    "a.onnx",
    "b c.onnx",
    "ü#'\"{}[],:&*!|>%@`.bin",
    "- x",
    "no",
    "1.10",
    "1e4",
    "null",
    "~",
    "=",
    "日本",
  );
  const path = fc.array(name, { minLength: 1, maxLength: 3 }).map((names) => names.join("/"));
  const artifact: fc.Arbitrary<Artifact> = fc.record({
    path,
    kind: fc.constantFrom("file", "directory", "external"),
    sha256: sha,
    size: fc.maxSafeNat(),
  });
  const artifacts = fc.uniqueArray(artifact, { selector: ({ path }) => path, maxLength: 4 });
  const ref = fc.option(fc.record({ version: fc.constantFrom("1.0.0", "0.1.0-rc.1+x"), tag: oid }));
  const text = fc.option(
    fc.oneof(fc.string({ unit: "grapheme-ascii", minLength: 1 }), fc.constantFrom("3.10", "1e4", "true", "~")),
  );
  const release: fc.Arbitrary<Said> = fc
    .record({
      model: fc.constantFrom("churn", "1.10", "true", "null", "a_b", "0x1f"),
      version: fc.constantFrom("1.0.0", "2.0.0-rc.1", "1.0.0+gpu.1", "0.1.0-1e5"),
      reason: fc.string({ unit: "grapheme" }),
      bump: fc.constantFrom("initial", "major", "prerelease"),
      previous: ref,
      seal: ref,
      record: fc.record({ path: fc.constantFrom("churn.model.yaml", "a b/c.model.yaml"), sha256: sha }),
      artifacts,
      datasets: artifacts,
      dataset_snapshot_id: text,
      feature_set_version: text,
    })
    .map((release) => ({ ...release, content: `sha256:${contentOf(release.artifacts)}` }));

  test("what is written is read back, and ends with a newline", () => {
    fc.assert(
      fc.property(release, (release) => {
        const message = formatReleaseMessage(release);
        expect(message.endsWith("\n")).toBe(true);
        expect(released(message)).toMatchObject(release);
      }),
    );
  });

  test("damage never throws, and never reads as another release's bytes", () => {
    const damage = fc.record({
      at: fc.nat(rawTag(MESSAGE).length),
      cut: fc.nat(40),
      put: fc.uint8Array({ maxLength: 8 }),
    });
    fc.assert(
      fc.property(fc.array(damage, { minLength: 1, maxLength: 3 }), (damages) => {
        let raw = rawTag(MESSAGE);
        for (const { at, cut, put } of damages) raw = Buffer.concat([raw.subarray(0, at), put, raw.subarray(at + cut)]);
        const reading = parseTagObject(raw, OID);
        if (reading?.kind !== "release") return;
        const { artifacts, content } = reading.release;
        expect(content).toBe(`sha256:${contentOf(artifacts)}`);
      }),
      { numRuns: 300 },
    );
  });

  test("random bytes never throw", () => {
    fc.assert(fc.property(fc.uint8Array({ maxLength: 400 }), (bytes) => parseTagObject(bytes, OID) === null));
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 400 }), (bytes) => {
        const message = Buffer.concat([Buffer.from("x\n\n---\nmversion: 1\n"), bytes]);
        expect(["broken", undefined]).toContain(read(message)?.kind);
      }),
    );
  });

  test("a failure to format is one that a user can read", () => {
    try {
      formatReleaseMessage({ ...said, reason: "x".repeat(2 << 20) });
      expect.unreachable();
    } catch (error) {
      expect(isMvError(error) && error.message).toContain("1 MiB");
    }
  });
});
