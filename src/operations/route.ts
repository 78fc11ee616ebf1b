// mv route: which version keys get on a stage, as every program that follows docs/rollout-routing.md answers.
import { type Rollout, routerOf, slotOf } from "../model/route.ts";
import { loadHashing } from "../platform/hashing.ts";
import type { Project } from "./project.ts";
import { readRegistry, type Standing } from "./registry.ts";
import { currentStanding } from "./registry/current.ts";
import { readReleases } from "./releases.ts";
import { readStageWord } from "./stage.ts";

export interface RouteInput {
  /** "production", or "churn@production". */
  stage: string;
  model?: string | undefined;
  keys: readonly string[];
}

export interface RouteResult {
  model: string;
  stage: string;
  /** The experiment that keys are dealt by. */
  id: string;
  baseline: string | null;
  assignment: { tag: string; oid: string; number: number };
  /** In the order of the keys. */
  routes: { key: string; slot: number; version: string }[];
}

/** Routes keys by the stage's newest assignment. Fails with unknown-stage, and unknown-version where nothing is there. */
export async function route(project: Project, input: RouteInput): Promise<RouteResult> {
  const name = readStageWord(project, input.stage, input.model);
  const releases = await readReleases(project);
  const standing = await currentStanding(project, readRegistry(project, releases), name);
  for (const { version, tag } of standing.rollout) {
    const release = releases.find(name.model, version);
    const event = release?.oid === tag ? releases.isRetracted(release) : undefined;
    if (event) project.warn(`${name.model} ${version} is retracted: ${event.reason.split("\n")[0]}`);
  }
  const { xxh64 } = await loadHashing();
  const rollout = rolloutOf(standing);
  const versionOf = routerOf(xxh64, rollout);
  const { tag, oid, number, baseline } = standing;
  return {
    ...name,
    id: rollout.id,
    baseline,
    assignment: { tag, oid, number },
    routes: input.keys.map((key) => ({ key, slot: slotOf(xxh64, rollout, key), version: versionOf(key) })),
  };
}

/** An assignment as routing takes it. */
function rolloutOf({ stage, rollout_id: id, rollout }: Standing): Rollout {
  return { stage, id, variants: rollout };
}
