// What the records of releases say, read at the tags' commits.
import { createHash } from "node:crypto";
import type { Release } from "../../model/release.ts";
import { parseRecord } from "../../model/record.ts";
import { isMap, type Value, type ValueMap } from "../../model/value.ts";
import type { Project } from "../project.ts";
import type { Facts } from "./changes.ts";

/** By the oid of the tag, in one `cat-file`; null where the commit has no record that is the sealed one. */
export async function readFacts(project: Project, releases: readonly Release[]): Promise<Map<string, Facts | null>> {
  if (releases.length === 0) return new Map();
  const blobs = await project.git.readPaths(releases.map(({ commit, record }) => ({ rev: commit, path: record.path })));
  return new Map(releases.map((release, at) => [release.oid, factsOf(release, blobs[at] ?? null)]));
}

function factsOf(release: Release, blob: Buffer | null): Facts | null {
  if (blob === null || createHash("sha256").update(blob).digest("hex") !== release.record.sha256) return null;
  try {
    const { fields } = parseRecord(blob.toString("utf8"), release.record.path);
    const features = fields["features"];
    return {
      metrics: mapOf(fields["metrics"]),
      hyperparameters: mapOf(fields["hyperparameters"]),
      features: Array.isArray(features) ? (features as readonly Value[]) : [],
    };
  } catch {
    // `mv verify` says what is wrong with it.
    return null;
  }
}

function mapOf(value: Value | undefined): ValueMap {
  return isMap(value) ? value : {};
}
