// mv revert: yesterday's bytes as tomorrow's version. Code and data stay.
import { MvError } from "../errors.ts";
import { formatTag, next } from "../model/version.ts";
import { changing } from "./change.ts";
import { requireAllReleases } from "./complete.ts";
import { newestOnLine } from "./line.ts";
import type { Project } from "./project.ts";
import { requireQuiet } from "./quiet.ts";
import { readReleases } from "./releases.ts";
import { take, type TakeResult } from "./take.ts";
import { findVersion, oneModel, warnIfRetracted } from "./versions.ts";

export interface RevertInput {
  version: string;
  model?: string | undefined;
  reason?: string | undefined;
  affected?: boolean | undefined;
  force?: boolean | undefined;
}

export interface RevertResult extends Omit<TakeResult, "version" | "overwrites"> {
  /** The version that the record declares now. */
  version: string;
  /** The version whose bytes are back. */
  from: string;
  reason: string;
  /** The command that releases it. */
  next: string;
}

/** Prepares a patch release with the bytes of an earlier version, staged. */
export async function revert(project: Project, input: RevertInput): Promise<RevertResult> {
  return changing(project, async () => {
    await requireQuiet(project);
    const releases = await readReleases(project);
    await requireAllReleases(project, releases);
    const found = await findVersion(project, releases, input.version, input.model);
    const { release } = found;
    if (!release) throw new MvError("unknown-version", `${input.version} is not a release`, { hint: "mv log" });
    warnIfRetracted(project, releases, found);
    const model = oneModel(project, release.model);
    const newest = (await newestOnLine(project, releases, model)) ?? release;
    let version = next(newest.version, "patch");
    while (releases.find(model, version)) version = next(version, "patch");
    const reason = input.reason?.trim() ? input.reason : `Return to ${release.version}`;
    const { overwrites: _never, ...result } = await take(project, releases, {
      verb: "revert",
      found,
      model,
      paths: undefined,
      affected: input.affected === true,
      force: input.force === true,
      declare: { version, reason },
    });
    const tag = formatTag(project.settings.models[model]?.tag ?? "v{version}", model, version);
    return { ...result, version, from: release.version, reason, next: `mv tag ${tag}` };
  });
}
