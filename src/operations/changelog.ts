// mv log --changelog: what each version of a model added, changed and removed against the one before it, and why.
import { dayIn } from "../model/day.ts";
import { diffRecords, type FieldChange } from "../model/diff.ts";
import type { ModelRecord } from "../model/record.ts";
import type { Release } from "../model/release.ts";
import { compare } from "../model/version.ts";
import { completingCommand } from "./complete.ts";
import { changeRows, type Row } from "./diff/rows.ts";
import type { Project } from "./project.ts";
import { firstRelease } from "./log.ts";
import { readReleasedRecords } from "./released-records.ts";
import { readReleases, type Releases } from "./releases.ts";
import { modelNames, oneModel } from "./versions.ts";

export interface ChangelogInput {
  model?: string | undefined;
  /** At most so many versions of each model. */
  max?: number | undefined;
}

export interface ChangelogEntry {
  version: string;
  tag: string;
  /** The day in the tagger's zone. */
  date: string;
  bump: string;
  reason: string;
  /** The version that it is compared with; null for the first of its line. */
  previous: string | null;
  /** Null where a record is not the sealed one, or the previous tag is not here. */
  changes: Row[] | null;
  retracted: { date: string; reason: string } | null;
}

export interface ChangelogResult {
  /** In the order of the settings; entries newest first. */
  models: { model: string; entries: ChangelogEntry[] }[];
  /** The command that brings what this clone may lack; null where nothing speaks for a gap. */
  incomplete: string | null;
  /** Where there is no release: the command that makes the first one. */
  first: string | null;
}

/** What is said elsewhere in an entry, or tells of the training and not of the model. */
const LEFT_OUT = /^(?:reason|note|trained|training_date|dataset_snapshot_id|evaluation\.sha256)(?:\.|$)/;

/** Fails with unknown-model. */
export async function changelog(project: Project, input: ChangelogInput): Promise<ChangelogResult> {
  const releases = await readReleases(project);
  const names = input.model === undefined ? modelNames(project) : [oneModel(project, input.model)];
  const models: ChangelogResult["models"] = [];
  for (const model of names) {
    const entries = await entriesOf(project, releases, model, input.max);
    if (entries.length > 0) models.push({ model, entries });
  }
  const incomplete = await completingCommand(project, releases.all.length > 0);
  const first = models.length > 0 ? null : await firstRelease(project, input.model ?? null);
  return { models, incomplete, first };
}

async function entriesOf(
  project: Project,
  releases: Releases,
  model: string,
  max: number | undefined,
): Promise<ChangelogEntry[]> {
  const own = releases.of(model);
  const byOid = new Map(own.map((release) => [release.oid, release]));
  const listed = own.toSorted((a, b) => b.tagger.date - a.tagger.date || compare(b.version, a.version)).slice(0, max);
  const before = listed.flatMap(({ previous }) => (previous ? (byOid.get(previous.tag) ?? []) : []));
  const records = await readReleasedRecords(project, [...new Set([...listed, ...before])]);
  return listed.map((release) => entryOf(releases, release, records));
}

function entryOf(
  releases: Releases,
  release: Release,
  records: ReadonlyMap<string, ModelRecord | null>,
): ChangelogEntry {
  const { version, tag, tagger, bump, reason, previous, oid } = release;
  const event = releases.isRetracted(release);
  return {
    version,
    tag,
    date: dayIn(tagger.zone, tagger.date),
    bump,
    reason,
    previous: previous?.version ?? null,
    changes: changesOf(records.get(oid) ?? null, previous && (records.get(previous.tag) ?? undefined)),
    retracted: event ? { date: dayIn(event.zone, event.date), reason: event.reason } : null,
  };
}

/** `before` is null for the first of a line, undefined where its record is not known. */
function changesOf(record: ModelRecord | null, before: ModelRecord | null | undefined): Row[] | null {
  if (record === null || before === undefined) return null;
  const diff = diffRecords(before, record);
  const isOfModel = ({ key }: FieldChange): boolean => !LEFT_OUT.test(key);
  return changeRows({ ...diff, environment: [], other: diff.other.filter(isOfModel) });
}
