// Findings about what a record says of its bytes: fields that the policy requires, and corrections after a release (rule 7).
import { createHash } from "node:crypto";
import type { Settings } from "../../config/config.ts";
import { isMvError } from "../../errors.ts";
import { sameContent } from "../../model/content.ts";
import { datasetSnapshot, type ModelRecord, parseRecord } from "../../model/record.ts";
import type { Release } from "../../model/release.ts";
import { sameValue } from "../../model/value.ts";
import { isDraft, next } from "../../model/version.ts";
import type { Project } from "../project.ts";
import type { Releases } from "../releases.ts";
import { missingFields } from "../required.ts";
import { type Finding, listed, severityOf } from "./findings.ts";
import { modelFlag, tagCommand } from "./suggest.ts";
import type { ModelTree } from "./trees.ts";

/** An artifact that was only moved has the same bytes, and nothing was corrected. */
const OF_BYTES = ["artifacts", "content"];

/** What the policy requires and the record lacks. A draft may lack it: it is asked for before a release. */
export function missingFinding(project: Project, policy: Settings["policy"], tree: ModelTree): Finding[] {
  if (tree.record === null || tree.artifacts.length === 0) return [];
  const missing = missingFields(policy.required, tree.record);
  if (missing.length === 0) return [];
  const { version } = tree.record;
  return [
    {
      rule: "metadata-missing",
      severity: isDraft(version) ? "notice" : "error",
      message: `${tree.model} ${version} lacks ${listed(missing)}, which .mversion.yaml requires.`,
      next: [`mv set${modelFlag(project, tree.model)} ${missing.map((field) => `${field}=…`).join(" ")}`],
      file: tree.file,
      commit: null,
      models: [{ model: tree.model, version }],
    },
  ];
}

/** Metadata that differs from the release the record names, the bytes being the same: a correction that has no version yet. */
export async function correctionFinding(
  project: Project,
  policy: Settings["policy"],
  releases: Releases,
  tree: ModelTree,
): Promise<Finding[]> {
  const severity = severityOf(policy.metadata);
  const { record, text } = tree;
  const release = record && releases.find(tree.model, record.version);
  if (severity === null || !record || text === null || !release) return [];
  if (!sameContent(record.artifacts, release.artifacts)) return [];
  if (createHash("sha256").update(text).digest("hex") === release.record.sha256) return [];
  const fields = await changedFields(project, release, record);
  if (fields.length === 0) return [];
  return [
    {
      rule: "metadata-changed",
      severity,
      message: `${tree.model} ${record.version}: ${listed(fields)} changed after the release; a correction is a version of its own.`,
      next: [correctionCommand(project, releases, tree.model, release.version)],
      file: tree.file,
      commit: null,
      models: [{ model: tree.model, version: record.version }],
    },
  ];
}

async function changedFields(project: Project, release: Release, record: ModelRecord): Promise<string[]> {
  const [blob] = await project.git.readPaths([{ rev: release.commit, path: release.record.path }]);
  if (!blob) return [];
  try {
    const before = parseRecord(blob.toString("utf8"), release.record.path);
    const ofBytes = new Set([...OF_BYTES, ...(isSameData(before, record) ? ["datasets", "dataset_snapshot_id"] : [])]);
    const keys = new Set([...Object.keys(before.fields), ...Object.keys(record.fields)]);
    return [...keys].filter((key) => !ofBytes.has(key) && !sameValue(before.fields[key], record.fields[key]));
  } catch (error) {
    // The release itself is broken then, which is a finding of its own.
    if (isMvError(error)) return [];
    throw error;
  }
}

// The same of data: a file that was moved is counted into the snapshot's id under its new path.
function isSameData(before: ModelRecord, now: ModelRecord): boolean {
  const isDerived = [before, now].every(
    ({ datasets, fields }) => (fields["dataset_snapshot_id"] ?? null) === datasetSnapshot(datasets),
  );
  return isDerived && sameContent(before.datasets, now.datasets);
}

/** The command that tags a correction of a release: its next free patch. */
export function correctionCommand(project: Project, releases: Releases, model: string, version: string): string {
  let patch = next(version, "patch");
  while (releases.find(model, patch)) patch = next(patch, "patch");
  return tagCommand(project, model, { version: patch, gap: false }, "-a ");
}
