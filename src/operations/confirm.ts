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
import { freeNumber, type MadeEvent, openEventChain, shareEvent } from "./registry/share-event.ts";
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
  /** Also send it to the Git remote. */
  push?: boolean | undefined;
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
  /** The Git remote that has it; null where it was not sent. */
  pushed: string | null;
  /** The command that sends it; null where it was sent, or there is no Git remote. */
  share: string | null;
}

/** A job that says the same again does so soon. */
const LOOK_BACK = 100;

/**
 * Makes the confirmation. Fails with unknown-stage, unknown-version, not-assigned where the stage's newest assignment does not
 * have the version, race, commit-failed; with `push` also with push-incomplete, push-rejected, unreachable.
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
    const chain = input.push ? await openEventChain(project, release, formatConfirmationTag(name)) : null;
    const known = await registry.confirmations(model, stage, LOOK_BACK);
    const before = known.events.find(
      (event) => event.assignment?.tag === standing.oid && event.release === release.oid && event.source === source,
    );
    const again = againCommand(input);
    const make = async (number: number): Promise<MadeEvent> => {
      const tag = formatConfirmationTag(name, number);
      const message = formatConfirmationMessage({
        model,
        stage,
        version: release.version,
        release: release.oid,
        assignment: { assignment: standing.tag, tag: standing.oid },
        source,
        reason: input.note?.trim() ?? "",
      });
      const making = { signed: false, failed: "Nothing was confirmed", again };
      return { tag, oid: await makeEvent(project, { name: tag, target: release.commit, message }, making) };
    };
    const made = before ?? (await make(chain ? freeNumber(chain, known.next) : known.next));
    const { tag, oid } = chain ? await shareEvent(project, chain, { ...made, isNew: !before }, make) : made;
    const remotes = await project.git.remotes();
    return {
      model,
      stage,
      version: release.version,
      assignment: { tag: standing.tag, oid: standing.oid, number: standing.number },
      changed: !before,
      confirmation: { tag, oid, source },
      pushed: chain?.remote ?? null,
      share: chain || remotes.length === 0 ? null : `${again} --push`,
    };
  });
}

function againCommand({ stage, version, source, note }: ConfirmInput): string {
  const more = [
    ...(source === undefined ? [] : [`--source ${quoted(source)}`]),
    ...(note === undefined ? [] : [`-m ${quoted(note)}`]),
  ];
  return [`mv confirm ${quoted(stage)} --version ${quoted(version)}`, ...more].join(" ");
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
