import type { CheckResult } from "../../operations/check.ts";
import type { Finding } from "../../operations/check/findings.ts";
import { printable } from "../terminal.ts";

const LABELLED = /^[A-Z][A-Za-z ]*: /;

/** Findings for a person: one block each, then how many there are. */
export function checkView(result: CheckResult): { out: string; notes: string[] } {
  const out = result.findings.map((finding) => block(finding).join("\n")).join("\n\n");
  return { out, notes: [summary(result)] };
}

/** "2 errors, 1 warning in 12 commits". */
export function summary({ range, findings, errors, warnings }: CheckResult): string {
  const where = range === null ? "what is staged" : amount(range.commits, "commit");
  if (findings.length === 0) return `Nothing found in ${where}.`;
  const counts = [
    ...(errors > 0 ? [amount(errors, "error")] : []),
    ...(warnings > 0 ? [amount(warnings, "warning")] : []),
    ...(findings.length > errors + warnings ? [amount(findings.length - errors - warnings, "notice")] : []),
  ];
  return `${counts.join(", ")} in ${where}.`;
}

function amount(count: number, noun: string): string {
  return `${count} ${noun}${count === 1 ? "" : "s"}`;
}

function block(finding: Finding): string[] {
  const { severity, message, commit } = finding;
  return [
    `${severity}: ${printable(message)}`,
    ...(commit ? [`  in ${commit.oid.slice(0, 7)} ${printable(commit.subject)}`] : []),
    ...steps(finding).map((line) => `  ${line}`),
  ];
}

/** What to type next, as lines under a label. */
export function steps(finding: Finding): string[] {
  return finding.next.map((line) => printable(LABELLED.test(line) ? line : `Next: ${line}`));
}

/** GitHub's workflow commands: an annotation on the file that each finding is about. */
export function githubView(result: CheckResult): string {
  return result.findings
    .map((finding) => {
      const { severity, rule, message, commit, file } = finding;
      const where = commit ? [`In ${commit.oid.slice(0, 7)} ${commit.subject}`] : [];
      const properties = [
        ...(file === null ? [] : [`file=${property(file)}`]),
        `title=${property(`mversion ${rule}`)}`,
      ];
      return `::${severity} ${properties.join(",")}::${data([message, ...where, ...steps(finding)].join("\n"))}`;
    })
    .join("\n");
}

// github.com/actions/toolkit, packages/core/src/command.ts: what would end a message, and what would end a property.
function data(text: string): string {
  return text.replaceAll("%", "%25").replaceAll("\r", "%0D").replaceAll("\n", "%0A");
}

function property(text: string): string {
  return data(text).replaceAll(":", "%3A").replaceAll(",", "%2C");
}
