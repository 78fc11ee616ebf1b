// mv audit: what an auditor asks of a version, answered from the repository alone or named as a gap.
import { MvError } from "../errors.ts";
import { dayIn } from "../model/day.ts";
import { leavesOf } from "../model/diff.ts";
import type { Release } from "../model/release.ts";
import { isNumberText, type Value } from "../model/value.ts";
import { isPrerelease } from "../model/version.ts";
import type { ModelFacts, VersionFacts } from "./audit/facts.ts";
import { gather } from "./audit/gather.ts";
import { answer, NOT_FROM_GIT, type Row } from "./audit/questions.ts";
import { correctionCommand } from "./check/metadata.ts";
import { completingCommand } from "./complete.ts";
import type { Project } from "./project.ts";
import { readRegistry, type Registry, type Standing } from "./registry.ts";
import { readReleases, type Releases } from "./releases.ts";
import { readStageWord, requireKnown } from "./stage.ts";
import { findVersion, modelNames, oneModel } from "./versions.ts";

export type { Evidence, State } from "./audit/verdict.ts";
export type { Row } from "./audit/questions.ts";

export interface AuditInput {
  /** Default: the newest release of each model. */
  version?: string | undefined;
  model?: string | undefined;
  /** What stands on this stage now. */
  stage?: string | undefined;
  /** Every release. */
  all?: boolean | undefined;
  /** False: bytes are not read, and the questions on them stay open. */
  hash?: boolean | undefined;
  /** Who may sign, as `mv verify` takes it. */
  allowedSigners?: string | undefined;
}

export interface AuditedVersion {
  model: string;
  version: string;
  tag: string;
  oid: string;
  commit: string;
  /** Of the tag, in the tagger's zone. */
  date: string;
  tagger: { name: string; email: string };
  reason: string;
  retracted: string | null;
  rows: Row[];
  gaps: number;
  /** Where fields are set that close gaps: the command that brings them into a version. */
  correction: string;
}

/** One release in a model's history. */
export interface AuditedRelease {
  version: string;
  tag: string;
  /** Seconds since 1970, and the day in the tagger's zone. */
  time: number;
  date: string;
  reason: string;
  retracted: string | null;
  /** Numbers of the record by their dotted names. */
  metrics: { name: string; value: number; text: string }[];
}

export interface AuditedModel {
  model: string;
  /** Oldest first. */
  releases: AuditedRelease[];
  /** Of each stage the assignments, newest first. */
  stages: { stage: string; assignments: Standing[] }[];
}

export interface AuditResult {
  /** When the audit was made, in ISO 8601, by the clock of the machine. */
  at: string;
  head: string | null;
  models: AuditedModel[];
  versions: AuditedVersion[];
  gaps: number;
  /** What no repository can know, whatever is committed. */
  not_from_git: readonly string[];
  /** The command that brings what this clone may lack; null where nothing speaks for a gap. */
  incomplete: string | null;
}

/** Answers the questions. A gap is no failure. Fails with unknown-version, unknown-stage, model-needed or usage. */
export async function audit(project: Project, input: AuditInput): Promise<AuditResult> {
  const releases = await readReleases(project);
  const registry = readRegistry(project, releases);
  const chosen = await chosenReleases(project, releases, registry, input);
  const { models, versions } = await gather(project, releases, registry, {
    chosen,
    hash: input.hash !== false,
    allowedSigners: input.allowedSigners,
  });
  const audited = versions.map((facts) => auditVersion(project, releases, facts));
  return {
    at: project
      .now()
      .toISOString()
      .replace(/\.\d+Z$/, "Z"),
    head: (await project.git.head()).oid,
    models: models.map(historyOf),
    versions: audited,
    gaps: audited.reduce((sum, { gaps }) => sum + gaps, 0),
    not_from_git: NOT_FROM_GIT,
    incomplete: await completingCommand(project, releases.all.length > 0),
  };
}

async function chosenReleases(
  project: Project,
  releases: Releases,
  registry: Registry,
  { version, model, stage, all }: AuditInput,
): Promise<readonly Release[]> {
  if ([version, stage, all === true ? "" : undefined].filter((given) => given !== undefined).length > 1) {
    throw new MvError("usage", "Give a version, --stage or --all", { hint: "mv audit v1.0.0" });
  }
  if (version !== undefined) {
    const { release, name } = await findVersion(project, releases, version, model);
    if (release) return [release];
    throw new MvError("unknown-version", `${name} is not a release: only a tag says what belongs to it`, {
      hint: "mv log",
    });
  }
  if (stage !== undefined) return standing(project, releases, registry, stage, model);
  const names = model === undefined ? modelNames(project) : [oneModel(project, model)];
  const found = names.flatMap((name) => (all ? releases.of(name) : newest(releases, name)));
  if (found.length > 0) return found;
  throw new MvError("nothing-found", `${names.join(", ") || "No model"} has no release yet`, {
    hint: "mv tag v1.0.0 -m WHY",
  });
}

async function standing(
  project: Project,
  releases: Releases,
  registry: Registry,
  word: string,
  model: string | undefined,
): Promise<readonly Release[]> {
  const name = readStageWord(project, word, model);
  requireKnown(project, registry, name);
  const rollout = (await registry.latest(name.model, name.stage))?.rollout ?? [];
  const found = rollout.flatMap((share) => releases.find(name.model, share.version) ?? []);
  if (found.length > 0) return found;
  throw new MvError("nothing-found", `Nothing stands on ${name.stage}`, {
    hint: `mv promote VERSION ${word} -m WHY`,
  });
}

/** The highest final number that is not retracted, or where there is none, the highest. */
function newest(releases: Releases, model: string): Release[] {
  const own = releases.of(model);
  const usable = own.filter((release) => !releases.isRetracted(release));
  const found = usable.findLast(({ version }) => !isPrerelease(version)) ?? usable.at(-1) ?? own.at(-1);
  return found ? [found] : [];
}

function auditVersion(project: Project, releases: Releases, facts: VersionFacts): AuditedVersion {
  const { model, version, tag, oid, commit, tagger, reason } = facts.release;
  const rows = answer(facts);
  return {
    model,
    version,
    tag,
    oid,
    commit,
    date: dayIn(tagger.zone, tagger.date),
    tagger: { name: tagger.name, email: tagger.email },
    reason,
    retracted: facts.retraction?.reason ?? null,
    rows,
    gaps: rows.filter(({ state }) => state === "gap").length,
    correction: correctionCommand(project, releases, model, version),
  };
}

function historyOf({ model, releases, records, retractions, stages }: ModelFacts): AuditedModel {
  const ordered = releases.toSorted((a, b) => a.tagger.date - b.tagger.date);
  return {
    model,
    releases: ordered.map(({ version, tag, oid, tagger, reason }) => ({
      version,
      tag,
      time: tagger.date,
      date: dayIn(tagger.zone, tagger.date),
      reason,
      retracted: retractions.get(version)?.reason ?? null,
      metrics: numbersOf(records.get(oid)?.fields["metrics"]),
    })),
    stages: stages.map(({ stage, assignments }) => ({ stage, assignments })),
  };
}

function numbersOf(metrics: Value | undefined): AuditedRelease["metrics"] {
  return [...leavesOf(metrics).values()].flatMap(({ key, value }) =>
    isNumberText(value) && Number.isFinite(value.value) ? [{ name: key, value: value.value, text: value.text }] : [],
  );
}
