// mv add: bytes into the cache, a pointer in their place, and the record kept true to them.
import { join } from "node:path";
import { MvError } from "../errors.ts";
import { pathClashes, pointerPath } from "../model/paths.ts";
import { formatPointer, type Pointer, type Role } from "../model/pointer.ts";
import { writeFileAtomic } from "../platform/files.ts";
import { concernedModels, type DescribedModel, describeModel, type Work } from "./add/describe-model.ts";
import { type Plan, planPath, type Stored } from "./add/plan.ts";
import { requireRoom, storeBytes } from "./add/store-bytes.ts";
import type { SentThere } from "./add/to-remote.ts";
import { changing } from "./change.ts";
import { readHead } from "./committed.ts";
import type { Given } from "./describe.ts";
import { ignoreArtifacts } from "./ignore-file.ts";
import type { Project } from "./project.ts";
import { readReleases } from "./releases.ts";
import { requireSettled } from "./settled.ts";
import { readSnapshot, type Snapshot } from "./snapshot.ts";
import { stageChanged } from "./staging.ts";
import { addableTargets } from "./targets.ts";

export interface AddInput {
  paths: readonly string[];
  role?: Role | undefined;
  models?: readonly string[] | undefined;
  given: Given;
  /** Keep what describes the old bytes: the user says that it holds for the new ones too. */
  keep?: boolean | undefined;
  /** Rename into the cache instead of copying. */
  move?: boolean | undefined;
  /** Straight to this store, without a copy in the cache. */
  toRemote?: string | undefined;
  /** The interpreter or lock file whose libraries trained the model. */
  python?: string | undefined;
}

export interface AddedArtifact {
  path: string;
  role: Role;
  kind: "file" | "directory";
  sha256: string;
  size: number;
  files?: number;
  /** False where the pointer said all of this already. */
  changed: boolean;
  /** The models whose record lists these very bytes: as an artifact, or as data they were trained on. */
  models: string[];
  /** With --to-remote: the store, and what it did not have yet. */
  sent?: SentThere;
}

export interface AddResult {
  artifacts: AddedArtifact[];
  models: DescribedModel[];
  /** Data that came after the bytes of all models were committed: the next training's. */
  waiting: string[];
}

/** Adds files and folders. Nothing is written to the repository before every operand is checked and stored. */
export async function add(project: Project, input: AddInput): Promise<AddResult> {
  return changing(project, async () => {
    const snapshot = await readSnapshot(project, "worktree");
    const targets = await addableTargets(project, snapshot, input.paths, input.role);
    const plans: Plan[] = [];
    for (const target of targets) plans.push(await planPath(project, snapshot, target, input));
    requireModel(plans, input);
    await requireSettled(
      project,
      plans.flatMap((plan) => filesOf(project, plan)),
    );
    await requireRoom(project, plans, input);
    const stored: Stored[] = [];
    for (const plan of plans) stored.push(await storeBytes(project, plan, input));
    return record(project, snapshot, input, stored);
  });
}

function filesOf(project: Project, { target, models }: Plan): string[] {
  return [pointerPath(target.path), ...models.map((model) => project.settings.models[model]?.record ?? "")];
}

/** Refuses metadata that would be dropped without a word: it describes a model, and there is none among the operands. */
function requireModel(plans: readonly Plan[], { given }: AddInput): void {
  const [first] = Object.keys(given);
  if (first === undefined || plans.some((plan) => plan.role === "model")) return;
  throw new MvError("usage", `Nothing that is added here is a model that ${first} could describe`, {
    hint: "give it with the model's file, or: mv set KEY=VALUE",
  });
}

async function record(
  project: Project,
  snapshot: Snapshot,
  input: AddInput,
  stored: readonly Stored[],
): Promise<AddResult> {
  const files: string[] = [];
  const pointers = new Map(snapshot.pointers);
  const changed = new Set<string>();
  for (const { plan, bytes } of stored) {
    const { path } = plan.target;
    const file = pointerPath(path);
    const pointer = pointerFor({ plan, bytes });
    const text = formatPointer(pointer, plan.before?.text);
    if (text !== plan.before?.text) {
      changed.add(path);
      await writeFileAtomic(join(project.root, file), text);
    }
    pointers.set(path, { path: file, text, pointer });
    files.push(file);
  }
  const lines = await ignoreArtifacts(
    project,
    stored.map(({ plan }) => plan.target.path),
  );
  warnOfClashes(project, snapshot, stored);
  const [head, releases] = await Promise.all([readHead(project, snapshot), readReleases(project)]);
  const work: Work = {
    head,
    before: snapshot,
    now: { records: snapshot.records, pointers },
    releases,
    stored,
    given: input.given,
    keep: input.keep === true,
    python: input.python,
  };
  const models: DescribedModel[] = [];
  for (const model of concernedModels(project, work)) {
    const found = await describeModel(project, work, model);
    if (found === null) continue;
    files.push(found.file);
    models.push(found.described);
  }
  await stageChanged(project, files, lines);
  const artifacts = stored.map((item) => ({
    ...addedArtifact(item),
    changed: changed.has(item.plan.target.path),
    models: ownersOf(item, snapshot, models),
  }));
  const hasRecords = [...snapshot.records.values()].some((found) => found !== null);
  const waiting = artifacts.filter(
    (item) => hasRecords && item.role === "dataset" && item.changed && item.models.length === 0,
  );
  return { artifacts, models, waiting: waiting.map(({ path }) => path) };
}

function pointerFor({ plan, bytes }: Stored): Pointer {
  const { path } = plan.target;
  return {
    schema: 1,
    path: path.slice(path.lastIndexOf("/") + 1),
    kind: bytes.kind,
    role: plan.role,
    sha256: bytes.sha256,
    size: bytes.size,
    ...(bytes.kind === "file" ? { xxh64: bytes.xxh64 } : { files: bytes.files }),
    ...(bytes.kind === "file" && bytes.executable ? { executable: true as const } : {}),
    extra: plan.before?.pointer.extra ?? {},
  };
}

function warnOfClashes(project: Project, snapshot: Snapshot, stored: readonly Stored[]): void {
  const fresh = stored.map(({ plan }) => plan.target.path).filter((path) => !snapshot.pointers.has(path));
  if (fresh.length === 0) return;
  for (const pair of pathClashes([...snapshot.pointers.keys(), ...fresh])) {
    if (pair.some((path) => fresh.includes(path)))
      project.warn(`${pair.join(" and ")} are one file on Windows and macOS: mv move one of them`);
  }
}

function addedArtifact({ plan, bytes, sent }: Stored): Omit<AddedArtifact, "changed" | "models"> {
  const { kind, sha256, size } = bytes;
  const files = bytes.kind === "directory" ? { files: bytes.files } : {};
  return { path: plan.target.path, role: plan.role, kind, sha256, size, ...files, ...(sent ? { sent } : {}) };
}

function ownersOf({ plan, bytes }: Stored, snapshot: Snapshot, described: readonly DescribedModel[]): string[] {
  if (plan.role === "model") return plan.models;
  return [...snapshot.records].flatMap(([model, found]) => {
    const now = described.find((item) => item.model === model)?.datasets ?? found?.record.datasets ?? [];
    const isListed = now.some(({ path, sha256 }) => path === plan.target.path && sha256 === bytes.sha256);
    return isListed ? [model] : [];
  });
}
