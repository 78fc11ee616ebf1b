// Whether a declared number belongs to other bytes already, and the commands that give these bytes one of their own.
import { type Artifact, sameContent } from "../model/content.ts";
import type { ModelRecord } from "../model/record.ts";
import { modelFlag, suggestVersion, tagCommand } from "./check/suggest.ts";
import type { Project } from "./project.ts";
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

export interface NextCommands {
  /** Releases them: "mv tag v1.1.0 -a -m WHY". */
  tag: string;
  /** Or makes them a draft: "mv bump draft". */
  draft: string;
}

export async function nextCommands(
  project: Project,
  releases: Releases,
  { model, artifacts }: Pick<Declared, "model" | "artifacts">,
  committed: ModelRecord | null,
): Promise<NextCommands> {
  const suggestion = await suggestVersion(project, releases, model, {
    state: { version: "0.0.0", artifacts },
    parents: [committed],
    own: committed?.version ?? null,
  });
  return {
    tag: tagCommand(project, model, suggestion, committed === null ? "" : "-a "),
    draft: `mv bump draft${modelFlag(project, model)}`,
  };
}
