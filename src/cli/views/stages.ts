import { showRollout } from "../../model/assignment.ts";
import { momentIn } from "../../model/day.ts";
import type { Stage, StagedAssignment, StagesResult } from "../../operations/stages.ts";
import { printable, table } from "../terminal.ts";

export function stagesView({ stages }: StagesResult): { out: string; notes: string[] } {
  const several = new Set(stages.map(({ model }) => model)).size > 1;
  const rows = stages.flatMap((item) => [
    [several ? `${item.model}@${item.stage}` : item.stage, ...cells(item)],
    ...confirmedRows(item),
  ]);
  return {
    out: table(rows.map((row) => row.map(printable))),
    notes: stages.flatMap((item) => notesOf(item, several ? `${item.model}@${item.stage}` : item.stage)),
  };
}

function cells({ model, assigned }: Stage): string[] {
  if (assigned === null) return ["-"];
  const what = assigned.baseline === null ? "nothing" : `${model} ${showRollout(assigned.rollout)}`;
  return [what, `since ${standsWords(assigned)}`, firstLine(assigned.reason)];
}

/** What deploy jobs say of it, below what is assigned. */
function confirmedRows({ model, confirmed }: Stage): string[][] {
  return confirmed.map(({ version, current, assignment, tagger, source }) => {
    const when = `confirmed ${momentIn(tagger.zone, tagger.date)} by ${tagger.name || tagger.email}`;
    const of = current ? "" : ` for ${assignment ?? "no assignment"}`;
    return ["", `${model} ${version} runs`, `${when}${of}`, source ?? ""];
  });
}

/** Since when and by whom: "2026-02-21 10:00 +0000 by Ada". */
export function standsWords({ tagger, by }: Pick<StagedAssignment, "tagger" | "by">): string {
  if (tagger === null) return "an unknown time";
  const made = by === "gto" ? ", by GTO" : "";
  return `${momentIn(tagger.zone, tagger.date)} by ${tagger.name || tagger.email}${made}`;
}

function notesOf({ model, stage, declared, assigned, backdated, overdue }: Stage, typed: string): string[] {
  const notes = backdated.map(
    (tag) => `${tag} is dated before a tag that it follows: it counts from when that one was made`,
  );
  for (const { version, retracted } of assigned?.rollout ?? []) {
    if (retracted !== null) {
      notes.push(
        `${model} ${version} on ${stage} is retracted: ${firstLine(retracted)}. Next: mv rollback ${typed} -m WHY`,
      );
    }
  }
  if (overdue !== null) {
    const [version = ""] = overdue.versions;
    notes.push(
      `${model} ${overdue.versions.join(", ")} on ${stage} is overdue: nobody confirmed that it runs by ${overdue.due} (.mversion.yaml stages.${stage}.confirm_within). Next, once it runs: mv confirm ${typed} --version ${version}`,
    );
  }
  if (!declared) notes.push(`${stage} is no stage of .mversion.yaml`);
  if (assigned?.by === "plain") {
    notes.push(
      `${assigned.tag} is a plain tag here: who, when and shares are not known. Next: git fetch --force --tags`,
    );
  }
  return notes.map(printable);
}

function firstLine(text: string): string {
  return text.split("\n")[0]?.trimEnd() ?? "";
}
