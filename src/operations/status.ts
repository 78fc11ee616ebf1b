// mv status: what the models declare, and whether the artifacts on disk are what their pointers say.
import { isMvError, type MvError } from "../errors.ts";
import type { Artifact } from "../model/content.ts";
import { pointerPath } from "../model/paths.ts";
import type { ModelRecord } from "../model/record.ts";
import { createJournal } from "../store/journal.ts";
import type { Bytes } from "../store/store.ts";
import { completingCommand } from "./complete.ts";
import { readHead } from "./committed.ts";
import { lackingObjects, wantedOf } from "./materialize.ts";
import type { NextCommands } from "./next-commands.ts";
import { type ArtifactState, bytesAt, compareBytes } from "./on-disk.ts";
import { type Declared, overwriting } from "./overwriting.ts";
import type { Project } from "./project.ts";
import { readReleases, type Releases } from "./releases.ts";
import { isStale, type PointerFile, readSnapshot, type Snapshot } from "./snapshot.ts";
import { staleSteps } from "./stale.ts";
import { rememberedTags } from "./tag/remembered.ts";

export interface ArtifactStatus {
  path: string;
  role: string;
  state: ArtifactState;
  /** For other-version: the release whose bytes are on disk, "churn 1.1.0"; not there where no release holds them. */
  holds?: string;
  /** For modified: the bytes are the pointer's, and executable bits alone differ. */
  only_executable?: true;
  /** For absent: whether the cache could bring it back. */
  stored?: boolean;
  /** For absent: a sparse checkout keeps its pointer out of the working tree. */
  kept_out?: true;
}

export interface ModelStatus {
  model: string;
  /** Path of its record. */
  record: string;
  declared: string | null;
  released: boolean;
  /** The record describes other bytes than the pointers. */
  stale: boolean;
  /** What brings record and pointers together again; only where the record is stale. */
  stale_next: string[];
  /** Bytes or number differ from HEAD's. */
  uncommitted: boolean;
  /** Why a commit would be refused: the number is released, or HEAD declares it, with other bytes. */
  overwrites: "release" | "draft" | null;
  /** The commands that give the bytes a number of their own; only where `overwrites` says so. */
  next: NextCommands | null;
  /** Releases that no other repository has, as far as is known here. */
  local_only: string[];
  /** Datasets that changed after the training, or are not tracked any more. */
  moved_datasets: string[];
  newest: string | null;
  /** Paths of its artifacts. */
  artifacts: string[];
}

/** A pointer, record or artifact that cannot be read. */
export interface BrokenFile {
  path: string;
  message: string;
  hint: string | null;
}

export interface StatusResult {
  branch: string | null;
  models: ModelStatus[];
  artifacts: ArtifactStatus[];
  /** Records and pointers that a merge left in conflict. */
  conflicts: string[];
  broken: BrokenFile[];
  /** The command that was interrupted and is finished by the next one. */
  interrupted: string | null;
  /** The command that brings what this clone may lack, history or tags; null where nothing speaks for a gap. */
  incomplete: string | null;
  /** Whether the settings name a store that absent bytes may come from. */
  has_store: boolean;
}

/** Reads only; takes no lock, so it works while another command runs. One unreadable file does not hide the others. */
export async function status(project: Project): Promise<StatusResult> {
  const broken: BrokenFile[] = [];
  const note = (path: string, error: MvError): void => {
    broken.push({ path, message: error.message, hint: error.hint ?? null });
  };
  const reading = readSnapshot(project, "worktree", note);
  const [snapshot, disk, releases, head, local, unmerged, journal] = await Promise.all([
    reading,
    reading.then((found) => lookAtAll(project, found, note)),
    readReleases(project),
    readHead(project, reading),
    rememberedTags(project),
    project.git.unmerged(),
    createJournal(project.stateDir).read() as Promise<{ verb?: string } | null>,
    project.store().then((store) => store.expectLooks(project.root)),
  ]);
  const localOids = new Set(local.map(({ oid }) => oid));
  const models: ModelStatus[] = [];
  const known = { snapshot, releases, localOids, broken, unmerged };
  for (const [model, found] of snapshot.records) {
    const committed = head.records.get(model) ?? null;
    models.push(await modelStatus(project, known, model, found?.record ?? null, committed));
  }
  const artifacts: ArtifactStatus[] = [];
  for (const [path, file] of snapshot.pointers) {
    artifacts.push(await artifactStatus(project, releases, path, file, disk.get(path)));
  }
  const records = new Set(Object.values(project.settings.models).map(({ record }) => record));
  return {
    branch: head.branch,
    models,
    artifacts,
    conflicts: unmerged.filter((path) => path.endsWith(".mv.yaml") || records.has(path)),
    broken,
    interrupted: journal?.verb ?? null,
    incomplete: await completingCommand(project, releases.all.length > 0),
    has_store: Object.keys(project.settings.remotes).length > 0,
  };
}

async function modelStatus(
  project: Project,
  known: {
    snapshot: Snapshot;
    releases: Releases;
    localOids: ReadonlySet<string>;
    broken: readonly BrokenFile[];
    unmerged: readonly string[];
  },
  model: string,
  record: ModelRecord | null,
  committed: ModelRecord | null,
): Promise<ModelStatus> {
  const { snapshot, releases, localOids, broken, unmerged } = known;
  const file = project.settings.models[model]?.record ?? "";
  const own = releases.of(model);
  // A pointer that cannot be read says nothing of its bytes.
  const isReadable = ({ path }: { path: string }): boolean => !broken.some((file) => file.path === pointerPath(path));
  const release = record ? releases.find(model, record.version) : undefined;
  const overwrites = record ? overwriting(releases, { model, ...record }, committed) : null;
  const stale = record !== null && record.artifacts.every(isReadable) && isStale(snapshot, record);
  return {
    model,
    record: file,
    declared: record?.version ?? null,
    released: release !== undefined,
    stale,
    // A record in conflict is settled by `mv merge`, with its pointers.
    stale_next: record !== null && stale && !unmerged.includes(file) ? staleSteps(project, record, snapshot) : [],
    uncommitted: record !== null && (committed?.version !== record.version || committed.content !== record.content),
    overwrites,
    next: record && overwrites ? await commandsFor(project, releases, { model, ...record }, committed) : null,
    local_only: own.filter(({ oid }) => localOids.has(oid)).map(({ version }) => version),
    moved_datasets: movedDatasets(snapshot, record?.datasets.filter(isReadable) ?? []),
    newest: own.at(-1)?.version ?? null,
    artifacts: record?.artifacts.map(({ path }) => path) ?? [],
  };
}

/** Loaded where it is needed: most of the time nothing is overwritten, and status is to be quick. */
async function commandsFor(
  project: Project,
  releases: Releases,
  declared: Declared,
  committed: ModelRecord | null,
): Promise<NextCommands> {
  const { nextCommands } = await import("./next-commands.ts");
  return nextCommands(project, releases, declared, committed);
}

function movedDatasets(snapshot: Snapshot, datasets: readonly Artifact[]): string[] {
  return datasets
    .filter((dataset) => snapshot.pointers.get(dataset.path)?.pointer.sha256 !== dataset.sha256)
    .map((dataset) => dataset.path);
}

/** What is on the disk in place of each pointer, while Git answers; no entry where that cannot be read. */
async function lookAtAll(
  project: Project,
  snapshot: Snapshot,
  note: (path: string, error: MvError) => void,
): Promise<Map<string, Bytes | null>> {
  const found = new Map<string, Bytes | null>();
  for (const [path, { pointer }] of snapshot.pointers) {
    try {
      found.set(path, await bytesAt(project, path, pointer));
    } catch (error) {
      if (!isMvError(error)) throw error;
      note(path, error);
    }
  }
  return found;
}

async function artifactStatus(
  project: Project,
  releases: Releases,
  path: string,
  { pointer, keptOut }: PointerFile,
  bytes: Bytes | null | undefined,
): Promise<ArtifactStatus> {
  const { role } = pointer;
  if (bytes === undefined) return { path, role, state: "modified" };
  const found = await compareBytes(project, releases, path, pointer, bytes);
  if (found.state !== "absent") return { path, role, ...found };
  const wanted = wantedOf(pointer);
  const stored = wanted !== null && (await lackingObjects(project, wanted)).length === 0;
  return { path, role, ...found, stored, ...(keptOut ? { kept_out: true } : {}) };
}
