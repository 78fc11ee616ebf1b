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
import { type Facts, releaseChanges } from "./changes.ts";
import { readFacts } from "./facts.ts";
import { type FrozenFacts, type FrozenRelease, freezeChanges, freezeFacts, thawFacts } from "./frozen.ts";

const SCHEMA = 1;

export interface History {
  /** Newest first. */
  releases: readonly FrozenRelease[];
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

async function makeHistory(project: Project, known: readonly FrozenRelease[]): Promise<History> {
  const { all, retractions, broken } = await readReleases(project);
  const facts = new Map<string, FrozenFacts | null>(known.map((release) => [release.oid, release.facts]));
  const fresh = await readFacts(
    project,
    all.filter((release) => !facts.has(release.oid)),
  );
  for (const [oid, found] of fresh) facts.set(oid, found && freezeFacts(found));
  const byOid = new Map(all.map((release) => [release.oid, release]));
  const factsOf = (release: Release): Facts | null => {
    const frozen = facts.get(release.oid) ?? null;
    return frozen && thawFacts(frozen);
  };
  const releases = all.map((release): FrozenRelease => {
    const { model, version, tag, oid, commit, tagger, bump, reason, signed, content } = release;
    const before = release.previous === null ? undefined : byOid.get(release.previous.tag);
    return {
      model,
      version,
      tag,
      oid,
      commit,
      bump,
      reason,
      signed,
      content,
      time: tagger.date,
      date: dayIn(tagger.zone, tagger.date),
      dataset_snapshot_id: release.dataset_snapshot_id,
      feature_set_version: release.feature_set_version,
      previous: release.previous?.version ?? null,
      facts: facts.get(oid) ?? null,
      changes: before ? freezeChanges(releaseChanges(before, factsOf(before), release, factsOf(release))) : null,
    };
  });
  releases.sort((a, b) => b.time - a.time || compare(b.version, a.version));
  return { releases, retractions, broken: broken.map(({ tag, why }) => ({ tag, why })) };
}
