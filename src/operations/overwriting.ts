// Whether a declared number belongs to other bytes already.
import { type Artifact, sameContent } from "../model/content.ts";
import type { ModelRecord } from "../model/record.ts";
import type { Releases } from "./releases.ts";

/** A model's number and bytes, as the working tree declares them. */
export interface Declared {
  model: string;
  version: string;
  artifacts: readonly Artifact[];
}

/** What a commit would overwrite: "release": the number is released, "draft": HEAD declares it, with other bytes; else null. */
export function overwriting(
  releases: Releases,
  { model, version, artifacts }: Declared,
  committed: ModelRecord | null,
): "release" | "draft" | null {
  // A model without artifacts overwrites nothing.
  if (artifacts.length === 0) return null;
  const release = releases.find(model, version);
  if (release) return sameContent(release.artifacts, artifacts) ? null : "release";
  if (committed?.version !== version) return null;
  return sameContent(committed.artifacts, artifacts) ? null : "draft";
}
