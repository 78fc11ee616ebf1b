// What differs, as rows of section, thing and change: the one wording of `mv log` and `mv diff`. Not yet harmless for a terminal.
import type { Change, FieldChange, RecordDiff } from "../../model/diff.ts";
import { showValue, type Value } from "../../model/value.ts";

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

function artifactRow(section: string, change: Change): Row {
  const { path, from, to, renamedFrom } = change;
  const row: Row = {
    section,
    thing: path,
    path,
    from: from && from.sha256.slice(0, 8),
    to: to && to.sha256.slice(0, 8),
  };
  if (renamedFrom !== undefined) {
    row.thing = `${renamedFrom} -> ${row.thing}`;
    row.note = "renamed";
  } else if (from && to && from.kind !== to.kind) row.note = `${from.kind} -> ${to.kind}`;
  return row;
}

function fieldRow(section: string, change: FieldChange): Row {
  return { section, thing: change.key, from: shown(change.from), to: shown(change.to) };
}

function shown(value: Value | undefined): string | null {
  return value === undefined ? null : showValue(value);
}

/** Rows of a record's differences, in the order in which people ask. Parts that are not given make no rows. */
export function changeRows(diff: Partial<RecordDiff>): Row[] {
  const rows: Row[] = [];
  for (const change of diff.artifacts ?? []) rows.push(artifactRow("artifacts", change));
  for (const change of diff.datasets ?? []) rows.push(artifactRow("datasets", change));
  if (diff.features) addFeatureRows(rows, diff.features);
  if (diff.feature_set) rows.push({ ...fieldRow("feature set", diff.feature_set), thing: "" });
  for (const change of diff.hyperparameters ?? []) rows.push(fieldRow("hyperparameters", change));
  for (const change of diff.libraries ?? []) rows.push(fieldRow("libraries", change));
  for (const change of diff.metrics ?? []) rows.push(fieldRow("metrics", change));
  for (const change of diff.environment ?? []) rows.push(fieldRow("environment", change));
  for (const change of diff.other ?? []) rows.push(fieldRow("other", change));
  return rows;
}

function addFeatureRows(rows: Row[], { added, removed, reordered }: RecordDiff["features"]): void {
  const section = "features";
  for (const name of added) rows.push({ section, thing: name, from: null, to: "" });
  for (const name of removed) rows.push({ section, thing: name, from: "", to: null });
  if (reordered) rows.push({ section, thing: "", from: "", to: "", note: "in another order" });
}

/** What became of the thing, in words: "1.0 -> 0.5", "added b3242f12", "removed", "b3242f12, renamed". */
export function changeText({ from, to, note }: Row): string {
  const moved = from === null ? `added ${to}` : to === null ? `removed ${from}` : from === to ? to : `${from} -> ${to}`;
  if (note === undefined) return moved.trim();
  return moved === "" ? note : `${moved.trim()}, ${note}`;
}
