// mv check: would these commits, or the commit of this index, break a rule? Needs no artifact bytes and no network.
import { MvError } from "../errors.ts";
import type { Finding } from "./check/findings.ts";
import { checkHistory } from "./check/history.ts";
import { findRange } from "./check/range.ts";
import { checkStaged } from "./check/staged.ts";
import type { Project } from "./project.ts";

export interface CheckInput {
  /** `A..B`, `A...B` or one revision; findRange says what is checked without it. */
  range?: string | undefined;
  /** The index against the parents-to-be, instead of commits. */
  staged?: boolean | undefined;
  /** The whole history of HEAD. */
  all?: boolean | undefined;
  /** A loosened policy was reviewed: it is a warning. */
  policyReviewed?: boolean | undefined;
}

export interface CheckResult {
  /** Null for what is staged. */
  range: { base: string | null; head: string; commits: number } | null;
  findings: Finding[];
  errors: number;
  warnings: number;
}

/**
 * All that breaks a rule, as findings; the policy is that of the range's base, or of HEAD for what is staged. Fails with
 * incomplete in a clone without all history or tags, where nothing may be concluded.
 */
export async function check(project: Project, input: CheckInput): Promise<CheckResult> {
  if (input.staged === true) {
    if (input.range !== undefined || input.all === true) {
      throw new MvError("usage", "--staged checks the index, not a range", { hint: "mv check --staged" });
    }
    return summed(null, await checkStaged(project));
  }
  if (await project.git.isShallow()) throw shallow();
  const range = await findRange(project, { range: input.range, all: input.all === true });
  const findings = (await checkHistory(project, range)).map((finding) =>
    finding.rule === "policy-loosened" && input.policyReviewed === true
      ? { ...finding, severity: "warning" as const, next: [] }
      : finding,
  );
  return summed({ base: range.base, head: range.head, commits: range.commits.length }, findings);
}

function shallow(): MvError {
  return new MvError("incomplete", "This clone is shallow: what was released before cannot be known here", {
    hint: "git fetch --unshallow --tags",
    details: { why: "shallow" },
  });
}

function summed(range: CheckResult["range"], findings: Finding[]): CheckResult {
  const count = (severity: Finding["severity"]): number =>
    findings.filter((finding) => finding.severity === severity).length;
  return { range, findings, errors: count("error"), warnings: count("warning") };
}
