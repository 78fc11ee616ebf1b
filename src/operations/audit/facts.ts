// What is gathered of a repository before any question is asked: plain data, so that the questions are pure functions.
import type { Card } from "../../model/card.ts";
import type { RecordDiff } from "../../model/diff.ts";
import type { Approval, Confirmation } from "../../model/events.ts";
import type { ModelRecord } from "../../model/record.ts";
import type { Release, Retraction } from "../../model/release.ts";
import type { Standing } from "../registry.ts";
import type { SignatureCheck } from "../trust/signature.ts";
import type { Problem } from "../verify/problem.ts";

/** A person as Git has it, of a commit or a tag. */
export interface Person {
  name: string;
  email: string;
}

/** A file of the release's commit. */
export interface CommittedFile {
  path: string;
  sha256: string;
}

export interface StageHistory {
  stage: string;
  /** As it is typed: with its model where there are several. */
  word: string;
  /** Newest first. */
  assignments: Standing[];
  confirmations: Confirmation[];
}

/** Of one model. */
export interface ModelFacts {
  model: string;
  /** Newest by number last. */
  releases: readonly Release[];
  retractions: ReadonlyMap<string, Retraction>;
  /** By the oid of the tag; null where the record is not the sealed one. */
  records: ReadonlyMap<string, ModelRecord | null>;
  stages: StageHistory[];
  /** What does not agree: seals and dates of all its tags, records and pointers of the versions under audit. */
  problems: readonly Problem[];
}

/** What reading the bytes showed; null where they were not read. */
export interface BytesFacts {
  /** Day of the check. */
  date: string;
  checked: number;
  absent: { path: string; sha256: string }[];
  problems: readonly Problem[];
}

/** Whose signature a tag has, or why that could not be asked. */
export type SignatureFact = { check: SignatureCheck; why: null } | { check: null; why: string };

export interface VersionFacts {
  model: ModelFacts;
  /** Every model of the settings, with how many releases it has and what its record says of its status. */
  models: readonly { model: string; releases: number; newest: string | null; status: string | null }[];
  release: Release;
  record: ModelRecord | null;
  card: Card;
  retraction: Retraction | null;
  /** Against `release.previous`; null for a first release, and where one of the records is not known. */
  changes: RecordDiff | null;
  bytes: BytesFacts | null;
  signature: SignatureFact;
  /** Authors of the commit that was released and of the one that trained, where they are here. */
  authors: Person[];
  /** The commit that the record says it was trained at, and whether it is here. */
  trained: { commit: string; isHere: boolean } | null;
  /** The feature set of the record at that commit. */
  featureSet: (CommittedFile & { name: string; columns: { name: string; type: string }[] }) | null;
  /** Artifacts of the commit with the role evaluation. */
  evaluationData: CommittedFile[];
  /** The record's test report, where it is a file of the commit. */
  report: CommittedFile | null;
  approvals: { approval: Approval; signature: SignatureFact }[];
  /** Today, by the clock of the machine that audits. */
  today: string;
  /** "mv set", with the model where there are several. */
  set: string;
}
