// mv merge --ours | --theirs: settles a conflict between two trainings. One side's bytes come with all that describes
// them; the rest of the record is merged field by field; the result gets a free draft number.
import { join } from "node:path";
import { MvError } from "../errors.ts";
import { sameContent } from "../model/content.ts";
import { type ModelRecord, parseRecord, updateRecord } from "../model/record.ts";
import type { Value } from "../model/value.ts";
import { compare } from "../model/version.ts";
import { writeFileAtomic } from "../platform/files.ts";
import { changing } from "./change.ts";
import { nextFreeDraft } from "./drafts.ts";
import {
  arrange,
  carryOut,
  leaveOutMissing,
  type SavedBytes,
  saveOrRefuse,
  type Wanted,
  wantedOf,
} from "./materialize.ts";
import { mergeFields } from "./merge/fields.ts";
import { type Conflict, findConflict, pointerOf, type Sides } from "./merge/sides.ts";
import { placePointer, removePointer } from "./pointers.ts";
import type { Project } from "./project.ts";
import { readReleases, type Releases } from "./releases.ts";
import { readSnapshot, type Snapshot } from "./snapshot.ts";
import { quoted } from "./targets.ts";
import { oneModel } from "./versions.ts";

export interface MergeInput {
  side?: "ours" | "theirs" | undefined;
  model?: string | undefined;
  force?: boolean | undefined;
}

export interface MergedModel {
  model: string;
  version: string;
  side: "ours" | "theirs";
  /** Declared versions whose bytes are now in no release. */
  lost: string[];
  /** Fields that both sides changed differently; the chosen side's value stands. */
  overruled: string[];
}

export interface MergeResult {
  /** The branch or commit that is merged, as Git names it. */
  other: string;
  models: MergedModel[];
  written: string[];
  removed: string[];
  absent: string[];
  saved: SavedBytes[];
  /** Files that are still in conflict: code, or models that were not meant. */
  unmerged: string[];
  /** The command that ends the operation. */
  next: string;
}

/** Settles records and pointers in conflict and stages them. Fails with nothing-found where there are none. */
export async function merge(project: Project, input: MergeInput): Promise<MergeResult> {
  return changing(project, async () => {
    const releases = await readReleases(project);
    const conflict = await findConflict(project);
    const model = input.model === undefined ? undefined : oneModel(project, input.model);
    const sides = conflict.models.filter((item) => model === undefined || item.model === model);
    if (sides.length === 0) {
      throw new MvError("nothing-found", "No record and no pointer is in conflict", { hint: "git status" });
    }
    const models: MergedModel[] = [];
    const touched: string[] = [];
    for (const item of sides) {
      const side = input.side ?? onlySide(item);
      models.push(await settle(project, releases, { item, side, conflict, touched }));
    }
    const bytes = await bringBytes(project, sides, touched, input.force === true);
    await project.git.stage([...new Set(touched)]);
    return { other: conflict.other, models, ...bytes, ...(await goOn(project)) };
  });
}

// What ends the operation. Where HEAD's bytes were taken there may be nothing to commit, which a rebase skips by itself.
async function goOn(project: Project): Promise<Pick<MergeResult, "unmerged" | "next">> {
  const operation = await project.git.inProgress();
  const { unmerged, staged } = await project.git.status();
  if (operation === null || operation === "merge" || operation === "bisect") return { unmerged, next: "git commit" };
  const isEmpty = staged.length + unmerged.length === 0 && operation !== "rebase";
  return { unmerged, next: `git ${operation} --${isEmpty ? "skip" : "continue"}` };
}

// Without a side: the one that has new bytes, where the other has none.
function onlySide(item: Sides): "ours" | "theirs" {
  const base = item.base?.record.artifacts ?? [];
  const ours = !sameContent(base, item.ours?.record.artifacts ?? []);
  const theirs = !sameContent(base, item.theirs?.record.artifacts ?? []);
  if (ours !== theirs) return ours ? "ours" : "theirs";
  if (sameContent(item.ours?.record.artifacts ?? [], item.theirs?.record.artifacts ?? [])) return "ours";
  throw new MvError(
    "conflict",
    `Both sides have new bytes for ${item.model}: ${describeSide(item, "ours")}, ${describeSide(item, "theirs")}`,
    {
      hint: "mv merge --ours, or mv merge --theirs",
      details: { model: item.model },
    },
  );
}

function describeSide(item: Sides, side: "ours" | "theirs"): string {
  return `${side} is ${item[side]?.record.version ?? "gone"}`;
}

async function settle(
  project: Project,
  releases: Releases,
  work: { item: Sides; side: "ours" | "theirs"; conflict: Conflict; touched: string[] },
): Promise<MergedModel> {
  const { item, side, conflict, touched } = work;
  const { model } = item;
  const chosen = item[side];
  const rejected = item[side === "ours" ? "theirs" : "ours"];
  if (!chosen) {
    throw new MvError("conflict", `${side} has no record of ${model}`, {
      hint: `git rm ${project.settings.models[model]?.record ?? ""}, or mv merge --${side === "ours" ? "theirs" : "ours"}`,
    });
  }
  const version = await settledVersion(project, releases, { item, side, chosen: chosen.record, conflict });
  const { patch, overruled } = mergeFields({
    base: item.base?.record ?? null,
    chosen: chosen.record,
    other: rejected?.record ?? null,
  });
  const full: Record<string, Value | undefined> = { ...patch, version };
  // A reason belongs to the version it was given for.
  if (version !== chosen.record.version) full["reason"] = undefined;
  const text = updateRecord(chosen.text, chosen.path, full);
  parseRecord(text, chosen.path);
  await writeFileAtomic(join(project.root, chosen.path), text, { durable: true });
  touched.push(chosen.path);
  for (const artifact of chosen.record.artifacts) {
    const pointer = await pointerOf(project, conflict, side, artifact);
    if (pointer === null) {
      throw new MvError("conflict", `The pointer of ${artifact.path} as ${side} has it is nowhere to be found`, {
        hint: `mv add ${quoted(artifact.path)}`,
      });
    }
    touched.push(...(await placePointer(project, artifact.path, pointer)));
  }
  const lost = rejected && isLost(releases, model, rejected.record, chosen.record) ? [rejected.record.version] : [];
  return { model, version, side, lost, overruled };
}

function isLost(releases: Releases, model: string, rejected: ModelRecord, chosen: ModelRecord): boolean {
  if (rejected.artifacts.length === 0 || sameContent(rejected.artifacts, chosen.artifacts)) return false;
  return !releases.of(model).some((release) => sameContent(release.artifacts, rejected.artifacts));
}

// Bytes that are released keep their number, and so do HEAD's own where the commit has no other parent whose bytes it could
// lose (a rebase, a cherry-pick, a revert, a squash); else the next free draft above both sides'.
async function settledVersion(
  project: Project,
  releases: Releases,
  state: { item: Sides; side: "ours" | "theirs"; chosen: ModelRecord; conflict: Conflict },
): Promise<string> {
  const { item, side, chosen, conflict } = state;
  const release = releases.find(item.model, chosen.version);
  if (release && sameContent(release.artifacts, chosen.artifacts)) return chosen.version;
  if (sameContent(item.ours?.record.artifacts ?? [], item.theirs?.record.artifacts ?? [])) return chosen.version;
  if (side === "ours" && !conflict.isMerge) return chosen.version;
  // After a squash the other side's commits are not in HEAD's history, but its number is known.
  const versions = [item.ours, item.theirs].flatMap((one) => (one ? [one.record.version] : []));
  return nextFreeDraft(project, releases, item.model, {
    declared: versions.toSorted(compare).at(-1) ?? null,
    heads: conflict.heads,
    taken: versions,
  });
}

async function bringBytes(
  project: Project,
  sides: readonly Sides[],
  touched: string[],
  force: boolean,
): Promise<{ written: string[]; removed: string[]; absent: string[]; saved: SavedBytes[] }> {
  const snapshot = await readSnapshot(project, "worktree");
  const wanted = new Map<string, Wanted | null>();
  for (const [path, { pointer, path: file }] of snapshot.pointers) {
    const bytes = touched.includes(file) ? wantedOf(pointer) : null;
    if (bytes) wanted.set(path, bytes);
  }
  const gone = unlisted(sides, snapshot);
  for (const path of gone) wanted.set(path, null);
  const arrangement = await arrange(project, wanted);
  const absent = leaveOutMissing(arrangement);
  const saved = await saveOrRefuse(project, arrangement, force);
  await carryOut(project, arrangement);
  for (const path of gone) touched.push(...(await removePointer(project, path)));
  return {
    written: arrangement.placements.map((item) => item.key),
    removed: arrangement.removals.map((item) => item.path),
    absent,
    saved,
  };
}

// Artifacts that the other side had and no record lists any more: their pointers merged cleanly, and would point at nothing.
function unlisted(sides: readonly Sides[], snapshot: Snapshot): string[] {
  const listed = new Set([...snapshot.records.values()].flatMap((found) => found?.record.artifacts ?? []).map(pathOf));
  const before = sides.flatMap((item) => [item.ours, item.theirs].flatMap((side) => side?.record.artifacts ?? []));
  return [...new Set(before.map(pathOf))].filter((path) => !listed.has(path));
}

const pathOf = ({ path }: { path: string }): string => path;
