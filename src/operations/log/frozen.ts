// Facts and changes of a release as log.json keeps them: JSON that loses no number's text. {n: "0.90"} is a number, {m: {…}} a
// map, all else is itself.
import type { FieldChange } from "../../model/diff.ts";
import { isMap, isNumberText, numberText, type Value, type ValueMap } from "../../model/value.ts";
import type { Facts, LogChanges } from "./changes.ts";

type Frozen = null | boolean | string | readonly Frozen[] | { n: string } | { m: { [key: string]: Frozen } };

interface FrozenFacts {
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

/** What lies behind a summary. */
export interface Details {
  /** Null where the record at the tag's commit is not the sealed one. */
  facts: Facts | null;
  /** Null where there is no previous release, or its tag is not here. */
  changes: LogChanges | null;
}

/** The text of details, to be kept. */
export function freezeDetails({ facts, changes }: Details): string {
  const frozen: { facts: FrozenFacts | null; changes: FrozenChanges | null } = {
    facts: facts && {
      metrics: freeze(facts.metrics),
      hyperparameters: freeze(facts.hyperparameters),
      features: freeze(facts.features),
    },
    changes: changes && {
      ...changes,
      feature_set: changes.feature_set && freezeField(changes.feature_set),
      hyperparameters: changes.hyperparameters.map(freezeField),
    },
  };
  return JSON.stringify(frozen);
}

export function thawDetails(text: string): Details {
  const { facts, changes } = JSON.parse(text) as { facts: FrozenFacts | null; changes: FrozenChanges | null };
  return {
    facts: facts && {
      metrics: thawMap(facts.metrics),
      hyperparameters: thawMap(facts.hyperparameters),
      features: thawList(facts.features),
    },
    changes: changes && {
      ...changes,
      feature_set: changes.feature_set && thawField(changes.feature_set),
      hyperparameters: changes.hyperparameters.map(thawField),
    },
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
function thawMap(frozen: Frozen): ValueMap {
  const value = thaw(frozen);
  return isMap(value) ? value : {};
}

/** A list; an empty one for anything else. */
function thawList(frozen: Frozen): readonly Value[] {
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
