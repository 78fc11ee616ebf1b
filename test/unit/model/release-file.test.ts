import { createHash } from "node:crypto";
import * as fc from "fast-check";
import { describe, expect, test } from "vitest";
import { isMvError } from "../../../src/errors.ts";
import { contentOf } from "../../../src/model/content.ts";
import { formatReleaseMessage } from "../../../src/model/release.ts";
import { formatReleaseFile, parseReleaseFile, releaseFilePath } from "../../../src/model/release-file.ts";

const RECORD = "schema: 1\nmodel_name: churn\nversion: 1.2.0\n";
const sha256 = (text: string): string => createHash("sha256").update(text).digest("hex");
const artifacts = [{ path: "models/model.onnx", kind: "file" as const, sha256: sha256("model E\n"), size: 8 }];

function rawTag(change: { record?: string; commit?: string; tag?: string } = {}): Buffer {
  const message = formatReleaseMessage({
    model: "churn",
    version: "1.2.0",
    reason: "Ben's retraining\n---\nobject 1234",
    bump: "minor",
    previous: null,
    seal: null,
    content: `sha256:${contentOf(artifacts)}`,
    record: { path: "churn.model.yaml", sha256: change.record ?? sha256(RECORD) },
    artifacts,
    datasets: [],
    dataset_snapshot_id: null,
    feature_set_version: null,
  });
  const commit = change.commit ?? "4".repeat(40);
  const head = `object ${commit}\ntype commit\ntag ${change.tag ?? "v1.2.0"}\ntagger Ben <ben@example.org> 1770631200 +0000\n`;
  return Buffer.from(`${head}\n${message}`);
}

const oidOf = (raw: Buffer, algorithm = "sha1"): string =>
  createHash(algorithm).update(`tag ${raw.length}\0`).update(raw).digest("hex");

function file(raw = rawTag(), change: Record<string, unknown> = {}): Buffer {
  const text = formatReleaseFile(
    { model: "churn", version: "1.2.0", tag: "v1.2.0", oid: oidOf(raw) },
    raw,
    Buffer.from(RECORD),
  );
  return Buffer.from(JSON.stringify({ ...(JSON.parse(text) as object), ...change }));
}

function refusal(bytes: Uint8Array): string {
  try {
    parseReleaseFile(bytes, "1.2.0.json");
  } catch (error) {
    if (isMvError(error) && error.code === "invalid-file") return error.message;
    throw error;
  }
  return "taken";
}

describe("a release file", () => {
  test("has the layout of walkthrough E", () => {
    const text = formatReleaseFile(
      { model: "churn", version: "1.2.0", tag: "v1.2.0", oid: "4754a12056c3640394d29d6da8d1f0585acef8d9" },
      Buffer.from("object 42"),
      Buffer.from("schema: 1"),
    );
    expect(text).toBe(
      '{"model":"churn","oid":"4754a12056c3640394d29d6da8d1f0585acef8d9","raw":"b2JqZWN0IDQy","record":"c2NoZW1hOiAx","schema":1,"tag":"v1.2.0","version":"1.2.0"}\n',
    );
    expect(releaseFilePath("churn", "1.2.0")).toBe("models/churn/releases/1.2.0.json");
    expect(releaseFilePath("churn", "1.2.0+gpu")).toBe("models/churn/releases/1.2.0+gpu.json");
    for (const [model, version] of [
      ["../x", "1.2.0"],
      ["churn", "../1.2.0"],
      ["churn", "v1.2.0"],
    ] as const) {
      expect(() => releaseFilePath(model, version)).toThrow("names no release");
    }
  });

  test("comes back with the release, the tag's bytes and the record", () => {
    const raw = rawTag();
    const read = parseReleaseFile(file(raw), "1.2.0.json");
    expect(read.record).toBe(RECORD);
    expect(read.raw.equals(raw)).toBe(true);
    expect(read.release).toMatchObject({ model: "churn", version: "1.2.0", oid: oidOf(raw), artifacts });
  });

  test("of a repository with SHA-256 ids is proved by SHA-256", () => {
    const raw = rawTag({ commit: "4".repeat(64) });
    const oid = oidOf(raw, "sha256");
    expect(parseReleaseFile(file(raw, { oid }), "x").release.oid).toBe(oid);
    expect(refusal(file(raw, { oid: oidOf(raw).padEnd(64, "0") }))).toContain("its tag object is not");
  });

  test("that was altered is refused", () => {
    const raw = rawTag();
    const other = Buffer.from(raw.toString("utf8").replace(artifacts[0]?.sha256 ?? "", sha256("model X\n")));
    expect(refusal(file(raw, { raw: other.toString("base64") }))).toContain("its tag object is not");
    expect(refusal(file(raw, { record: Buffer.from(`${RECORD}x: 1\n`).toString("base64") }))).toContain("its record");
    expect(refusal(file(raw, { version: "1.3.0" }))).toContain("its version is not that of its tag, which is 1.2.0");
    expect(refusal(file(raw, { model: "risk" }))).toContain("its model");
    expect(refusal(file(raw, { tag: "v9" }))).toContain("its tag is not that of its tag");
    expect(refusal(file(raw, { schema: 2 }))).toContain("needs a newer mversion");
    expect(refusal(file(raw, { schema: "1" }))).toContain("schema 1");
    expect(refusal(file(raw, { oid: "xyz" }))).toContain("oid is no");
    expect(refusal(file(raw, { raw: "%%%" }))).toContain("raw is no");
    expect(refusal(file(Buffer.from("object 1\n\nhello")))).toContain("no release");
    // A tag made by hand, whose payload does not hold together.
    const broken = Buffer.from(raw.toString("utf8").replace("bump: minor", "bump: [minor"));
    expect(refusal(file(broken))).toContain("its tag cannot be read");
  });

  test("of any bytes is refused or read, and nothing else", () => {
    const good = file();
    fc.assert(
      fc.property(fc.nat(good.length - 1), fc.integer({ min: 0, max: 255 }), (at, byte) => {
        const bytes = Buffer.from(good);
        bytes[at] = byte;
        const said = refusal(bytes);
        if (said === "taken") expect(parseReleaseFile(bytes, "x").release.oid).toBe(oidOf(rawTag()));
      }),
    );
    fc.assert(fc.property(fc.jsonValue(), (value) => void refusal(Buffer.from(JSON.stringify(value)))));
    fc.assert(fc.property(fc.uint8Array(), (bytes) => void refusal(bytes)));
  });
});
