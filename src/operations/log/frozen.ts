// A release as log.json keeps it: plain JSON that loses no number's text. {n: "0.90"} is a number, {m: {…}} a map, all else
// is itself.
import type { FieldChange } from "../../model/diff.ts";
import { isMap, isNumberText, numberText, type Value, type ValueMap } from "../../model/value.ts";
import type { Facts, LogChanges } from "./changes.ts";

type Frozen = null | boolean | string | readonly Frozen[] | { n: string } | { m: { [key: string]: Frozen } };

export interface FrozenFacts {
  metrics: Frozen;
  hyperparameters: Frozen;
  features: Frozen;
}

interface FrozenField {
  key: string;
  /** Left out where there is nothing on that side. */
  from?: Frozen;
  to?: Frozen;
}

interface FrozenChanges extends Omit<LogChanges, "feature_set" | "hyperparameters"> {
  feature_set: FrozenField | null;
  hyperparameters: FrozenField[];
}

export interface FrozenRelease {
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
  /** Null where the record at the tag's commit is not the sealed one. */
  facts: FrozenFacts | null;
  /** Null where there is no previous release, or its tag is not here. */
  changes: FrozenChanges | null;
}

export function freezeFacts({ metrics, hyperparameters, features }: Facts): FrozenFacts {
  return { metrics: freeze(metrics), hyperparameters: freeze(hyperparameters), features: freeze(features) };
}

export function thawFacts({ metrics, hyperparameters, features }: FrozenFacts): Facts {
  return { metrics: thawMap(metrics), hyperparameters: thawMap(hyperparameters), features: thawList(features) };
}

export function freezeChanges(changes: LogChanges): FrozenChanges {
  const { feature_set, hyperparameters } = changes;
  return {
    ...changes,
    feature_set: feature_set && freezeField(feature_set),
    hyperparameters: hyperparameters.map(freezeField),
  };
}

export function thawChanges(changes: FrozenChanges): LogChanges {
  return {
    artifacts: changes.artifacts,
    datasets: changes.datasets,
    features: changes.features,
    feature_set: changes.feature_set && thawField(changes.feature_set),
    hyperparameters: changes.hyperparameters.map(thawField),
  };
}

function freeze(value: Value): Frozen {
  if (isNumberText(value)) return { n: value.text };
  if (Array.isArray(value)) return (value as readonly Value[]).map(freeze);
  if (isMap(value)) return { m: Object.fromEntries(Object.entries(value).map(([key, item]) => [key, freeze(item)])) };
  return value as null | boolean | string;
}

function thaw(frozen: Frozen): Value {
  if (frozen === null || typeof frozen !== "object") return frozen;
  if (Array.isArray(frozen)) return (frozen as readonly Frozen[]).map(thaw);
  if ("n" in frozen) return numberText(frozen.n);
  const map = Object.create(null) as Record<string, Value>;
  if ("m" in frozen) for (const [key, item] of Object.entries(frozen.m)) map[key] = thaw(item);
  return map;
}

/** A map; an empty one for anything else. */
export function thawMap(frozen: Frozen): ValueMap {
  const value = thaw(frozen);
  return isMap(value) ? value : {};
}

/** A list; an empty one for anything else. */
export function thawList(frozen: Frozen): readonly Value[] {
  const value = thaw(frozen);
  return Array.isArray(value) ? (value as readonly Value[]) : [];
}

function freezeField({ key, from, to }: FieldChange): FrozenField {
  return {
    key,
    ...(from === undefined ? {} : { from: freeze(from) }),
    ...(to === undefined ? {} : { to: freeze(to) }),
  };
}

function thawField({ key, from, to }: FrozenField): FieldChange {
  return { key, from: from === undefined ? undefined : thaw(from), to: to === undefined ? undefined : thaw(to) };
}
