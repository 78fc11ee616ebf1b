// mv remove: stops tracking an artifact, or takes it out of one model. The file stays in the tree unless it is asked to go.
import { join } from "node:path";
import { MvError } from "../errors.ts";
import { type Artifact, sameContent } from "../model/content.ts";
import { pointerPath } from "../model/paths.ts";
import type { ModelRecord } from "../model/record.ts";
import { lstatOrNull } from "../platform/stat.ts";
import { numberFor } from "./add/number.ts";
import { carryOutChange, changing, replacement, type Replacement } from "./change.ts";
import { type Head, readHead } from "./committed.ts";
import { describeAsCommitted, describeBytes } from "./describe.ts";
import { arrange, saveOrRefuse, type SavedBytes } from "./materialize.ts";
import { type NextCommands, nextCommands } from "./next-commands.ts";
import { overwriting } from "./overwriting.ts";
import type { Project } from "./project.ts";
import { readReleases, type Releases } from "./releases.ts";
import { requireSettled } from "./settled.ts";
import { readSnapshot, type Snapshot } from "./snapshot.ts";
import { artifactsUnder, fromHere } from "./targets.ts";
import { oneModel } from "./versions.ts";

export interface RemoveInput {
  paths: readonly string[];
  /** Only out of these models' records, their data too; the pointer stays while another record lists the path. */
  models?: readonly string[] | undefined;
  /** Delete the file too; its bytes stay in the cache. */
  delete?: boolean | undefined;
  force?: boolean | undefined;
}

export interface LessenedModel {
  model: string;
  from: string;
  version: string;
  /** How many artifacts it still has. */
  artifacts: number;
  dropped: readonly string[];
  overwrites: "release" | "draft" | null;
  next: NextCommands | null;
}

export interface RemoveResult {
  /** Paths that have no pointer any more. */
  removed: string[];
  /** Of these, the files that are still there and that Git sees now. */
  left: string[];
  /** Paths that were only taken out of the named models. */
  unlisted: string[];
  models: LessenedModel[];
  saved: SavedBytes[];
}

interface RecordChange {
  path: string;
  text: string;
  lessened: LessenedModel;
}

/** Takes pointers, ignore lines and record entries away; staged. */
export async function remove(project: Project, input: RemoveInput): Promise<RemoveResult> {
  return changing(project, async () => {
    const snapshot = await readSnapshot(project, "worktree");
    // One whose pointer is gone already, by `git rm`, is still in the record.
    const listed = [...snapshot.records.values()].flatMap((found) => found?.record.artifacts ?? []);
    const more = listed.map(({ path }) => path);
    const paths = [...new Set(artifactsUnder(project, snapshot, input.paths, more))];
    const named = input.models?.map((name) => oneModel(project, name));
    if (named) requireListed(project, snapshot, paths, named);
    const gone = named ? paths.filter((path) => !isListedElsewhere(snapshot, path, named)) : paths;
    const [releases, head] = await Promise.all([readReleases(project), readHead(project)]);
    const changes: RecordChange[] = [];
    for (const [model, found] of snapshot.records) {
      if (!found || named?.includes(model) === false) continue;
      const change = await without(project, { releases, head, snapshot }, { model, ...found, paths, unlink: !!named });
      if (change) changes.push(change);
    }
    await requireSettled(project, [...gone.map(pointerPath), ...changes.map(({ path }) => path)]);
    const saved = await carryOut(project, head, gone, changes, input);
    const left = gone.filter((path) => lstatOrNull(join(project.root, path)) !== null);
    const unlisted = paths.filter((path) => !gone.includes(path));
    return { removed: gone, left, unlisted, models: changes.map(({ lessened }) => lessened), saved };
  });
}

function requireListed(
  project: Project,
  snapshot: Snapshot,
  paths: readonly string[],
  models: readonly string[],
): void {
  const stranger = paths.find((path) => !models.some((model) => lists(snapshot.records.get(model)?.record, path)));
  if (stranger === undefined) return;
  throw new MvError("not-tracked", `${stranger} is no artifact or dataset of ${models.join(" or ")}`, {
    hint: `mv remove ${fromHere(project, stranger)}`,
  });
}

function lists(record: ModelRecord | undefined, path: string): boolean {
  return [...(record?.artifacts ?? []), ...(record?.datasets ?? [])].some((artifact) => artifact.path === path);
}

// Data that no model was trained on is still data of the repository.
function isListedElsewhere(snapshot: Snapshot, path: string, models: readonly string[]): boolean {
  if (snapshot.pointers.get(path)?.pointer.role !== "model") return true;
  return [...snapshot.records].some(([model, found]) => !models.includes(model) && lists(found?.record, path));
}

/** The record without the paths; null where it does not list them. Its datasets are what it was trained on, and stay unless unlinked. */
async function without(
  project: Project,
  known: { releases: Releases; head: Head; snapshot: Snapshot },
  change: { model: string; path: string; text: string; record: ModelRecord; paths: readonly string[]; unlink: boolean },
): Promise<RecordChange | null> {
  const { model, path: file, text, record, paths } = change;
  const rest = (list: readonly Artifact[]): Artifact[] => list.filter(({ path }) => !paths.includes(path));
  const artifacts = rest(record.artifacts);
  const datasets = change.unlink ? rest(record.datasets) : record.datasets;
  if (artifacts.length === record.artifacts.length && datasets.length === record.datasets.length) return null;
  const committed = known.head.records.get(model) ?? null;
  const newBytes = artifacts.length < record.artifacts.length;
  const uncommitted = committed === null || !sameContent(committed.artifacts, artifacts);
  const description =
    newBytes && !uncommitted && committed
      ? describeAsCommitted({ file, text, committed, given: {} })
      : describeBytes({
          model,
          file,
          before: { text, record },
          version: await numberFor(project, known.releases, known.head, {
            model,
            declared: record.version,
            uncommitted,
          }),
          artifacts,
          datasets,
          given: {},
          // An artifact less of bytes that nobody has seen yet is still the same training.
          replaces: newBytes && committed?.content === record.content,
          keep: false,
        });
  const { version } = description.record;
  const declared = { model, version, artifacts };
  const overwrites = overwriting(known.releases, declared, committed);
  const next = overwrites ? await nextCommands(project, known.releases, declared, committed) : null;
  const { dropped } = description;
  const lessened = { model, from: record.version, version, artifacts: artifacts.length, dropped, overwrites, next };
  return { path: file, text: description.text, lessened };
}

async function carryOut(
  project: Project,
  head: Head,
  gone: readonly string[],
  changes: readonly RecordChange[],
  input: RemoveInput,
): Promise<SavedBytes[]> {
  const wanted = Object.fromEntries((input.delete ? gone : []).map((path) => [path, null]));
  const arrangement = await arrange(project, new Map(Object.entries(wanted)));
  const saved = await saveOrRefuse(project, arrangement, input.force === true);
  const files: Record<string, Replacement> = {};
  for (const path of gone) files[pointerPath(path)] = await replacement(project, pointerPath(path), null);
  for (const { path, text } of changes) files[path] = await replacement(project, path, text);
  const { oid, branch } = head;
  await carryOutChange(project, { verb: "remove", from: { oid, branch }, to: null, wanted, files }, arrangement);
  const store = await project.store();
  for (const path of gone) await store.forget(path);
  return saved;
}
