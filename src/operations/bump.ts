// mv bump: declares the next version in the record, for a commit that is tagged later or not at all.
import { join } from "node:path";
import { MvError } from "../errors.ts";
import { sameContent } from "../model/content.ts";
import { type ModelRecord, updateRecord } from "../model/record.ts";
import { compare, isDraft, isPrerelease, next, parseVersion } from "../model/version.ts";
import { writeFileAtomic } from "../platform/files.ts";
import { changing } from "./change.ts";
import { type Head, readHead } from "./committed.ts";
import { requireAllReleases } from "./complete.ts";
import { nextFreeDraft } from "./drafts.ts";
import { newestOnLine } from "./line.ts";
import type { Project } from "./project.ts";
import { readReleases, type Releases } from "./releases.ts";
import { requireSettled } from "./settled.ts";
import { readSnapshot } from "./snapshot.ts";
import { stageChanged } from "./staging.ts";
import { modelNames, oneModel } from "./versions.ts";

export interface BumpInput {
  /** "major", "minor", "patch", "draft", or a version. */
  to: string;
  model?: string | undefined;
  /** Every model whose bytes differ from HEAD's and whose number does not cover them yet. */
  affected?: boolean | undefined;
  reason?: string | undefined;
}

export interface BumpResult {
  models: { model: string; from: string; version: string }[];
}

/** A model's record in the working tree, and what HEAD says of it. */
interface Subject {
  model: string;
  path: string;
  text: string;
  record: ModelRecord;
  committed: ModelRecord | null;
  /** HEAD has other bytes. */
  changed: boolean;
}

/** Writes the version (and a reason) into the records, staged. */
export async function bump(project: Project, input: BumpInput): Promise<BumpResult> {
  if (input.affected && input.model !== undefined) {
    throw new MvError("usage", "--affected and --model name different models", { hint: "give one of them" });
  }
  return changing(project, async () => {
    const [releases, head] = await Promise.all([readReleases(project), readHead(project)]);
    await requireAllReleases(project, releases);
    const subjects = await subjectsOf(project, head, input);
    await requireSettled(
      project,
      subjects.map(({ path }) => path),
    );
    const models: BumpResult["models"] = [];
    const texts: string[] = [];
    for (const subject of subjects) {
      const isCovered = input.affected === true && coversItsBytes(releases, subject);
      const version = isCovered ? subject.record.version : await target(project, releases, head, subject, input.to);
      models.push({ model: subject.model, from: subject.record.version, version });
      texts.push(withVersion(subject, version, input.reason));
    }
    for (const [at, { path, text }] of subjects.entries()) {
      const after = texts[at];
      if (after !== undefined && after !== text) await writeFileAtomic(join(project.root, path), after);
    }
    await stageChanged(
      project,
      subjects.map(({ path }) => path),
    );
    return { models };
  });
}

async function subjectsOf(project: Project, head: Head, input: BumpInput): Promise<Subject[]> {
  const snapshot = await readSnapshot(project, "worktree");
  const names = input.affected ? modelNames(project) : [oneModel(project, input.model)];
  const subjects = names.flatMap((model): Subject[] => {
    const found = snapshot.records.get(model);
    if (!found) return [];
    const committed = head.records.get(model) ?? null;
    const changed = committed === null || !sameContent(committed.artifacts, found.record.artifacts);
    return [{ model, ...found, committed, changed }];
  });
  const [name] = names;
  if (!input.affected && subjects.length === 0) {
    throw new MvError("nothing-to-release", `${name} has no record yet`, { hint: "mv add FILE" });
  }
  const wanted = input.affected ? subjects.filter(({ changed }) => changed) : subjects;
  if (wanted.length === 0) {
    throw new MvError("nothing-to-release", "No model has other bytes than HEAD", { hint: "mv status" });
  }
  return wanted;
}

/** Bumped for these bytes already: neither released nor what HEAD declares. */
function coversItsBytes(releases: Releases, { model, record, committed }: Subject): boolean {
  return !releases.find(model, record.version) && committed?.version !== record.version;
}

/** A reason belongs to the version it was given for. */
function withVersion({ path, text, record }: Subject, version: string, given: string | undefined): string {
  const reason = given?.trim() ? given : version === record.version ? record.fields["reason"] : undefined;
  return updateRecord(text, path, { version, reason });
}

async function target(project: Project, releases: Releases, head: Head, subject: Subject, to: string): Promise<string> {
  const { model, committed } = subject;
  if (to === "draft") {
    // Counted from HEAD, so that a second bump before a commit gives the same number.
    const declared = committed?.version ?? null;
    return nextFreeDraft(project, releases, model, { declared, heads: head.oid === null ? [] : [head.oid] });
  }
  const newest = (await newestOnLine(project, releases, model))?.version ?? null;
  if (to === "major" || to === "minor" || to === "patch") return next(floor(newest, subject) ?? "0.0.0", to);
  const version = parseVersion(to);
  const hint = `mv bump minor${modelNames(project).length > 1 ? ` --model ${model}` : ""}`;
  if (version === null) {
    throw new MvError("bad-version", `${to} is neither major, minor, patch, draft nor a version`, { hint });
  }
  if (releases.find(model, version)) {
    throw new MvError("version-exists", `${model} ${version} is already released`, { hint });
  }
  if (newest !== null && !isDraft(version) && compare(version, newest) <= 0) {
    throw new MvError(
      "version-not-above",
      `${model} ${version} is not above ${newest}, the newest release of this line`,
      { hint },
    );
  }
  return version;
}

/** What a level counts from: the newest release of the line, or what HEAD declares for other bytes and is to be tagged yet. */
function floor(newest: string | null, { committed, changed }: Subject): string | null {
  const declared = changed && committed && !isPrerelease(committed.version) ? committed.version : null;
  if (newest === null || declared === null) return newest ?? declared;
  return compare(declared, newest) > 0 ? declared : newest;
}
