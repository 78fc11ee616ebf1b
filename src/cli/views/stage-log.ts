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
  const shown = sharesShown();
  return { out: assignments.map((item) => block(model, item, { ...options, shown })).join("\n"), notes: [] };
}

type Shown = (rollout: LoggedAssignment["from"]) => string;

// Ten thousand assignments are printed in one go: no table is laid out for them.
function block(
  model: string,
  item: LoggedAssignment,
  { full, style, shown }: { full: boolean; style: Style; shown: Shown },
): string {
  const from = item.from.length === 0 ? "" : `${shown(item.from)} -> `;
  const back = item.returns === null ? "" : `, back to ${item.returns.assignment}`;
  const head = `${model} ${from}${shown(item.rollout)}${back}  ${who(item)}  ${firstLine(item.reason)}`.trimEnd();
  let text = `${style("bold", printable(item.tag))}  ${printable(head)}`;
  if (full) for (const line of item.reason.split("\n").slice(1)) text += `\n    ${printable(line)}`.trimEnd();
  for (const { version, retracted } of item.rollout) {
    if (retracted !== null)
      text += `\n  ${style("red", "retracted")}  ${printable(`${version}  ${firstLine(retracted)}`)}`;
  }
  return text;
}

/** Shares in words: most stand in the list twice, as what came and as what went. */
function sharesShown(): Shown {
  const known = new Map<LoggedAssignment["from"], string>();
  return (rollout) => {
    const words = known.get(rollout) ?? (rollout.length === 0 ? "nothing" : showRollout(rollout));
    known.set(rollout, words);
    return words;
  };
}

function who({ tagger, by, signed, backdated }: LoggedAssignment): string {
  if (tagger === null) return "a plain tag: nobody knows who and when";
  const marked = by === "gto" || signed || backdated ? ` (${marksOf({ by, signed, backdated })})` : "";
  return `${momentIn(tagger.zone, tagger.date)} ${tagger.name || tagger.email}${marked}`;
}

function marksOf({ by, signed, backdated }: Pick<LoggedAssignment, "by" | "signed" | "backdated">): string {
  const marks = [by === "gto" ? "by GTO" : "", signed ? "signed" : "", backdated ? "back-dated" : ""];
  return marks.filter((mark) => mark !== "").join(", ");
}

function firstLine(text: string): string {
  const end = text.indexOf("\n");
  return (end < 0 ? text : text.slice(0, end)).trimEnd();
}
