// The releases as `mv log` lists them. Tags and their commits never change, so the list is kept in log.json until the tags are
// others: a thousand releases then cost one `for-each-ref` and one small file; no YAML, no comparing.
import { createHash } from "node:crypto";
import { join } from "node:path";
import type { TagRef } from "../../git/git.ts";
import { dayIn } from "../../model/day.ts";
import type { Release, Retraction } from "../../model/release.ts";
import { compare } from "../../model/version.ts";
import { keep, readKept } from "../kept.ts";
import type { Project } from "../project.ts";
import { readReleases } from "../releases.ts";
import { releaseChanges } from "./changes.ts";
import { readFacts } from "./facts.ts";
import { type Details, freezeDetails, thawDetails } from "./frozen.ts";
import { type Summary, summaryOf } from "./summary.ts";

/** Raised whenever an entry, its words included, is made in another way. */
const SCHEMA = 2;

/** A release in the history. */
export interface Entry {
  model: string;
  version: string;
  tag: string;
  oid: string;
  commit: string;
  /** The tagger's, in seconds since 1970, and as the day in the tagger's zone. */
  time: number;
  date: string;
  bump: string;
  reason: string;
  signed: boolean;
  content: string;
  dataset_snapshot_id: string | null;
  feature_set_version: string | null;
  previous: string | null;
  summary: Summary[];
  /** False where the record at the tag's commit is not the sealed one. */
  sealed: boolean;
  /** Facts and changes, frozen: `thawDetails` reads them. */
  details: string;
}

export interface History {
  /** Newest first. */
  releases: readonly Entry[];
  retractions: readonly Retraction[];
  /** Tags that claim to be ours and cannot be read. */
  broken: readonly { tag: string; why: string }[];
}

interface Kept extends History {
  /** The tags that it was made of. */
  tags: string;
}

/** Reads the history of all models. */
export async function readHistory(project: Project): Promise<History> {
  const file = join(project.stateDir, "log.json");
  const [refs, kept] = await Promise.all([project.git.tags(), readKept<Kept>(file, SCHEMA)]);
  const tags = fingerprint(refs);
  if (kept?.tags === tags) return kept;
  const made: Kept = { tags, ...(await makeHistory(project, kept?.releases ?? [])) };
  await keep(file, SCHEMA, made);
  return made;
}

function fingerprint(refs: readonly TagRef[]): string {
  const hash = createHash("sha256");
  for (const { name, oid } of refs) hash.update(`${oid} ${name}\n`);
  return hash.digest("hex");
}

async function makeHistory(project: Project, known: readonly Entry[]): Promise<History> {
  const { all, retractions, broken } = await readReleases(project);
  const facts = new Map<string, Details["facts"]>(known.map(({ oid, details }) => [oid, thawDetails(details).facts]));
  const fresh = await readFacts(
    project,
    all.filter((release) => !facts.has(release.oid)),
  );
  const factsOf = ({ oid }: Release): Details["facts"] => facts.get(oid) ?? fresh.get(oid) ?? null;
  const byOid = new Map(all.map((release) => [release.oid, release]));
  const releases = all.map((release): Entry => {
    const before = release.previous === null ? undefined : byOid.get(release.previous.tag);
    return entryOf(release, {
      facts: factsOf(release),
      changes: before ? releaseChanges(before, factsOf(before), release, factsOf(release)) : null,
    });
  });
  releases.sort((a, b) => b.time - a.time || compare(b.version, a.version));
  return { releases, retractions, broken: broken.map(({ tag, why }) => ({ tag, why })) };
}

function entryOf(release: Release, details: Details): Entry {
  const { model, version, tag, oid, commit, tagger, bump, reason, signed, content } = release;
  return {
    model,
    version,
    tag,
    oid,
    commit,
    time: tagger.date,
    date: dayIn(tagger.zone, tagger.date),
    bump,
    reason,
    signed,
    content,
    dataset_snapshot_id: release.dataset_snapshot_id,
    feature_set_version: release.feature_set_version,
    previous: release.previous?.version ?? null,
    summary: summaryOf(details.facts, details.changes),
    sealed: details.facts !== null,
    details: freezeDetails(details),
  };
}
