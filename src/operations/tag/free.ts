// A number that is free for a model, for the hint of a refusal.
import { MvError } from "../../errors.ts";
import { formatTag } from "../../model/version.ts";
import { suggestVersion } from "../check/suggest.ts";
import { readHead } from "../committed.ts";
import type { Project } from "../project.ts";
import type { Releases } from "../releases.ts";
import type { Snapshot } from "../snapshot.ts";

/** The tag of the next minor release on HEAD's line, or of the nearest number that passes. */
export async function freeVersion(
  project: Project,
  snapshot: Snapshot,
  releases: Releases,
  model: string,
): Promise<{ tag: string; gap: boolean }> {
  const settings = project.settings.models[model];
  const head = (await readHead(project)).records.get(model) ?? null;
  const { version, gap } = await suggestVersion(project, releases, model, {
    state: { version: "0.0.0", artifacts: snapshot.records.get(model)?.record.artifacts ?? [] },
    parents: [head],
    own: null,
  });
  return { tag: formatTag(settings?.tag ?? "v{version}", model, version), gap };
}

export function takenError(wanted: { model: string; version: string }, tag: string, hint: string): MvError {
  return new MvError("version-exists", `${wanted.model} ${wanted.version} is already released`, {
    hint,
    details: { tag },
  });
}
