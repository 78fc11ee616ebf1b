// mv retract: marks a release as withdrawn. An event of its own: the release and its tag stay as they are.
import { MvError } from "../errors.ts";
import { formatRetractionMessage, formatRetractionTag, type Release } from "../model/release.ts";
import { changing } from "./change.ts";
import type { Project } from "./project.ts";
import { readRegistry } from "./registry.ts";
import { makeEvent } from "./registry/make-event.ts";
import { readReleases, type Releases } from "./releases.ts";
import { stageWord } from "./stage.ts";
import { quoted } from "./targets.ts";
import { findVersion } from "./versions.ts";

export interface RetractInput {
  version: string;
  model?: string | undefined;
  reason?: string | undefined;
  /** Asks for the reason where none is given; an empty answer is none. */
  askReason?: ((release: string) => Promise<string>) | undefined;
}

export interface RetractResult {
  model: string;
  version: string;
  /** The tag that marks it. */
  tag: string;
  oid: string;
  reason: string;
  /** Git remotes that could be told of it. */
  remotes: string[];
}

/** Makes the event. Fails with no-reason, retracted where it is marked already, and what `makeEvent` says. */
export async function retract(project: Project, input: RetractInput): Promise<RetractResult> {
  return changing(project, async () => {
    const releases = await readReleases(project);
    const { release } = await findVersion(project, releases, input.version, input.model);
    if (!release) throw new MvError("unknown-version", `${input.version} is not a release`, { hint: "mv log" });
    const before = releases.isRetracted(release);
    if (before) {
      throw new MvError("retracted", `${release.model} ${release.version} is retracted already: ${before.reason}`, {
        hint: `git show ${quoted(before.tag)}`,
      });
    }
    const given = input.reason?.trim() ? input.reason : await input.askReason?.(`${release.model} ${release.version}`);
    const reason = given?.trim();
    if (!reason) {
      throw new MvError("no-reason", `Retracting ${release.model} ${release.version} needs a reason`, {
        hint: `mv retract ${release.tag} -m WHY`,
      });
    }
    const { model, version } = release;
    const name = formatRetractionTag(release.tag);
    const message = formatRetractionMessage({ model, version, reason, release: release.oid });
    const again = `mv retract ${quoted(release.tag)} -m ${quoted(reason)}`;
    const making = { signed: false, failed: "Nothing was retracted", again };
    const oid = await makeEvent(project, { name, target: release.commit, message }, making);
    await warnOfStages(project, releases, release);
    const remotes = await project.git.remotes();
    return { model, version, tag: name, oid, reason, remotes };
  });
}

/** A retraction moves nothing: where the release runs, it goes on. */
async function warnOfStages(project: Project, releases: Releases, release: Release): Promise<void> {
  const registry = readRegistry(project, releases);
  const stages = registry.stages.filter(({ model }) => model === release.model);
  const standings = await registry.latestOf(stages);
  for (const standing of standings) {
    if (!standing?.rollout.some(({ tag }) => tag === release.oid)) continue;
    const { model, stage } = standing;
    const next = `mv rollback ${quoted(stageWord(project, { model, stage }))} -m WHY`;
    project.warn(`${model} ${release.version} still runs on ${stage}. Next: ${next}`);
  }
}
