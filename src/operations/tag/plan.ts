// Whether the numbers that a `mv tag` names may be given: free, in order, without a gap, for bytes of their own.
import { MvError } from "../../errors.ts";
import { judge } from "../../model/overwrite.ts";
import type { ModelRecord } from "../../model/record.ts";
import type { Release } from "../../model/release.ts";
import { compare, formatTag, gapBefore, isDraft, isPrerelease } from "../../model/version.ts";
import { newestOnLine } from "../line.ts";
import type { Project } from "../project.ts";
import type { Releases } from "../releases.ts";
import type { Snapshot } from "../snapshot.ts";
import type { TagInput } from "../tag.ts";
import { tagAgain } from "./again.ts";
import { freeVersion, takenError } from "./free.ts";
import { wantedVersions, type Wanted } from "./words.ts";

export interface Planned {
  model: string;
  version: string;
  tagName: string;
  /** Null where neither the user nor the record gives one for this version. */
  reason: string | null;
  /** The record's path and its text and data before the release. */
  file: string;
  text: string;
  record: ModelRecord;
  /** The highest release of this line below the version. */
  previous: Release | null;
}

/** What is released: every number has its reason by now. */
export type Reasoned = Planned & { reason: string };

/** Everything a release needs to be judged by its number. */
interface Case extends Wanted {
  project: Project;
  snapshot: Snapshot;
  releases: Releases;
  input: TagInput;
  tagName: string;
}

/** Finds what is to be released. Fails with the first number that cannot be given, and what to type instead. */
export async function planReleases(
  project: Project,
  snapshot: Snapshot,
  releases: Releases,
  input: TagInput,
): Promise<Planned[]> {
  const planned: Planned[] = [];
  for (const wanted of await wantedVersions(project, snapshot, releases, input)) {
    const tagName = formatTag(project.settings.models[wanted.model]?.tag ?? "v{version}", wanted.model, wanted.version);
    planned.push(await planOne({ ...wanted, project, snapshot, releases, input, tagName }));
  }
  return planned;
}

async function planOne(wanted: Case): Promise<Planned> {
  const { model, version, snapshot, tagName, input } = wanted;
  const found = snapshot.records.get(model);
  if (!found || found.record.artifacts.length === 0) {
    const why = found ? "has no artifact yet" : "has no record yet: nothing was added";
    throw new MvError("nothing-to-release", `${model} ${why}`, { hint: "mv add FILE" });
  }
  if (isDraft(version)) {
    throw new MvError(
      "draft-declared",
      `${version} is a draft's number: a release has a final one, or a pre-release's such as -rc.1`,
      { hint: tagAgain(input, await free(wanted)), details: { model, version } },
    );
  }
  await requireFree(wanted);
  const previous = await requireOrder(wanted);
  const { record, path, text } = found;
  await requireOwnBytes(wanted, record);
  const reason = input.reason?.trim() ? input.reason : reasonOf(wanted, record);
  return { model, version, tagName, reason, file: path, text, record, previous };
}

function free({ project, snapshot, releases, model }: Case): Promise<{ tag: string; gap: boolean }> {
  return freeVersion(project, snapshot, releases, model);
}

async function requireFree(wanted: Case): Promise<void> {
  const { model, version, releases, tagName, input } = wanted;
  if (releases.find(model, version)) throw takenError(wanted, tagName, tagAgain(input, await free(wanted)));
  if (!releases.tagNames.has(tagName)) return;
  const broken = releases.broken.find((item) => item.tag === tagName);
  throw new MvError(
    "version-exists",
    broken
      ? `The tag ${tagName} claims to be a release and cannot be read: ${broken.why}`
      : `There is a tag ${tagName} already, which is not a release of ${model}`,
    { hint: `git show ${tagName}`, details: { tag: tagName } },
  );
}

async function requireOrder(wanted: Case): Promise<Release | null> {
  const { project, releases, model, version, input } = wanted;
  const newest = await newestOnLine(project, releases, model);
  if (newest && compare(version, newest.version) <= 0) {
    throw new MvError(
      "version-not-above",
      `${model} ${version} is not above ${newest.version}, the newest release of this line`,
      { hint: tagAgain(input, await free(wanted)), details: { previous: newest.version } },
    );
  }
  const finals = releases.of(model).flatMap((release) => (isPrerelease(release.version) ? [] : [release.version]));
  const gap = input.allowGap === true ? null : gapBefore(version, finals);
  if (gap !== null) {
    const format = project.settings.models[model]?.tag ?? "v{version}";
    const words = input.versions.length > 0 ? input.versions : [wanted.tagName];
    throw new MvError("version-gap", `${model} ${version} skips ${gap}`, {
      hint: `${tagAgain(input, [formatTag(format, model, gap)])}\nOr skip it: ${tagAgain(input, words, { gap: true })}`,
      details: { skipped: gap },
    });
  }
  return newest;
}

/** To semver 1.0.0 and 1.0.0+gpu are one number: it may have one content only. */
async function requireOwnBytes(wanted: Case, record: ModelRecord): Promise<void> {
  const { model, version, releases, input } = wanted;
  const state = { version, artifacts: record.artifacts };
  const verdict = judge({ state, parents: [], releases: releases.of(model) });
  if (verdict.result === "ok") return;
  throw new MvError(
    "reused",
    `${model} ${version} is the number of ${verdict.releasedAs ?? version}, which is released with other bytes`,
    { hint: tagAgain(input, await free(wanted)), details: { paths: verdict.paths } },
  );
}

// The record's reason is that of the version it declares: of one that is released already, it says nothing about the next.
function reasonOf({ releases, model, version }: Case, record: ModelRecord): string | null {
  const reason = record.fields["reason"];
  if (record.version !== version && releases.find(model, record.version)) return null;
  return typeof reason === "string" && reason.trim() !== "" ? reason : null;
}
