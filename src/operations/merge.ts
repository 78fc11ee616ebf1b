// mv merge --ours | --theirs: settles a conflict between two trainings. One side's bytes come with all that describes
// them; the rest of the record is merged field by field; the result gets a free draft number.
import { MvError } from "../errors.ts";
import { artifactPath, pointerPath, POINTER_SUFFIX } from "../model/paths.ts";
import { parsePointer } from "../model/pointer.ts";
import { parseRecord } from "../model/record.ts";
import { carryOutChange, changing, replacement, type Replacement } from "./change.ts";
import { leaveOutMissing, type SavedBytes, saveOrRefuse, type Wanted, wantedOf } from "./materialize.ts";
import { type Cause, type Conflict, findConflict, type Side } from "./merge/conflict.ts";
import { settledIgnores } from "./merge/ignores.ts";
import { chosenSide, settle, type Settled } from "./merge/settle.ts";
import { conflictedModels, loosePointers, pointerOf, type Sides, textOf } from "./merge/sides.ts";
import { arrangeFetching } from "./objects/arrange.ts";
import type { Project } from "./project.ts";
import { readReleases } from "./releases.ts";
import { readSnapshot } from "./snapshot.ts";
import { fromHere } from "./targets.ts";
import { oneModel } from "./versions.ts";

export interface MergeInput {
  side?: Side | undefined;
  model?: string | undefined;
  force?: boolean | undefined;
}

export type MergedModel = Omit<Settled, "text">;

export interface MergeResult {
  /** The command that left the conflict. */
  cause: Cause;
  /** What the sides are called: a branch, else a short commit. In a rebase ours is the branch that is rebased onto. */
  ours: string;
  theirs: string;
  models: MergedModel[];
  /** Data and other artifacts of no model whose pointers were in conflict, and the side they are of. */
  artifacts: { path: string; side: Side }[];
  written: string[];
  removed: string[];
  absent: string[];
  saved: SavedBytes[];
  /** Files that are still in conflict: code, or models that were not meant. */
  unmerged: string[];
  /** The command that ends the operation. */
  next: string;
}

/** What a settled conflict leaves: texts of files, and bytes; null: gone. */
interface Outcome {
  files: Map<string, string | null>;
  wanted: Map<string, Wanted | null>;
}

/** Settles records and pointers in conflict and stages them. Fails with nothing-found where there are none. */
export async function merge(project: Project, input: MergeInput): Promise<MergeResult> {
  return changing(project, async () => {
    const [releases, conflict] = await Promise.all([readReleases(project), findConflict(project)]);
    const meant = input.model === undefined ? undefined : oneModel(project, input.model);
    const all = await conflictedModels(project, conflict);
    const models = all.filter(({ model }) => meant === undefined || model === meant);
    const loose = meant === undefined ? loosePointers(conflict, all) : [];
    if (models.length + loose.length === 0) {
      throw new MvError("nothing-found", "No record and no pointer is in conflict", { hint: "git status" });
    }
    const outcome: Outcome = { files: new Map(), wanted: new Map() };
    const settled: Settled[] = [];
    for (const item of models) {
      const result = await settle(project, releases, conflict, item, chosenSide(item, conflict, input.side));
      settled.push(result);
      await takeSide(project, conflict, item, result, outcome);
    }
    const artifacts = await takeLoose(project, conflict, loose, input.side ?? agreed(settled), outcome);
    await dropUnlisted(project, models, outcome);
    for (const [path, text] of await settledIgnores(project, conflict)) outcome.files.set(path, text);
    const bytes = await carryOut(project, outcome, input.force === true);
    const { cause, names } = conflict;
    return {
      cause,
      ...names,
      models: settled.map(({ text: _written, ...model }) => model),
      artifacts,
      ...bytes,
      ...(await whatIsLeft(project, conflict)),
    };
  });
}

async function takeSide(
  project: Project,
  conflict: Conflict,
  item: Sides,
  { side, text }: Settled,
  outcome: Outcome,
): Promise<void> {
  outcome.files.set(item.path, text);
  for (const artifact of item[side]?.record.artifacts ?? []) {
    const found = await pointerOf(project, conflict, side, artifact);
    if (found === null) {
      throw new MvError(
        "conflict",
        `The pointer of ${artifact.path} as ${conflict.names[side]} has it cannot be found`,
        {
          hint: `mv add ${fromHere(project, artifact.path)}`,
        },
      );
    }
    outcome.files.set(pointerPath(artifact.path), found.text);
    const bytes = wantedOf(found.pointer);
    if (bytes) outcome.wanted.set(artifact.path, bytes);
  }
}

/** The side that the models took, where they agree: their data comes from it too. */
function agreed(settled: readonly Settled[]): Side | undefined {
  const [first] = settled;
  return first && settled.every(({ side }) => side === first.side) ? first.side : undefined;
}

async function takeLoose(
  project: Project,
  conflict: Conflict,
  pointers: readonly string[],
  side: Side | undefined,
  outcome: Outcome,
): Promise<MergeResult["artifacts"]> {
  const [first] = pointers;
  if (first === undefined) return [];
  if (side === undefined) {
    throw new MvError("conflict", `Both sides have changed ${artifactPath(first)}`, {
      hint: "mv merge --ours, or mv merge --theirs",
      details: { paths: pointers.map(artifactPath), ...conflict.names },
    });
  }
  const artifacts: MergeResult["artifacts"] = [];
  for (const file of pointers) {
    const path = artifactPath(file);
    const text = await textOf(project, conflict, file, side);
    outcome.files.set(file, text);
    const bytes = text === null ? null : wantedOf(parsePointer(text, file));
    if (bytes || text === null) outcome.wanted.set(path, bytes);
    artifacts.push({ path, side });
  }
  return artifacts;
}

/** Artifacts that a side had and no record lists any more: their pointers merged cleanly, and would point at nothing. */
async function dropUnlisted(project: Project, models: readonly Sides[], { files, wanted }: Outcome): Promise<void> {
  const now = await readSnapshot(project, "worktree", () => undefined);
  const records = Object.entries(project.settings.models).flatMap(([model, { record: path }]) => {
    const text = files.get(path);
    if (text === null) return [];
    return text === undefined ? (now.records.get(model)?.record ?? []) : parseRecord(text, path);
  });
  const listed = new Set(records.flatMap((record) => record.artifacts).map(({ path }) => path));
  const before = models.flatMap((item) => [item.ours, item.theirs].flatMap((side) => side?.record.artifacts ?? []));
  for (const { path } of before) {
    if (listed.has(path)) continue;
    files.set(pointerPath(path), null);
    wanted.set(path, null);
  }
}

async function carryOut(
  project: Project,
  { files, wanted }: Outcome,
  force: boolean,
): Promise<Pick<MergeResult, "written" | "removed" | "absent" | "saved">> {
  const arrangement = await arrangeFetching(project, wanted);
  const absent = leaveOutMissing(arrangement);
  if (absent.length > 0 && arrangement.obstacle) project.warn(arrangement.obstacle.message);
  const saved = await saveOrRefuse(project, arrangement, force);
  const replacements: Record<string, Replacement> = {};
  for (const [path, text] of inOrder(files)) replacements[path] = await replacement(project, path, text);
  const from = await project.git.head();
  const change = { verb: "merge" as const, from, to: null, wanted: Object.fromEntries(wanted), files: replacements };
  await carryOutChange(project, change, arrangement);
  return {
    written: arrangement.placements.map((item) => item.key),
    removed: arrangement.removals.map((item) => item.path),
    absent,
    saved,
  };
}

/** Ignore files first: a pointer then finds its line there, or takes it out. */
function inOrder(files: ReadonlyMap<string, string | null>): [string, string | null][] {
  const isPointer = (path: string): number => (path.endsWith(POINTER_SUFFIX) ? 1 : 0);
  return [...files].toSorted(([a], [b]) => isPointer(a) - isPointer(b));
}

/** What ends the operation. Where HEAD's bytes were taken there may be nothing to commit, which a rebase skips by itself. */
async function whatIsLeft(
  project: Project,
  { cause, heads }: Conflict,
): Promise<Pick<MergeResult, "unmerged" | "next">> {
  const operation = await project.git.inProgress();
  const { unmerged, staged } = await project.git.status();
  // A stash that conflicted is still in the list.
  if (cause === "stash" && heads.length > 1) return { unmerged, next: "git stash drop" };
  if (operation === null || operation === "merge" || operation === "bisect") return { unmerged, next: "git commit" };
  const isEmpty = staged.length + unmerged.length === 0 && operation !== "rebase";
  return { unmerged, next: `git ${operation} --${isEmpty ? "skip" : "continue"}` };
}
