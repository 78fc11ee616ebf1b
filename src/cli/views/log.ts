import { leavesOf } from "../../model/diff.ts";
import type { Value, ValueMap } from "../../model/value.ts";
import type { LoggedRelease, LogResult } from "../../operations/log.ts";
import type { Style } from "../command.ts";
import { printable } from "../terminal.ts";
import { csv } from "./csv.ts";

export function logView(result: LogResult, options: { full: boolean; style: Style }): { out: string; notes: string[] } {
  const notes: string[] = [];
  const { sorted, unreleased } = result;
  if (sorted && !sorted.stated) {
    notes.push(
      `Sorted with a higher ${printable(sorted.metric)} as better; .mversion.yaml can say otherwise: policy.metrics.${printable(sorted.metric)}.better: lower`,
    );
  }
  const { incomplete } = result;
  if (result.releases.length === 0) {
    notes.push(
      incomplete === null
        ? `No release yet. Next: ${printable(result.first ?? "mv status")}`
        : `No release is here, and there may be some. Next: ${incomplete}`,
    );
  }
  const declared = unreleased.filter((item) => item.state === "declared");
  const changed = unreleased.filter((item) => item.state === "changed");
  const named = (items: typeof unreleased): string =>
    items.map((item) => `${printable(item.model)} ${printable(item.version)}`).join(", ");
  if (declared.length > 0)
    notes.push(`Declared, ${incomplete === null ? "not released" : "and no release of it here"}: ${named(declared)}`);
  if (changed.length > 0)
    notes.push(`Released with other bytes than the record has now: ${named(changed)}. Next: mv status`);
  return { out: result.releases.map((release) => block(release, options)).join("\n"), notes };
}

const RETRACTED = "retracted";

// A thousand releases are printed in one go: no table is laid out for them, and text is made harmless a line at a time.
function block(release: LoggedRelease, { full, style }: { full: boolean; style: Style }): string {
  const { model, version, date, bump, signed, retracted } = release;
  const reason = release.reason.trim();
  const name = style("bold", printable(`${model} ${version}`));
  let text = `${name}  ${printable(`${date}  ${bump}${signed ? ", signed" : ""}  ${firstLine(reason)}`).trimEnd()}`;
  if (full) for (const line of linesOf(reason).slice(1)) text += `\n${`    ${printable(line)}`.trimEnd()}`;
  let width = retracted ? RETRACTED.length : 0;
  for (const { part } of release.summary) width = Math.max(width, part.length);
  if (retracted) {
    const why = printable(full ? retracted.reason.trim() : firstLine(retracted.reason.trim()));
    text += `\n  ${style("red", RETRACTED)}${" ".repeat(width - RETRACTED.length)}  ${retracted.date}  ${why}`;
  }
  for (const { part, words } of release.summary) text += `\n${printable(`  ${part.padEnd(width)}  ${words}`)}`;
  return text;
}

function firstLine(text: string): string {
  const end = text.indexOf("\n");
  return end < 0 ? text : text.slice(0, end).trimEnd();
}

function linesOf(text: string): string[] {
  return text.split("\n").map((line) => line.trimEnd());
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
