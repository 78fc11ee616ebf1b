// How a question is answered: what is known, by what evidence, what is missing, and the command that would supply it.
import type { Release } from "../../model/release.ts";

/** What a reader can look up by itself. */
export interface Evidence {
  kind: "tag" | "commit" | "file" | "object";
  /** A tag, or a path from the repository's root; empty for a commit. */
  name: string;
  /** The oid of the tag object or commit, or the SHA-256 of a file's bytes. */
  id: string;
}

export type State = "answered" | "gap" | "not-from-git" | "not-applicable";

export interface Verdict {
  state: State;
  /** What is known, a sentence each; of a gap perhaps nothing. */
  answer: string[];
  /** Of a gap: what is not known. */
  missing: string[];
  evidence: Evidence[];
  /** Of a gap: what to type, "…" being what only a person knows. */
  commands: string[];
}

export interface Missing {
  what: string;
  /** The record's field that would say it: the command is one `mv set` for all of a question's fields. */
  field?: string;
  command?: string;
}

export interface Known {
  answer?: readonly string[];
  missing?: readonly Missing[];
  evidence?: readonly Evidence[];
}

/** A verdict on what is known and missing; a gap where anything is missing. `set` begins the command that sets fields. */
export function judge(set: string, { answer = [], missing = [], evidence = [] }: Known): Verdict {
  const fields = missing.flatMap(({ field }) => (field === undefined ? [] : [`${field}=…`]));
  const commands = missing.flatMap(({ command }) => command ?? []);
  return {
    state: missing.length > 0 ? "gap" : "answered",
    answer: [...answer],
    missing: missing.map(({ what }) => what),
    evidence: [...evidence],
    commands: [...new Set([...(fields.length > 0 ? [`${set} ${fields.join(" ")}`] : []), ...commands])],
  };
}

/** What does not arise for this version, or cannot be known from Git, and why. */
export function outside(
  state: "not-from-git" | "not-applicable",
  answer: string,
  evidence: readonly Evidence[] = [],
): Verdict {
  return { state, answer: [answer], missing: [], evidence: [...evidence], commands: [] };
}

export function tagEvidence({ tag, oid }: Pick<Release, "tag" | "oid">): Evidence {
  return { kind: "tag", name: tag, id: oid };
}

export function commitEvidence(oid: string): Evidence {
  return { kind: "commit", name: "", id: oid };
}

export function recordEvidence({ record }: Pick<Release, "record">): Evidence {
  return { kind: "file", name: record.path, id: record.sha256 };
}
