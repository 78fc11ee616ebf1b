// mv confirm: a deploy job says that a version really runs on a stage. What is assigned and what runs are two facts.
import { MvError } from "../errors.ts";
import { showRollout } from "../model/assignment.ts";
import { formatConfirmationMessage, formatConfirmationTag } from "../model/events.ts";
import type { Release } from "../model/release.ts";
import { parseVersion } from "../model/version.ts";
import { changing } from "./change.ts";
import type { Project } from "./project.ts";
import { readRegistry, type Standing } from "./registry.ts";
import { currentStanding } from "./registry/current.ts";
import { makeEvent } from "./registry/make-event.ts";
import { readReleases, type Releases } from "./releases.ts";
import { readStageWord } from "./stage.ts";
import { quoted } from "./targets.ts";
import { findVersion, warnIfRetracted } from "./versions.ts";

export interface ConfirmInput {
  /** "production", or "churn@production". */
  stage: string;
  /** What runs there. */
  version: string;
  model?: string | undefined;
  /** Who says so: the deploy job's name or address. */
  source?: string | undefined;
  /** Anything more to say. */
  note?: string | undefined;
}

export interface ConfirmResult {
  model: string;
  stage: string;
  version: string;
  /** The assignment that it confirms. */
  assignment: { tag: string; oid: string; number: number };
  /** False where the same source confirmed it before: nothing was made. */
  changed: boolean;
  confirmation: { tag: string; oid: string; source: string | null };
  /** Git remotes that could be told of it. */
  remotes: string[];
}

/** A job that says the same again does so soon. */
const LOOK_BACK = 100;

/**
 * Makes the confirmation. Fails with unknown-stage, unknown-version, not-assigned where the stage's newest assignment does not
 * have the version, race, commit-failed.
 */
export async function confirm(project: Project, input: ConfirmInput): Promise<ConfirmResult> {
  return changing(project, async () => {
    const name = readStageWord(project, input.stage, input.model);
    const { model, stage } = name;
    const releases = await readReleases(project);
    const registry = readRegistry(project, releases);
    const standing = await currentStanding(project, registry, name);
    const release = await assignedRelease(project, releases, standing, input);
    const source = oneLine(input.source);
    const known = await registry.confirmations(model, stage, LOOK_BACK);
    const before = known.events.find(
      (event) => event.assignment?.tag === standing.oid && event.release === release.oid && event.source === source,
    );
    const { tag: assigned, oid, number } = standing;
    const result = {
      model,
      stage,
      version: release.version,
      assignment: { tag: assigned, oid, number },
      remotes: await project.git.remotes(),
    };
    if (before) return { ...result, changed: false, confirmation: { tag: before.tag, oid: before.oid, source } };
    const tag = formatConfirmationTag({ model, stage }, known.next);
    const message = formatConfirmationMessage({
      model,
      stage,
      version: release.version,
      release: release.oid,
      assignment: { assignment: assigned, tag: oid },
      source,
      reason: input.note?.trim() ?? "",
    });
    const again = `mv confirm ${quoted(input.stage)} --version ${quoted(input.version)}`;
    const making = { signed: false, failed: "Nothing was confirmed", again };
    const made = await makeEvent(project, { name: tag, target: release.commit, message }, making);
    return { ...result, changed: true, confirmation: { tag, oid: made, source } };
  });
}

/** The release that is meant, where the assignment has it. */
async function assignedRelease(
  project: Project,
  releases: Releases,
  { model, stage, tag, rollout }: Standing,
  { version: word, stage: typed }: ConfirmInput,
): Promise<Release> {
  const found = await findVersion(project, releases, word, model);
  warnIfRetracted(project, releases, found);
  if (found.release && rollout.some((share) => share.tag === found.release?.oid)) return found.release;
  const version = found.release?.version ?? parseVersion(word) ?? word;
  throw new MvError(
    "not-assigned",
    `${model} ${version} is not on ${stage}: ${tag} put ${showRollout(rollout)} there`,
    {
      hint: `deploy what is assigned, or assign what runs: mv promote ${quoted(word)} ${quoted(typed)} -m WHY`,
      details: { assignment: tag, rollout },
    },
  );
}

/** A source goes into one line of a listing. */
function oneLine(text: string | undefined): string | null {
  const line = text?.replace(/\s+/g, " ").trim();
  return line === undefined || line === "" ? null : line;
}
