// What a check finds: one shape for every rule, so that a person, a program and a forge see the same.
import type { ErrorCode } from "../../errors.ts";

/**
 * The code of docs/errors.md, or "dropped": a merge lost bytes that no release holds; "draft-again": a draft's number came
 * again with other bytes.
 */
export type Rule =
  | Extract<
      ErrorCode,
      | "overwrite"
      | "reused"
      | "record-stale"
      | "invalid-file"
      | "name-says-version"
      | "metadata-missing"
      | "metadata-changed"
      | "binary-in-git"
      | "seal-broken"
      | "release-differs"
      | "release-final"
      | "version-exists"
      | "policy-loosened"
      | "object-missing"
      | "push-incomplete"
    >
  | "dropped"
  | "draft-again";

export type Severity = "error" | "warning" | "notice";

export interface Finding {
  rule: Rule;
  severity: Severity;
  /** A sentence that says what, on which thing. */
  message: string;
  /** What to type, one command or labelled command a line. */
  next: string[];
  /** The file to look at, from the repository's root; null where it is about a tag. */
  file: string | null;
  /** The commit that did it; null for what is staged, and for tags. */
  commit: { oid: string; subject: string } | null;
  models: { model: string; version: string }[];
}

/** How a policy's word weighs; null where the rule is off. */
export function severityOf(level: "block" | "warn" | "off"): Severity | null {
  return level === "off" ? null : level === "block" ? "error" : "warning";
}

/** "a", "a and b", "a, b and c". */
export function listed(words: readonly string[]): string {
  const last = words.at(-1) ?? "";
  return words.length < 2 ? last : `${words.slice(0, -1).join(", ")} and ${last}`;
}
