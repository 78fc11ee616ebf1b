import { MvError } from "../../errors.ts";
import { check, type CheckResult } from "../../operations/check.ts";
import { openHere } from "../../operations/hook/open.ts";
import type { CommandRun, Outcome } from "../command.ts";
import { isOn, text } from "../flags.ts";
import { failureDocument, successDocument } from "../output.ts";
import { checkView, githubView, summary } from "../views/check.ts";

export const run: CommandRun = async (context, operands, flags) => {
  const format = text(flags, "format") ?? "text";
  const warnings: string[] = [];
  const warn = (words: string): void => {
    warnings.push(words);
    if (format !== "json") context.warn(words);
  };
  const project = await openHere({ cwd: context.cwd, env: context.env, warn });
  const result = await check(project, {
    range: operands[0],
    staged: isOn(flags, "staged"),
    all: isOn(flags, "all"),
    policyReviewed: isOn(flags, "policyReviewed"),
  });
  if (context.json && result.errors > 0) throw failure(result);
  const exit = result.errors > 0 ? { exit: 1 } : {};
  return { data: result, ...view(result, format, warnings), ...exit };
};

function view(result: CheckResult, format: string, warnings: readonly string[]): Pick<Outcome, "out" | "notes"> {
  if (format === "github") return { out: githubView(result), notes: [summary(result)] };
  if (format === "text") return checkView(result);
  const document =
    result.errors > 0
      ? failureDocument("check", failure(result), warnings)
      : successDocument("check", result, warnings);
  return { out: document.trimEnd() };
}

function failure(result: CheckResult): MvError {
  return new MvError("check-failed", summary(result), { hint: result.findings[0]?.next[0], details: { ...result } });
}
