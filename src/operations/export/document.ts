// What an export says of one release: all that is known of it, before any format.
import { type Card, readCard } from "../../model/card.ts";
import type { ModelRecord } from "../../model/record.ts";
import type { Release, Retraction } from "../../model/release.ts";
import { isMap, type Value } from "../../model/value.ts";
import { namedValues, texts } from "../../model/card.ts";

export interface ExportFacts {
  release: Release;
  record: ModelRecord;
  retraction: Retraction | null;
}

export interface ExportDocument extends ExportFacts {
  card: Card;
  /** Of the tag, in UTC: "2026-02-09T10:00:00Z". */
  timestamp: string;
  hyperparameters: { name: string; value: string }[];
  libraries: { name: string; value: string }[];
  environment: { name: string; value: string }[];
  features: string[];
}

export function documentOf(facts: ExportFacts): ExportDocument {
  const { fields } = facts.record;
  return {
    ...facts,
    card: readCard(fields),
    timestamp: utc(facts.release.tagger.date),
    hyperparameters: named(fields["hyperparameters"]),
    libraries: named(fields["library_versions"]),
    environment: named(fields["environment"]),
    features: texts(fields["features"]),
  };
}

/** Seconds since 1970 as ISO 8601 without fractions. */
export function utc(seconds: number): string {
  return new Date(seconds * 1000).toISOString().replace(".000Z", "Z");
}

function named(value: Value | undefined): { name: string; value: string }[] {
  return isMap(value) ? namedValues(value) : [];
}
