// Words for what differs: rows of section, thing and change, shared by log and diff.
import type { Artifact } from "../../model/content.ts";
import type { Change, FieldChange, RecordDiff } from "../../model/diff.ts";
import { showValue, type Value } from "../../model/value.ts";
import { printable, short } from "../terminal.ts";

/** One difference. `from` and `to` are null where there is nothing on that side; `note` says what kind of change it is. */
export interface Row {
  section: string;
  thing: string;
  /** The artifact that the row is about. */
  path?: string | undefined;
  from: string | null;
  to: string | null;
  note?: string | undefined;
}

export function artifactRow(section: string, change: Change): Row {
  const { path, from, to, renamedFrom } = change;
  const row: Row = { section, thing: printable(path), path, from: from && hash(from), to: to && hash(to) };
  if (renamedFrom !== undefined)
    return { ...row, thing: `${printable(renamedFrom)} -> ${printable(path)}`, note: "renamed" };
  if (from && to && from.kind !== to.kind) return { ...row, note: `${from.kind} -> ${to.kind}` };
  return row;
}

function hash(artifact: Artifact): string {
  return short(artifact.sha256);
}

export function fieldRow(section: string, change: FieldChange): Row {
  return { section, thing: printable(change.key), from: shown(change.from), to: shown(change.to) };
}

function shown(value: Value | undefined): string | null {
  return value === undefined ? null : printable(showValue(value));
}

/** Rows of a record's differences, in the order in which people ask. Parts that are not given make no rows. */
export function changeRows(diff: Partial<RecordDiff>): Row[] {
  return [
    ...(diff.artifacts ?? []).map((change) => artifactRow("artifacts", change)),
    ...(diff.datasets ?? []).map((change) => artifactRow("datasets", change)),
    ...featureRows(diff.features),
    ...(diff.feature_set ? [{ ...fieldRow("feature set", diff.feature_set), thing: "" }] : []),
    ...(diff.hyperparameters ?? []).map((change) => fieldRow("hyperparameters", change)),
    ...(diff.libraries ?? []).map((change) => fieldRow("libraries", change)),
    ...(diff.metrics ?? []).map((change) => fieldRow("metrics", change)),
    ...(diff.environment ?? []).map((change) => fieldRow("environment", change)),
    ...(diff.other ?? []).map((change) => fieldRow("other", change)),
  ];
}

function featureRows(features: RecordDiff["features"] | undefined): Row[] {
  if (!features) return [];
  const row = (thing: string, from: string | null, to: string | null): Row => ({
    section: "features",
    thing,
    from,
    to,
  });
  return [
    ...features.added.map((name) => row(printable(name), null, "")),
    ...features.removed.map((name) => row(printable(name), "", null)),
    ...(features.reordered ? [{ ...row("", "", ""), note: "in another order" }] : []),
  ];
}

/** What became of the thing, in words: "1.0 -> 0.5", "added b3242f12", "removed", "b3242f12, renamed". */
export function changeText({ from, to, note }: Row): string {
  const moved = from === null ? `added ${to}` : to === null ? `removed ${from}` : from === to ? to : `${from} -> ${to}`;
  return [moved.trim(), note ?? ""].filter(Boolean).join(", ");
}
