import type { FileDelta } from "../../git/git.ts";
import type { DiffResult, ModelDiff } from "../../operations/diff.ts";
import { changeText, type Row } from "../../operations/diff/rows.ts";
import type { Style } from "../command.ts";
import type { Here } from "../here.ts";
import { printable, table } from "../terminal.ts";
import { codeName, hasOwnCode, heading, rowsOf } from "./diff-rows.ts";

/** Plus and minus signs of the largest file; the others are scaled to it, as `git diff --stat` does. */
const GRAPH = 40;

export function diffView(result: DiffResult, style: Style, here: Here): { out: string; notes: string[] } {
  const blocks = result.models.map((block) => {
    const files = hasOwnCode(result) ? (result.code[0]?.files ?? []) : [];
    return [style("bold", heading(block)), lines(rowsOf(block), files)].filter(Boolean).join("\n");
  });
  if (!hasOwnCode(result)) {
    for (const { from, to, files } of result.code) {
      const title = `code ${from.slice(0, 7)} -> ${to === null ? "working tree" : to.slice(0, 7)}`;
      blocks.push([style("bold", title), ...diffStat(files).map((line) => `  ${line}`)].join("\n"));
    }
  }
  const notes = result.models.flatMap((block) => notesOf(block, here));
  if (!result.different) {
    const [first] = result.compared;
    const names =
      result.compared.length === 1 && first ? ` between ${printable(first.from)} and ${printable(first.to)}` : "";
    notes.push(`Nothing differs${names}.`);
  }
  return { out: blocks.join("\n"), notes };
}

function notesOf({ disk, stale, to }: ModelDiff, here: Here): string[] {
  const notes: string[] = [];
  const paths = (state: string): string[] =>
    disk.filter((change) => change.state === state).map(({ path }) => here.typed(path));
  const [modified, moved, absent] = [paths("modified"), paths("other-version"), paths("absent")];
  if (stale) notes.push(`${here.shown(to.record)} describes other bytes than the pointers. Next: mv status`);
  if (modified.length > 0) notes.push(`Next: mv add ${modified.join(" ")}`);
  if (moved.length > 0) notes.push(`Next: mv restore ${moved.join(" ")}`);
  if (absent.length > 0) notes.push(`Here as pointers only: ${absent.join(", ")}. Next: mv restore`);
  return notes;
}

function lines(rows: readonly Row[], files: readonly FileDelta[]): string {
  const width = Math.max(
    ...[...rows.map((row) => row.section), files.length > 0 ? "code" : ""].map((word) => word.length),
  );
  let last = "";
  const label = (section: string): string => {
    const word = section === last ? "" : section;
    last = section;
    return word.padEnd(width);
  };
  const changes = rows.map((row) =>
    row.thing === "" ? [label(row.section), changeText(row)] : [label(row.section), row.thing, changeText(row)],
  );
  const code = diffStat(files).map((line) => `  ${label("code")}  ${line}`);
  return [...(changes.length > 0 ? [table(changes, "  ")] : []), ...code].join("\n");
}

/** Lines such as "train.py | 2 +-". */
export function diffStat(files: readonly FileDelta[]): string[] {
  const totals = files.map((file) => (file.added ?? 0) + (file.removed ?? 0));
  const most = Math.max(1, ...totals);
  const nameWidth = Math.max(0, ...files.map((file) => codeName(file).length));
  const countWidth = Math.max(0, ...totals.map((total) => String(total).length));
  const scaled = (count: number): number =>
    most <= GRAPH || count === 0 ? count : Math.max(1, Math.round((count / most) * GRAPH));
  return files.map((file, at) => {
    const name = codeName(file).padEnd(nameWidth);
    if (file.added === null || file.removed === null) return `${name} | ${"Bin".padStart(countWidth)}`;
    const graph = "+".repeat(scaled(file.added)) + "-".repeat(scaled(file.removed));
    return `${name} | ${String(totals[at]).padStart(countWidth)} ${graph}`.trimEnd();
  });
}
