import * as fc from "fast-check";
import { describe, expect, test } from "vitest";
import { isMvError } from "../../../src/errors.ts";
import { contentOf } from "../../../src/model/content.ts";
import {
  BYTES_FIELDS,
  datasetSnapshot,
  metadataJson,
  newRecord,
  parseRecord,
  RECORD_KEYS,
  updateRecord,
} from "../../../src/model/record.ts";
import { numberText, type Value } from "../../../src/model/value.ts";
import { identical } from "../../../src/model/yaml-splices.ts";
import { B, C, record, T } from "./samples.ts";
import { anyMap, anyValue, text } from "./values.ts";

const FILE = "churn.model.yaml";
const n = (written: string): Value => numberText(written);
const refusal = (source: string): string => {
  try {
    parseRecord(source, FILE);
  } catch (error) {
    if (isMvError(error) && error.code === "invalid-file") return error.message;
    throw error;
  }
  return "accepted";
};

const design = `schema: 1
model_name: churn
version: 1.2.0
content: "sha256:${B}" # a merge of two retrainings conflicts here, on purpose
training_date: 2026-02-09
dataset_snapshot_id: lake@42
feature_set_version: 3.10
hyperparameters: {C: 1.0, solver: lbfgs, tol: 1e-4}
library_versions: {python: 3.11.7, numpy: 1.26, scikit-learn: 1.4.0}
environment: {os: linux-x64, cuda: 12.4}
features: [age, income, 2020]
metrics: {accuracy: 0.910}
artifacts:
  - {path: models/model.onnx, kind: file, sha256: ${B}, size: 8}
trained: {commit: 1234567, dirty: false}
reason: 4711
team: {slack: "#churn"} # our own
`;

test("the walkthrough's record, byte for byte", () => {
  const parsed = parseRecord(record, FILE);
  expect(parsed).toMatchObject({
    model_name: "churn",
    version: "0.1.0-dev.2",
    artifacts: [{ path: "models/model.onnx", kind: "file", sha256: B, size: 8 }],
    datasets: [{ path: "data/train.csv", kind: "file", sha256: T, size: 60 }],
  });
  expect(parsed.content).toBe(`sha256:${contentOf(parsed.artifacts)}`);
  expect(parsed.fields["dataset_snapshot_id"]).toBe(datasetSnapshot(parsed.datasets));
  expect(newRecord(parsed.fields)).toBe(record);
  expect(updateRecord(record, FILE, parsed.fields)).toBe(record);
});

test("texts keep what was written, numbers are numbers in JSON", () => {
  const { fields } = parseRecord(design, FILE);
  expect(JSON.parse(JSON.stringify(fields))).toEqual({
    schema: 1,
    model_name: "churn",
    version: "1.2.0",
    content: `sha256:${B}`,
    training_date: "2026-02-09",
    dataset_snapshot_id: "lake@42",
    feature_set_version: "3.10",
    hyperparameters: { C: 1, solver: "lbfgs", tol: 0.0001 },
    library_versions: { python: "3.11.7", numpy: "1.26", "scikit-learn": "1.4.0" },
    environment: { os: "linux-x64", cuda: "12.4" },
    features: ["age", "income", "2020"],
    metrics: { accuracy: 0.91 },
    artifacts: [{ path: "models/model.onnx", kind: "file", sha256: B, size: 8 }],
    trained: { commit: 1234567, dirty: false },
    reason: "4711",
    team: { slack: "#churn" },
  });
  expect(identical(fields["metrics"], { accuracy: numberText("0.910") })).toBe(true);
});

test("a version without quotes is its text", () => {
  expect(parseRecord(design.replace("1.2.0", "1.10.0"), FILE).version).toBe("1.10.0");
  expect(refusal(design.replace("1.2.0", "1.10"))).toBe(
    `${FILE}:3: version: a semver version such as 1.2.0 is expected`,
  );
});

test("a record before the first artifact", () => {
  const parsed = parseRecord("schema: 1\nmodel_name: m\nversion: 0.1.0\nartifacts:\nfeatures: null\n", FILE);
  expect(parsed).toMatchObject({ content: null, artifacts: [], datasets: [] });
});

describe("refuses", () => {
  const replaced = (from: string, to: string): string => {
    expect(record).toContain(from);
    return record.replace(from, () => to);
  };
  test.each<[string, () => string, string]>([
    ["no schema", () => replaced("schema: 1\n", ""), ":1: schema: `schema: 1` is missing"],
    ["a newer schema", () => replaced("schema: 1", "schema: 3"), ":1: schema: 3 needs a newer mversion"],
    ["no name", () => replaced("model_name: churn\n", ""), ":1: model_name: a text is expected"],
    ["a name for a path", () => replaced("model_name: churn", "model_name: ../x"), ":2: model_name: a model name"],
    ["a name for an option", () => replaced("model_name: churn", "model_name: -x"), ":2: model_name: a model name"],
    ["a version with a v", () => replaced("0.1.0-dev.2", "v0.1.0"), ":3: version: a semver"],
    ["content of another kind", () => replaced("sha256:7b4f", "md5:7b4f"), ":4: content: sha256: and 64"],
    ["content in capitals", () => replaced("sha256:7b4f", "sha256:7B4F"), ":4: content: sha256: and 64"],
    ["a map for a date", () => replaced('"2026-02-05"', "{a: 1}"), ":5: training_date: a text is expected"],
    ["a list for parameters", () => replaced("{C: 1.0}", "[1.0]"), ":8: hyperparameters: `key: value` pairs"],
    ["a map for a library", () => replaced('"3.11.7"', "{a: 1}"), ":9: library_versions.python: a text is expected"],
    ["artifacts as a map", () => replaced("artifacts:\n  - ", "artifacts:\n  "), ":11: artifacts: a list is expected"],
    [
      "artifacts as texts",
      () => replaced("  - {path: models", "  - models\n  - {path: models"),
      ":12: artifacts.0: `key: value`",
    ],
    [
      "an artifact outside",
      () => replaced("models/model.onnx", "../m"),
      ":12: artifacts.0.path: ../m: the path has a '..'",
    ],
    [
      "an artifact in .git",
      () => replaced("models/model.onnx", ".git/x"),
      ":12: artifacts.0.path: .git/x: a name in it",
    ],
    [
      "an artifact without a hash",
      () => replaced(`sha256: "${B}", `, ""),
      ":12: artifacts.0.sha256: a text is expected",
    ],
    ["a size that is not exact", () => replaced("size: 60", "size: 9007199254740993"), ":14: datasets.0.size: a whole"],
    [
      "an artifact twice",
      () => replaced("datasets:", `  - {path: models/model.onnx, kind: file, sha256: "${C}", size: 8}\ndatasets:`),
      ":13: artifacts.1.path: models/model.onnx is listed twice",
    ],
    ["features as a text", () => `${record}features: age\n`, ":15: features: a list is expected"],
    ["a feature that is a map", () => `${record}features: [{a: 1}]\n`, ":15: features.0: a text is expected"],
    ["a key twice", () => `${record}schema: 1\n`, ':15: the key "schema" is there twice'],
    ["more than 4 MiB", () => `${record}x: ${"x".repeat(4 << 20)}`, ":1: the file is larger than 4194304 bytes"],
  ])("%s", (_, source, why) => {
    expect(refusal(source())).toContain(`${FILE}${why}`);
  });
});

describe("updateRecord", () => {
  test("keeps comments, order, unknown keys and the text of what stays", () => {
    const updated = updateRecord(design, FILE, {
      version: "1.3.0",
      metrics: undefined,
      reason: undefined,
      feature_set_version: "3.10",
      library_versions: { python: "3.11.7", numpy: "1.26", "scikit-learn": "1.5.0" },
      "hyperparameters.C": n("0.5"),
      datasets: [{ path: "data/train.csv", kind: "file", sha256: T, size: n("60") }],
    });
    expect(updated).toBe(
      design
        .replace("version: 1.2.0", "version: 1.3.0")
        .replace("metrics: {accuracy: 0.910}\n", "")
        .replace("reason: 4711\n", "")
        .replace("scikit-learn: 1.4.0", 'scikit-learn: "1.5.0"')
        .replace("C: 1.0", "C: 0.5")
        .replace("trained:", `datasets:\n  - {path: data/train.csv, kind: file, sha256: "${T}", size: 60}\ntrained:`),
    );
  });

  test("writes texts as texts, whatever they look like", () => {
    const updated = updateRecord(record, FILE, {
      feature_set_version: n("3.1"),
      "library_versions.numpy": n("1.26"),
      reason: n("4711"),
      "metrics.accuracy": n("0.90"),
    });
    expect(updated).toContain('feature_set_version: "3.1"\n');
    expect(updated).toContain('scikit-learn: "1.4.0", numpy: "1.26"}\n');
    expect(updated).toContain("metrics: {accuracy: 0.90}\nartifacts:");
    expect(updated).toMatch(/size: 60\}\nreason: "4711"\n$/);
  });

  test("a library's name may have dots", () => {
    const old = record.replace("python:", "zope.interface: 6.1, python:");
    expect(updateRecord(old, FILE, { "library_versions.zope.interface": "6.1" })).toBe(old);
    expect(updateRecord(old, FILE, { "library_versions.zope.interface": "6.2" })).toContain('zope.interface: "6.2",');
  });

  test("no change gives back the same text", () => {
    for (const source of [record, design, design.replaceAll("\n", "\r\n")]) {
      expect(updateRecord(source, FILE, parseRecord(source, FILE).fields)).toBe(source);
      expect(updateRecord(source, FILE, {})).toBe(source);
    }
  });
});

test("a new record has its keys in the format's order, then a team's own", () => {
  const written = newRecord({
    team: "x",
    reason: "one\ntwo",
    artifacts: [],
    version: "0.1.0",
    owner: undefined,
    model_name: "m",
    schema: n("1"),
    __proto__: null,
  });
  expect(written).toBe("schema: 1\nmodel_name: m\nversion: 0.1.0\nartifacts: []\nreason: |-\n  one\n  two\nteam: x\n");
});

test("what describes bytes is part of the format", () => {
  expect(RECORD_KEYS).toEqual(expect.arrayContaining([...BYTES_FIELDS]));
});

test("datasetSnapshot is the hash of one dataset, the content of several", () => {
  const train = { path: "data/train.csv", sha256: T };
  const test = { path: "data/test.csv", sha256: B };
  expect(datasetSnapshot([])).toBeNull();
  expect(datasetSnapshot([train])).toBe(`sha256:${T}`);
  expect(datasetSnapshot([train, test])).toBe(`sha256:${contentOf([test, train])}`);
});

test("metadataJson is plain data", () => {
  expect(metadataJson(parseRecord(design, FILE))).toStrictEqual({
    model_name: "churn",
    version: "1.2.0",
    training_date: "2026-02-09",
    dataset_snapshot_id: "lake@42",
    feature_set_version: "3.10",
    features: ["age", "income", "2020"],
    hyperparameters: { C: 1, solver: "lbfgs", tol: 0.0001 },
    library_versions: { python: "3.11.7", numpy: "1.26", "scikit-learn": "1.4.0" },
    metrics: { accuracy: 0.91 },
  });
});

const own = anyMap.map((map) =>
  Object.fromEntries(Object.entries(map).map(([key, value]) => [`own ${key.slice(0, 50).replaceAll(".", "")}`, value])),
);
const fields = fc.record({
  training_date: text,
  feature_set_version: text,
  hyperparameters: anyMap,
  library_versions: fc.dictionary(fc.constantFrom("python", "numpy", "zope.interface", "__proto__"), text),
  metrics: anyMap,
  reason: text,
  features: fc.array(text.filter((name) => name !== "")),
  base_model: anyValue,
  own,
});

test("any record comes back, and any change of one gives what was asked for", () => {
  fc.assert(
    fc.property(fields, fields, ({ own: ownA, ...a }, { own: ownB, ...b }) => {
      const base = { schema: n("1"), model_name: "churn", version: "1.0.0" };
      const first = newRecord({ ...base, ...a, ...ownA });
      const parsed = parseRecord(first, FILE);
      expect(newRecord(parsed.fields)).toBe(first);
      expect(updateRecord(first, FILE, parsed.fields)).toBe(first);
      const changed = parseRecord(updateRecord(first, FILE, { ...b, ...ownB }), FILE).fields;
      const wanted = parseRecord(newRecord({ ...base, ...a, ...ownA, ...b, ...ownB }), FILE).fields;
      expect(identical(changed, wanted)).toBe(true);
    }),
    { numRuns: 100 },
  );
});

test("random and mutated records are read or refused as invalid", () => {
  fc.assert(
    fc.property(fc.constantFrom(record, design), fc.nat(), fc.nat(8), text, (source, position, gone, inserted) => {
      const at = position % source.length;
      refusal(source.slice(0, at) + inserted + source.slice(at + gone));
    }),
    { numRuns: 500 },
  );
});
