// What a record says of a model beyond its bytes: the optional keys that a model card, a bill of materials and an audit ask for.
// A team may write them as a text, a list or a map: all are read, and nothing here throws.
import { leavesOf } from "./diff.ts";
import { isMap, showValue, type Value, type ValueMap } from "./value.ts";

/** One number that was measured, with the slice of the data and the confidence interval where the record names them. */
export interface Measure {
  metric: string;
  value: string;
  slice: string | null;
  interval: { low: string; high: string } | null;
}

export interface Card {
  status: string | null;
  description: string | null;
  purpose: string[];
  users: string[];
  restrictions: string[];
  limits: string[];
  fairness: string[];
  sensitive_data: string | null;
  owner: string | null;
  license: string | null;
  base_model: string | null;
  task: string | null;
  retention: string | null;
  architecture: string | null;
  /** What each output means, and where a decision is made of it. */
  outputs: { name: string; meaning: string }[];
  thresholds: { name: string; value: string }[];
  measures: Measure[];
  training_data: { source: string | null; split: string | null };
  evaluation: { data: string | null; sha256: string | null; report: string | null; date: string | null };
  validation: { by: string | null; date: string | null; next: string | null; expires: string | null };
  scan: { tool: string | null; version: string | null; result: string | null };
}

/** The card of a record's fields; null and empty lists for what is not said. */
export function readCard(fields: ValueMap): Card {
  return {
    status: oneText(fields["status"]),
    description: oneText(fields["description"]),
    purpose: texts(fields["purpose"]),
    users: texts(fields["users"]),
    restrictions: texts(fields["restrictions"]),
    limits: texts(fields["limits"]),
    fairness: texts(fields["fairness"]),
    sensitive_data: oneText(fields["sensitive_data"]),
    owner: oneText(fields["owner"]),
    license: oneText(fields["license"]),
    base_model: oneText(fields["base_model"]),
    task: oneText(fields["task"]),
    retention: oneText(fields["retention"]),
    architecture: oneText(fields["architecture"]),
    outputs: outputsOf(fields["outputs"]),
    thresholds: namedValues(fields["thresholds"]),
    measures: measuresOf(fields),
    training_data: parts(fields["training_data"], ["source", "split"]),
    evaluation: parts(fields["evaluation"], ["data", "sha256", "report", "date"]),
    validation: parts(fields["validation"], ["by", "date", "next", "expires"]),
    scan: parts(fields["scan"], ["tool", "version", "result"]),
  };
}

/** A value as one text; null where there is nothing in it. */
export function oneText(value: Value | undefined): string | null {
  const said = texts(value).join(", ");
  return said === "" ? null : said;
}

/** A value as a list of texts: a list's items, a map's entries, or the one text. */
export function texts(value: Value | undefined): string[] {
  if (value === undefined || value === null || value === "") return [];
  if (Array.isArray(value)) return (value as readonly Value[]).flatMap((item) => oneText(item) ?? []);
  return isMap(value) ? namedValues(value).map(({ name, value: said }) => `${name}: ${said}`) : [showValue(value)];
}

/** The leaves of a map as texts, by their dotted keys; the one value of anything else has no name. */
export function namedValues(value: Value | undefined): { name: string; value: string }[] {
  if (!isMap(value)) return texts(value).map((said) => ({ name: "", value: said }));
  return [...leavesOf(value).values()].flatMap(({ key, value: leaf }) => {
    const said = isMap(leaf) ? null : oneText(leaf);
    return said === null ? [] : [{ name: key, value: said }];
  });
}

/** `{churn: "probability of…"}`, or a list of `{name, meaning}`. */
function outputsOf(value: Value | undefined): Card["outputs"] {
  if (!Array.isArray(value)) return namedValues(value).map(({ name, value: meaning }) => ({ name, meaning }));
  return (value as readonly Value[]).flatMap((item) => {
    if (!isMap(item)) return texts(item).map((name) => ({ name, meaning: "" }));
    return [{ name: oneText(item["name"]) ?? "", meaning: oneText(item["meaning"]) ?? "" }];
  });
}

function measuresOf(fields: ValueMap): Measure[] {
  const intervals = isMap(fields["confidence_intervals"]) ? fields["confidence_intervals"] : {};
  const whole = namedValues(mapOnly(fields["metrics"])).map(({ name, value }) => ({
    metric: name,
    value,
    slice: null,
    interval: intervalAt(intervals, name),
  }));
  const slices = isMap(fields["slices"]) ? fields["slices"] : {};
  const sliced = Object.entries(slices).flatMap(([slice, metrics]) =>
    namedValues(mapOnly(metrics)).map(({ name, value }) => ({ metric: name, value, slice, interval: null })),
  );
  return [...whole, ...sliced];
}

function mapOnly(value: Value | undefined): ValueMap | undefined {
  return isMap(value) ? value : undefined;
}

/** `[low, high]` under the metric's name, dotted or nested as the metric itself. */
function intervalAt(intervals: ValueMap, metric: string): Measure["interval"] {
  const found = [...leavesOf(intervals).values()].find(({ key }) => key === metric)?.value;
  if (!Array.isArray(found) || found.length !== 2) return null;
  const [low, high] = found as readonly Value[];
  return { low: showValue(low), high: showValue(high) };
}

/** Named texts of a map; a text in its place is the first of them. */
function parts<Name extends string>(value: Value | undefined, names: readonly Name[]): Record<Name, string | null> {
  const said = (name: Name, at: number): string | null => {
    if (!isMap(value)) return at === 0 ? oneText(value) : null;
    return Object.hasOwn(value, name) ? oneText(value[name]) : null;
  };
  return Object.fromEntries(names.map((name, at) => [name, said(name, at)])) as Record<Name, string | null>;
}
