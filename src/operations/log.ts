// mv log: the releases of all models, what each measured and what it changed against the one before.
import { join } from "node:path";
import { MvError } from "../errors.ts";
import { sameContent } from "../model/content.ts";
import { dayIn } from "../model/day.ts";
import type { Release } from "../model/release.ts";
import { parseRecord } from "../model/record.ts";
import type { Value, ValueMap } from "../model/value.ts";
import { compare } from "../model/version.ts";
import { readTextFile } from "../platform/files.ts";
import { type LogChanges, releaseChanges } from "./log/changes.ts";
import { type Order, sortByMetric } from "./log/sort.ts";
import type { Project } from "./project.ts";
import { type RecordFacts, readReleasedRecords } from "./released-records.ts";
import { readReleases, type Releases } from "./releases.ts";
import { RECORD_MAX_BYTES } from "./snapshot.ts";
import { modelNames, oneModel } from "./versions.ts";

const MOST_WARNINGS = 5;

export interface LogInput {
  model?: string | undefined;
  /** A metric, "accuracy" or "test.auc": best first instead of newest first. */
  sort?: string | undefined;
  max?: number | undefined;
}

export interface LoggedRelease {
  model: string;
  version: string;
  tag: string;
  oid: string;
  commit: string;
  /** The tagger's day. */
  date: string;
  bump: string;
  reason: string;
  signed: boolean;
  metrics: ValueMap;
  hyperparameters: ValueMap;
  features: readonly Value[];
  dataset_snapshot_id: string | null;
  feature_set_version: string | null;
  content: string;
  previous: string | null;
  /** Against `previous`; null for a model's first release, and where the previous tag is not here. */
  changes: LogChanges | null;
  retracted: { reason: string; date: string } | null;
}

export interface Unreleased {
  model: string;
  version: string;
  /** declared: the number is not released. changed: it is, but the record has other bytes now. */
  state: "declared" | "changed";
}

export interface LogResult {
  releases: LoggedRelease[];
  unreleased: Unreleased[];
  sorted: Order | null;
}

/** Lists releases, newest first or best first. Fails with nothing-found where no release has the metric asked for. */
export async function log(project: Project, input: LogInput): Promise<LogResult> {
  const only = input.model === undefined ? null : oneModel(project, input.model);
  const releases = await readReleases(project);
  const factsOf = await readReleasedRecords(project, releases.all);
  warnOfGaps(project, releases, factsOf);
  if (await project.git.isShallow())
    project.warn("this clone is shallow: releases may be missing here; complete it: git fetch --unshallow --tags");
  const chosen = only === null ? releases.all : releases.of(only);
  const { list, order } =
    input.sort === undefined
      ? { list: newestFirst(chosen), order: null }
      : sortByMetric(newestFirst(chosen), factsOf, input.sort, project.settings.policy.metrics);
  const retractions = new Map(releases.retractions.map((event) => [`${event.model} ${event.version}`, event]));
  const byOid = new Map(releases.all.map((release) => [release.oid, release]));
  const shown = list.slice(0, input.max ?? list.length);
  return {
    releases: shown.map((release) => {
      const previous = release.previous === null ? undefined : byOid.get(release.previous.tag);
      const event = retractions.get(`${release.model} ${release.version}`);
      return {
        ...described(release, factsOf(release)),
        changes: previous ? releaseChanges(previous, factsOf(previous), release, factsOf(release)) : null,
        retracted: event ? { reason: event.reason, date: dayIn(event.zone, event.date) } : null,
      };
    }),
    unreleased: await unreleased(project, releases, only === null ? modelNames(project) : [only]),
    sorted: order,
  };
}

function newestFirst(releases: readonly Release[]): Release[] {
  return releases.toSorted((a, b) => b.tagger.date - a.tagger.date || compare(b.version, a.version));
}

function described(release: Release, facts: RecordFacts | null): Omit<LoggedRelease, "changes" | "retracted"> {
  const { model, version, tag, oid, commit, tagger, bump, reason, signed, content } = release;
  return {
    model,
    version,
    tag,
    oid,
    commit,
    date: dayIn(tagger.zone, tagger.date),
    bump,
    reason,
    signed,
    metrics: facts?.metrics ?? {},
    hyperparameters: facts?.hyperparameters ?? {},
    features: facts?.features ?? [],
    dataset_snapshot_id: release.dataset_snapshot_id,
    feature_set_version: release.feature_set_version,
    content,
    previous: release.previous?.version ?? null,
  };
}

function warnOfGaps(project: Project, releases: Releases, factsOf: (release: Release) => RecordFacts | null): void {
  const warnings = [
    ...releases.broken.map(({ tag, why }) => `tag ${tag} claims to be a release and cannot be read: ${why}`),
    ...releases.all
      .filter((release) => factsOf(release) === null)
      .map(({ tag }) => `${tag}: its record is not the sealed one, so its metrics are not shown: mv verify ${tag}`),
  ];
  for (const text of warnings.slice(0, MOST_WARNINGS)) project.warn(text);
  if (warnings.length > MOST_WARNINGS) project.warn(`and ${warnings.length - MOST_WARNINGS} more: mv verify --all`);
}

async function unreleased(project: Project, releases: Releases, models: readonly string[]): Promise<Unreleased[]> {
  const found: Unreleased[] = [];
  for (const model of models) {
    const record = await declaredRecord(project, project.settings.models[model]?.record ?? "");
    if (record === null) continue;
    const release = releases.find(model, record.version);
    if (!release) found.push({ model, version: record.version, state: "declared" });
    else if (!sameContent(release.artifacts, record.artifacts))
      found.push({ model, version: record.version, state: "changed" });
  }
  return found;
}

async function declaredRecord(project: Project, file: string): Promise<ReturnType<typeof parseRecord> | null> {
  try {
    const text = await readTextFile(join(project.root, file), RECORD_MAX_BYTES);
    return text === null ? null : parseRecord(text, file);
  } catch (error) {
    if (!(error instanceof MvError)) throw error;
    // The history can be read all the same.
    project.warn(`${error.message}: ${error.hint ?? `git restore ${file}`}`);
    return null;
  }
}
