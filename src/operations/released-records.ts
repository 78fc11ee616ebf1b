// The records of releases, read at the tags' commits.
import { createHash } from "node:crypto";
import { type ModelRecord, parseRecord } from "../model/record.ts";
import type { Release } from "../model/release.ts";
import type { Project } from "./project.ts";

/** By the oid of the tag, in one `cat-file`; null where the commit has no record that is the sealed one. */
export async function readReleasedRecords(
  project: Project,
  releases: readonly Release[],
): Promise<Map<string, ModelRecord | null>> {
  if (releases.length === 0) return new Map();
  const blobs = await project.git.readPaths(releases.map(({ commit, record }) => ({ rev: commit, path: record.path })));
  return new Map(releases.map((release, at) => [release.oid, sealedRecord(release, blobs[at] ?? null)]));
}

function sealedRecord(release: Release, blob: Buffer | null): ModelRecord | null {
  if (blob === null || createHash("sha256").update(blob).digest("hex") !== release.record.sha256) return null;
  try {
    return parseRecord(blob.toString("utf8"), release.record.path);
  } catch {
    // `mv verify` says what is wrong with it.
    return null;
  }
}
