// mv promote: appends an assignment, which puts a version on a stage.
import { MvError } from "../errors.ts";
import type { Release } from "../model/release.ts";
import { parseVersion } from "../model/version.ts";
import { changing } from "./change.ts";
import type { Project } from "./project.ts";
import { readRegistry, type StageName } from "./registry.ts";
import { appendAssignment } from "./registry/append.ts";
import { readReleases, type Releases } from "./releases.ts";
import { readStageWord, requireDeclared } from "./stage.ts";
import { type StagedAssignment, staged } from "./stages.ts";
import { quoted } from "./targets.ts";
import { findVersion, readVersionWord } from "./versions.ts";

export interface PromoteInput {
  version: string;
  /** "production", or "churn@production". */
  stage: string;
  model?: string | undefined;
  reason?: string | undefined;
  /** Asks for the reason where none is given, once nothing else is in the way; an empty answer is none. */
  askReason?: ((what: string) => Promise<string>) | undefined;
}

export interface PromoteResult {
  model: string;
  stage: string;
  /** False where the version was there already, alone: nothing was made. */
  changed: boolean;
  /** What stands there now. */
  assigned: StagedAssignment;
  /** What stood there before; null where nothing did. */
  before: StagedAssignment | null;
}

/**
 * Puts a version on a stage. Fails with unknown-stage, unknown-version, retracted, no-reason, and what `appendAssignment` says.
 * A version that is there already, alone, is left there.
 */
export async function promote(project: Project, input: PromoteInput): Promise<PromoteResult> {
  return changing(project, async () => {
    const name = stageOf(project, input);
    requireDeclared(project, name);
    const releases = await readReleases(project);
    const registry = readRegistry(project, releases);
    const release = await releaseOf(project, releases, input, name);
    requireUsable(releases, release);
    const current = await registry.latest(name.model, name.stage);
    const before = current && staged(releases, current);
    const [only, ...others] = current?.rollout ?? [];
    if (before !== null && others.length === 0 && only?.tag === release.oid) {
      return { ...name, changed: false, assigned: before, before };
    }
    const again = (why: string): string => `mv promote ${quoted(input.version)} ${quoted(input.stage)} -m ${why}`;
    const reason = await reasonOf(input, `${release.model} ${release.version} on ${name.stage}`, again("WHY"));
    const made = await appendAssignment(project, releases, registry, {
      ...name,
      baseline: release.version,
      rollout: [{ version: release.version, tag: release.oid, weight: 100 }],
      returns: null,
      reason,
      again: again(quoted(reason)),
    });
    return { ...name, changed: true, assigned: staged(releases, made), before };
  });
}

/** The stage; of the model that the version names, where the stage's word names none. */
function stageOf(project: Project, { stage, model, version }: PromoteInput): StageName {
  const named = readVersionWord(project, version, model);
  const own = named !== null && (version.includes("@") || parseVersion(version) === null) ? named.model : undefined;
  return readStageWord(project, stage, model ?? own);
}

async function releaseOf(project: Project, releases: Releases, input: PromoteInput, name: StageName): Promise<Release> {
  const { release } = await findVersion(project, releases, input.version, name.model);
  if (release !== null && release.model === name.model) return release;
  const what =
    release === null ? `${input.version} is not a release` : `${input.version} is a release of ${release.model}`;
  throw new MvError("unknown-version", `${what}, and ${name.model} runs on ${name.stage}`, { hint: "mv log" });
}

function requireUsable(releases: Releases, release: Release): void {
  const event = releases.isRetracted(release);
  if (!event) return;
  const name = `${release.model} ${release.version}`;
  throw new MvError("retracted", `${name} is retracted: ${event.reason.split("\n")[0]}`, {
    hint: "mv log, and promote another",
    details: { tag: event.tag },
  });
}

async function reasonOf(input: PromoteInput, what: string, again: string): Promise<string> {
  const given = input.reason?.trim() ? input.reason : await input.askReason?.(what);
  const reason = given?.trim();
  if (reason) return reason;
  throw new MvError("no-reason", `${what} needs a reason`, { hint: again });
}
