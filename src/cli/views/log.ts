import { leavesOf } from "../../model/diff.ts";
import { isMap, showValue, type Value, type ValueMap } from "../../model/value.ts";
import type { LoggedRelease, LogResult } from "../../operations/log.ts";
import type { Style } from "../command.ts";
import { printable } from "../terminal.ts";
import { changeRows, changeText, type Row } from "./changes.ts";
import { csv } from "./csv.ts";

/** Changes of one section that are listed before the rest is counted. */
const MOST_ROWS = 4;

export function logView(result: LogResult, options: { full: boolean; style: Style }): { out: string; notes: string[] } {
  const notes: string[] = [];
  const { sorted, unreleased } = result;
  if (sorted && !sorted.stated) {
    notes.push(
      `Sorted with a higher ${printable(sorted.metric)} as better; .mversion.yaml can say otherwise: policy.metrics.${printable(sorted.metric)}.better: lower`,
    );
  }
  if (result.releases.length === 0) notes.push("No release yet. Next: mv tag v1.0.0 -m WHY");
  const declared = unreleased.filter((item) => item.state === "declared");
  const changed = unreleased.filter((item) => item.state === "changed");
  const named = (items: typeof unreleased): string =>
    items.map((item) => `${printable(item.model)} ${printable(item.version)}`).join(", ");
  if (declared.length > 0) notes.push(`Declared, not released: ${named(declared)}`);
  if (changed.length > 0) notes.push(`Released with other bytes than the record has now: ${named(changed)}`);
  return { out: result.releases.map((release) => block(release, options)).join("\n"), notes };
}

function block(release: LoggedRelease, { full, style }: { full: boolean; style: Style }): string {
  const { model, version, date, bump, reason, signed, retracted } = release;
  const [subject = "", ...more] = reason.trim().split(/\r?\n/);
  const name = style("bold", `${printable(model)} ${printable(version)}`);
  const kind = [printable(bump), ...(signed ? ["signed"] : [])].join(", ");
  const lines = [`${name}  ${date}  ${kind}  ${printable(subject)}`.trimEnd()];
  if (full) lines.push(...more.map((line) => `    ${printable(line)}`.trimEnd()));
  if (retracted) {
    const why = full ? retracted.reason.trim() : (retracted.reason.trim().split(/\r?\n/)[0] ?? "");
    lines.push(`  ${style("red", "retracted")}  ${retracted.date}  ${printable(why)}`);
  }
  const sections = sectionsOf(release);
  const width = Math.max(...sections.map(([section]) => section.length));
  for (const [section, words] of sections) lines.push(`  ${section.padEnd(width)}  ${words}`);
  return lines.join("\n");
}

/** Metrics and changes, a line each: a thousand releases are printed in one go, so no table is laid out for them. */
function sectionsOf(release: LoggedRelease): [string, string][] {
  const sections: [string, string][] = [];
  const metrics = metricsText(release.metrics);
  if (metrics !== "") sections.push(["metrics", metrics]);
  if (release.changes === null) return sections;
  const rows = changeRows(release.changes);
  for (let start = 0; start < rows.length;) {
    const section = rows[start]?.section ?? "";
    let end = start;
    while (rows[end]?.section === section) end++;
    sections.push([section, listed(rows.slice(start, end))]);
    start = end;
  }
  return sections;
}

function listed(rows: readonly Row[]): string {
  let text = "";
  for (const row of rows.slice(0, MOST_ROWS)) {
    const change = changeText(row);
    text += `${text === "" ? "" : ", "}${row.thing === "" ? change : change === "" ? row.thing : `${row.thing} ${change}`}`;
  }
  return rows.length > MOST_ROWS ? `${text}, and ${rows.length - MOST_ROWS} more` : text;
}

function metricsText(metrics: ValueMap, prefix = ""): string {
  let text = "";
  for (const key of Object.keys(metrics)) {
    const value = metrics[key];
    const words = isMap(value)
      ? metricsText(value, `${prefix}${key}.`)
      : `${printable(prefix + key)} ${printable(showValue(value))}`;
    text += `${text === "" || words === "" ? "" : ", "}${words}`;
  }
  return text;
}

/** One row a release; a column for every metric and hyperparameter that some listed release has. */
export function logCsv(result: LogResult): string {
  const rows = result.releases.map((release) => ({
    release,
    metrics: columns(release.metrics),
    hyperparameters: columns(release.hyperparameters),
  }));
  const keysOf = (part: "metrics" | "hyperparameters"): string[] =>
    [...new Set(rows.flatMap((row) => [...row[part].keys()]))].sort();
  const [metrics, hyperparameters] = [keysOf("metrics"), keysOf("hyperparameters")];
  const header = [
    "model",
    "version",
    "date",
    "reason",
    ...metrics.map((key) => `metrics.${key}`),
    ...hyperparameters.map((key) => `hyperparameters.${key}`),
    "dataset_snapshot_id",
    "content",
    "commit",
  ];
  const lines = rows.map(({ release, ...row }): (Value | undefined)[] => [
    release.model,
    release.version,
    release.date,
    release.reason.trim(),
    ...metrics.map((key) => row.metrics.get(key)),
    ...hyperparameters.map((key) => row.hyperparameters.get(key)),
    release.dataset_snapshot_id,
    release.content,
    release.commit,
  ]);
  // The output adds the last LF.
  return `${csv([header, ...lines])}\r`;
}

function columns(map: ValueMap): Map<string, Value> {
  return new Map([...leavesOf(map).values()].map(({ key, value }) => [key, value]));
}
