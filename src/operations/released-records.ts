// What the records of releases say. A tag's commit never changes, so what was read once is kept beside releases.json:
// nobody parses a thousand YAML files for one `mv log`.
import { createHash } from "node:crypto";
import { join } from "node:path";
import type { Release } from "../model/release.ts";
import { parseRecord } from "../model/record.ts";
import { isMap, isNumberText, numberText, type Value, type ValueMap } from "../model/value.ts";
import { keep, readKept } from "./kept.ts";
import type { Project } from "./project.ts";

const CACHE_SCHEMA = 1;
const NOTHING: ValueMap = Object.freeze({});

/** The part of a released record that lists of releases show. */
export interface RecordFacts {
  hyperparameters: ValueMap;
  metrics: ValueMap;
  features: readonly Value[];
}

/** A value in plain JSON that keeps the text of numbers: {n: "0.90"} is a number, {m: {…}} a map. */
type KeptValue = null | boolean | string | KeptValue[] | { n: string } | { m: { [key: string]: KeptValue } };
type KeptFacts = { [name in keyof RecordFacts]: KeptValue } | null;

/**
 * Answers for a release what its record says, or null where the commit has no record that is the sealed one.
 * Records not seen before are read in one `cat-file`; give all releases of the repository.
 */
export async function readReleasedRecords(
  project: Project,
  releases: readonly Release[],
): Promise<(release: Release) => RecordFacts | null> {
  const file = join(project.stateDir, "released-records.json");
  const kept = await readKept<KeptFacts>(file, CACHE_SCHEMA);
  const unknown = releases.filter((release) => !Object.hasOwn(kept, release.oid));
  if (unknown.length > 0) {
    const blobs = await project.git.readPaths(
      unknown.map(({ commit, record }) => ({ rev: commit, path: record.path })),
    );
    unknown.forEach((release, at) => (kept[release.oid] = factsOf(release, blobs[at] ?? null)));
    const known = Object.create(null) as Record<string, KeptFacts>;
    for (const { oid } of releases) known[oid] = kept[oid] ?? null;
    await keep(file, CACHE_SCHEMA, known);
  }
  return ({ oid }) => {
    const facts = kept[oid];
    if (!facts) return null;
    const [hyperparameters, metrics, features] = [facts.hyperparameters, facts.metrics, facts.features].map(thaw);
    return {
      hyperparameters: isMap(hyperparameters) ? hyperparameters : NOTHING,
      metrics: isMap(metrics) ? metrics : NOTHING,
      features: Array.isArray(features) ? (features as readonly Value[]) : [],
    };
  };
}

function factsOf(release: Release, blob: Buffer | null): KeptFacts {
  if (blob === null || createHash("sha256").update(blob).digest("hex") !== release.record.sha256) return null;
  try {
    const { fields } = parseRecord(blob.toString("utf8"), release.record.path);
    return {
      hyperparameters: freeze(fields["hyperparameters"]),
      metrics: freeze(fields["metrics"]),
      features: freeze(fields["features"]),
    };
  } catch {
    // `mv verify` says what is wrong with it.
    return null;
  }
}

function freeze(value: Value | undefined): KeptValue {
  if (value === undefined) return null;
  if (isNumberText(value)) return { n: value.text };
  if (Array.isArray(value)) return (value as readonly Value[]).map(freeze);
  if (isMap(value)) return { m: Object.fromEntries(Object.entries(value).map(([key, item]) => [key, freeze(item)])) };
  return value as null | boolean | string;
}

function thaw(kept: KeptValue): Value {
  if (kept === null || typeof kept !== "object") return kept;
  if (Array.isArray(kept)) return kept.map(thaw);
  if ("n" in kept) return numberText(kept.n);
  const map = Object.create(null) as Record<string, Value>;
  for (const [key, item] of Object.entries(kept.m)) map[key] = thaw(item);
  return map;
}
