// The audit as text: a block for each version, a few lines for each question.
import type { AuditedVersion, AuditResult, Evidence, Row, State } from "../../operations/audit.ts";
import type { Style } from "../command.ts";
import { printable } from "../terminal.ts";

const WORDS: Readonly<Record<State, string>> = {
  answered: "answered",
  gap: "gap",
  "not-from-git": "not from Git",
  "not-applicable": "does not arise",
};
const COLOURS = { answered: "green", gap: "yellow", "not-from-git": "dim", "not-applicable": "dim" } as const;
/** "27 does not arise  ", the column where questions begin. */
const INDENT = " ".repeat("27 does not arise  ".length);

export function auditView(result: AuditResult, style: Style): { out: string; notes: string[] } {
  const blocks = result.versions.map((version) => versionBlock(version, style));
  const outside = [style("bold", "What Git cannot know"), ...result.not_from_git.map((line) => `  ${line}`)];
  return { out: [...blocks, outside.join("\n")].join("\n\n"), notes: notesOf(result) };
}

export function stateWords(state: State): string {
  return WORDS[state];
}

/** "v1.0.0 130bd9c", "models/model.onnx 14148f94", "commit cfddb04". */
export function evidenceWords({ kind, name, id }: Evidence): string {
  const short = id.slice(0, kind === "tag" || kind === "commit" ? 7 : 8);
  return kind === "commit" ? `commit ${short}` : `${name} ${short}`;
}

/** "11 answered, 14 gaps, 2 do not arise". */
export function countWords(rows: readonly Row[]): string {
  const count = (state: State): number => rows.filter((row) => row.state === state).length;
  const gaps = count("gap");
  return [
    `${count("answered")} answered`,
    `${gaps} gap${gaps === 1 ? "" : "s"}`,
    ...(count("not-from-git") > 0 ? [`${count("not-from-git")} not from Git`] : []),
    ...(count("not-applicable") > 0 ? [`${count("not-applicable")} not arising`] : []),
  ].join(", ");
}

function versionBlock(version: AuditedVersion, style: Style): string {
  const { model, version: number, tag, date, tagger, rows, retracted } = version;
  const head = `${style("bold", printable(`${model} ${number}`))}  ${printable(tag)}  ${date}  ${printable(tagger.name)}  ${countWords(rows)}`;
  const withdrawn = retracted === null ? [] : [`${style("red", "retracted")}  ${printable(firstLine(retracted))}`];
  return [head, ...withdrawn, ...rows.flatMap((row) => rowLines(row, style))].join("\n");
}

function rowLines(row: Row, style: Style): string[] {
  const { number, state, question, answer, missing, evidence, commands } = row;
  const label = `${String(number).padStart(2)} ${WORDS[state]}`;
  const detail = [
    ...answer.map(printable),
    ...missing.map((what) => `${style("yellow", "missing:")} ${printable(what)}`),
    ...(evidence.length > 0 ? [style("dim", evidence.map((item) => printable(evidenceWords(item))).join(", "))] : []),
    ...commands.map((command) => `Next: ${printable(command)}`),
  ];
  const space = " ".repeat(INDENT.length - label.length);
  return [`${style(COLOURS[state], label)}${space}${question}`, ...detail.map((line) => `${INDENT}${line}`)];
}

function notesOf({ versions, gaps, incomplete }: AuditResult): string[] {
  const notes: string[] = [];
  if (incomplete !== null)
    notes.push(`This clone may lack history or tags, and so answers. Next: ${printable(incomplete)}`);
  const corrections = versions.filter(({ rows }) => rows.some(setsFields)).map(({ correction }) => correction);
  if (gaps > 0)
    notes.push(`${gaps} gap${gaps === 1 ? "" : "s"} in ${versions.length} version${versions.length === 1 ? "" : "s"}.`);
  if (corrections.length === 1)
    notes.push(`What mv set says belongs to a version once it is tagged. Next: ${printable(corrections[0] ?? "")}`);
  return notes;
}

function setsFields({ commands }: Row): boolean {
  return commands.some((command) => command.startsWith("mv set"));
}

function firstLine(text: string): string {
  return text.trim().split("\n")[0] ?? "";
}
