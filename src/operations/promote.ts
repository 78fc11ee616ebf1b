// mv promote: appends an assignment, which puts a version, or a weighted set of versions, on a stage.
import { MvError } from "../errors.ts";
import { showRollout } from "../model/assignment.ts";
import { parseVersion } from "../model/version.ts";
import { changing } from "./change.ts";
import { againCommand } from "./promote/again.ts";
import { requireSameInputs } from "./promote/inputs.ts";
import { wantedShares } from "./promote/shares.ts";
import { standsAlready } from "./promote/standing-still.ts";
import type { Project } from "./project.ts";
import { readRegistry, type StageName } from "./registry.ts";
import { appendAssignment } from "./registry/append.ts";
import { openPublisher, type Published, shareCommand } from "./registry/publish.ts";
import { eventReason } from "./registry/reason.ts";
import { readReleases } from "./releases.ts";
import { readStageWord, requireDeclared } from "./stage.ts";
import { requireStageRules } from "./stage-rules.ts";
import { type StagedAssignment, staged } from "./stages.ts";
import { readVersionWord } from "./versions.ts";

export interface PromoteInput {
  /** May be left out with `split`. */
  version?: string | undefined;
  /** "production", or "churn@production". */
  stage: string;
  model?: string | undefined;
  /** The version's share in percent, 1 to 99; the rest stays with what ran before. */
  weight?: number | undefined;
  /** All shares: "v1.2.0=90,v1.3.0=10"; the first version is the baseline. */
  split?: string | undefined;
  /** Also send it: the tag to the Git remote, the stage's file to the store. */
  push?: boolean | undefined;
  /** The repository's address, where it is not the one around: for the commands that messages print. */
  repo?: string | undefined;
  reason?: string | undefined;
  /** Asks for the reason where none is given, once nothing else is in the way; an empty answer is none. */
  askReason?: ((what: string) => Promise<string>) | undefined;
}

export interface PromoteResult {
  model: string;
  stage: string;
  /** False where it was so already: nothing was made. */
  changed: boolean;
  /** What stands there now. */
  assigned: StagedAssignment;
  /** What stood there before; null where nothing did. */
  before: StagedAssignment | null;
  /** Where it was sent; null without `push`. */
  published: Published | null;
  /** The command that sends a new one to others; null where it was sent, or there is no Git remote. */
  share: string | null;
}

/**
 * Puts versions on a stage. Fails with unknown-stage, unknown-version, retracted, split, stage-rule where a version that is not
 * there yet breaks a rule of the stage, no-earlier, no-reason, with `push` also with push-incomplete and race, and what
 * `appendAssignment` says. What is so already is left so.
 */
export async function promote(project: Project, input: PromoteInput): Promise<PromoteResult> {
  return changing(project, () => promoteIn(project, input));
}

/** The same in a repository that nobody else changes. */
export async function promoteIn(project: Project, input: PromoteInput): Promise<PromoteResult> {
  const name = stageOf(project, input);
  requireDeclared(project, name);
  const releases = await readReleases(project);
  const registry = readRegistry(project, releases);
  const again = againCommand(input);
  const publisher = input.push ? await openPublisher(project, releases, registry, name, { again }) : null;
  const current = await registry.latest(name.model, name.stage);
  const wanted = await wantedShares(project, releases, name, input, current);
  const before = current && staged(releases, current);
  const isNew = current === null || !(await standsAlready(project, current, wanted));
  if (isNew) {
    await requireSameInputs(project, wanted.releases);
    const isThere = (oid: string): boolean => current?.rollout.some(({ tag }) => tag === oid) === true;
    const entering = wanted.releases.filter(({ oid }) => !isThere(oid));
    await requireStageRules(project, registry, name.stage, entering);
  }
  await publisher?.requireShared(wanted.releases);
  const what = `${name.model} ${showRollout(wanted.rollout)} on ${name.stage}`;
  const reason = isNew ? await eventReason(input, what, again) : "";
  const standing = isNew
    ? await appendAssignment(project, releases, registry, {
        ...name,
        ...wanted,
        returns: null,
        reason,
        again: againCommand({ ...input, reason }),
      })
    : current;
  const published = (await publisher?.send(standing, { isNew })) ?? null;
  const share = isNew ? await shareCommand(project, published, againCommand({ ...input, reason, push: true })) : null;
  return { ...name, changed: isNew, assigned: staged(releases, standing), before, published, share };
}

/** The stage; of the model that the version names, where the stage's word names none. */
function stageOf(project: Project, { stage, model, version, split, weight }: PromoteInput): StageName {
  if (split !== undefined && weight !== undefined) {
    throw new MvError("usage", "--weight and --split both say the shares", { hint: "give one of them" });
  }
  if (split === undefined && version === undefined) {
    throw new MvError("usage", "mv promote needs a version and a stage", {
      hint: "mv promote v1.2.0 production -m WHY",
    });
  }
  const word = version ?? split?.replace(/=.*$/s, "") ?? "";
  return readStageWord(project, stage, model ?? (stage.includes("@") ? undefined : modelOf(project, word)));
}

/** The model that a version's word names beyond doubt: churn@v1.2.0, churn@latest, churn@staging, or a tag that is no bare number. */
function modelOf(project: Project, word: string): string | undefined {
  const at = word.lastIndexOf("@");
  const named = word.slice(0, Math.max(at, 0));
  if (Object.hasOwn(project.settings.models, named)) return named;
  return parseVersion(word) === null ? readVersionWord(project, word)?.model : undefined;
}
