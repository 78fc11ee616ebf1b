// Which releases a `mv tag` means, and whether their numbers may be given (design rules 1 and 5).
import { MvError } from "../../errors.ts";
import type { ModelRecord } from "../../model/record.ts";
import type { Release } from "../../model/release.ts";
import { compare, formatTag, gapBefore, isDraft, isPrerelease, next } from "../../model/version.ts";
import { matchesBranch } from "../drafts.ts";
import type { Project } from "../project.ts";
import type { Releases } from "../releases.ts";
import type { Snapshot } from "../snapshot.ts";
import { modelNames, oneModel, readVersionWord } from "../versions.ts";

export interface PlanInput {
  versions: readonly string[];
  model?: string | undefined;
  reason?: string | undefined;
  allowGap?: boolean | undefined;
}

export interface Planned {
  model: string;
  version: string;
  tagName: string;
  reason: string;
  /** The record's path and its text and data before the release. */
  file: string;
  text: string;
  record: ModelRecord;
  /** The highest release of this line below the version. */
  previous: Release | null;
}

export async function planReleases(
  project: Project,
  snapshot: Snapshot,
  releases: Releases,
  input: PlanInput,
): Promise<Planned[]> {
  await requireBranch(project);
  const wanted = input.versions.length > 0 ? named(project, input) : declared(project, snapshot, releases, input.model);
  const planned: Planned[] = [];
  for (const { model, version } of wanted) {
    if (planned.some((item) => item.model === model)) {
      throw new MvError("usage", `${model} is named twice`, { hint: "one version for each model" });
    }
    planned.push(await planOne(project, snapshot, releases, { model, version, input }));
  }
  return planned;
}

function named(project: Project, input: PlanInput): { model: string; version: string }[] {
  return input.versions.map((word) => {
    const found = readVersionWord(
      project,
      word,
      input.model === undefined ? undefined : oneModel(project, input.model),
    );
    if (found) return found;
    throw new MvError(
      "bad-version",
      `${word} is not a version: three numbers such as v1.2.0, with -rc.1 or +build where wanted`,
      {
        hint: "mv tag v1.2.0 -m WHY",
      },
    );
  });
}

function declared(
  project: Project,
  snapshot: Snapshot,
  releases: Releases,
  model: string | undefined,
): { model: string; version: string }[] {
  const names = model === undefined ? modelNames(project) : [oneModel(project, model)];
  const candidates = names.flatMap((name) => {
    const version = snapshot.records.get(name)?.record.version;
    return version === undefined ? [] : [{ model: name, version }];
  });
  const open = candidates.filter((item) => !releases.find(item.model, item.version) && !isDraft(item.version));
  if (open.length > 0) return open;
  const draft = candidates.find((item) => isDraft(item.version));
  const highest = draft && releases.of(draft.model).at(-1)?.version;
  if (draft) {
    throw new MvError("draft-declared", `The record declares the draft ${draft.model} ${draft.version}`, {
      hint: `mv tag v${highest ? next(highest, "minor") : "1.0.0"} -m WHY`,
      details: { model: draft.model, version: draft.version },
    });
  }
  const [done] = candidates;
  if (!done) throw new MvError("nothing-to-release", "No model has a record yet", { hint: "mv add FILE" });
  throw exists(project, done.model, done.version, releases);
}

function exists(project: Project, model: string, version: string, releases: Releases): MvError {
  const format = project.settings.models[model]?.tag ?? "v{version}";
  const highest = releases.of(model).at(-1)?.version ?? version;
  return new MvError("version-exists", `${model} ${version} is already released`, {
    hint: `mv tag ${formatTag(format, model, next(highest, "minor"))} -m WHY`,
    details: { tag: formatTag(format, model, version) },
  });
}

async function planOne(
  project: Project,
  snapshot: Snapshot,
  releases: Releases,
  wanted: { model: string; version: string; input: PlanInput },
): Promise<Planned> {
  const { model, version, input } = wanted;
  const settings = project.settings.models[model];
  const found = snapshot.records.get(model);
  if (!settings || !found) {
    throw new MvError("nothing-to-release", `${model} has no record yet: nothing was added`, { hint: "mv add FILE" });
  }
  if (found.record.artifacts.length === 0) {
    throw new MvError("nothing-to-release", `${model} has no artifact yet`, { hint: "mv add FILE" });
  }
  const tagName = formatTag(settings.tag, model, version);
  if (releases.of(model).some((release) => compare(release.version, version) === 0))
    throw exists(project, model, version, releases);
  if (releases.tagNames.has(tagName)) {
    throw new MvError("version-exists", `A tag ${tagName} exists already; it is not a release of ${model}`, {
      hint: `git show ${tagName}`,
      details: { tag: tagName },
    });
  }
  if (isDraft(version)) {
    throw new MvError(
      "draft-declared",
      `${version} is a draft's number; a release needs a final one or a pre-release such as -rc.1`,
      {
        hint: `mv tag ${formatTag(settings.tag, model, version.replace(/-.*/, ""))} -m WHY`,
      },
    );
  }
  const previous = await requireOrder(project, releases, {
    model,
    version,
    tag: settings.tag,
    allowGap: input.allowGap === true,
  });
  const reason = input.reason?.trim() ? input.reason : reasonOf(found.record, version);
  if (reason === null) {
    throw new MvError("no-reason", `${model} ${version} needs a reason`, { hint: `mv tag ${tagName} -m WHY` });
  }
  return { model, version, tagName, reason, file: found.path, text: found.text, record: found.record, previous };
}

// A reason in the record belongs to the version that the record declares.
function reasonOf(record: ModelRecord, version: string): string | null {
  const reason = record.fields["reason"];
  return record.version === version && typeof reason === "string" && reason.trim() !== "" ? reason : null;
}

async function requireOrder(
  project: Project,
  releases: Releases,
  wanted: { model: string; version: string; tag: string; allowGap: boolean },
): Promise<Release | null> {
  const { model, version } = wanted;
  const newest = await newestOnLine(project, releases, model);
  if (newest && compare(version, newest.version) <= 0) {
    throw new MvError(
      "version-not-above",
      `${model} ${version} is not above ${newest.version}, the newest release of this line`,
      {
        hint: `mv tag ${formatTag(wanted.tag, model, next(newest.version, "minor"))} -m WHY`,
        details: { previous: newest.version },
      },
    );
  }
  const finals = releases
    .of(model)
    .filter((release) => !isPrerelease(release.version))
    .map((release) => release.version);
  const gap = wanted.allowGap ? null : gapBefore(version, finals);
  if (gap !== null) {
    throw new MvError("version-gap", `${model} ${version} skips ${gap}`, {
      hint: `mv tag ${formatTag(wanted.tag, model, gap)} -m WHY, or --allow-gap`,
      details: { skipped: gap },
    });
  }
  return newest;
}

/** The highest release that HEAD descends from, or that its record names after a squash; null where there is none. */
export async function newestOnLine(project: Project, releases: Releases, model: string): Promise<Release | null> {
  const { oid } = await project.git.head();
  if (oid === null) return null;
  const record = project.settings.models[model]?.record ?? "";
  const [blob] = await project.git.readPaths([{ rev: oid, path: record }]);
  const named = blob ? /^version: *["']?([^\s"'#]+)/m.exec(blob.toString("utf8"))?.[1] : undefined;
  for (const release of releases.of(model).toReversed()) {
    if (release.version === named || release.commit === oid || (await project.git.isAncestor(release.commit, oid)))
      return release;
  }
  return null;
}

async function requireBranch(project: Project): Promise<void> {
  const allowed = project.settings.policy.release_branches;
  const { branch } = await project.git.head();
  if (allowed.length === 0 || branch === null || matchesBranch(branch, allowed)) return;
  throw new MvError("branch", `Releases are made on ${allowed.join(", ")}, not on ${branch}`, {
    hint: `git switch ${allowed[0]}`,
    details: { branch, allowed: [...allowed] },
  });
}
