// What bytes are called when they move: the version of the model that they are, where that is known, else their hash.
import { isMvError } from "../../errors.ts";
import { type ModelRecord, parseRecord } from "../../model/record.ts";
import type { Project } from "../project.ts";
import { readReleases, type Releases } from "../releases.ts";

export interface Names {
  /** Bytes that the path held before. */
  before(path: string, sha256: string): string;
  /** Bytes that its pointer names now. */
  after(path: string, sha256: string): string;
  /** Both; hashes where the versions read the same. */
  between(path: string, from: string | null, to: string): { from: string | null; to: string };
}

/** Names by the records of the commit that was left, those of the index, and the releases. */
export async function createNames(project: Project, left: string | null): Promise<Names> {
  const [old, now, releases] = await Promise.all([
    left === null ? [] : readRecords(project, left),
    readRecords(project, ""),
    readReleases(project),
  ]);
  const before = (path: string, sha256: string): string =>
    versionOf(old, path, sha256) ?? releaseOf(releases, path, sha256) ?? sha256.slice(0, 8);
  const after = (path: string, sha256: string): string =>
    versionOf(now, path, sha256) ?? releaseOf(releases, path, sha256) ?? sha256.slice(0, 8);
  return {
    before,
    after,
    between(path, from, to) {
      if (from === null) return { from, to: after(path, to) };
      const words = { from: before(path, from), to: after(path, to) };
      return words.from === words.to ? { from: from.slice(0, 8), to: to.slice(0, 8) } : words;
    },
  };
}

async function readRecords(project: Project, rev: string): Promise<ModelRecord[]> {
  const files = Object.values(project.settings.models).map((model) => model.record);
  const blobs = await project.git.readPaths(files.map((path) => ({ rev, path })));
  return blobs.flatMap((blob, at) => {
    try {
      return blob === null ? [] : [parseRecord(blob.toString("utf8"), files[at] ?? "")];
    } catch (error) {
      // Without a readable record the bytes go by their hash.
      if (isMvError(error)) return [];
      throw error;
    }
  });
}

function versionOf(records: readonly ModelRecord[], path: string, sha256: string): string | null {
  const holder = records.find((record) => holds(record.artifacts, path, sha256));
  return holder?.version ?? null;
}

function releaseOf(releases: Releases, path: string, sha256: string): string | null {
  return releases.all.findLast((release) => holds(release.artifacts, path, sha256))?.version ?? null;
}

function holds(artifacts: readonly { path: string; sha256: string }[], path: string, sha256: string): boolean {
  return artifacts.some((artifact) => artifact.path === path && artifact.sha256 === sha256);
}
