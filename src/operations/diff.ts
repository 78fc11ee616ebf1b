// mv diff: what differs between two versions, two revisions, or one of them and the working tree; a block for each model.
import { MvError } from "../errors.ts";
import { diffRecords, type RecordDiff } from "../model/diff.ts";
import { type Bump, bumpOf, compare } from "../model/version.ts";
import { type CodeDiff, codeDiffs } from "./diff/code.ts";
import { type DiskChange, diskChanges } from "./diff/disk.ts";
import { type FolderDiff, folderDiffs } from "./diff/folders.ts";
import { type Chosen, recordOf, type Side, sidesOf } from "./diff/sides.ts";
import type { Project } from "./project.ts";
import { readReleases } from "./releases.ts";
import { isStale, readSnapshot } from "./snapshot.ts";
import { findVersion, modelNames, oneModel } from "./versions.ts";

export interface DiffInput {
  /** Default: the newest release of HEAD's line, of each model. */
  from?: string | undefined;
  /** Default: the working tree. */
  to?: string | undefined;
  model?: string | undefined;
  /** List the files inside folders that differ. */
  files?: boolean | undefined;
}

export interface ModelDiff {
  model: string;
  from: Side;
  to: Side;
  /** The step from one number to the other; null where `to` is not above `from`. */
  bump: Bump | null;
  changes: RecordDiff;
  /** Artifacts of the working tree whose bytes are not their pointer's. */
  disk: DiskChange[];
  /** The working tree's record describes other bytes than its pointers. */
  stale: boolean;
  /** With `files`: the folders among the changes. */
  folders: FolderDiff[];
}

export interface DiffResult {
  different: boolean;
  /** The models that differ. */
  models: ModelDiff[];
  /** Tracked files other than pointers and records, once for each pair of commits. */
  code: CodeDiff[];
  /** What was compared, in words, for each model that was looked at. */
  compared: { model: string; from: string; to: string }[];
}

/** Compares. Fails with unknown-version, or usage where the two versions are of different models. */
export async function diff(project: Project, input: DiffInput): Promise<DiffResult> {
  const releases = await readReleases(project);
  const find = async (word: string | undefined): Promise<Chosen> =>
    word === undefined ? null : findVersion(project, releases, word, input.model);
  const [from, to] = [await find(input.from), await find(input.to)];
  const worktree = to === null ? await readSnapshot(project, "worktree") : null;
  const blocks: ModelDiff[] = [];
  const pairs: { model: string; from: Side; to: Side }[] = [];
  for (const model of concerned(project, input, from, to)) {
    const sides = await sidesOf(project, releases, model, from, to, worktree);
    pairs.push({ model, ...sides });
    const [before, after] = [
      await recordOf(project, model, sides.from, worktree),
      await recordOf(project, model, sides.to, worktree),
    ];
    const disk = worktree ? await diskChanges(project, releases, worktree, after) : [];
    const block: ModelDiff = {
      model,
      from: { ...sides.from, version: before?.version ?? null },
      to: { ...sides.to, version: after?.version ?? null },
      bump: null,
      changes: diffRecords(before, after),
      disk: disk.map(({ entries: _entries, ...change }) => change),
      stale: worktree !== null && after !== null && isStale(worktree, after),
      folders: [],
    };
    block.bump = step(block.from.version, block.to.version);
    if (input.files) block.folders = await folderDiffs(project, block.changes, disk);
    if (differs(block)) blocks.push(block);
  }
  const code = await codeDiffs(project, pairs);
  return {
    different: blocks.length > 0 || code.length > 0,
    models: blocks,
    code,
    compared: pairs.map(({ model, from, to }) => ({ model, from: from.name, to: to.name })),
  };
}

function concerned(project: Project, input: DiffInput, from: Chosen, to: Chosen): string[] {
  if (input.model !== undefined) return [oneModel(project, input.model)];
  const named = [...new Set([from?.model, to?.model].filter((model) => typeof model === "string"))];
  if (named.length > 1) {
    throw new MvError("usage", `${input.from} and ${input.to} are versions of different models: ${named.join(", ")}`, {
      hint: "mv diff churn@v1.0.0 churn@v1.1.0",
    });
  }
  return named.length === 1 ? named : modelNames(project);
}

function step(from: string | null, to: string | null): Bump | null {
  if (to === null || (from !== null && compare(to, from) <= 0)) return null;
  return bumpOf(from, to);
}

function differs({ from, to, changes, disk, stale }: ModelDiff): boolean {
  const { features, feature_set, ...lists } = changes;
  return (
    from.version !== to.version ||
    disk.some((change) => change.state !== "absent") ||
    stale ||
    feature_set !== null ||
    features.reordered ||
    features.added.length + features.removed.length > 0 ||
    Object.values(lists).some((list) => list.length > 0)
  );
}
