// mv audit: what an auditor asks of a version, answered from the repository alone or named as a gap.
import { dayIn } from "../model/day.ts";
import { type Choice, chosenReleases } from "./audit/chosen.ts";
import type { VersionFacts } from "./audit/facts.ts";
import { gather } from "./audit/gather.ts";
import { type AuditedModel, historyOf } from "./audit/history.ts";
import { answer, NOT_FROM_GIT, type Row } from "./audit/questions.ts";
import { correctionCommand } from "./check/metadata.ts";
import { completingCommand } from "./complete.ts";
import type { Project } from "./project.ts";
import { readRegistry } from "./registry.ts";
import { readReleases, type Releases } from "./releases.ts";

export type { AuditedModel, AuditedRelease } from "./audit/history.ts";
export type { Evidence, State } from "./audit/verdict.ts";
export type { Row } from "./audit/questions.ts";

export interface AuditInput extends Choice {
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
