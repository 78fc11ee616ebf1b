// version.json, which `mv get` puts beside the files: what they are, for whoever labels predictions with it.
import { lstatSync } from "node:fs";
import { join } from "node:path";
import type { Artifact } from "../../model/content.ts";
import type { Release } from "../../model/release.ts";
import { readTextFileSync } from "../../platform/files.ts";
import type { Piece } from "./choose.ts";

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

/** Whether a folder's stamp is of that release and these pieces, and the files still have their sizes. */
export function holds(stamp: Stamp, folder: string, release: Release, pieces: readonly Piece[]): boolean {
  if (stamp.oid !== release.oid || stamp.artifacts.length !== pieces.length) return false;
  return pieces.every((piece, at) => {
    const then = stamp.artifacts[at];
    if (then?.path !== piece.path) return false;
    const stats = lstatSync(join(folder, piece.path), { throwIfNoEntry: false });
    if ("link" in piece) return "link" in then && then.link === piece.link && stats?.isSymbolicLink() === true;
    if (!("sha256" in then) || then.sha256 !== piece.sha256) return false;
    return piece.kind === "directory" ? stats?.isDirectory() === true : stats?.size === piece.size;
  });
}
