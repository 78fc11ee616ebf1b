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

// A thousand releases are printed in one go: no table is laid out for them, and text is made harmless a line at a time.
function block(release: LoggedRelease, { full, style }: { full: boolean; style: Style }): string {
  const { model, version, date, bump, signed, retracted } = release;
  const reason = release.reason.trim();
  const name = style("bold", printable(`${model} ${version}`));
  let text = `${name}  ${printable(`${date}  ${bump}${signed ? ", signed" : ""}  ${firstLine(reason)}`).trimEnd()}`;
  if (full) for (const line of linesOf(reason).slice(1)) text += `\n${`    ${printable(line)}`.trimEnd()}`;
  if (retracted) {
    const why = printable(full ? retracted.reason.trim() : firstLine(retracted.reason.trim()));
    text += `\n  ${style("red", "retracted")}  ${retracted.date}  ${why}`;
  }
  const sections = sectionsOf(release);
  let width = 0;
  for (const { section } of sections) width = Math.max(width, section.length);
  for (const { section, words } of sections) text += `\n${printable(`  ${section.padEnd(width)}  ${words}`)}`;
  return text;
}

function firstLine(text: string): string {
  const end = text.indexOf("\n");
  return end < 0 ? text : text.slice(0, end).trimEnd();
}

function linesOf(text: string): string[] {
  return text.split("\n").map((line) => line.trimEnd());
}

/** Metrics and changes, a line for each section. */
function sectionsOf({ metrics, changes }: LoggedRelease): { section: string; words: string }[] {
  const measured = metricsText(metrics, "");
  const sections = measured === "" ? [] : [{ section: "metrics", words: measured }];
  let rows = 0;
  let open = "";
  const close = (): void => {
    const last = sections.at(-1);
    if (last && rows > MOST_ROWS) last.words += `, and ${rows - MOST_ROWS} more`;
  };
  for (const row of changes === null ? [] : changeRows(changes)) {
    if (row.section !== open) {
      close();
      sections.push({ section: row.section, words: wordsOf(row) });
      [open, rows] = [row.section, 1];
    } else if (++rows <= MOST_ROWS) {
      const last = sections.at(-1);
      if (last) last.words += `, ${wordsOf(row)}`;
    }
  }
  close();
  return sections;
}

function wordsOf(row: Row): string {
  const change = changeText(row);
  return row.thing === "" || change === "" ? row.thing + change : `${row.thing} ${change}`;
}

function metricsText(metrics: ValueMap, prefix: string): string {
  let text = "";
  for (const key of Object.keys(metrics)) {
    const value = metrics[key];
    const words = isMap(value) ? metricsText(value, `${prefix}${key}.`) : `${prefix}${key} ${showValue(value)}`;
    text += text === "" || words === "" ? words : `, ${words}`;
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
