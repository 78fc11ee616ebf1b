import { showRollout } from "../../model/assignment.ts";
import { momentIn } from "../../model/day.ts";
import type { LoggedAssignment, StageLogResult } from "../../operations/stage-log.ts";
import type { Style } from "../command.ts";
import { printable } from "../terminal.ts";

export function stageLogView(
  { model, stage, assignments }: StageLogResult,
  options: { full: boolean; style: Style },
): { out: string; notes: string[] } {
  if (assignments.length === 0) {
    return { out: "", notes: [`Nothing was ever on ${stage}. Next: mv promote VERSION ${stage} -m WHY`] };
  }
  return { out: assignments.map((item) => block(model, item, options)).join("\n"), notes: [] };
}

// Ten thousand assignments are printed in one go: no table is laid out for them.
function block(model: string, item: LoggedAssignment, { full, style }: { full: boolean; style: Style }): string {
  const from = item.from.length === 0 ? "" : `${showShares(item.from)} -> `;
  const back = item.returns === null ? "" : `, back to ${item.returns.assignment}`;
  const lines = item.reason.split("\n").map((line) => line.trimEnd());
  const head = `${model} ${from}${showShares(item.rollout)}${back}  ${who(item)}  ${lines[0] ?? ""}`.trimEnd();
  let text = `${style("bold", printable(item.tag))}  ${printable(head)}`;
  if (full) for (const line of lines.slice(1)) text += `\n    ${printable(line)}`.trimEnd();
  for (const { version, retracted } of item.rollout) {
    if (retracted !== null)
      text += `\n  ${style("red", "retracted")}  ${printable(`${version}  ${firstLine(retracted)}`)}`;
  }
  return text;
}

// Most of them stand in the list twice, as what came and as what went.
const shown = new WeakMap<LoggedAssignment["from"], string>();

function showShares(rollout: LoggedAssignment["from"]): string {
  const words = shown.get(rollout) ?? (rollout.length === 0 ? "nothing" : showRollout(rollout));
  shown.set(rollout, words);
  return words;
}

function who({ tagger, by, signed, backdated }: LoggedAssignment): string {
  if (tagger === null) return "a plain tag: nobody knows who and when";
  const marks = [
    ...(by === "gto" ? ["by GTO"] : []),
    ...(signed ? ["signed"] : []),
    ...(backdated ? ["back-dated"] : []),
  ];
  const marked = marks.length > 0 ? ` (${marks.join(", ")})` : "";
  return `${momentIn(tagger.zone, tagger.date)} ${tagger.name || tagger.email}${marked}`;
}

function firstLine(text: string): string {
  return text.split("\n")[0]?.trimEnd() ?? "";
}
