// mv rollback: appends an assignment to what ran before. No rule of promotion stands in its way, only a signature where the stage
// wants one: whoever types it has an incident.
import { MvError } from "../errors.ts";
import { isWhole, lastRunOf, originOf, rollbackTarget } from "../model/rollout.ts";
import { changing } from "./change.ts";
import type { Project } from "./project.ts";
import { usableRelease } from "./promote/shares.ts";
import { readRegistry, type StageName, type Standing } from "./registry.ts";
import { appendAssignment } from "./registry/append.ts";
import { warnOfMissing } from "./registry/incomplete.ts";
import { openPublisher, type Published, shareCommand } from "./registry/publish.ts";
import { eventReason } from "./registry/reason.ts";
import { readReleases, type Releases } from "./releases.ts";
import { readStageWord, requireKnown } from "./stage.ts";
import { type StagedAssignment, staged } from "./stages.ts";
import { quoted } from "./targets.ts";

export interface RollbackInput {
  /** "production", or "churn@production". */
  stage: string;
  model?: string | undefined;
  /** A version that ran on the stage; what ran before the present one, where it is left out. */
  to?: string | undefined;
  /** Also send it: the tag to the Git remote, the stage's file to the store. */
  push?: boolean | undefined;
  /** The repository's address, where it is not the one around: for the commands that messages print. */
  repo?: string | undefined;
  reason?: string | undefined;
  /** Asks for the reason where none is given, once nothing else is in the way; an empty answer is none. */
  askReason?: ((what: string) => Promise<string>) | undefined;
}

export interface RollbackResult {
  model: string;
  stage: string;
  /** False where the version asked for runs alone already. */
  changed: boolean;
  assigned: StagedAssignment;
  before: StagedAssignment | null;
  /** Where it was sent; null without `push`. */
  published: Published | null;
  /** The command that sends a new one to others; null where it was sent, or there is no Git remote. */
  share: string | null;
}

/**
 * Puts a stage back to the version that ran alone before, or to the one asked for. Fails with unknown-stage, no-earlier,
 * unknown-version, retracted, no-reason, with `push` also with push-incomplete and race, and what `appendAssignment` says.
 */
export async function rollback(project: Project, input: RollbackInput): Promise<RollbackResult> {
  return changing(project, () => rollbackIn(project, input));
}

/** The same in a repository that nobody else changes. */
export async function rollbackIn(project: Project, input: RollbackInput): Promise<RollbackResult> {
  const name = readStageWord(project, input.stage, input.model);
  const releases = await readReleases(project);
  const registry = readRegistry(project, releases);
  if (!input.push) await warnOfMissing(project, releases, registry);
  requireKnown(project, registry, name);
  const again = againCommand(input);
  const publisher = input.push ? await openPublisher(project, releases, registry, name, { again, urgent: true }) : null;
  const chain = await registry.history(name.model, name.stage);
  const { version, tag, state } = await targetOf(project, releases, name, input, chain);
  const [current] = chain;
  const isThere = current !== undefined && isWhole(current) && current.rollout[0]?.tag === tag;
  const release = releases.find(name.model, version);
  await publisher?.requireShared(release ? [release] : []);
  const reason = isThere ? "" : await eventReason(input, `${name.model} back to ${version} on ${name.stage}`, again);
  const standing = isThere
    ? current
    : await appendAssignment(project, releases, registry, {
        ...name,
        baseline: version,
        rollout: [{ version, tag, weight: 100 }],
        returns: { assignment: state.tag, tag: state.oid },
        reason,
        again: againCommand({ ...input, reason }),
      });
  const published = (await publisher?.send(standing, { isNew: !isThere })) ?? null;
  const share = !isThere
    ? await shareCommand(project, published, againCommand({ ...input, to: input.to ?? version, reason, push: true }))
    : null;
  const before = current ? staged(releases, current) : null;
  return { ...name, changed: !isThere, assigned: staged(releases, standing), before, published, share };
}

interface Target {
  version: string;
  /** Oid of its release tag. */
  tag: string;
  /** The earlier assignment that comes back. */
  state: Standing;
}

async function targetOf(
  project: Project,
  releases: Releases,
  { model, stage }: StageName,
  input: RollbackInput,
  chain: readonly Standing[],
): Promise<Target> {
  if (input.to !== undefined) {
    const { version, oid } = await usableRelease(project, releases, input.to, model);
    const state = lastRunOf(chain, version);
    if (state) return { version, tag: oid, state };
    throw new MvError("no-earlier", `${model} ${version} never ran on ${stage}`, {
      hint: `mv promote ${quoted(input.to)} ${quoted(input.stage)} -m WHY`,
    });
  }
  const state = rollbackTarget(chain, ({ version, tag }) => {
    const release = releases.find(model, version);
    return release?.oid === tag && !releases.isRetracted(release);
  });
  const [share] = state?.rollout ?? [];
  if (state && share) return { version: share.version, tag: share.tag, state };
  throw nothingEarlier(releases, model, stage, input, chain);
}

function nothingEarlier(
  releases: Releases,
  model: string,
  stage: string,
  input: RollbackInput,
  chain: readonly Standing[],
): MvError {
  const [current] = chain;
  if (current === undefined) {
    return new MvError("no-earlier", `Nothing was ever on ${stage}`, {
      hint: `mv promote VERSION ${quoted(input.stage)} -m WHY`,
    });
  }
  const since = originOf(chain, current);
  const others = new Set(chain.flatMap(({ rollout }) => rollout.map(({ version }) => version)));
  if (isWhole(current) && current.baseline !== null) others.delete(current.baseline);
  const usable = [...others].filter((version) => {
    const release = releases.find(model, version);
    return release !== undefined && !releases.isRetracted(release);
  });
  return new MvError("no-earlier", `No version that could run again ran alone on ${stage} before ${since.tag}`, {
    hint:
      usable[0] === undefined
        ? `mv promote VERSION ${quoted(input.stage)} -m WHY`
        : againCommand({ ...input, to: usable[0] }),
    details: { ran: usable },
  });
}

function againCommand({ stage, model, to, push, repo, reason }: RollbackInput): string {
  const words = [
    ...(model === undefined ? [] : [`--model ${quoted(model)}`]),
    ...(to === undefined ? [] : [`--to ${quoted(to)}`]),
    ...(repo === undefined ? (push === true ? ["--push"] : []) : [`--repo ${quoted(repo)}`]),
    `-m ${reason?.trim() ? quoted(reason.trim()) : "WHY"}`,
  ];
  return `mv rollback ${quoted(stage)} ${words.join(" ")}`;
}
