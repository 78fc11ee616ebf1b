// The history of a model as an audit shows it: releases with their metrics, and what stood on each stage.
import { dayIn } from "../../model/day.ts";
import { leavesOf } from "../../model/diff.ts";
import { isNumberText, type Value } from "../../model/value.ts";
import type { Standing } from "../registry.ts";
import type { ModelFacts } from "./facts.ts";

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

export function historyOf({ model, releases, records, retractions, stages }: ModelFacts): AuditedModel {
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
