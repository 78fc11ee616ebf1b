// The commands that give bytes a number of their own, where the declared one belongs to others.
import type { ModelRecord } from "../model/record.ts";
import { modelFlag, suggestVersion, tagCommand } from "./check/suggest.ts";
import type { Declared } from "./overwriting.ts";
import type { Project } from "./project.ts";
import type { Releases } from "./releases.ts";

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
