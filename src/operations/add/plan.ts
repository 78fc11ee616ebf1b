// What an added path is: its role, the pointer it had, and the models it concerns.
import { join } from "node:path";
import type { Artifact } from "../../model/content.ts";
import { compareBytes, pointerPath } from "../../model/paths.ts";
import { parsePointer, type Pointer, type Role } from "../../model/pointer.ts";
import { readTextFile } from "../../platform/files.ts";
import type { Bytes } from "../../store/store.ts";
import type { Project } from "../project.ts";
import { POINTER_MAX_BYTES, type Snapshot } from "../snapshot.ts";
import type { Target } from "../targets.ts";
import { modelNames, oneModel } from "../versions.ts";
import type { SentThere } from "./to-remote.ts";

export interface Plan {
  target: Target;
  role: Role;
  /** The pointer that is there, committed or not. */
  before: { text: string; pointer: Pointer } | null;
  /** The models named for it; for a model's artifact also those whose record lists it already. */
  models: string[];
}

/** A path whose bytes are in the cache now, or in a store. */
export interface Stored {
  plan: Plan;
  bytes: Bytes;
  /** What went straight to a store. */
  sent?: SentThere | undefined;
}

/** Finds role and models. Fails with model-needed where several models could be meant. */
export async function planPath(
  project: Project,
  snapshot: Snapshot,
  target: Target,
  input: { role?: Role | undefined; models?: readonly string[] | undefined },
): Promise<Plan> {
  const before = await pointerOf(project, snapshot, target.path);
  const role = input.role ?? before?.pointer.role ?? "model";
  const named = input.models?.map((name) => oneModel(project, name)) ?? [];
  const models = role === "model" ? artifactOwners(project, snapshot, { path: target.path, named, before }) : named;
  return { target, role, before, models };
}

async function pointerOf(project: Project, snapshot: Snapshot, path: string): Promise<Plan["before"]> {
  const known = snapshot.pointers.get(path);
  if (known) return known;
  const file = pointerPath(path);
  const text = await readTextFile(join(project.root, file), POINTER_MAX_BYTES);
  return text === null ? null : { text, pointer: parsePointer(text, file) };
}

function artifactOwners(
  project: Project,
  { records, pointers }: Snapshot,
  { path, named, before }: { path: string; named: readonly string[]; before: Plan["before"] },
): string[] {
  const listing = (is: (artifact: Artifact) => boolean): string[] =>
    modelNames(project).filter((name) => records.get(name)?.record.artifacts.some(is));
  const listed = listing((artifact) => artifact.path === path);
  // A pointer that Git alone has moved here belongs to whom it belonged to there.
  const moved = listing((other) => other.sha256 === before?.pointer.sha256 && !pointers.has(other.path));
  const models = [...new Set([...(listed.length > 0 ? listed : moved), ...named])];
  return models.length > 0 ? models : [oneModel(project, undefined)];
}

export function artifactOf({ plan, bytes }: Stored): Artifact {
  return { path: plan.target.path, kind: bytes.kind, sha256: bytes.sha256, size: bytes.size };
}

/** One artifact for each path, the last one given, sorted by path. */
export function byPath(artifacts: readonly Artifact[]): Artifact[] {
  const found = new Map(artifacts.map((artifact) => [artifact.path, artifact]));
  return [...found.values()].toSorted((a, b) => compareBytes(a.path, b.path));
}
