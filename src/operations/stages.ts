// mv stages: what stands on every stage, since when and by whom.
import type { Share } from "../model/events.ts";
import type { Project } from "./project.ts";
import { readRegistry, type Standing } from "./registry.ts";
import { readReleases, type Releases } from "./releases.ts";
import { stagesOf } from "./stage.ts";
import { modelNames, oneModel } from "./versions.ts";

export interface StagesInput {
  model?: string | undefined;
}

/** One version on a stage. */
export interface StagedShare extends Share {
  /** Why it was withdrawn, where it was. */
  retracted: string | null;
}

export interface StagedAssignment extends Omit<Standing, "rollout"> {
  rollout: StagedShare[];
  /** The tagger's clock, in ISO 8601 at UTC; null for a plain tag. */
  at: string | null;
}

export interface Stage {
  model: string;
  stage: string;
  /** Whether the settings have it. */
  declared: boolean;
  /** Null where nothing was ever assigned. */
  assigned: StagedAssignment | null;
}

export interface StagesResult {
  stages: Stage[];
}

/** Lists the stages of all models, those of the settings first, each with its newest assignment. */
export async function stages(project: Project, input: StagesInput): Promise<StagesResult> {
  const models = input.model === undefined ? modelNames(project) : [oneModel(project, input.model)];
  const releases = await readReleases(project);
  const registry = readRegistry(project, releases);
  const names = stagesOf(project, registry, models);
  const standings = await registry.latestOf(names);
  return {
    stages: names.map(({ model, stage }, index) => {
      const standing = standings[index] ?? null;
      const declared = Object.hasOwn(project.settings.stages, stage);
      return { model, stage, declared, assigned: standing && staged(releases, standing) };
    }),
  };
}

/** An assignment with what is known of its versions today. */
export function staged(releases: Releases, standing: Standing): StagedAssignment {
  const { model, rollout, tagger } = standing;
  const at = tagger === null ? null : new Date(tagger.date * 1000).toISOString().replace(".000Z", "Z");
  return {
    ...standing,
    rollout: rollout.map((share) => ({ ...share, retracted: whyRetracted(releases, model, share) })),
    at,
  };
}

function whyRetracted(releases: Releases, model: string, share: Share): string | null {
  const release = releases.find(model, share.version);
  return (release && releases.isRetracted(release)?.reason) ?? null;
}
