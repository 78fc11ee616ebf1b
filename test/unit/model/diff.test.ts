import * as fc from "fast-check";
import { describe, expect, test } from "vitest";
import { sameContent, type Artifact } from "../../../src/model/content.ts";
import { diffArtifacts, diffRecords, leavesOf, type FieldChange } from "../../../src/model/diff.ts";
import type { ModelRecord } from "../../../src/model/record.ts";
import { fromPlain, numberText, showValue, type ValueMap } from "../../../src/model/value.ts";

function file(path: string, letter: string): Artifact {
  return { path, kind: "file", sha256: letter.repeat(64), size: 8 };
}

function record(
  fields: Record<string, unknown>,
  lists: Partial<Pick<ModelRecord, "artifacts" | "datasets">> = {},
): ModelRecord {
  const all = fromPlain({ model_name: "churn", version: "1.0.0", ...fields }) as ValueMap;
  return { model_name: "churn", version: "1.0.0", content: null, artifacts: [], datasets: [], ...lists, fields: all };
}

/** `C 1 -> 0.5`, as a person reads it. */
function shown(changes: readonly FieldChange[]): string[] {
  return changes.map(({ key, from, to }) => `${key} ${showValue(from)} -> ${showValue(to)}`);
}

const nothing = {
  artifacts: [],
  datasets: [],
  features: { added: [], removed: [], reordered: false },
  hyperparameters: [],
  libraries: [],
  metrics: [],
  environment: [],
  other: [],
  feature_set: null,
};

describe("artifacts", () => {
  test("changed, added, removed and renamed ones, by path", () => {
    const before = [file("same", "0"), file("old/model", "1"), file("gone", "2"), file("changed", "3")];
    const after = [file("new/model", "1"), file("changed", "4"), file("added", "5"), file("same", "0")];
    expect(diffArtifacts(before, after)).toEqual([
      { path: "added", from: null, to: file("added", "5") },
      { path: "changed", from: file("changed", "3"), to: file("changed", "4") },
      { path: "gone", from: file("gone", "2"), to: null },
      { path: "new/model", from: file("old/model", "1"), to: file("new/model", "1"), renamedFrom: "old/model" },
    ]);
  });

  test("a swap is two changes and no rename", () => {
    const changes = diffArtifacts([file("a", "1"), file("b", "2")], [file("a", "2"), file("b", "1")]);
    expect(changes.map(({ path, renamedFrom }) => [path, renamedFrom])).toEqual([
      ["a", undefined],
      ["b", undefined],
    ]);
  });

  test("a copy is an addition, and one of two equal files that went is a removal", () => {
    expect(diffArtifacts([file("a", "1")], [file("a", "1"), file("b", "1")])).toEqual([
      { path: "b", from: null, to: file("b", "1") },
    ]);
    expect(diffArtifacts([file("a", "1"), file("b", "1")], [file("c", "1")])).toEqual([
      { path: "b", from: file("b", "1"), to: null },
      { path: "c", from: file("a", "1"), to: file("c", "1"), renamedFrom: "a" },
    ]);
  });

  const list = fc
    .uniqueArray(fc.tuple(fc.constantFrom("a", "b", "c", "d"), fc.constantFrom("1", "2", "3")), {
      selector: ([path]) => path,
    })
    .map((files) => files.map(([path, letter]) => file(path, letter)));

  test("nothing but renames is the same content, and the other way round", () => {
    fc.assert(
      fc.property(list, list, (before, after) => {
        const onlyRenames = diffArtifacts(before, after).every((change) => change.renamedFrom !== undefined);
        expect(onlyRenames).toBe(sameContent(before, after));
      }),
    );
  });

  test("their order changes nothing, and the changes lead from one list to the other", () => {
    fc.assert(
      fc.property(list, list, (before, after) => {
        const changes = diffArtifacts(before, after);
        expect(diffArtifacts(before.toReversed(), after.toReversed())).toEqual(changes);
        const result = new Map(before.map((artifact) => [artifact.path, artifact]));
        for (const { from } of changes) if (from) result.delete(from.path);
        for (const { to } of changes) if (to) result.set(to.path, to);
        const byPath = (a: Artifact, b: Artifact): number => (a.path < b.path ? -1 : 1);
        expect([...result.values()].sort(byPath)).toEqual(after.toSorted(byPath));
      }),
    );
  });
});

describe("records", () => {
  test("the same record differs in nothing, whatever its version is", () => {
    const a = record({ metrics: { accuracy: 0.9 }, features: ["age"], version: "1.0.0", content: "sha256:a" });
    const b = record({ metrics: { accuracy: 0.9 }, features: ["age"], version: "1.1.0", content: "sha256:b" });
    expect(diffRecords(a, b)).toEqual(nothing);
    expect(diffRecords(null, null)).toEqual(nothing);
  });

  test("numbers are compared by amount and shown as written", () => {
    const a: ModelRecord = {
      ...record({}),
      fields: { hyperparameters: { C: numberText("1.0"), lr: numberText("1e-4") } },
    };
    const b: ModelRecord = {
      ...record({}),
      fields: { hyperparameters: { C: numberText("1"), lr: numberText("0.00020") } },
    };
    expect(shown(diffRecords(a, b).hyperparameters)).toEqual(["lr 1e-4 -> 0.00020"]);
  });

  test("nested hyperparameters have dotted keys; lists and empty maps are values", () => {
    const a = record({ hyperparameters: { optimizer: { name: "adam", betas: [0.9, 0.999] }, old: 1, x: {} } });
    const b = record({ hyperparameters: { optimizer: { name: "sgd", betas: [0.9, 0.99] }, new: null, x: { y: 1 } } });
    expect(shown(diffRecords(a, b).hyperparameters)).toEqual([
      "optimizer.name adam -> sgd",
      "optimizer.betas [0.9, 0.999] -> [0.9, 0.99]",
      "old 1 -> none",
      "x {} -> none",
      "new none -> null",
      "x.y none -> 1",
    ]);
  });

  test("a key with a dot is not a nested key", () => {
    const a = record({ library_versions: { "ruamel.yaml": "0.17" } });
    const b = record({ library_versions: { ruamel: { yaml: "0.17" } } });
    expect(shown(diffRecords(a, b).libraries)).toEqual(["ruamel.yaml 0.17 -> none", "ruamel.yaml none -> 0.17"]);
  });

  test("each field is shown in one part", () => {
    const a = record({
      metrics: { accuracy: 0.9 },
      environment: { os: "linux-x64" },
      library_versions: { python: "3.11.7" },
      feature_set_version: "3.0.0",
      training_date: "2026-02-05",
      trained: { commit: "a" },
      dataset_snapshot_id: "sha256:a",
    });
    const b = record({
      metrics: { accuracy: 0.91 },
      environment: { os: "darwin-arm64" },
      library_versions: { python: "3.12.1" },
      feature_set_version: "3.1.0",
      training_date: "2026-02-09",
      trained: { commit: "b" },
      dataset_snapshot_id: "mine-7",
    });
    const diff = diffRecords(a, b);
    expect(shown(diff.metrics)).toEqual(["accuracy 0.9 -> 0.91"]);
    expect(shown(diff.environment)).toEqual(["os linux-x64 -> darwin-arm64"]);
    expect(shown(diff.libraries)).toEqual(["python 3.11.7 -> 3.12.1"]);
    expect(diff.feature_set).toEqual({ key: "feature_set_version", from: "3.0.0", to: "3.1.0" });
    expect(shown(diff.other)).toEqual([
      "dataset_snapshot_id sha256:a -> mine-7",
      "training_date 2026-02-05 -> 2026-02-09",
      "trained.commit a -> b",
    ]);
  });

  test("a snapshot that follows from changed datasets is not said twice", () => {
    const a = record({ dataset_snapshot_id: "sha256:a" }, { datasets: [file("train.csv", "1")] });
    const b = record({ dataset_snapshot_id: "sha256:b" }, { datasets: [file("train.csv", "2")] });
    const diff = diffRecords(a, b);
    expect(diff.other).toEqual([]);
    expect(diff.datasets.map(({ path }) => path)).toEqual(["train.csv"]);
  });

  test("a first version adds everything, a removed one loses it", () => {
    const only = record({ metrics: { accuracy: 0.9 }, features: ["age"] }, { artifacts: [file("m", "1")] });
    expect(diffRecords(null, only)).toMatchObject({
      artifacts: [{ path: "m", from: null }],
      features: { added: ["age"], removed: [] },
      metrics: [{ key: "accuracy", from: undefined }],
    });
    expect(diffRecords(only, null)).toMatchObject({
      artifacts: [{ path: "m", to: null }],
      features: { added: [], removed: ["age"] },
      metrics: [{ key: "accuracy", to: undefined }],
    });
  });
});

describe("features", () => {
  const features = (from: unknown, to: unknown) =>
    diffRecords(record({ features: from }), record({ features: to })).features;

  test.each([
    [["age", "income"], ["age", "income"], { added: [], removed: [], reordered: false }],
    [["age", "income"], ["income", "age"], { added: [], removed: [], reordered: true }],
    [["age", "income"], ["region", "age", "income"], { added: ["region"], removed: [], reordered: false }],
    [["age", "x", "income"], ["age", "income"], { added: [], removed: ["x"], reordered: false }],
    [["a", "b", "c"], ["c", "d", "a"], { added: ["d"], removed: ["b"], reordered: true }],
    [[{ name: "age", type: "int" }], ["age"], { added: [], removed: [], reordered: false }],
    [[1, 2], ["1", "2"], { added: [], removed: [], reordered: false }],
    ["age", ["age"], { added: ["age"], removed: [], reordered: false }],
  ])("%j -> %j", (from, to, expected) => {
    expect(features(from, to)).toEqual(expected);
  });
});

test("the leaves of what is no map are none", () => {
  expect(leavesOf(undefined).size).toBe(0);
  expect(leavesOf("text").size).toBe(0);
  expect([...leavesOf(fromPlain({ a: { b: 1 }, c: [] })).values()].map(({ key }) => key)).toEqual(["a.b", "c"]);
});
