// mv log --stage: the history of one stage, newest first.
import type { Share } from "../model/events.ts";
import { backdated } from "../model/rollout.ts";
import { dated } from "./registry/dated.ts";
import type { Project } from "./project.ts";
import { readRegistry } from "./registry.ts";
import { readReleases } from "./releases.ts";
import { readStageWord, requireKnown } from "./stage.ts";
import { type StagedAssignment, staged } from "./stages.ts";

export interface StageLogInput {
  /** "production", or "churn@production". */
  stage: string;
  model?: string | undefined;
  max?: number | undefined;
}

export interface LoggedAssignment extends StagedAssignment {
  /** What it replaced; empty where nothing ran. */
  from: Share[];
  /** Dated before an assignment that it follows. */
  backdated: boolean;
}

export interface StageLogResult {
  model: string;
  stage: string;
  /** Newest first. */
  assignments: LoggedAssignment[];
}

/** Lists what was on a stage. Fails with unknown-stage. */
export async function stageLog(project: Project, input: StageLogInput): Promise<StageLogResult> {
  const name = readStageWord(project, input.stage, input.model);
  const releases = await readReleases(project);
  const registry = readRegistry(project, releases);
  requireKnown(project, registry, name);
  const chain = (await registry.history(name.model, name.stage)).map(dated);
  const disorder = new Set(backdated(chain).map(({ state }) => state.tag));
  const assignments = chain.slice(0, input.max).map(({ state }, at) => ({
    ...staged(releases, state),
    from: chain[at + 1]?.state.rollout ?? [],
    backdated: disorder.has(state.tag),
  }));
  return { ...name, assignments };
}
