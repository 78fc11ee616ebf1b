import { MvError } from "../../errors.ts";
import { audit, type AuditResult } from "../../operations/audit.ts";
import { writeOutput } from "../../operations/output-file.ts";
import type { CommandRun, Context, Values } from "../command.ts";
import { isOn, outputFile, text } from "../flags.ts";
import { printable } from "../terminal.ts";
import { auditView, countWords } from "../views/audit.ts";

export const run: CommandRun = async (context, [version], flags) => {
  const project = await context.project();
  const result = await audit(project, {
    version,
    model: text(flags, "model"),
    stage: text(flags, "stage"),
    all: isOn(flags, "all"),
    hash: flags["hash"] !== false,
    allowedSigners: text(flags, "allowedSigners"),
  });
  const { out, notes } = await rendered(context, flags, result);
  const file = outputFile(flags);
  if (file !== undefined) await writeOutput(project, file, `${out}\n`);
  const said = file === undefined ? out : `${printable(file)}  ${summary(result)}`;
  if (!isOn(flags, "strict") || result.gaps === 0) return { data: result, out: said, notes };
  // The report is what was asked for: it is printed, and the gaps are the status. A program finds all of it in the error.
  if (context.json) throw gaps(result);
  return { data: result, out: said, notes, exit: gaps(result).exit };
};

async function rendered(
  context: Context,
  flags: Values,
  result: AuditResult,
): Promise<{ out: string; notes?: readonly string[] }> {
  switch (text(flags, "format")) {
    case "json":
      return { out: JSON.stringify(result, null, 2) };
    case "markdown":
      return { out: (await import("../views/audit-markdown.ts")).auditMarkdown(result) };
    case "html":
      return { out: (await import("../views/audit-page.ts")).auditPage(result) };
    default:
      return auditView(result, outputFile(flags) === undefined ? context.style : (_format, words) => words);
  }
}

function summary({ versions }: AuditResult): string {
  return versions.map(({ model, version, rows }) => printable(`${model} ${version}: ${countWords(rows)}`)).join("\n");
}

function gaps(result: AuditResult): MvError {
  return new MvError("audit-gaps", `${result.gaps} questions are open`, {
    hint: "mv audit, and what it names behind Next",
    details: { ...result },
  });
}
