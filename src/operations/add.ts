// mv add: bytes into the cache, a pointer in their place, and the record kept true to them.
import { join } from "node:path";
import { MvError } from "../errors.ts";
import { pointerPath } from "../model/paths.ts";
import { formatPointer, type Pointer, type Role } from "../model/pointer.ts";
import { writeFileAtomic } from "../platform/files.ts";
import { withLock } from "../platform/locks.ts";
import { concernedModels, type DescribedModel, describeModel, type Work } from "./add/describe-model.ts";
import { planPath, type Stored } from "./add/plan.ts";
import type { Given } from "./describe.ts";
import { ignoreArtifact } from "./ignore-file.ts";
import { ignoredBy, readIgnored } from "./mvignore.ts";
import type { Project } from "./project.ts";
import { readReleases } from "./releases.ts";
import { readSnapshot, type Snapshot } from "./snapshot.ts";
import { addable, type Target } from "./targets.ts";

export interface AddInput {
  paths: readonly string[];
  role?: Role | undefined;
  models?: readonly string[] | undefined;
  given: Given;
  /** Keep what describes the old bytes: the user says that it holds for the new ones too. */
  keep?: boolean | undefined;
  /** Rename into the cache instead of copying. */
  move?: boolean | undefined;
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
  changed: boolean;
}

export interface AddResult {
  artifacts: AddedArtifact[];
  models: DescribedModel[];
}

/** Adds files and folders. Nothing is written to the repository before every operand is checked and stored. */
export async function add(project: Project, input: AddInput): Promise<AddResult> {
  return withLock(project.stateDir, "write", async () => {
    const snapshot = await readSnapshot(project, "worktree");
    const targets: Target[] = [];
    for (const typed of input.paths) {
      const target = await addable(project, snapshot, typed);
      const rule = await ignoredBy(project, target.path, target.isDirectory);
      if (rule)
        throw new MvError("bad-path", `${typed} is left out by ${rule}`, { hint: `take its line out of ${rule}` });
      if (!targets.some((other) => other.path === target.path)) targets.push(target);
    }
    const plans = targets.map((target) => planPath(project, snapshot, target, input));
    const store = await project.store();
    const stored: Stored[] = [];
    for (const item of plans) {
      const ignored = item.target.isDirectory ? await readIgnored(project, item.target.path) : undefined;
      const bytes = await store.add(item.target.absolute, item.target.path, {
        move: input.move === true,
        progress: project.report,
        ...(ignored ? { ignored } : {}),
      });
      stored.push({ plan: item, bytes });
    }
    return record(project, snapshot, input, stored);
  });
}

async function record(
  project: Project,
  snapshot: Snapshot,
  input: AddInput,
  stored: readonly Stored[],
): Promise<AddResult> {
  const touched: string[] = [];
  const artifacts: AddedArtifact[] = [];
  const pointers = new Map(snapshot.pointers);
  for (const item of stored) {
    const { path } = item.plan.target;
    const { bytes } = item;
    const pointer = pointerFor(item);
    const changed = item.plan.before?.sha256 !== bytes.sha256 || item.plan.before.role !== item.plan.role;
    if (changed || item.plan.before?.executable !== pointer.executable) {
      touched.push(await writePointer(project, snapshot, path, pointer));
    }
    pointers.set(path, { path: pointerPath(path), text: "", pointer });
    const ignoreFile = await ignoreArtifact(project, path);
    if (ignoreFile !== null) touched.push(ignoreFile);
    const { kind, sha256, size } = bytes;
    const files = bytes.kind === "directory" ? { files: bytes.files } : {};
    artifacts.push({ path, role: item.plan.role, kind, sha256, size, ...files, changed });
  }
  const work: Work = {
    before: snapshot,
    now: { records: snapshot.records, pointers },
    releases: await readReleases(project),
    stored,
    given: input.given,
    keep: input.keep === true,
    python: input.python,
  };
  const models: DescribedModel[] = [];
  for (const model of concernedModels(project, work)) {
    const found = await describeModel(project, work, model);
    if (found?.file) touched.push(found.file);
    if (found) models.push(found.described);
  }
  if (touched.length > 0) await project.git.stage([...new Set(touched)]);
  return { artifacts, models };
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
    extra: plan.before?.extra ?? {},
  };
}

async function writePointer(project: Project, snapshot: Snapshot, path: string, pointer: Pointer): Promise<string> {
  const file = pointerPath(path);
  const text = formatPointer(pointer, snapshot.pointers.get(path)?.text);
  await writeFileAtomic(join(project.root, file), text, { durable: true });
  return file;
}
