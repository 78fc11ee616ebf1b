// mv bump: declares the next version in the record, for a commit that is tagged later or not at all.
import { join } from "node:path";
import { MvError } from "../errors.ts";
import { sameContent } from "../model/content.ts";
import { updateRecord } from "../model/record.ts";
import { compare, isDraft, next, parseVersion } from "../model/version.ts";
import { writeFileAtomic } from "../platform/files.ts";
import { withLock } from "../platform/locks.ts";
import { committedRecord } from "./add/describe-model.ts";
import { nextFreeDraft } from "./drafts.ts";
import { requireAllReleases } from "./complete.ts";
import type { Project } from "./project.ts";
import { readReleases, type Releases } from "./releases.ts";
import { readSnapshot, type Snapshot } from "./snapshot.ts";
import { newestOnLine } from "./line.ts";
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

/** Writes the version (and a reason) into the records, staged. */
export async function bump(project: Project, input: BumpInput): Promise<BumpResult> {
  return withLock(project.stateDir, "write", async () => {
    const snapshot = await readSnapshot(project, "worktree");
    const releases = await readReleases(project);
    await requireAllReleases(project, releases);
    const names = input.affected ? await changedModels(project, snapshot) : [oneModel(project, input.model)];
    if (names.length === 0) {
      throw new MvError("nothing-to-release", "No model has other bytes than HEAD", { hint: "mv status" });
    }
    const models: BumpResult["models"] = [];
    for (const model of names) {
      const covered = input.affected === true && (await isCovered(project, snapshot, releases, model));
      models.push(await bumpOne(project, snapshot, releases, { ...input, model, covered }));
    }
    await project.git.stage(models.map(({ model }) => project.settings.models[model]?.record ?? ""));
    return { models };
  });
}

async function changedModels(project: Project, snapshot: Snapshot): Promise<string[]> {
  const changed: string[] = [];
  for (const model of modelNames(project)) {
    const found = snapshot.records.get(model);
    const committed = found && (await committedRecord(project, found.path));
    if (found && (!committed || !sameContent(committed.artifacts, found.record.artifacts))) changed.push(model);
  }
  return changed;
}

// Already bumped for these bytes: neither released nor what HEAD declares.
async function isCovered(project: Project, snapshot: Snapshot, releases: Releases, model: string): Promise<boolean> {
  const found = snapshot.records.get(model);
  if (!found) return false;
  const committed = await committedRecord(project, found.path);
  return !releases.find(model, found.record.version) && committed?.version !== found.record.version;
}

async function bumpOne(
  project: Project,
  snapshot: Snapshot,
  releases: Releases,
  input: BumpInput & { model: string; covered: boolean },
): Promise<BumpResult["models"][number]> {
  const { model } = input;
  const found = snapshot.records.get(model);
  if (!found) throw new MvError("nothing-to-release", `${model} has no record yet`, { hint: "mv add FILE" });
  const from = found.record.version;
  const version = input.covered ? from : await target(project, releases, input, from);
  // A reason belongs to the version it was given for.
  const reason = input.reason?.trim() ? input.reason : version === from ? found.record.fields["reason"] : undefined;
  const text = updateRecord(found.text, found.path, { version, reason });
  if (text !== found.text) await writeFileAtomic(join(project.root, found.path), text, { durable: true });
  return { model, from, version };
}

async function target(
  project: Project,
  releases: Releases,
  input: BumpInput & { model: string },
  declared: string,
): Promise<string> {
  const { to, model } = input;
  const { oid } = await project.git.head();
  if (to === "draft") return nextFreeDraft(project, releases, model, { declared, heads: oid === null ? [] : [oid] });
  const newest = (await newestOnLine(project, releases, model))?.version ?? null;
  if (to === "major" || to === "minor" || to === "patch") return next(newest ?? "0.0.0", to);
  const version = parseVersion(to);
  if (version === null) {
    throw new MvError("bad-version", `${to} is neither major, minor, patch, draft nor a version`, {
      hint: "mv bump minor",
    });
  }
  if (releases.find(model, version)) {
    throw new MvError("version-exists", `${model} ${version} is already released`, { hint: "mv bump minor" });
  }
  if (newest !== null && !isDraft(version) && compare(version, newest) <= 0) {
    throw new MvError(
      "version-not-above",
      `${model} ${version} is not above ${newest}, the newest release of this line`,
      {
        hint: "mv bump minor",
      },
    );
  }
  return version;
}
