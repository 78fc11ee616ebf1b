// What an added path is: its role, the pointer it had, and the models it concerns.
import type { Artifact } from "../../model/content.ts";
import type { Pointer, Role } from "../../model/pointer.ts";
import type { Bytes } from "../../store/store.ts";
import type { Project } from "../project.ts";
import type { Snapshot } from "../snapshot.ts";
import type { Target } from "../targets.ts";
import { modelNames, oneModel } from "../versions.ts";

export interface Plan {
  target: Target;
  role: Role;
  before: Pointer | null;
  /** The models named for it, and those whose record lists it already. */
  models: string[];
}

/** A path whose bytes are in the cache now. */
export interface Stored {
  plan: Plan;
  bytes: Bytes;
}

/** Finds role and models. Fails with model-needed where several models could be meant. */
export function planPath(
  project: Project,
  snapshot: Snapshot,
  target: Target,
  input: { role?: Role | undefined; models?: readonly string[] | undefined },
): Plan {
  const before = snapshot.pointers.get(target.path)?.pointer ?? null;
  const role = input.role ?? before?.role ?? "model";
  const named = input.models?.map((name) => oneModel(project, name)) ?? [];
  if (role !== "model") return { target, role, before, models: named };
  const listing = modelNames(project).filter((name) =>
    snapshot.records.get(name)?.record.artifacts.some((artifact) => artifact.path === target.path),
  );
  const models = [...new Set([...listing, ...named])];
  return { target, role, before, models: models.length > 0 ? models : [oneModel(project, undefined)] };
}

export function artifactOf({ plan, bytes }: Stored): Artifact {
  return { path: plan.target.path, kind: bytes.kind, sha256: bytes.sha256, size: bytes.size };
}

/** One artifact for each path, the last one given, sorted by path. */
export function byPath(artifacts: readonly Artifact[]): Artifact[] {
  const found = new Map(artifacts.map((artifact) => [artifact.path, artifact]));
  return [...found.values()].toSorted((a, b) => Buffer.compare(Buffer.from(a.path), Buffer.from(b.path)));
}
