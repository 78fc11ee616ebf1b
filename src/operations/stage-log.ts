// mv log --stage: the history of one stage, newest first.
import { isoTime } from "../model/day.ts";
import type { Share } from "../model/events.ts";
import { backdated } from "../model/rollout.ts";
import { dated } from "./registry/dated.ts";
import { warnOfMissing } from "./registry/incomplete.ts";
import type { Project } from "./project.ts";
import { readRegistry, type Standing } from "./registry.ts";
import { readReleases } from "./releases.ts";
import { readStageWord, requireKnown } from "./stage.ts";
import { type StagedAssignment, stagedShares } from "./stages.ts";

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
  await warnOfMissing(project, releases, registry);
  requireKnown(project, registry, name);
  const chain = (await registry.history(name.model, name.stage)).map(dated);
  const disorder = new Set(backdated(chain).map(({ state }) => state.tag));
  const sharesOf = stagedShares(releases);
  const assignments = chain.slice(0, input.max).map(({ state }, at) =>
    logged(state, {
      rollout: sharesOf(state),
      from: chain[at + 1]?.state.rollout ?? [],
      backdated: disorder.has(state.tag),
    }),
  );
  return { ...name, assignments };
}

// Ten thousand are listed in one go: fields are copied one by one.
function logged(
  state: Standing,
  { rollout, from, backdated: isBackdated }: Pick<LoggedAssignment, "rollout" | "from" | "backdated">,
): LoggedAssignment {
  const { tagger } = state;
  return {
    model: state.model,
    stage: state.stage,
    number: state.number,
    tag: state.tag,
    oid: state.oid,
    commit: state.commit,
    by: state.by,
    baseline: state.baseline,
    rollout,
    rollout_id: state.rollout_id,
    tagger,
    reason: state.reason,
    signed: state.signed,
    seal: state.seal,
    returns: state.returns,
    at: tagger === null ? null : isoTime(tagger.date),
    from,
    backdated: isBackdated,
  };
}
