// A release with everything that an export can say, and one with nothing but what every release has.
import { contentOf } from "../../../src/model/content.ts";
import { parseRecord } from "../../../src/model/record.ts";
import type { Release } from "../../../src/model/release.ts";
import { documentOf, type ExportDocument } from "../../../src/operations/export/document.ts";
import { B, T } from "../model/samples.ts";

const artifacts = [
  { path: "models/model.onnx", kind: "file" as const, sha256: B, size: 8 },
  { path: "models/tokenizer", kind: "directory" as const, sha256: T, size: 18 },
];
const [onnx] = artifacts;

export const release: Release = {
  model: "churn",
  version: "1.2.0",
  bump: "minor",
  previous: { version: "1.1.0", tag: "c".repeat(40) },
  seal: null,
  content: `sha256:${contentOf(artifacts)}`,
  record: { path: "churn.model.yaml", sha256: B },
  artifacts,
  datasets: [{ path: "data/train.csv", kind: "file", sha256: T, size: 60 }],
  dataset_snapshot_id: `sha256:${T}`,
  feature_set_version: "3.1.0",
  tag: "v1.2.0",
  oid: "a".repeat(40),
  commit: "b".repeat(40),
  tagger: { name: "Ada", email: "ada@example.org", date: 1_771_668_000, zone: "+0000" },
  reason: "Canary on the February snapshot\n\n- not a list",
  signed: false,
};

const HEAD = "schema: 1\nmodel_name: churn\nversion: 1.2.0\n";

export const FULL = `${HEAD}training_date: "2026-02-09"
dataset_snapshot_id: "sha256:${T}"
feature_set_version: "3.1.0"
hyperparameters: {C: 1.0, tree: {depth: 3}}
library_versions: {python: "3.11.7", scikit_learn: "1.4.0", scikit-learn: "1.4.0"}
environment: {os: linux-x64}
features: [age, income]
metrics: {accuracy: 0.90, f1: 1e-1}
description: Who leaves within 30 days
owner: Risk team <risk@example.org>
license: apache-2.0
base_model: tabular/base
status: active
purpose: [Retention campaigns]
users: [CRM]
restrictions: Pricing
limits: [Under 18]
task: tabular-classification
approach: supervised
outputs: {churn: probability of leaving}
thresholds: {churn: 0.35}
architecture: logistic regression
training_data: {source: warehouse.customers, split: 80/20}
evaluation: {data: data/test.csv, report: reports/churn.md}
slices: {north: {accuracy: 0.88}}
confidence_intervals: {accuracy: [0.89, 0.93]}
fairness: [equal recall by region]
sensitive_data: none
validation: {by: Ben <ben@example.org>, date: "2026-02-20", next: "2027-02-20", expires: "2027-03-01"}
retention: 10 years
`;

export function sampleDocument(text = FULL, changes: Partial<Release> = {}): ExportDocument {
  const record = parseRecord(text, "churn.model.yaml");
  return documentOf({ release: { ...release, ...changes }, record, retraction: null });
}

/** A record with only what every record has. */
export const bareDocument = (): ExportDocument =>
  sampleDocument(HEAD, {
    artifacts: onnx ? [onnx] : [],
    datasets: [],
    previous: null,
    bump: "initial",
    dataset_snapshot_id: null,
    feature_set_version: null,
  });

/** Text that a stranger would like to be more than text. */
export const HOSTILE = [
  "<script>alert(1)</script>",
  "{{tag}}",
  "---\nlicense: mit",
  "]](http://evil) @team #1",
  "\u202eltr",
  "' \" \\ `x`",
];
