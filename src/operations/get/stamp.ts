// version.json, which `mv get` puts beside the files: what they are, for whoever labels predictions with it.
import { join } from "node:path";
import type { Artifact } from "../../model/content.ts";
import { readTextFileSync } from "../../platform/files.ts";

export const STAMP_FILE = "version.json";
/** Half a million files that were named one by one. */
const STAMP_MAX_BYTES = 1 << 27;

/** Plain data, as the file has it. */
export interface Stamp {
  schema: 1;
  model: string;
  version: string;
  /** The release's tag and its object's id: what the version is in Git. */
  tag: string;
  oid: string;
  commit: string;
  content: string;
  dataset_snapshot_id: string | null;
  feature_set_version: string | null;
  /** Where it came from. */
  source: string;
  /** The stage that it was asked for by, or null. */
  stage: string | null;
  artifacts: StampedArtifact[];
}

/** An artifact; where only some files of a folder were asked for, each of these. */
export type StampedArtifact =
  | (Pick<Artifact, "path" | "kind" | "sha256" | "size"> & {
      /** Files of a folder. */
      files?: number;
    })
  | { path: string; kind: "link"; link: string };

export function formatStamp(stamp: Stamp): string {
  return `${JSON.stringify(stamp, null, 2)}\n`;
}

/** The stamp of a folder; null where there is none that can be read. */
export function readStamp(folder: string): Stamp | null {
  try {
    const text = readTextFileSync(join(folder, STAMP_FILE), STAMP_MAX_BYTES);
    const json = text === null ? null : (JSON.parse(text) as Partial<Stamp> | null);
    return json?.schema === 1 && typeof json.oid === "string" && Array.isArray(json.artifacts) ? (json as Stamp) : null;
  } catch {
    return null;
  }
}
