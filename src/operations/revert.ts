// mv revert: yesterday's bytes as tomorrow's version. Code and data stay.
import { MvError } from "../errors.ts";
import { next } from "../model/version.ts";
import { withLock } from "../platform/locks.ts";
import { requireNoJournal } from "./journal.ts";
import { requireAllReleases } from "./complete.ts";
import type { Project } from "./project.ts";
import { readReleases } from "./releases.ts";
import { newestOnLine } from "./line.ts";
import { take, type TakeResult } from "./take.ts";
import { findVersion, oneModel } from "./versions.ts";

export interface RevertInput {
  version: string;
  model?: string | undefined;
  reason?: string | undefined;
  affected?: boolean | undefined;
  force?: boolean | undefined;
}

export interface RevertResult extends TakeResult {
  /** The version whose bytes are back. */
  from: string;
  reason: string;
  /** The command that releases it. */
  next: string;
}

/** Prepares a patch release with the bytes of an earlier version, staged. */
export async function revert(project: Project, input: RevertInput): Promise<RevertResult> {
  return withLock(project.stateDir, "write", async () => {
    await requireNoJournal(project);
    const state = await project.git.inProgress();
    if (state !== null && state !== "bisect") {
      throw new MvError("in-progress", `A ${state} is under way`, {
        hint: `git ${state} --continue, or git ${state} --abort`,
      });
    }
    const releases = await readReleases(project);
    await requireAllReleases(project, releases);
    const found = await findVersion(project, releases, input.version, input.model);
    const { release } = found;
    if (!release) throw new MvError("unknown-version", `${input.version} is not a release`, { hint: "mv log" });
    const model = oneModel(project, release.model);
    const newest = (await newestOnLine(project, releases, model)) ?? release;
    let version = next(newest.version, "patch");
    while (releases.find(model, version)) version = next(version, "patch");
    const reason = input.reason?.trim() ? input.reason : `Return to ${release.version}`;
    const result = await take(project, releases, {
      found,
      model,
      paths: undefined,
      affected: input.affected === true,
      force: input.force === true,
      declare: { version, reason },
    });
    const tag = project.settings.models[model]?.tag.replace("{model}", model).replace("{version}", version);
    return { ...result, from: release.version, reason, next: `mv tag ${tag}` };
  });
}
