// What an add does to one model's record: artifacts, data, metadata and the declared number.
import { join } from "node:path";
import { type Artifact, sameContent } from "../../model/content.ts";
import type { ModelRecord } from "../../model/record.ts";
import { writeFileAtomic } from "../../platform/files.ts";
import { captureFor } from "../capture.ts";
import type { Head } from "../committed.ts";
import { describeAsCommitted, describeBytes, type Description, type Given } from "../describe.ts";
import { type NextCommands, nextCommands } from "../next-commands.ts";
import { overwriting } from "../overwriting.ts";
import type { Project } from "../project.ts";
import type { Releases } from "../releases.ts";
import { artifactsNow, type Snapshot } from "../snapshot.ts";
import { modelNames } from "../versions.ts";
import { linkedDatasets } from "./datasets.ts";
import { numberFor } from "./number.ts";
import { artifactOf, byPath, type Stored } from "./plan.ts";

export interface DescribedModel {
  model: string;
  /** The version declared before; null for a model's first record. */
  from: string | null;
  version: string;
  /** Whether the model has other bytes than its record said. */
  changed: boolean;
  /** Whether the record says something else than before. */
  recorded: boolean;
  /** True where they are the bytes that HEAD has, so that the record is as committed again. */
  back: boolean;
  /** Why a commit would be refused: the declared version is released, or HEAD declares it, with other bytes. */
  overwrites: "release" | "draft" | null;
  dropped: readonly string[];
  kept: readonly string[];
  /** What it was trained on, as the record says now. */
  datasets: readonly Artifact[];
  /** Whether that is not what the record said before. */
  relinked: boolean;
  /** Where library versions were read; null where they were not. */
  captured: string | null;
  /** What to type next where there is something to decide; null elsewhere. */
  next: NextCommands | null;
}

/** Everything that one add knows when it comes to a model's record. */
export interface Work {
  head: Head;
  /** The tree before the add, and with the new pointers. */
  before: Snapshot;
  now: Snapshot;
  releases: Releases;
  stored: readonly Stored[];
  given: Given;
  keep: boolean;
  python: string | undefined;
}

/** The models whose record an add may touch: those of the artifacts, for data every model with a record, and where a role changed. */
export function concernedModels(project: Project, { before, stored }: Work): string[] {
  const named = new Set(stored.flatMap(({ plan }) => plan.models));
  const hasData = stored.some(({ plan }) => plan.role === "dataset");
  return modelNames(project).filter((model) => {
    const record = before.records.get(model)?.record;
    if (named.has(model) || (record && hasData)) return true;
    return stored.some(({ plan }) =>
      [...(record?.artifacts ?? []), ...(record?.datasets ?? [])].some(({ path }) => path === plan.target.path),
    );
  });
}

/** A model's state around the add. */
interface State {
  model: string;
  file: string;
  before: { text: string; record: ModelRecord } | null;
  committed: ModelRecord | null;
  /** The added paths that are artifacts of this model. */
  own: readonly Stored[];
  artifacts: Artifact[];
  /** The record describes other bytes. */
  newBytes: boolean;
  /** HEAD has other bytes. */
  uncommitted: boolean;
}

/** Brings one model's record up to its bytes. Returns null where the model has nothing to do with the add after all. */
export async function describeModel(
  project: Project,
  work: Work,
  model: string,
): Promise<{ described: DescribedModel; file: string } | null> {
  const state = stateOf(project, work, model);
  const { before, file, own, newBytes } = state;
  if (before === null && own.length === 0) return null;
  const back = newBytes && !state.uncommitted;
  const captured = await capturedFor(project, work, state);
  const given = own.length > 0 ? { ...captured?.given, ...work.given } : {};
  const description =
    back && before && state.committed
      ? describeAsCommitted({ file, text: before.text, committed: state.committed, given })
      : await describeNow(project, work, state, given);
  if (description.text !== before?.text) await writeFileAtomic(join(project.root, file), description.text);
  else if (own.length === 0) return null;
  return { described: await summary(project, work, state, { back, description, captured }), file };
}

function stateOf(project: Project, work: Work, model: string): State {
  const before = work.before.records.get(model) ?? null;
  const committed = work.head.records.get(model) ?? null;
  const own = work.stored.filter(({ plan }) => plan.role === "model" && plan.models.includes(model));
  const listed = before?.record.artifacts ?? [];
  const artifacts = artifactsNow(work.now, byPath([...listed, ...own.map(artifactOf)])).filter(
    ({ path }) => work.now.pointers.get(path)?.pointer.role === "model",
  );
  return {
    model,
    file: project.settings.models[model]?.record ?? "",
    before,
    committed,
    own,
    artifacts,
    newBytes: !sameContent(listed, artifacts),
    uncommitted: committed === null || !sameContent(committed.artifacts, artifacts),
  };
}

async function describeNow(project: Project, work: Work, state: State, given: Given): Promise<Description> {
  const { model, file, before, artifacts, newBytes, uncommitted } = state;
  const listed = before?.record.datasets ?? null;
  const [version, datasets] = await Promise.all([
    numberFor(project, work.releases, work.head, { model, declared: before?.record.version ?? null, uncommitted }),
    linkedDatasets(project, work, model, { listed, newBytes, uncommitted }),
  ]);
  const replaces = newBytes && isReplaced(state);
  return describeBytes({ model, file, before, version, artifacts, datasets, given, replaces, keep: work.keep });
}

// Other bytes at a path are another training. An artifact more or less makes another model of committed bytes; beside bytes
// that are not committed yet it only completes what was just described.
function isReplaced({ before, committed, artifacts }: State): boolean {
  const listed = before?.record.artifacts ?? [];
  const isOverwritten = listed.some((old) => {
    const now = artifacts.find((artifact) => artifact.path === old.path);
    return now !== undefined && now.sha256 !== old.sha256;
  });
  return listed.length > 0 && (isOverwritten || committed?.content === before?.record.content);
}

/** What the machine knows of the training. It is asked for new bytes, and where the user names an interpreter. */
async function capturedFor(
  project: Project,
  work: Work,
  state: State,
): Promise<{ given: Given; source: string | null } | null> {
  const isNew = state.newBytes && state.uncommitted && !work.keep;
  if (state.own.length === 0 || (!isNew && work.python === undefined)) return null;
  const files = state.newBytes ? state.own.map(({ plan }) => plan.target.absolute) : [];
  const captured = await captureFor(project, { python: work.python, files });
  if (work.python !== undefined || isReplaced(state)) return captured;
  const known = state.before?.record.fields ?? {};
  const missing = Object.entries(captured.given).filter(([field]) => !Object.hasOwn(known, field));
  return { given: Object.fromEntries(missing) as Given, source: captured.source };
}

async function summary(
  project: Project,
  work: Work,
  state: State,
  made: { back: boolean; description: Description; captured: { source: string | null } | null },
): Promise<DescribedModel> {
  const { model, before, committed, artifacts, newBytes } = state;
  const { record, dropped, kept } = made.description;
  const overwrites = overwriting(work.releases, { model, version: record.version, artifacts }, committed);
  return {
    model,
    from: before?.record.version ?? null,
    version: record.version,
    changed: newBytes,
    recorded: made.description.text !== before?.text,
    back: made.back,
    overwrites,
    dropped,
    kept,
    datasets: record.datasets,
    relinked: JSON.stringify(record.datasets) !== JSON.stringify(before?.record.datasets ?? []),
    captured: made.captured?.source ?? null,
    next:
      overwrites !== null || before === null
        ? await nextCommands(project, work.releases, { model, artifacts }, committed)
        : null,
  };
}
