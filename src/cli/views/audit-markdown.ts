// The audit as Markdown, for a ticket, a wiki or a pull request.
import { markdownLine, markdownList, markdownParagraph, markdownTable } from "../../model/markdown.ts";
import { showRollout } from "../../model/assignment.ts";
import type { AuditedModel, AuditedVersion, AuditResult, Row } from "../../operations/audit.ts";
import { auditTime, standingTime } from "./audit-times.ts";
import { countWords, evidenceWords, stateWords } from "./audit.ts";

/** The whole document, without a final newline. */
export function auditMarkdown(result: AuditResult): string {
  return [
    "# Audit",
    `Made ${auditTime(result.at)} from commit ${result.head ?? "none"}. Times are those of the people and machines that made the tags.`,
    ...(result.incomplete === null
      ? []
      : [`This clone may lack history or tags, and so answers: ${markdownLine(result.incomplete)}`]),
    ...result.versions.map(versionPart),
    ...result.models.map(modelPart),
    "## What Git cannot know",
    markdownList(result.not_from_git),
  ].join("\n\n");
}

function versionPart({ model, version, tag, oid, date, tagger, reason, retracted, rows }: AuditedVersion): string {
  const head = `## ${markdownLine(`${model} ${version}`)}`;
  return [
    head,
    `Released ${date} by ${markdownLine(`${tagger.name} <${tagger.email}>`)} as ${markdownLine(tag)} (${oid}). ${countWords(rows)}.`,
    ...(retracted === null ? [] : [`**Retracted.** ${markdownParagraph(retracted.trim())}`]),
    markdownParagraph(reason.trim()),
    markdownTable(["", "question", "state", "answer", "evidence", "next"], rows.map(cells)),
  ].join("\n\n");
}

function cells({ number, question, state, answer, missing, evidence, commands }: Row): string[] {
  const said = [...answer, ...missing.map((what) => `Missing: ${what}`)];
  return [
    String(number),
    question,
    stateWords(state),
    said.join("; "),
    evidence.map(evidenceWords).join(", "),
    commands.join("; "),
  ];
}

function modelPart({ model, releases, stages }: AuditedModel): string {
  const parts = [
    `## History of ${markdownLine(model)}`,
    markdownTable(
      ["version", "date", "reason", "metrics"],
      releases
        .toReversed()
        .map(({ version, date, reason, retracted, metrics }) => [
          retracted === null ? version : `${version}, retracted`,
          date,
          firstLine(reason),
          metrics.map(({ name, text }) => `${name} ${text}`).join(", "),
        ]),
    ),
  ];
  for (const { stage, assignments } of stages) {
    if (assignments.length === 0) continue;
    const rows = assignments.map((standing) => [
      standing.tag,
      standingTime(standing),
      standing.rollout.length === 0 ? "nothing" : showRollout(standing.rollout),
      standing.tagger === null ? "" : `${standing.tagger.name} <${standing.tagger.email}>`,
      firstLine(standing.reason),
    ]);
    parts.push(`### ${markdownLine(stage)}`, markdownTable(["assignment", "from", "versions", "by", "reason"], rows));
  }
  return parts.join("\n\n");
}

function firstLine(text: string): string {
  return text.trim().split("\n")[0] ?? "";
}
